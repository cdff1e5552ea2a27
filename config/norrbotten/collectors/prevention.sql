-- Each area's health dialogues and prescriptions this year, through its last
-- day with figures before :as_of, and through the same date of the year before.
-- On 1 January the last day is New Year's Eve, and the year the one before.
-- At the end of February a leap day belongs to the month: without it, it could be
-- told from what was published a year ago.
SELECT latest.area, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(CASE WHEN YEAR(p.day) = YEAR(latest.day) THEN p.health_dialogues END) AS SIGNED) AS health_dialogues,
  CAST(SUM(CASE WHEN YEAR(p.day) = YEAR(latest.day) - 1 AND p.day <= CASE WHEN latest.day = LAST_DAY(latest.day) THEN LAST_DAY(DATE_SUB(latest.day, INTERVAL 1 YEAR)) ELSE DATE_SUB(latest.day, INTERVAL 1 YEAR) END
    THEN p.health_dialogues END) AS SIGNED) AS health_dialogues_year_earlier,
  CAST(SUM(CASE WHEN YEAR(p.day) = YEAR(latest.day) THEN p.activity_prescriptions END) AS SIGNED) AS activity_prescriptions,
  CAST(SUM(CASE WHEN YEAR(p.day) = YEAR(latest.day) - 1 AND p.day <= CASE WHEN latest.day = LAST_DAY(latest.day) THEN LAST_DAY(DATE_SUB(latest.day, INTERVAL 1 YEAR)) ELSE DATE_SUB(latest.day, INTERVAL 1 YEAR) END
    THEN p.activity_prescriptions END) AS SIGNED) AS activity_prescriptions_year_earlier
FROM (
  SELECT area, MAX(day) AS day
  FROM prevention_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
  GROUP BY area
) AS latest
JOIN prevention_day AS p ON p.area = latest.area AND p.day <= latest.day AND p.day > DATE_SUB(latest.day, INTERVAL 2 YEAR)
GROUP BY latest.area, latest.day
ORDER BY latest.area
