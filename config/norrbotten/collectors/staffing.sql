-- The year so far through the last month that is closed in the books at :as_of,
-- and the same months a year earlier. Full-time equivalents are the mean over
-- those months. In January and until January itself is closed, the year is the
-- one before. Sick leave of a group below five full-time equivalents would speak
-- of individuals and is left out.
SELECT division, profession, booked_through,
  CAST(agency_cost AS DECIMAL(16,2)) AS agency_cost_sek,
  CAST(agency_cost_earlier AS DECIMAL(16,2)) AS agency_cost_sek_year_earlier,
  CAST(staff_cost AS DECIMAL(16,2)) AS staff_cost_sek,
  CAST(staff_cost_earlier AS DECIMAL(16,2)) AS staff_cost_sek_year_earlier,
  CAST(agency_fte AS DOUBLE) / months AS agency_fte,
  CAST(agency_fte_earlier AS DOUBLE) / months AS agency_fte_year_earlier,
  CAST(own_fte AS DOUBLE) / months AS own_fte,
  CAST(own_fte_earlier AS DOUBLE) / months AS own_fte_year_earlier,
  CAST(overtime_hours * 3600 AS SIGNED) AS overtime_seconds,
  CAST(overtime_hours_earlier * 3600 AS SIGNED) AS overtime_seconds_year_earlier,
  CAST(CASE WHEN own_fte >= 5 * months THEN sick_leave_hours * 3600 END AS SIGNED) AS sick_leave_seconds,
  CAST(CASE WHEN own_fte_earlier >= 5 * months THEN sick_leave_hours_earlier * 3600 END AS SIGNED) AS sick_leave_seconds_year_earlier,
  CAST(scheduled_hours * 3600 AS SIGNED) AS scheduled_seconds,
  CAST(scheduled_hours_earlier * 3600 AS SIGNED) AS scheduled_seconds_year_earlier
FROM (
  SELECT m.division, m.profession, MONTH(books.month_begins) AS months,
    DATE_SUB(CAST(DATE_ADD(books.month_begins, INTERVAL 1 MONTH) AS DATETIME), INTERVAL 1 SECOND) AS booked_through,
    SUM(CASE WHEN YEAR(m.month_begins) = YEAR(books.month_begins) THEN m.agency_cost_sek END) AS agency_cost,
    SUM(CASE WHEN YEAR(m.month_begins) < YEAR(books.month_begins) THEN m.agency_cost_sek END) AS agency_cost_earlier,
    SUM(CASE WHEN YEAR(m.month_begins) = YEAR(books.month_begins) THEN m.staff_cost_sek END) AS staff_cost,
    SUM(CASE WHEN YEAR(m.month_begins) < YEAR(books.month_begins) THEN m.staff_cost_sek END) AS staff_cost_earlier,
    SUM(CASE WHEN YEAR(m.month_begins) = YEAR(books.month_begins) THEN m.agency_fte END) AS agency_fte,
    SUM(CASE WHEN YEAR(m.month_begins) < YEAR(books.month_begins) THEN m.agency_fte END) AS agency_fte_earlier,
    SUM(CASE WHEN YEAR(m.month_begins) = YEAR(books.month_begins) THEN m.own_fte END) AS own_fte,
    SUM(CASE WHEN YEAR(m.month_begins) < YEAR(books.month_begins) THEN m.own_fte END) AS own_fte_earlier,
    SUM(CASE WHEN YEAR(m.month_begins) = YEAR(books.month_begins) THEN m.overtime_hours END) AS overtime_hours,
    SUM(CASE WHEN YEAR(m.month_begins) < YEAR(books.month_begins) THEN m.overtime_hours END) AS overtime_hours_earlier,
    SUM(CASE WHEN YEAR(m.month_begins) = YEAR(books.month_begins) THEN m.sick_leave_hours END) AS sick_leave_hours,
    SUM(CASE WHEN YEAR(m.month_begins) < YEAR(books.month_begins) THEN m.sick_leave_hours END) AS sick_leave_hours_earlier,
    SUM(CASE WHEN YEAR(m.month_begins) = YEAR(books.month_begins) THEN m.scheduled_hours END) AS scheduled_hours,
    SUM(CASE WHEN YEAR(m.month_begins) < YEAR(books.month_begins) THEN m.scheduled_hours END) AS scheduled_hours_earlier
  FROM staff_month AS m
  CROSS JOIN (SELECT MAX(month_begins) AS month_begins FROM staff_month WHERE booked_on <= :as_of) AS books
  WHERE m.booked_on <= :as_of AND YEAR(m.month_begins) >= YEAR(books.month_begins) - 1 AND MONTH(m.month_begins) <= MONTH(books.month_begins)
  GROUP BY m.division, m.profession, books.month_begins
) AS so_far
ORDER BY division, profession
