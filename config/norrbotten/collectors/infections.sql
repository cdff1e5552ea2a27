-- Each disease's cases in the seven days that end with its last day before :as_of.
SELECT latest.disease, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(d.cases) AS SIGNED) AS cases
FROM (
  SELECT disease, MAX(day) AS day
  FROM infection_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY disease
) AS latest
JOIN infection_day AS d ON d.disease = latest.disease AND d.day <= latest.day AND d.day > DATE_SUB(latest.day, INTERVAL 7 DAY)
GROUP BY latest.disease, latest.day
ORDER BY latest.disease
