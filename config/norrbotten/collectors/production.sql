-- Each division's visits this year, through its last day with figures before
-- :as_of. A division whose load stops keeps its date until max_age withdraws it.
-- On 1 January the last day is New Year's Eve, and the year the one before.
SELECT latest.division, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(v.visits) AS SIGNED) AS visits, CAST(SUM(v.digital_visits) AS SIGNED) AS digital_visits,
  CAST(SUM(v.visits + v.digital_visits) AS SIGNED) AS all_visits
FROM (
  SELECT division, MAX(day) AS day
  FROM visit_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY division
) AS latest
JOIN visit_day AS v ON v.division = latest.division AND v.day <= latest.day AND YEAR(v.day) = YEAR(latest.day)
GROUP BY latest.division, latest.day
ORDER BY latest.division
