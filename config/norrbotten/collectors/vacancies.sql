-- The last weekly count at or before :as_of.
SELECT v.hospital, v.area, v.profession, CAST(latest.counted_on AS DATETIME) AS counted_on, v.vacant_posts
FROM (SELECT MAX(counted_on) AS counted_on FROM vacancy WHERE counted_on <= :as_of) AS latest
JOIN vacancy AS v ON v.counted_on = latest.counted_on
ORDER BY v.hospital, v.area, v.profession
