-- Nights that adults spent on children's wards in the whole of the year before :as_of, if
-- its last night is counted. Of all hospitals, and rounded down to tens: what a hospital had
-- in the year's last weeks may be too few nights to show, and nobody is to find them by
-- subtraction.
SELECT DATE_SUB(CAST(CONCAT(YEAR(:as_of), '-01-01') AS DATETIME), INTERVAL 1 SECOND) AS year_end,
  CAST(SUM(n.adults) - MOD(SUM(n.adults), 10) AS SIGNED) AS nights
FROM adult_night AS n
WHERE n.counted_at <= :as_of AND YEAR(n.counted_at) = YEAR(:as_of) - 1
HAVING DATE(MIN(n.counted_at)) = CONCAT(YEAR(:as_of) - 1, '-01-01') AND DATE(MAX(n.counted_at)) = CONCAT(YEAR(:as_of) - 1, '-12-31')
