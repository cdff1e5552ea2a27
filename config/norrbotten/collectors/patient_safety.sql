-- Each division's deviations as of its last day with figures before :as_of:
-- this year's, those of twelve months with a personal data incident, and those
-- that are open. Lex Maria cases are so few, and so are a division's injuries in a month, that
-- they are counted for the region only, in a row without division.
SELECT latest.division AS division, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(CASE WHEN YEAR(d.day) = YEAR(latest.day) THEN d.reported END) AS SIGNED) AS deviations,
  CAST(SUM(CASE WHEN d.day = latest.day THEN d.unresolved END) AS SIGNED) AS unresolved,
  CAST(SUM(d.privacy) AS SIGNED) AS privacy,
  CAST(NULL AS SIGNED) AS lex_maria, CAST(NULL AS SIGNED) AS injuries
FROM (
  SELECT division, MAX(day) AS day
  FROM deviation_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY division
) AS latest
JOIN deviation_day AS d ON d.division = latest.division AND d.day <= latest.day AND d.day > DATE_SUB(latest.day, INTERVAL 1 YEAR)
GROUP BY latest.division, latest.day
UNION ALL
SELECT '', DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND),
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  CAST(SUM(d.lex_maria) AS SIGNED), CAST(SUM(d.injuries) AS SIGNED)
FROM (
  SELECT MAX(day) AS day
  FROM deviation_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
) AS latest
JOIN deviation_day AS d ON d.day <= latest.day AND YEAR(d.day) = YEAR(latest.day)
GROUP BY latest.day
ORDER BY 1
