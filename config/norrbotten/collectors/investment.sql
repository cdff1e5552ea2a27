-- The budget year's investments as they stand in the accounts at :as_of, one row
-- for each combination of labels. booked_through is the same on every row: the
-- day of the year's last entry, and 1 January until there is one.
SELECT i.list, i.division, i.district, i.area, i.kind,
  CAST(COALESCE(MAX(books.last_entry), CONCAT(YEAR(:as_of), '-01-01')) AS DATETIME) AS booked_through,
  CAST(SUM(i.budget_sek) AS DECIMAL(16,2)) AS budget_sek,
  CAST(SUM(COALESCE(e.decided_sek, 0)) AS DECIMAL(16,2)) AS decided_sek,
  CAST(SUM(COALESCE(e.spent_sek, 0)) AS DECIMAL(16,2)) AS spent_sek
FROM investment AS i
LEFT JOIN (
  SELECT investment_id,
    SUM(CASE WHEN stage = 'decided' THEN amount_sek ELSE 0 END) AS decided_sek,
    SUM(CASE WHEN stage = 'spent' THEN amount_sek ELSE 0 END) AS spent_sek
  FROM investment_entry
  WHERE booked_on <= :as_of AND YEAR(booked_on) = YEAR(:as_of)
  GROUP BY investment_id
) AS e ON e.investment_id = i.investment_id
CROSS JOIN (
  SELECT MAX(booked_on) AS last_entry
  FROM investment_entry
  WHERE booked_on <= :as_of AND YEAR(booked_on) = YEAR(:as_of)
) AS books
WHERE i.year = YEAR(:as_of)
GROUP BY i.list, i.division, i.district, i.area, i.kind
ORDER BY i.list, i.division, i.district, i.area, i.kind
