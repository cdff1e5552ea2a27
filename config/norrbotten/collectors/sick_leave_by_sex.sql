-- The twelve months through the last one that is closed in the books at :as_of, by division and
-- sex; and in a row of its own, how far women's sick leave and men's lie apart in the whole
-- region. There are no rows until there are twelve months.
WITH books AS (
  SELECT MAX(month_begins) AS month_begins,
    DATE_SUB(CAST(DATE_ADD(MAX(month_begins), INTERVAL 1 MONTH) AS DATETIME), INTERVAL 1 SECOND) AS booked_through
  FROM staff_sex_month
  WHERE booked_on <= :as_of
)
SELECT s.division AS division, s.sex AS sex, books.booked_through AS booked_through,
  CAST(SUM(s.own_fte) AS DOUBLE) / 12 AS own_fte,
  CAST(SUM(s.sick_leave_hours) * 3600 AS SIGNED) AS sick_leave_seconds,
  CAST(SUM(s.scheduled_hours) * 3600 AS SIGNED) AS scheduled_seconds,
  CAST(NULL AS DOUBLE) AS gap
FROM staff_sex_month AS s
JOIN books ON s.month_begins <= books.month_begins AND s.month_begins > DATE_SUB(books.month_begins, INTERVAL 12 MONTH)
GROUP BY s.division, s.sex, books.booked_through
HAVING COUNT(*) = 12
UNION ALL
SELECT '', '', compared.booked_through, CAST(NULL AS DOUBLE), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  ABS(CAST(compared.women_sick AS DOUBLE) / compared.women - CAST(compared.men_sick AS DOUBLE) / compared.men)
FROM (
  SELECT books.booked_through,
    SUM(CASE WHEN s.sex = 'kvinna' THEN s.sick_leave_hours ELSE 0 END) AS women_sick,
    SUM(CASE WHEN s.sex = 'kvinna' THEN s.scheduled_hours ELSE 0 END) AS women,
    SUM(CASE WHEN s.sex = 'man' THEN s.sick_leave_hours ELSE 0 END) AS men_sick,
    SUM(CASE WHEN s.sex = 'man' THEN s.scheduled_hours ELSE 0 END) AS men
  FROM staff_sex_month AS s
  JOIN books ON s.month_begins <= books.month_begins AND s.month_begins > DATE_SUB(books.month_begins, INTERVAL 12 MONTH)
  GROUP BY books.booked_through
  HAVING COUNT(DISTINCT s.month_begins) = 12
) AS compared
ORDER BY 1, 2
