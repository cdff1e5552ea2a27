-- The latest count of the waiting lists at or before :as_of, and the last four
-- weeks of primary care.
WITH
latest AS (
  SELECT MAX(measured_on) AS measured_on FROM waiting_list WHERE measured_on <= :as_of
)
-- One row for each time waited: the histogram.
SELECT c.hospital, c.specialty, g.stage, CAST(w.measured_on AS DATETIME) AS counted_at,
  w.waited_days * 86400 AS waited_seconds, w.patients,
  CAST(NULL AS SIGNED) AS waiting, CAST(NULL AS SIGNED) AS by_choice,
  CAST(NULL AS SIGNED) AS guaranteed, CAST(NULL AS SIGNED) AS in_time
FROM waiting_list AS w
JOIN latest ON w.measured_on = latest.measured_on
JOIN clinic AS c ON c.clinic_id = w.clinic_id
JOIN guarantee_stage AS g ON g.stage_id = w.stage_id
WHERE w.self_chosen = 0
UNION ALL
-- One row for each list of specialised care.
SELECT c.hospital, c.specialty, g.stage, CAST(lists.measured_on AS DATETIME) AS counted_at,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  lists.guaranteed, lists.by_choice, lists.guaranteed, lists.in_time
FROM (
  SELECT w.clinic_id, w.stage_id, w.measured_on,
    CAST(SUM(CASE WHEN w.self_chosen = 1 THEN w.patients ELSE 0 END) AS SIGNED) AS by_choice,
    CAST(SUM(CASE WHEN w.self_chosen = 0 THEN w.patients ELSE 0 END) AS SIGNED) AS guaranteed,
    CAST(SUM(CASE WHEN w.self_chosen = 0 AND w.waited_days <= g.limit_days THEN w.patients ELSE 0 END) AS SIGNED) AS in_time
  FROM waiting_list AS w
  JOIN latest ON w.measured_on = latest.measured_on
  JOIN guarantee_stage AS g ON g.stage_id = w.stage_id
  GROUP BY w.clinic_id, w.stage_id, w.measured_on
) AS lists
JOIN clinic AS c ON c.clinic_id = lists.clinic_id
JOIN guarantee_stage AS g ON g.stage_id = lists.stage_id
UNION ALL
-- One row for each stage of primary care, which is not counted by hospital.
SELECT '' AS hospital, 'Primärvård' AS specialty, g.stage, CAST(contacts.contacted_on AS DATETIME) AS counted_at,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  contacts.guaranteed, contacts.in_time
FROM (
  SELECT p.stage_id, MAX(p.contacted_on) AS contacted_on,
    CAST(SUM(p.contacts) AS SIGNED) AS guaranteed,
    CAST(SUM(CASE WHEN p.waited_days <= g.limit_days THEN p.contacts ELSE 0 END) AS SIGNED) AS in_time
  FROM primary_care_contact AS p
  JOIN guarantee_stage AS g ON g.stage_id = p.stage_id
  WHERE p.contacted_on >= DATE_SUB(DATE(:as_of), INTERVAL 28 DAY) AND p.contacted_on < DATE(:as_of)
  GROUP BY p.stage_id
) AS contacts
JOIN guarantee_stage AS g ON g.stage_id = contacts.stage_id
