-- The last count at or before :as_of of the season that :as_of lies in.
SELECT CAST(r.counted_on AS DATETIME) AS counted_on, r.applicants, r.contacted
FROM summer_recruitment AS r
JOIN (
  SELECT MAX(counted_on) AS counted_on FROM summer_recruitment WHERE counted_on <= :as_of AND season = YEAR(:as_of)
) AS latest ON latest.counted_on = r.counted_on
WHERE r.season = YEAR(:as_of)
