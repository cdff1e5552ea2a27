-- The year's frames that no list divides, and what is booked on each at :as_of. booked_through is
-- the same on every row: the day of the year's last entry, and 1 January until there is one.
SELECT f.level AS level, f.category AS category,
  CAST(COALESCE(books.last_entry, CONCAT(YEAR(:as_of), '-01-01')) AS DATETIME) AS booked_through,
  f.amount_sek AS frame_sek, CAST(COALESCE(used.amount_sek, 0) AS DECIMAL(16,2)) AS spent_sek
FROM investment_frame AS f
LEFT JOIN (
  SELECT level, category, SUM(amount_sek) AS amount_sek
  FROM reserve_entry
  WHERE booked_on <= :as_of AND YEAR(booked_on) = YEAR(:as_of)
  GROUP BY level, category
) AS used ON used.level = f.level AND used.category = f.category
CROSS JOIN (
  SELECT MAX(booked_on) AS last_entry
  FROM reserve_entry
  WHERE booked_on <= :as_of AND YEAR(booked_on) = YEAR(:as_of)
) AS books
WHERE f.year = YEAR(:as_of) AND f.category <> 'Inventarier & fastigheter'
ORDER BY f.level, f.category
