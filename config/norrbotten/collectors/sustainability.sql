-- The year up to the last month that is reported at :as_of.
SELECT u.district, CAST(DATE_SUB(DATE_ADD(books.month, INTERVAL 1 MONTH), INTERVAL 1 SECOND) AS DATETIME) AS reported_through,
  CAST(SUM((u.electricity_kwh + u.heat_kwh) * 3600000) AS DECIMAL(20,0)) AS energy_joules,
  CAST(SUM(u.combustible_waste_kg * 1000) AS DECIMAL(20,0)) AS waste_grams,
  CAST(SUM(u.transport_km * 1000) AS DECIMAL(20,0)) AS transport_metres,
  CAST(SUM(u.fossil_transport_km * 1000) AS DECIMAL(20,0)) AS fossil_metres,
  CAST(SUM(u.water_m3 * 1000) AS DECIMAL(20,0)) AS water_litres,
  CAST(SUM(u.food_waste_kg * 1000) AS DECIMAL(20,0)) AS food_waste_grams,
  CAST(SUM(u.textiles_kg * 1000) AS DECIMAL(20,0)) AS textiles_grams,
  CAST(SUM(u.hazardous_waste_kg * 1000) AS DECIMAL(20,0)) AS hazardous_waste_grams,
  CAST(SUM(u.reused_kg * 1000) AS DECIMAL(20,0)) AS reused_grams
FROM resource_use AS u
CROSS JOIN (SELECT MAX(month) AS month FROM resource_use WHERE reported_on <= :as_of) AS books
WHERE YEAR(u.month) = YEAR(books.month) AND u.month <= books.month
GROUP BY u.district, books.month
ORDER BY u.district
