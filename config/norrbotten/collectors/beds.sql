-- Each ward's latest measurement at or before :as_of. What is older than a day
-- is left out: it bounds the scan, and max_age would withdraw it anyhow.
SELECT w.division, w.hospital, w.ward, m.measured_at, m.available, m.occupied, m.overcrowded, m.outlying
FROM (
  SELECT ward_id, MAX(measured_at) AS measured_at
  FROM bed_measurement
  WHERE measured_at <= :as_of AND measured_at > DATE_SUB(:as_of, INTERVAL 1 DAY)
  GROUP BY ward_id
) AS latest
JOIN bed_measurement AS m ON m.ward_id = latest.ward_id AND m.measured_at = latest.measured_at
JOIN ward AS w ON w.ward_id = m.ward_id
ORDER BY w.division, w.hospital, w.ward
