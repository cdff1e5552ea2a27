-- Each area's health dialogues and prescriptions this year, through its last
-- day with figures before :as_of. On 1 January the last day is New Year's Eve, and
-- the year the one before.
SELECT latest.area, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(p.health_dialogues) AS SIGNED) AS health_dialogues,
  CAST(SUM(p.activity_prescriptions) AS SIGNED) AS activity_prescriptions
FROM (
  SELECT area, MAX(day) AS day
  FROM prevention_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY area
) AS latest
JOIN prevention_day AS p ON p.area = latest.area AND p.day <= latest.day AND YEAR(p.day) = YEAR(latest.day)
GROUP BY latest.area, latest.day
ORDER BY latest.area
