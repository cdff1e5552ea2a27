-- This year's health dialogues by age and sex in the whole region, through the last day with
-- figures before :as_of. On 1 January the last day is New Year's Eve, and the year the one before.
SELECT d.age_group, d.sex, DATE_ADD(CAST(latest.day AS DATETIME), INTERVAL 86399 SECOND) AS counted_through,
  CAST(SUM(d.health_dialogues) AS SIGNED) AS health_dialogues
FROM (
  SELECT MAX(day) AS day
  FROM health_dialogue_day
  WHERE day < DATE(:as_of) AND day >= DATE_SUB(DATE(:as_of), INTERVAL 7 DAY)
) AS latest
JOIN health_dialogue_day AS d ON d.day <= latest.day AND YEAR(d.day) = YEAR(latest.day)
GROUP BY d.age_group, d.sex, latest.day
ORDER BY d.age_group, d.sex
