-- The frames of the budget year that :as_of lies in, as the finance system has
-- them: a row for each division and part, and one without labels for what has
-- none. The table holds Finans as a negative net cost.
SELECT f.division, f.part,
  CAST(SUM(f.net_cost_sek) AS DECIMAL(16,2)) AS net_cost_frame_sek,
  CAST(NULL AS DECIMAL(16,2)) AS finance_net_income_frame_sek,
  CAST(NULL AS DECIMAL(16,2)) AS result_frame_sek
FROM economic_frame AS f
WHERE f.year = YEAR(:as_of) AND f.division <> 'Finans'
GROUP BY f.division, f.part
UNION ALL
SELECT '' AS division, '' AS part,
  CAST(NULL AS DECIMAL(16,2)) AS net_cost_frame_sek,
  CAST(SUM(CASE WHEN f.division = 'Finans' THEN -f.net_cost_sek ELSE 0 END) AS DECIMAL(16,2)) AS finance_net_income_frame_sek,
  CAST(SUM(-f.net_cost_sek) AS DECIMAL(16,2)) AS result_frame_sek
FROM economic_frame AS f
WHERE f.year = YEAR(:as_of)
GROUP BY f.year
ORDER BY division, part
