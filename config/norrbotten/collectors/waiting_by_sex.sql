-- The latest count of the waiting lists at or before :as_of by age and sex, for all clinics
-- together; and in rows of their own, how far women's share within the guarantee and men's
-- lie apart.
WITH latest AS (
  SELECT MAX(measured_on) AS measured_on FROM waiting_group WHERE measured_on <= :as_of
)
SELECT g.stage AS stage, w.age_group AS age_group, w.sex AS sex, CAST(w.measured_on AS DATETIME) AS counted_at,
  w.patients AS patients, w.in_time AS in_time, CAST(NULL AS DOUBLE) AS gap
FROM waiting_group AS w
JOIN latest ON w.measured_on = latest.measured_on
JOIN guarantee_stage AS g ON g.stage_id = w.stage_id
UNION ALL
SELECT g.stage, '', '', CAST(compared.measured_on AS DATETIME), CAST(NULL AS SIGNED), CAST(NULL AS SIGNED),
  ABS(CAST(compared.women_in_time AS DOUBLE) / compared.women - CAST(compared.men_in_time AS DOUBLE) / compared.men)
FROM (
  SELECT w.stage_id, w.measured_on,
    SUM(CASE WHEN w.sex = 'kvinna' THEN w.in_time ELSE 0 END) AS women_in_time,
    SUM(CASE WHEN w.sex = 'kvinna' THEN w.patients ELSE 0 END) AS women,
    SUM(CASE WHEN w.sex = 'man' THEN w.in_time ELSE 0 END) AS men_in_time,
    SUM(CASE WHEN w.sex = 'man' THEN w.patients ELSE 0 END) AS men
  FROM waiting_group AS w
  JOIN latest ON w.measured_on = latest.measured_on
  GROUP BY w.stage_id, w.measured_on
) AS compared
JOIN guarantee_stage AS g ON g.stage_id = compared.stage_id
ORDER BY 1, 2, 3
