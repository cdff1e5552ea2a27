-- Time worked and available beds of each ward over the 28 days up to the last
-- day reported before :as_of; then, for each division, how far its ordinary wards lie
-- apart: intensive care and rehabilitation have other staff by their nature. 28 days are whole weeks, so that weekends weigh alike. Periods begin with
-- their first day and end before the day after their last. Means are decimals,
-- whose sums do not depend on the order of adding.
WITH period AS (
  SELECT CAST(DATE_SUB(DATE_ADD(MAX(worked_on), INTERVAL 1 DAY), INTERVAL 28 DAY) AS DATETIME) AS begins,
    CAST(DATE_ADD(MAX(worked_on), INTERVAL 1 DAY) AS DATETIME) AS ends
  FROM ward_worked_time
  WHERE worked_on < DATE(:as_of)
), worked AS (
  SELECT t.ward_id, p.ends,
    CAST(CAST(SUM(t.worked_minutes * 60) AS DOUBLE) / COUNT(t.worked_minutes) AS DECIMAL(18,6)) AS seconds
  FROM ward_worked_time AS t CROSS JOIN period AS p
  WHERE t.worked_on >= p.begins AND t.worked_on < p.ends
  GROUP BY t.ward_id, p.ends
), beds AS (
  SELECT m.ward_id,
    CAST(CAST(SUM(m.available) AS DOUBLE) / COUNT(m.available) AS DECIMAL(18,6)) AS beds
  FROM bed_measurement AS m CROSS JOIN period AS p
  WHERE m.measured_at >= p.begins AND m.measured_at < p.ends
  GROUP BY m.ward_id
)
SELECT division, hospital, ward, worked_until,
  CASE WHEN ward <> '' THEN seconds END AS worked_seconds,
  CASE WHEN ward <> '' THEN beds END AS beds,
  CASE WHEN ward = '' THEN most - least END AS per_bed_range,
  CASE WHEN ward = '' THEN CAST(seconds AS DOUBLE) / NULLIF(CAST(beds AS DOUBLE), 0) END AS per_bed_mean
FROM (
  -- each ward as itself, and an ordinary one as part of its division too
  SELECT w.division, CASE WHEN level.name = 'ward' THEN w.hospital ELSE '' END AS hospital,
    CASE WHEN level.name = 'ward' THEN w.ward ELSE '' END AS ward, worked.ends AS worked_until,
    CAST(SUM(worked.seconds) AS DECIMAL(20,6)) AS seconds, CAST(SUM(beds.beds) AS DECIMAL(20,6)) AS beds,
    MAX(CAST(worked.seconds AS DOUBLE) / NULLIF(CAST(beds.beds AS DOUBLE), 0)) AS most,
    MIN(CAST(worked.seconds AS DOUBLE) / NULLIF(CAST(beds.beds AS DOUBLE), 0)) AS least
  FROM worked
  JOIN beds ON beds.ward_id = worked.ward_id
  JOIN ward AS w ON w.ward_id = worked.ward_id
  CROSS JOIN (SELECT 'ward' AS name UNION ALL SELECT 'division') AS level
  WHERE level.name = 'ward' OR w.kind = 'ordinary'
  GROUP BY w.division, CASE WHEN level.name = 'ward' THEN w.hospital ELSE '' END, CASE WHEN level.name = 'ward' THEN w.ward ELSE '' END, worked.ends
) AS figures
ORDER BY division, hospital, ward
