-- Time worked and available beds of each ward over the 28 days up to the last
-- day reported before :as_of, and over the same 28 days a year earlier; then,
-- for each division, how far its wards lie apart. 28 days are whole weeks, so
-- that weekends weigh alike in both. Periods begin with their first day and end
-- before the day after their last. Means are decimals, whose sums do not depend
-- on the order of adding.
WITH periods AS (
  SELECT CAST(DATE_SUB(DATE_ADD(MAX(worked_on), INTERVAL 1 DAY), INTERVAL 28 DAY) AS DATETIME) AS begins,
    CAST(DATE_ADD(MAX(worked_on), INTERVAL 1 DAY) AS DATETIME) AS ends,
    CAST(DATE_SUB(DATE_SUB(DATE_ADD(MAX(worked_on), INTERVAL 1 DAY), INTERVAL 1 YEAR), INTERVAL 28 DAY) AS DATETIME) AS earlier_begins,
    CAST(DATE_SUB(DATE_ADD(MAX(worked_on), INTERVAL 1 DAY), INTERVAL 1 YEAR) AS DATETIME) AS earlier_ends
  FROM ward_worked_time
  WHERE worked_on < DATE(:as_of)
), worked AS (
  SELECT t.ward_id, p.ends,
    CAST(CAST(SUM(CASE WHEN t.worked_on >= p.begins THEN t.worked_minutes * 60 END) AS DOUBLE)
      / SUM(CASE WHEN t.worked_on >= p.begins THEN 1 END) AS DECIMAL(18,6)) AS seconds_now,
    CAST(CAST(SUM(CASE WHEN t.worked_on < p.begins THEN t.worked_minutes * 60 END) AS DOUBLE)
      / SUM(CASE WHEN t.worked_on < p.begins THEN 1 END) AS DECIMAL(18,6)) AS seconds_earlier
  FROM ward_worked_time AS t CROSS JOIN periods AS p
  WHERE (t.worked_on >= p.begins AND t.worked_on < p.ends) OR (t.worked_on >= p.earlier_begins AND t.worked_on < p.earlier_ends)
  GROUP BY t.ward_id, p.ends
), beds AS (
  SELECT m.ward_id,
    CAST(CAST(SUM(CASE WHEN m.measured_at >= p.begins THEN m.available END) AS DOUBLE)
      / SUM(CASE WHEN m.measured_at >= p.begins THEN 1 END) AS DECIMAL(18,6)) AS beds_now,
    CAST(CAST(SUM(CASE WHEN m.measured_at < p.begins THEN m.available END) AS DOUBLE)
      / SUM(CASE WHEN m.measured_at < p.begins THEN 1 END) AS DECIMAL(18,6)) AS beds_earlier
  FROM bed_measurement AS m CROSS JOIN periods AS p
  WHERE (m.measured_at >= p.begins AND m.measured_at < p.ends) OR (m.measured_at >= p.earlier_begins AND m.measured_at < p.earlier_ends)
  GROUP BY m.ward_id
)
SELECT division, hospital, ward, worked_until,
  CASE WHEN ward <> '' THEN seconds_now END AS worked_seconds,
  CASE WHEN ward <> '' THEN beds_now END AS beds,
  CASE WHEN ward = '' THEN most_now - least_now END AS per_bed_range,
  CASE WHEN ward = '' THEN CAST(seconds_now AS DOUBLE) / NULLIF(CAST(beds_now AS DOUBLE), 0) END AS per_bed_mean,
  CASE WHEN ward = '' THEN most_earlier - least_earlier END AS per_bed_range_year_earlier,
  CASE WHEN ward = '' THEN CAST(seconds_earlier AS DOUBLE) / NULLIF(CAST(beds_earlier AS DOUBLE), 0) END AS per_bed_mean_year_earlier
FROM (
  -- each ward twice: once as itself, once as part of its division
  SELECT w.division, CASE WHEN level.name = 'ward' THEN w.hospital ELSE '' END AS hospital,
    CASE WHEN level.name = 'ward' THEN w.ward ELSE '' END AS ward, worked.ends AS worked_until,
    CAST(SUM(worked.seconds_now) AS DECIMAL(20,6)) AS seconds_now, CAST(SUM(beds.beds_now) AS DECIMAL(20,6)) AS beds_now,
    MAX(CAST(worked.seconds_now AS DOUBLE) / NULLIF(CAST(beds.beds_now AS DOUBLE), 0)) AS most_now,
    MIN(CAST(worked.seconds_now AS DOUBLE) / NULLIF(CAST(beds.beds_now AS DOUBLE), 0)) AS least_now,
    CAST(SUM(worked.seconds_earlier) AS DECIMAL(20,6)) AS seconds_earlier, CAST(SUM(beds.beds_earlier) AS DECIMAL(20,6)) AS beds_earlier,
    MAX(CAST(worked.seconds_earlier AS DOUBLE) / NULLIF(CAST(beds.beds_earlier AS DOUBLE), 0)) AS most_earlier,
    MIN(CAST(worked.seconds_earlier AS DOUBLE) / NULLIF(CAST(beds.beds_earlier AS DOUBLE), 0)) AS least_earlier
  FROM worked
  JOIN beds ON beds.ward_id = worked.ward_id
  JOIN ward AS w ON w.ward_id = worked.ward_id
  CROSS JOIN (SELECT 'ward' AS name UNION ALL SELECT 'division') AS level
  GROUP BY w.division, CASE WHEN level.name = 'ward' THEN w.hospital ELSE '' END, CASE WHEN level.name = 'ward' THEN w.ward ELSE '' END, worked.ends
) AS figures
ORDER BY division, hospital, ward
