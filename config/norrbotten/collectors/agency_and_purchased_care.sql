-- What divisions pay for agency staff and for care by other providers in the year so far,
-- through the last month that is closed in the books at :as_of, so that both are of the
-- same time. In January and until January itself is closed, the year is the one before.
WITH books AS (
  SELECT MAX(month_begins) AS month_begins FROM staff_month WHERE booked_on <= :as_of
)
-- A division that buys no care has no figure of it.
SELECT division, DATE_SUB(CAST(DATE_ADD(month_begins, INTERVAL 1 MONTH) AS DATETIME), INTERVAL 1 SECOND) AS booked_through,
  CAST(SUM(purchased) AS DECIMAL(16,2)) AS purchased_sek,
  CAST(SUM(paid) AS DECIMAL(16,2)) AS paid_sek
FROM (
  SELECT m.division, books.month_begins, m.agency_cost_sek AS paid, CAST(NULL AS DECIMAL(16,2)) AS purchased
  FROM staff_month AS m
  CROSS JOIN books
  WHERE YEAR(m.month_begins) = YEAR(books.month_begins) AND m.month_begins <= books.month_begins
  UNION ALL
  SELECT p.division, books.month_begins, p.cost_sek, p.cost_sek
  FROM purchased_care AS p
  CROSS JOIN books
  WHERE YEAR(p.booked_on) = YEAR(books.month_begins) AND p.booked_on < DATE_ADD(books.month_begins, INTERVAL 1 MONTH)
  UNION ALL
  SELECT i.division, books.month_begins, i.cost_sek, i.cost_sek
  FROM purchased_inpatient_month AS i
  CROSS JOIN books
  WHERE YEAR(i.month_begins) = YEAR(books.month_begins) AND i.month_begins <= books.month_begins
) AS costs
GROUP BY division, month_begins
ORDER BY division
