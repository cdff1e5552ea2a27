-- The year's net cost up to the last month that is closed at :as_of: a row for
-- each division and part, and one without labels for what has none. The ledger
-- holds Finans as a negative net cost.
SELECT l.division, l.part, CAST(DATE_SUB(DATE_ADD(books.month, INTERVAL 1 MONTH), INTERVAL 1 SECOND) AS DATETIME) AS booked_through,
  CAST(SUM(l.net_cost_sek) AS DECIMAL(16,2)) AS net_cost_sek,
  CAST(NULL AS DECIMAL(16,2)) AS finance_net_income_sek,
  CAST(NULL AS DECIMAL(16,2)) AS result_sek
FROM ledger_month AS l
CROSS JOIN (SELECT MAX(month) AS month FROM ledger_month WHERE closed_on <= :as_of) AS books
WHERE YEAR(l.month) = YEAR(books.month) AND l.month <= books.month AND l.division <> 'Finans'
GROUP BY l.division, l.part, books.month
UNION ALL
SELECT '' AS division, '' AS part, CAST(DATE_SUB(DATE_ADD(books.month, INTERVAL 1 MONTH), INTERVAL 1 SECOND) AS DATETIME) AS booked_through,
  CAST(NULL AS DECIMAL(16,2)) AS net_cost_sek,
  CAST(SUM(CASE WHEN l.division = 'Finans' THEN -l.net_cost_sek ELSE 0 END) AS DECIMAL(16,2)) AS finance_net_income_sek,
  CAST(SUM(-l.net_cost_sek) AS DECIMAL(16,2)) AS result_sek
FROM ledger_month AS l
CROSS JOIN (SELECT MAX(month) AS month FROM ledger_month WHERE closed_on <= :as_of) AS books
WHERE YEAR(l.month) = YEAR(books.month) AND l.month <= books.month
GROUP BY books.month
ORDER BY division, part
