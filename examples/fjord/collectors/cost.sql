-- Costs booked this year, to the end of the last booked month.
SELECT trust, CAST(DATE_SUB(DATE_ADD(MAX(month), INTERVAL 1 MONTH), INTERVAL 1 SECOND) AS DATETIME) AS booked_until, CAST(SUM(amount_nok) AS DECIMAL(16,2)) AS cost
FROM ledger
WHERE YEAR(month) = YEAR(:as_of) AND DATE_ADD(month, INTERVAL 1 MONTH) <= :as_of
GROUP BY trust
