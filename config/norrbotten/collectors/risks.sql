-- Each open risk at its latest assessment at or before :as_of.
SELECT r.goal_type, r.goal_area, a.level, CAST(a.likelihood AS CHAR) AS likelihood, CAST(a.consequence AS CHAR) AS consequence,
  MIN(a.assessed_on) AS assessed_on, COUNT(*) AS risks
FROM (
  SELECT risk_id, MAX(assessed_on) AS assessed_on
  FROM risk_assessment
  WHERE assessed_on <= :as_of
  GROUP BY risk_id
) AS latest
JOIN risk_assessment AS a ON a.risk_id = latest.risk_id AND a.assessed_on = latest.assessed_on
JOIN risk AS r ON r.risk_id = a.risk_id
WHERE r.closed_on IS NULL OR r.closed_on > :as_of
GROUP BY r.goal_type, r.goal_area, a.level, a.likelihood, a.consequence
ORDER BY r.goal_type, r.goal_area, a.level, a.likelihood, a.consequence
