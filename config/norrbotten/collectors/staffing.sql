-- The year so far through the last month that is closed in the books at :as_of.
-- Full-time equivalents are the mean over those months. In January and until
-- January itself is closed, the year is the one before. Sick leave of a group below
-- five full-time equivalents would speak of individuals and is left out.
SELECT division, profession, booked_through,
  CAST(agency_cost AS DECIMAL(16,2)) AS agency_cost_sek,
  CAST(staff_cost AS DECIMAL(16,2)) AS staff_cost_sek,
  CAST(agency_fte AS DOUBLE) / months AS agency_fte,
  CAST(own_fte AS DOUBLE) / months AS own_fte,
  CAST(overtime_hours * 3600 AS SIGNED) AS overtime_seconds,
  CAST(CASE WHEN own_fte >= 5 * months THEN sick_leave_hours * 3600 END AS SIGNED) AS sick_leave_seconds,
  CAST(scheduled_hours * 3600 AS SIGNED) AS scheduled_seconds
FROM (
  SELECT m.division, m.profession, MONTH(books.month_begins) AS months,
    DATE_SUB(CAST(DATE_ADD(books.month_begins, INTERVAL 1 MONTH) AS DATETIME), INTERVAL 1 SECOND) AS booked_through,
    SUM(m.agency_cost_sek) AS agency_cost, SUM(m.staff_cost_sek) AS staff_cost,
    SUM(m.agency_fte) AS agency_fte, SUM(m.own_fte) AS own_fte,
    SUM(m.overtime_hours) AS overtime_hours, SUM(m.sick_leave_hours) AS sick_leave_hours, SUM(m.scheduled_hours) AS scheduled_hours
  FROM staff_month AS m
  CROSS JOIN (SELECT MAX(month_begins) AS month_begins FROM staff_month WHERE booked_on <= :as_of) AS books
  WHERE m.booked_on <= :as_of AND YEAR(m.month_begins) = YEAR(books.month_begins) AND m.month_begins <= books.month_begins
  GROUP BY m.division, m.profession, books.month_begins
) AS so_far
ORDER BY division, profession
