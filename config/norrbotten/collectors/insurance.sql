-- The year's premiums of the insurance contracts in force at :as_of.
SELECT contract_group, category, CAST(SUM(annual_premium_sek) AS DECIMAL(16,2)) AS premium_sek
FROM insurance_contract
WHERE valid_from <= :as_of AND valid_to >= DATE(:as_of)
GROUP BY contract_group, category
ORDER BY contract_group, category
