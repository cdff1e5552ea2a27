SELECT clinic, cost, cost_last_year FROM ledger WHERE day <= :as_of
