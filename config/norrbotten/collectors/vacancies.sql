-- The last weekly count at or before :as_of, and the last one at or before the
-- same day a year earlier. A cell that only the year earlier has is left out.
SELECT v.hospital, v.area, v.profession, CAST(latest.counted_on AS DATETIME) AS counted_on,
  v.vacant_posts, previous.vacant_posts AS vacant_posts_year_earlier
FROM (SELECT MAX(counted_on) AS counted_on FROM vacancy WHERE counted_on <= :as_of) AS latest
JOIN vacancy AS v ON v.counted_on = latest.counted_on
LEFT JOIN (
  SELECT b.hospital, b.area, b.profession, b.vacant_posts
  FROM vacancy AS b
  JOIN (
    SELECT MAX(counted_on) AS counted_on FROM vacancy
    WHERE counted_on <= (SELECT DATE_SUB(MAX(counted_on), INTERVAL 1 YEAR) FROM vacancy WHERE counted_on <= :as_of)
  ) AS earlier ON earlier.counted_on = b.counted_on
) AS previous ON previous.hospital = v.hospital AND previous.area = v.area AND previous.profession = v.profession
ORDER BY v.hospital, v.area, v.profession
