-- Each division's employees at the end of the last month reported by :as_of, and those
-- who have left in the year of that month. In January the year is the one before.
-- employee_years is the time in which somebody could leave: the mean number of
-- employees, times the share of a year that has been reported. A month is reported in the night
-- after it: a second after its last one, at which figures that add up are published.
SELECT latest.division,
  DATE_SUB(CAST(DATE_ADD(latest.month_begins, INTERVAL 1 MONTH) AS DATETIME), INTERVAL 1 SECOND) AS counted_through,
  CAST(SUM(CASE WHEN e.month_begins = latest.month_begins THEN e.employees ELSE 0 END) AS SIGNED) AS employees,
  CAST(SUM(CASE WHEN e.month_begins = latest.month_begins THEN e.full_time ELSE 0 END) AS SIGNED) AS full_time,
  CAST(SUM(e.leavers) AS SIGNED) AS leavers,
  CAST(SUM(e.employees) AS DOUBLE) / 12 AS employee_years
FROM (
  SELECT division, MAX(month_begins) AS month_begins
  FROM employment_month
  WHERE reported_on <= DATE_ADD(:as_of, INTERVAL 1 SECOND) AND reported_on > DATE_SUB(:as_of, INTERVAL 70 DAY)
  GROUP BY division
) AS latest
JOIN employment_month AS e ON e.division = latest.division AND e.month_begins <= latest.month_begins AND YEAR(e.month_begins) = YEAR(latest.month_begins)
GROUP BY latest.division, latest.month_begins
ORDER BY latest.division
