-- The year's occasions of training, and those of them that have begun at :as_of.
SELECT place, COUNT(*) AS planned, CAST(SUM(CASE WHEN begins_at <= :as_of THEN 1 ELSE 0 END) AS SIGNED) AS held
FROM agreement_training
WHERE YEAR(begins_at) = YEAR(:as_of)
GROUP BY place
ORDER BY place
