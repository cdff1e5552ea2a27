-- How the last year that is closed in the books at :as_of differs from the year
-- before. There are no rows until both years are there, all twelve months.
SELECT m.division, m.profession, DATE_SUB(CAST(CONCAT(closed.year + 1, '-01-01') AS DATETIME), INTERVAL 1 SECOND) AS year_end,
  CAST(SUM(CASE WHEN YEAR(m.month_begins) = closed.year THEN m.agency_cost_sek ELSE -m.agency_cost_sek END) AS DECIMAL(16,2)) AS agency_cost_change_sek,
  CAST(SUM(CASE WHEN YEAR(m.month_begins) = closed.year THEN 0 ELSE m.agency_cost_sek END) AS DECIMAL(16,2)) AS agency_cost_before_sek,
  CAST(SUM(CASE WHEN YEAR(m.month_begins) = closed.year THEN m.agency_fte ELSE -m.agency_fte END) AS DOUBLE) / 12 AS agency_fte_change,
  CAST(SUM(CASE WHEN YEAR(m.month_begins) = closed.year THEN m.own_fte ELSE -m.own_fte END) AS DOUBLE) / 12 AS own_fte_change
FROM staff_month AS m
JOIN (
  SELECT MAX(YEAR(month_begins)) AS year FROM staff_month WHERE booked_on <= :as_of AND MONTH(month_begins) = 12
) AS closed ON YEAR(m.month_begins) IN (closed.year, closed.year - 1)
WHERE m.booked_on <= :as_of
GROUP BY m.division, m.profession, closed.year
HAVING COUNT(*) = 24
ORDER BY m.division, m.profession
