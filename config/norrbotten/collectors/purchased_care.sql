-- Bought care as booked at :as_of, in the year of the last booking and in the
-- year before up to the same date.
-- At the end of a month that is the whole month, as it was published a year ago:
-- up to the last booking in it, whichever day that is on.
WITH latest AS (
  SELECT MAX(booked_on) AS booked_on,
    CASE WHEN DATE(DATE_SUB(:as_of, INTERVAL 1 SECOND)) = LAST_DAY(DATE_SUB(:as_of, INTERVAL 1 SECOND))
      THEN LAST_DAY(DATE_SUB(DATE(DATE_SUB(:as_of, INTERVAL 1 SECOND)), INTERVAL 1 YEAR))
      ELSE DATE_SUB(MAX(booked_on), INTERVAL 1 YEAR) END AS until_earlier
  FROM purchased_care WHERE booked_on <= :as_of
),
books AS (
  SELECT latest.booked_on, MAX(p.booked_on) AS booked_earlier
  FROM latest
  LEFT JOIN purchased_care AS p ON p.booked_on <= latest.until_earlier
  GROUP BY latest.booked_on
)
-- One row for each specialty. Planned operations of the region's own stand
-- beside it, up to the same day.
SELECT bought.specialty, CAST(bought.booked_on AS DATETIME) AS booked_through,
  bought.cases, bought.cases_earlier, bought.cost_sek, bought.cost_sek_earlier,
  bought.cases + COALESCE(own.planned, 0) AS treatments,
  bought.cases_earlier + COALESCE(own.planned_earlier, 0) AS treatments_earlier,
  CAST(NULL AS DECIMAL(16,2)) AS fund_sek
FROM (
  SELECT p.specialty, books.booked_on,
    CAST(SUM(CASE WHEN YEAR(p.booked_on) = YEAR(books.booked_on) THEN p.cases ELSE 0 END) AS SIGNED) AS cases,
    CAST(SUM(CASE WHEN YEAR(p.booked_on) = YEAR(books.booked_on) - 1 AND p.booked_on <= books.booked_earlier THEN p.cases END) AS SIGNED) AS cases_earlier,
    CAST(SUM(CASE WHEN YEAR(p.booked_on) = YEAR(books.booked_on) THEN p.cost_sek ELSE 0 END) AS DECIMAL(16,2)) AS cost_sek,
    CAST(SUM(CASE WHEN YEAR(p.booked_on) = YEAR(books.booked_on) - 1 AND p.booked_on <= books.booked_earlier THEN p.cost_sek END) AS DECIMAL(16,2)) AS cost_sek_earlier
  FROM purchased_care AS p
  CROSS JOIN books
  WHERE p.booked_on <= books.booked_on
  GROUP BY p.specialty, books.booked_on, books.booked_earlier
) AS bought
LEFT JOIN (
  SELECT c.specialty,
    CAST(SUM(CASE WHEN YEAR(o.operated_on) = YEAR(books.booked_on) THEN o.planned ELSE 0 END) AS SIGNED) AS planned,
    CAST(SUM(CASE WHEN YEAR(o.operated_on) = YEAR(books.booked_on) - 1 AND o.operated_on <= books.booked_earlier THEN o.planned ELSE 0 END) AS SIGNED) AS planned_earlier
  FROM operation_day AS o
  CROSS JOIN books
  JOIN clinic AS c ON c.clinic_id = o.clinic_id
  WHERE o.operated_on <= books.booked_on
  GROUP BY c.specialty
) AS own ON own.specialty = bought.specialty
UNION ALL
-- What the frames set aside for all specialties together.
SELECT '' AS specialty, CAST(books.booked_on AS DATETIME) AS booked_through,
  CAST(NULL AS SIGNED), CAST(NULL AS SIGNED), CAST(NULL AS DECIMAL(16,2)), CAST(NULL AS DECIMAL(16,2)), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  f.amount_sek
FROM purchased_care_fund AS f
JOIN books ON f.year = YEAR(books.booked_on)
