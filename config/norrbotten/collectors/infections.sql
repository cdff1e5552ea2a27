-- Each disease's cases in the seven days that end with its last day before
-- :as_of, and in the same seven days of the week a year before: 364 days, since
-- reports follow the days of the week.
SELECT latest.disease, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(CASE WHEN d.day > DATE_SUB(latest.day, INTERVAL 7 DAY) THEN d.cases END) AS SIGNED) AS cases,
  CAST(SUM(CASE WHEN d.day <= DATE_SUB(latest.day, INTERVAL 364 DAY) THEN d.cases END) AS SIGNED) AS cases_year_earlier
FROM (
  SELECT disease, MAX(day) AS day
  FROM infection_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY disease
) AS latest
JOIN infection_day AS d ON d.disease = latest.disease AND d.day <= latest.day AND d.day > DATE_SUB(latest.day, INTERVAL 371 DAY)
GROUP BY latest.disease, latest.day
ORDER BY latest.disease
