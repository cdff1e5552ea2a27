-- Each open risk at its latest assessment at or before :as_of. Its level is what the
-- matrix makes of likelihood times consequence.
SELECT assessed.goal_type, assessed.goal_area,
  CASE WHEN assessed.likelihood * assessed.consequence >= 9 THEN 'Hög' WHEN assessed.likelihood * assessed.consequence >= 4 THEN 'Medium' ELSE 'Låg' END AS level,
  CAST(assessed.likelihood AS CHAR) AS likelihood, CAST(assessed.consequence AS CHAR) AS consequence, MIN(assessed.assessed_on) AS assessed_on, COUNT(*) AS risks
FROM (
  SELECT r.goal_type, r.goal_area, a.likelihood, a.consequence, a.assessed_on
  FROM (
    SELECT risk_id, MAX(assessed_on) AS assessed_on
    FROM risk_assessment
    WHERE assessed_on <= :as_of
    GROUP BY risk_id
  ) AS latest
  JOIN risk_assessment AS a ON a.risk_id = latest.risk_id AND a.assessed_on = latest.assessed_on
  JOIN risk AS r ON r.risk_id = a.risk_id
  WHERE r.closed_on IS NULL OR r.closed_on > :as_of
) AS assessed
GROUP BY assessed.goal_type, assessed.goal_area, assessed.likelihood, assessed.consequence
ORDER BY assessed.goal_type, assessed.goal_area, assessed.likelihood, assessed.consequence
