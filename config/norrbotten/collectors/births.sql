-- Each hospital's deliveries this year, through its last day with figures
-- before :as_of. On 1 January that is New Year's Eve, and the year the one before.
SELECT latest.hospital, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(d.deliveries) AS SIGNED) AS deliveries,
  CAST(SUM(d.inductions) AS SIGNED) AS inductions
FROM (
  SELECT hospital, MAX(day) AS day
  FROM delivery_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY hospital
) AS latest
JOIN delivery_day AS d ON d.hospital = latest.hospital AND d.day <= latest.day AND YEAR(d.day) = YEAR(latest.day)
GROUP BY latest.hospital, latest.day
ORDER BY latest.hospital
