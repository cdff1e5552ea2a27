-- The last weekly count at or before :as_of.
SELECT l.area, CAST(l.counted_on AS DATETIME) AS counted_on, l.listed_patients, l.gp_fte
FROM primary_care_listing AS l
JOIN (SELECT MAX(counted_on) AS counted_on FROM primary_care_listing WHERE counted_on <= :as_of) AS latest ON latest.counted_on = l.counted_on
ORDER BY l.area
