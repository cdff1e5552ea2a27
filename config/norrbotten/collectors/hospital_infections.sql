-- Each disease's admissions to hospital in the 28 days that end with its last Sunday before :as_of.
SELECT latest.disease, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(d.admitted) AS SIGNED) AS admitted
FROM (
  SELECT disease, MAX(day) AS day
  FROM infection_day
  WHERE day < DATE_SUB(DATE(:as_of), INTERVAL WEEKDAY(:as_of) DAY) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 14 DAY)
  GROUP BY disease
) AS latest
JOIN infection_day AS d ON d.disease = latest.disease AND d.day <= latest.day AND d.day > DATE_SUB(latest.day, INTERVAL 28 DAY)
GROUP BY latest.disease, latest.day
ORDER BY latest.disease
