-- Costs booked from 1 January, to the end of the last booked month. The year is that
-- month's, so that December is there until January is booked.
SELECT trust, CAST(DATE_SUB(DATE_ADD(MAX(month), INTERVAL 1 MONTH), INTERVAL 1 SECOND) AS DATETIME) AS booked_until, CAST(SUM(amount_nok) AS DECIMAL(16,2)) AS cost
FROM ledger
WHERE YEAR(month) = (SELECT YEAR(MAX(month)) FROM ledger WHERE DATE_ADD(month, INTERVAL 1 MONTH) <= :as_of)
  AND DATE_ADD(month, INTERVAL 1 MONTH) <= :as_of
GROUP BY trust
