-- Each category's latest stocktaking at or before :as_of. What is older than a
-- quarter is left out: max_age would withdraw it anyhow.
SELECT s.category, s.counted_on, CAST((s.stock * 86400) DIV s.daily_need AS SIGNED) AS endurance_seconds
FROM (
  SELECT category, MAX(counted_on) AS counted_on
  FROM supply_stock
  WHERE counted_on <= :as_of AND counted_on > DATE_SUB(:as_of, INTERVAL 92 DAY)
  GROUP BY category
) AS latest
JOIN supply_stock AS s ON s.category = latest.category AND s.counted_on = latest.counted_on
ORDER BY s.category
