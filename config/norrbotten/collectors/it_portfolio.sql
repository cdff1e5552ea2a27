-- Studies and projects as they stand at :as_of. What was ended stays through
-- its year. An undertaking is late when the last day planned for its start or
-- its end has passed without it.
SELECT kind,
  CASE WHEN ended_on <= :as_of THEN 'avslutad' WHEN started_on <= :as_of THEN 'pågående' ELSE 'planerad' END AS status,
  name AS undertaking, COUNT(*) AS undertakings,
  CAST(SUM(CASE
    WHEN ended_on <= :as_of THEN 0
    WHEN planned_end < DATE(:as_of) THEN 1
    WHEN started_on <= :as_of THEN 0
    WHEN planned_start < DATE(:as_of) THEN 1
    ELSE 0
  END) AS SIGNED) AS late
FROM it_undertaking
WHERE registered_on <= :as_of AND (ended_on IS NULL OR YEAR(ended_on) >= YEAR(:as_of))
GROUP BY kind, CASE WHEN ended_on <= :as_of THEN 'avslutad' WHEN started_on <= :as_of THEN 'pågående' ELSE 'planerad' END, name
ORDER BY kind, name
