-- Operations and theatres up to and including the last day reported before
-- that of :as_of. The year is that day's.
WITH
last_day AS (
  SELECT MAX(operated_on) AS operated_on FROM operation_day WHERE operated_on < DATE(:as_of)
),
last_open AS (
  SELECT MAX(opened_on) AS opened_on FROM theatre_day WHERE opened_on < DATE(:as_of)
)
-- One row for each clinic.
SELECT c.hospital, c.specialty, CAST(done.operated_on AS DATETIME) AS counted_through,
  done.operations,
  CAST(NULL AS SIGNED) AS theatres_open, CAST(NULL AS SIGNED) AS sessions, CAST(NULL AS SIGNED) AS cataract_theatres
FROM (
  SELECT o.clinic_id, last_day.operated_on,
    CAST(SUM(CASE WHEN YEAR(o.operated_on) = YEAR(last_day.operated_on) THEN o.operations ELSE 0 END) AS SIGNED) AS operations
  FROM operation_day AS o
  CROSS JOIN last_day
  WHERE o.operated_on <= last_day.operated_on
  GROUP BY o.clinic_id, last_day.operated_on
) AS done
JOIN clinic AS c ON c.clinic_id = done.clinic_id
UNION ALL
-- One row for each hospital's own theatres: the most that were open at once
-- in the last week, and the days that they were open, theatre by theatre.
SELECT h.hospital, '' AS specialty, CAST(opened.opened_on AS DATETIME) AS counted_through,
  CAST(NULL AS SIGNED),
  opened.theatres_open, opened.sessions, CAST(NULL AS SIGNED)
FROM (
  SELECT t.hospital_id, last_open.opened_on,
    MAX(CASE WHEN t.opened_on > DATE_SUB(last_open.opened_on, INTERVAL 7 DAY) THEN t.theatres END) AS theatres_open,
    CAST(SUM(t.theatres) AS SIGNED) AS sessions
  FROM theatre_day AS t
  CROSS JOIN last_open
  WHERE t.kind = 'operation' AND t.opened_on > DATE_SUB(last_open.opened_on, INTERVAL 28 DAY) AND t.opened_on <= last_open.opened_on
  GROUP BY t.hospital_id, last_open.opened_on
) AS opened
JOIN hospital AS h ON h.hospital_id = opened.hospital_id
UNION ALL
-- The eye clinic's theatres for cataracts, counted alike.
SELECT h.hospital, 'Ögon' AS specialty, CAST(last_open.opened_on AS DATETIME) AS counted_through,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  MAX(t.theatres)
FROM theatre_day AS t
CROSS JOIN last_open
JOIN hospital AS h ON h.hospital_id = t.hospital_id
WHERE t.kind = 'katarakt' AND t.opened_on > DATE_SUB(last_open.opened_on, INTERVAL 7 DAY) AND t.opened_on <= last_open.opened_on
GROUP BY h.hospital, last_open.opened_on
