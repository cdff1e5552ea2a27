SELECT division, net_cost, agency FROM ledger
