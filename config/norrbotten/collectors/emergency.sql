-- Each emergency department's latest measurement at or before :as_of, its
-- inflow in the 24 hours up to it, the same hours of earlier weeks, and the last
-- four weeks, with how long the visits took that ended in them.
-- age_seconds is how long before the latest a measurement was made. A
-- department that has not been measured for a week is left out: it bounds the
-- scan, and max_age would withdraw its figures anyhow.
WITH latest AS (
  SELECT hospital_id, MAX(measured_at) AS measured_at
  FROM ed_measurement
  WHERE measured_at <= :as_of AND measured_at > DATE_SUB(:as_of, INTERVAL 7 DAY)
  GROUP BY hospital_id
)
SELECT h.hospital, m.measured_at, m.present,
  flow.arrivals, flow.arrivals_usual, flow.arrivals_recent, flow.stays_recent, flow.in_time_recent,
  CAST(NULL AS SIGNED) AS stay_seconds, CAST(NULL AS SIGNED) AS stays
FROM latest
JOIN ed_measurement AS m ON m.hospital_id = latest.hospital_id AND m.measured_at = latest.measured_at
JOIN hospital AS h ON h.hospital_id = m.hospital_id
JOIN (
  SELECT hospital_id,
    CAST(SUM(CASE WHEN age_seconds < 86400 THEN arrivals ELSE 0 END) AS SIGNED) AS arrivals,
    -- the mean of the eight weeks before, once there are eight
    CAST(CASE WHEN MAX(age_seconds) >= 8 * 604800
      THEN SUM(CASE WHEN age_seconds >= 604800 AND age_seconds < 8 * 604800 + 86400 AND MOD(age_seconds, 604800) < 86400 THEN arrivals ELSE 0 END) / 8
      END AS DECIMAL(12,3)) AS arrivals_usual,
    -- once all four weeks are there
    CAST(CASE WHEN MAX(age_seconds) >= 27 * 86400
      THEN SUM(CASE WHEN age_seconds < 28 * 86400 THEN arrivals ELSE 0 END)
      END AS SIGNED) AS arrivals_recent,
    CAST(CASE WHEN MAX(age_seconds) >= 27 * 86400
      THEN SUM(CASE WHEN age_seconds < 28 * 86400 THEN stays ELSE 0 END)
      END AS SIGNED) AS stays_recent,
    CAST(CASE WHEN MAX(age_seconds) >= 27 * 86400
      THEN SUM(CASE WHEN age_seconds < 28 * 86400 THEN in_time ELSE 0 END)
      END AS SIGNED) AS in_time_recent
  FROM (
    SELECT e.hospital_id, e.arrivals, e.stays_brief + e.stays_short AS in_time,
      e.stays_brief + e.stays_short + e.stays_long + e.stays_longer AS stays, TIMESTAMPDIFF(SECOND, e.measured_at, last_one.measured_at) AS age_seconds
    FROM ed_measurement AS e
    JOIN latest AS last_one ON last_one.hospital_id = e.hospital_id
    WHERE e.measured_at <= last_one.measured_at AND e.measured_at > DATE_SUB(last_one.measured_at, INTERVAL 57 DAY)
      AND e.measured_at > DATE_SUB(:as_of, INTERVAL 64 DAY) -- bounds the scan
  ) AS aged
  GROUP BY hospital_id
) AS flow ON flow.hospital_id = m.hospital_id
UNION ALL
-- One row for each length of stay: the histogram of the last 24 hours. Each
-- group of stays stands at its middle, those of more than 8 hours at 10.
SELECT h.hospital, ended.measured_at,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS DECIMAL(12,3)), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  CASE lengths.number WHEN 1 THEN 3600 WHEN 2 THEN 10800 WHEN 3 THEN 21600 ELSE 36000 END,
  CASE lengths.number WHEN 1 THEN ended.stays_brief WHEN 2 THEN ended.stays_short WHEN 3 THEN ended.stays_long ELSE ended.stays_longer END
FROM (
  SELECT e.hospital_id, last_one.measured_at,
    CAST(SUM(e.stays_brief) AS SIGNED) AS stays_brief, CAST(SUM(e.stays_short) AS SIGNED) AS stays_short,
    CAST(SUM(e.stays_long) AS SIGNED) AS stays_long, CAST(SUM(e.stays_longer) AS SIGNED) AS stays_longer
  FROM ed_measurement AS e
  JOIN latest AS last_one ON last_one.hospital_id = e.hospital_id
  WHERE e.measured_at <= last_one.measured_at AND e.measured_at > DATE_SUB(last_one.measured_at, INTERVAL 1 DAY)
    AND e.measured_at > DATE_SUB(:as_of, INTERVAL 8 DAY) -- bounds the scan
  GROUP BY e.hospital_id, last_one.measured_at
) AS ended
CROSS JOIN (SELECT 1 AS number UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS lengths
JOIN hospital AS h ON h.hospital_id = ended.hospital_id
