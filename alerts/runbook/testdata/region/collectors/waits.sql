SELECT clinic, step, SUM(waiting) AS waiting, SUM(seen) AS seen
FROM wait
WHERE day <= :as_of
GROUP BY clinic, step
