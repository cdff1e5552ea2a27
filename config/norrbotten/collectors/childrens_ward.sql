-- Nights that adults have spent on children's wards since 1 January, through the
-- last count at or before :as_of. Until the year has a count its figure is 0 as of
-- 1 January, at the hospitals that had such nights in the year before.
SELECT w.hospital,
  CAST(CASE WHEN YEAR(last_count.counted_at) = YEAR(:as_of) THEN last_count.counted_at ELSE CONCAT(YEAR(:as_of), '-01-01') END AS DATETIME) AS counted_through,
  CAST(SUM(CASE WHEN YEAR(n.counted_at) = YEAR(:as_of) THEN n.adults ELSE 0 END) AS SIGNED) AS nights
FROM adult_night AS n
CROSS JOIN (SELECT MAX(counted_at) AS counted_at FROM adult_night WHERE counted_at <= :as_of) AS last_count
JOIN ward AS w ON w.ward_id = n.ward_id
WHERE n.counted_at <= :as_of AND YEAR(n.counted_at) >= YEAR(:as_of) - 1
GROUP BY w.hospital, last_count.counted_at
ORDER BY w.hospital
