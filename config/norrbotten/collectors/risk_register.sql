-- Each open risk by itself at its latest assessment at or before :as_of. Its name is the first
-- sentence of its text; the causes come after.
SELECT CAST(r.risk_id AS CHAR) AS number, TRIM(TRAILING '.' FROM SUBSTRING_INDEX(r.risk, '. ', 1)) AS risk, r.response,
  a.assessed_on, a.likelihood * a.consequence AS risk_level
FROM (
  SELECT risk_id, MAX(assessed_on) AS assessed_on
  FROM risk_assessment
  WHERE assessed_on <= :as_of
  GROUP BY risk_id
) AS latest
JOIN risk_assessment AS a ON a.risk_id = latest.risk_id AND a.assessed_on = latest.assessed_on
JOIN risk AS r ON r.risk_id = a.risk_id
WHERE r.closed_on IS NULL OR r.closed_on > :as_of
ORDER BY r.risk_id
