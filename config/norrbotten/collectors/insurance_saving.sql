-- What the contracts in force at :as_of save against those that they followed: a year, and over
-- all the years of the contract. A contract follows the one of its category that ended on the day before.
SELECT present.contract_group AS contract_group, present.category AS category,
  CAST(SUM(former.annual_premium_sek - present.annual_premium_sek) AS DECIMAL(16,2)) AS saving_sek,
  CAST(SUM((former.annual_premium_sek - present.annual_premium_sek)
    * TIMESTAMPDIFF(YEAR, present.valid_from, DATE_ADD(present.valid_to, INTERVAL 1 DAY))) AS DECIMAL(16,2)) AS contract_saving_sek
FROM insurance_contract AS present
JOIN insurance_contract AS former ON former.contract_group = present.contract_group AND former.category = present.category
  AND DATE_ADD(former.valid_to, INTERVAL 1 DAY) = present.valid_from
WHERE present.valid_from <= :as_of AND present.valid_to >= DATE(:as_of)
GROUP BY present.contract_group, present.category
ORDER BY present.contract_group, present.category
