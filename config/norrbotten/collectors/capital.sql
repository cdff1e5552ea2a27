-- The portfolio at its latest valuation at or before :as_of. What is older
-- than a year is left out: max_age would withdraw it anyhow.
SELECT v.valued_on, v.market_value_sek, v.equity_sek, v.pension_commitment_sek
FROM portfolio_valuation AS v
JOIN (
  SELECT MAX(valued_on) AS valued_on
  FROM portfolio_valuation
  WHERE valued_on <= :as_of AND valued_on > DATE_SUB(:as_of, INTERVAL 1 YEAR)
) AS latest ON latest.valued_on = v.valued_on
