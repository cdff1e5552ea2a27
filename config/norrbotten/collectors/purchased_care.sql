-- Bought care as booked at :as_of, in the year of the last booking. What was bought
-- in December is published some days after New Year, so the new year's bookings
-- wait until 8 January.
WITH books AS (
  SELECT MAX(booked_on) AS booked_on FROM purchased_care
  WHERE booked_on <= :as_of AND YEAR(booked_on) <= YEAR(DATE_SUB(:as_of, INTERVAL 7 DAY))
)
-- One row for each specialty. Planned operations of the region's own stand
-- beside it, up to the same day.
SELECT bought.specialty, CAST(bought.booked_on AS DATETIME) AS booked_through,
  bought.cases, bought.cost_sek, bought.cases + COALESCE(own.planned, 0) AS treatments,
  CAST(NULL AS DECIMAL(16,2)) AS fund_sek
FROM (
  SELECT p.specialty, books.booked_on,
    CAST(SUM(CASE WHEN YEAR(p.booked_on) = YEAR(books.booked_on) THEN p.cases ELSE 0 END) AS SIGNED) AS cases,
    CAST(SUM(CASE WHEN YEAR(p.booked_on) = YEAR(books.booked_on) THEN p.cost_sek ELSE 0 END) AS DECIMAL(16,2)) AS cost_sek
  FROM purchased_care AS p
  CROSS JOIN books
  WHERE p.booked_on <= books.booked_on
  GROUP BY p.specialty, books.booked_on
) AS bought
LEFT JOIN (
  SELECT c.specialty,
    CAST(SUM(CASE WHEN YEAR(o.operated_on) = YEAR(books.booked_on) THEN o.planned ELSE 0 END) AS SIGNED) AS planned
  FROM operation_day AS o
  CROSS JOIN books
  JOIN clinic AS c ON c.clinic_id = o.clinic_id
  WHERE o.operated_on <= books.booked_on
  GROUP BY c.specialty
) AS own ON own.specialty = bought.specialty
UNION ALL
-- What the frames set aside for all specialties together, in the budget year that
-- :as_of lies in.
SELECT '' AS specialty,
  CAST(CASE WHEN YEAR(books.booked_on) = f.year THEN books.booked_on ELSE CONCAT(f.year, '-01-01') END AS DATETIME) AS booked_through,
  CAST(NULL AS SIGNED), CAST(NULL AS DECIMAL(16,2)), CAST(NULL AS SIGNED),
  f.amount_sek
FROM purchased_care_fund AS f
CROSS JOIN books
WHERE f.year = YEAR(:as_of)
