-- The year up to the last month that is reported at :as_of, and the same
-- months of the year before.
SELECT u.district, CAST(DATE_SUB(DATE_ADD(books.month, INTERVAL 1 MONTH), INTERVAL 1 SECOND) AS DATETIME) AS reported_through,
  CAST(SUM(CASE WHEN YEAR(u.month) = YEAR(books.month) THEN (u.electricity_kwh + u.heat_kwh) * 3600000 END) AS DECIMAL(20,0)) AS energy_joules,
  CAST(SUM(CASE WHEN YEAR(u.month) < YEAR(books.month) THEN (u.electricity_kwh + u.heat_kwh) * 3600000 END) AS DECIMAL(20,0)) AS energy_joules_before,
  CAST(SUM(CASE WHEN YEAR(u.month) = YEAR(books.month) THEN u.combustible_waste_kg * 1000 END) AS DECIMAL(20,0)) AS waste_grams,
  CAST(SUM(CASE WHEN YEAR(u.month) < YEAR(books.month) THEN u.combustible_waste_kg * 1000 END) AS DECIMAL(20,0)) AS waste_grams_before,
  CAST(SUM(CASE WHEN YEAR(u.month) = YEAR(books.month) THEN u.transport_km * 1000 END) AS DECIMAL(20,0)) AS transport_metres,
  CAST(SUM(CASE WHEN YEAR(u.month) < YEAR(books.month) THEN u.transport_km * 1000 END) AS DECIMAL(20,0)) AS transport_metres_before,
  CAST(SUM(CASE WHEN YEAR(u.month) = YEAR(books.month) THEN u.fossil_transport_km * 1000 END) AS DECIMAL(20,0)) AS fossil_metres,
  CAST(SUM(CASE WHEN YEAR(u.month) < YEAR(books.month) THEN u.fossil_transport_km * 1000 END) AS DECIMAL(20,0)) AS fossil_metres_before
FROM resource_use AS u
CROSS JOIN (SELECT MAX(month) AS month FROM resource_use WHERE reported_on <= :as_of) AS books
WHERE YEAR(u.month) IN (YEAR(books.month), YEAR(books.month) - 1) AND MONTH(u.month) <= MONTH(books.month)
GROUP BY u.district, books.month
ORDER BY u.district
