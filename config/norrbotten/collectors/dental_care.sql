-- Each area's dental care at the end of the last month reported by :as_of: who is due, and
-- the children examined in the year of that month. In January the year is the one before.
-- A month is reported in the night after it: a second after its last one, at which
-- figures that add up are published.
SELECT latest.area,
  DATE_SUB(CAST(DATE_ADD(latest.month_begins, INTERVAL 1 MONTH) AS DATETIME), INTERVAL 1 SECOND) AS counted_through,
  CAST(SUM(CASE WHEN d.month_begins = latest.month_begins THEN d.adults_due ELSE 0 END) AS SIGNED) AS adults_due,
  CAST(SUM(CASE WHEN d.month_begins = latest.month_begins THEN d.adults_overdue ELSE 0 END) AS SIGNED) AS adults_overdue,
  CAST(SUM(d.children_examined) AS SIGNED) AS children_examined,
  CAST(SUM(d.children_caries_free) AS SIGNED) AS children_caries_free
FROM (
  SELECT area, MAX(month_begins) AS month_begins
  FROM dental_month
  WHERE reported_on <= DATE_ADD(:as_of, INTERVAL 1 SECOND) AND reported_on > DATE_SUB(:as_of, INTERVAL 70 DAY)
  GROUP BY area
) AS latest
JOIN dental_month AS d ON d.area = latest.area AND d.month_begins <= latest.month_begins AND YEAR(d.month_begins) = YEAR(latest.month_begins)
GROUP BY latest.area, latest.month_begins
ORDER BY latest.area
