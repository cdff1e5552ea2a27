-- How many inpatients each division has had beyond its beds at a hospital, and how many
-- beds, on average over the measurements of the last four whole weeks. A measurement of
-- one moment is chance. A hospital without four weeks of them has no figure.
SELECT w.division, w.hospital, MAX(m.measured_at) AS counted_through,
  CAST(SUM(m.overcrowded) AS DOUBLE) / COUNT(DISTINCT m.measured_at) AS overcrowded,
  CAST(SUM(m.available) AS DOUBLE) / COUNT(DISTINCT m.measured_at) AS available
FROM bed_measurement AS m
JOIN ward AS w ON w.ward_id = m.ward_id
-- from a Monday to the Sunday four weeks later
WHERE m.measured_at < DATE_SUB(DATE(:as_of), INTERVAL WEEKDAY(:as_of) DAY)
  AND m.measured_at >= DATE_SUB(DATE_SUB(DATE(:as_of), INTERVAL WEEKDAY(:as_of) DAY), INTERVAL 28 DAY)
GROUP BY w.division, w.hospital
HAVING TIMESTAMPDIFF(DAY, MIN(m.measured_at), MAX(m.measured_at)) >= 27
ORDER BY w.division, w.hospital
