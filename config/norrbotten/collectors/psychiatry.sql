-- One row a hospital with psychiatric wards, and one a hospital with a SPOT
-- team; each has figures of its own kind only. Both are as of their last day
-- before :as_of.
SELECT latest.hospital AS hospital, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(i.patients) AS SIGNED) AS patient_days,
  CAST(NULL AS SIGNED) AS spot_active, CAST(NULL AS SIGNED) AS spot_completed
FROM (
  SELECT w.hospital, MAX(i.day) AS day
  FROM inpatient_day AS i
  JOIN ward AS w ON w.ward_id = i.ward_id
  WHERE w.division = 'Psykiatri' AND i.day < DATE(:as_of) AND i.day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY w.hospital
) AS latest
JOIN ward AS w ON w.hospital = latest.hospital AND w.division = 'Psykiatri'
JOIN inpatient_day AS i ON i.ward_id = w.ward_id AND i.day <= latest.day AND YEAR(i.day) = YEAR(latest.day)
GROUP BY latest.hospital, latest.day
UNION ALL
SELECT latest.hospital, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND),
  CAST(NULL AS SIGNED),
  CAST(s.active AS SIGNED), CAST(s.completed AS SIGNED)
FROM (
  SELECT hospital, MAX(day) AS day
  FROM spot_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY hospital
) AS latest
JOIN spot_day AS s ON s.hospital = latest.hospital AND s.day = latest.day
ORDER BY 1, 3
