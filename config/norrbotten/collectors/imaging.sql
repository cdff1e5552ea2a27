-- The latest count of imaging's lists at or before :as_of, and the new
-- examinations up to and including the day before it, or the day whose last second it is.
WITH
latest AS (
  SELECT MAX(measured_on) AS measured_on FROM exam_waiting WHERE measured_on <= :as_of
)
-- One row for each time waited: the histogram.
SELECT h.hospital, w.modality, CAST(w.measured_on AS DATETIME) AS counted_at,
  w.waited_days * 86400 AS waited_seconds, w.exams,
  CAST(NULL AS SIGNED) AS waiting,
  CAST(NULL AS SIGNED) AS coronary_exams, CAST(NULL AS SIGNED) AS coronary_angiographies,
  CAST(NULL AS SIGNED) AS mobile_exams, CAST(NULL AS SIGNED) AS scanners
FROM exam_waiting AS w
JOIN latest ON w.measured_on = latest.measured_on
JOIN hospital AS h ON h.hospital_id = w.hospital_id
UNION ALL
-- One row for each list.
SELECT h.hospital, w.modality, CAST(w.measured_on AS DATETIME) AS counted_at,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  CAST(SUM(w.exams) AS SIGNED) AS waiting,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED)
FROM exam_waiting AS w
JOIN latest ON w.measured_on = latest.measured_on
JOIN hospital AS h ON h.hospital_id = w.hospital_id
GROUP BY h.hospital, w.modality, w.measured_on
UNION ALL
-- CT of the coronary arteries, all since it began, through the day before :as_of: there may
-- have been none that day. Without any for a week, reports are late.
SELECT h.hospital, 'DT' AS modality,
  CAST(DATE_SUB(CAST(CASE WHEN MAX(f.performed_on) < DATE_SUB(DATE(DATE_ADD(:as_of, INTERVAL 1 SECOND)), INTERVAL 7 DAY) THEN DATE_ADD(MAX(f.performed_on), INTERVAL 1 DAY) ELSE DATE(DATE_ADD(:as_of, INTERVAL 1 SECOND)) END AS DATETIME), INTERVAL 1 SECOND) AS DATETIME) AS counted_at,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  CAST(SUM(CASE WHEN f.kind = 'dt kranskärl' THEN f.exams ELSE 0 END) AS SIGNED),
  CAST(SUM(CASE WHEN f.kind = 'angiografi' THEN f.exams ELSE 0 END) AS SIGNED),
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED)
FROM followed_exam AS f
JOIN hospital AS h ON h.hospital_id = f.hospital_id
WHERE f.kind IN ('dt kranskärl', 'angiografi') AND f.performed_on < DATE(DATE_ADD(:as_of, INTERVAL 1 SECOND))
GROUP BY h.hospital
UNION ALL
-- The mobile MR scanner, in the year of the last day reported.
SELECT h.hospital, 'MR' AS modality, CAST(DATE_SUB(CAST(DATE_ADD(last_day.performed_on, INTERVAL 1 DAY) AS DATETIME), INTERVAL 1 SECOND) AS DATETIME) AS counted_at,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  CAST(SUM(f.exams) AS SIGNED), CAST(NULL AS SIGNED)
FROM followed_exam AS f
JOIN (
  SELECT MAX(performed_on) AS performed_on
  FROM followed_exam
  WHERE kind = 'mobil mr' AND performed_on < DATE(DATE_ADD(:as_of, INTERVAL 1 SECOND))
) AS last_day ON YEAR(f.performed_on) = YEAR(last_day.performed_on) AND f.performed_on <= last_day.performed_on
JOIN hospital AS h ON h.hospital_id = f.hospital_id
WHERE f.kind = 'mobil mr'
GROUP BY h.hospital, last_day.performed_on
UNION ALL
-- New CT scanners, at every hospital: 0 says that the old one is still there.
SELECT h.hospital, 'DT' AS modality, CAST(:as_of AS DATETIME) AS counted_at,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  COUNT(s.scanner_id)
FROM hospital AS h
LEFT JOIN ct_scanner AS s ON s.hospital_id = h.hospital_id AND s.installed_on <= :as_of
GROUP BY h.hospital
