-- Each health centre at the end of the last month reported by :as_of: who is listed and who has
-- a named doctor, and the contacts with doctors in the three months through that one.
-- There are no rows until there are three months.
SELECT latest.area AS area, latest.health_centre AS health_centre,
  DATE_SUB(CAST(DATE_ADD(latest.month_begins, INTERVAL 1 MONTH) AS DATETIME), INTERVAL 1 SECOND) AS counted_through,
  CAST(SUM(CASE WHEN h.month_begins = latest.month_begins THEN h.listed_patients ELSE 0 END) AS SIGNED) AS listed_patients,
  CAST(SUM(CASE WHEN h.month_begins = latest.month_begins THEN h.named_doctor ELSE 0 END) AS SIGNED) AS named_doctor,
  CAST(SUM(CASE WHEN h.month_begins = latest.month_begins THEN h.gp_fte ELSE 0 END) AS DECIMAL(16,2)) AS gp_fte,
  CAST(SUM(h.doctor_contacts) AS SIGNED) AS doctor_contacts,
  CAST(SUM(h.same_doctor_contacts) AS SIGNED) AS same_doctor_contacts
FROM (
  SELECT area, health_centre, MAX(month_begins) AS month_begins
  FROM health_centre_month
  WHERE reported_on <= :as_of AND reported_on > DATE_SUB(:as_of, INTERVAL 70 DAY)
  GROUP BY area, health_centre
) AS latest
JOIN health_centre_month AS h ON h.area = latest.area AND h.health_centre = latest.health_centre
  AND h.month_begins <= latest.month_begins AND h.month_begins > DATE_SUB(latest.month_begins, INTERVAL 3 MONTH)
GROUP BY latest.area, latest.health_centre, latest.month_begins
HAVING COUNT(*) = 3
ORDER BY latest.area, latest.health_centre
