-- The year's occasions at :as_of: how many there are, how many are held, and how many should have been.
SELECT activity, COUNT(*) AS planned,
  CAST(SUM(CASE WHEN held_on <= :as_of THEN 1 ELSE 0 END) AS SIGNED) AS held,
  CAST(SUM(CASE WHEN due_on < DATE(:as_of) AND (held_on IS NULL OR held_on > :as_of) THEN 1 ELSE 0 END) AS SIGNED) AS late
FROM planned_activity
WHERE YEAR(due_on) = YEAR(:as_of)
GROUP BY activity
ORDER BY activity
