-- Each ward's latest measurement at or before the same hour of the same
-- weekday 52 weeks before :as_of. What is a day older is left out, as for beds.
SELECT w.division, w.hospital, w.ward, m.available
FROM (
  SELECT ward_id, MAX(measured_at) AS measured_at
  FROM bed_measurement
  WHERE measured_at <= DATE_SUB(:as_of, INTERVAL 364 DAY) AND measured_at > DATE_SUB(:as_of, INTERVAL 365 DAY)
  GROUP BY ward_id
) AS latest
JOIN bed_measurement AS m ON m.ward_id = latest.ward_id AND m.measured_at = latest.measured_at
JOIN ward AS w ON w.ward_id = m.ward_id
ORDER BY w.division, w.hospital, w.ward
