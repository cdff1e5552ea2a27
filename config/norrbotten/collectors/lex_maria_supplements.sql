-- The region's supplements this year, as of the last day with figures before :as_of.
SELECT DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(d.lex_maria_supplements) AS SIGNED) AS supplements
FROM (
  SELECT MAX(day) AS day
  FROM deviation_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
) AS latest
JOIN deviation_day AS d ON d.day <= latest.day AND YEAR(d.day) = YEAR(latest.day)
GROUP BY latest.day
