-- Large building projects decided at or before :as_of and not yet finished.
SELECT district,
  CAST(SUM(building_cost_sek) AS DECIMAL(16,2)) AS building_cost_sek,
  CAST(SUM(art_sek) AS DECIMAL(16,2)) AS art_sek
FROM building_project
WHERE decided_on <= :as_of AND (finished_on IS NULL OR finished_on > :as_of)
GROUP BY district
ORDER BY district
