-- The frames of the budget year that :as_of lies in.
SELECT level, category, CAST(SUM(amount_sek) AS DECIMAL(16,2)) AS amount_sek
FROM investment_frame
WHERE year = YEAR(:as_of)
GROUP BY level, category
ORDER BY level, category
