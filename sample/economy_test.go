package sample_test

import (
	"testing"
)

// The frames of the warehouse are the cells of the plan's table, with what it
// leaves of Regiongemensamt as a part of its own.
func TestEconomicFramesOfThePlan(t *testing.T) {
	columns := map[string]string{"2024": "opening", "2025": "closing"}
	held := map[string]int{}
	for _, row := range rows(t, "economic_frame") {
		amount := sek(t, row["net_cost_sek"])
		held[row["year"]+"/"+row["division"]] += amount
		held[row["year"]+"/total"] += amount
		if row["part"] != "" {
			held[row["year"]+"/Varav "+row["part"]] += amount
		}
	}
	for year, column := range columns {
		for _, row := range plan(t, "economic_frame.csv") {
			name := row["name"]
			switch row["row"] {
			case "subtotal":
				continue
			case "total":
				name = "total"
			}
			// million SEK, costs with a minus, against hundredths of a SEK
			want := decimal(t, row[column])
			want.Mul(want, decimal(t, "-100000000"))
			got, ok := held[year+"/"+name]
			if !ok || !want.IsInt() || want.Num().Int64() != int64(got) {
				t.Errorf("%s %s: %d in the warehouse, %s in the plan", year, row["name"], got, want.FloatString(2))
			}
		}
	}
}

// Net cost is booked once a month for each cell of the frames, and none is
// closed before it has ended.
func TestLedgerIsWhole(t *testing.T) {
	cells, months := map[string]bool{}, map[string]int{}
	for _, row := range rows(t, "economic_frame") {
		cells[row["division"]+"/"+row["part"]] = true
	}
	for _, row := range rows(t, "ledger_month") {
		if !cells[row["division"]+"/"+row["part"]] {
			t.Errorf("%s: %s %s has no frame", row["month"], row["division"], row["part"])
		}
		if row["closed_on"][:7] <= row["month"][:7] {
			t.Errorf("%s closed on %s", row["month"], row["closed_on"])
		}
		months[row["month"]]++
	}
	for month, n := range months {
		if n != len(cells) {
			t.Errorf("%s: %d cells of %d", month, n, len(cells))
		}
	}
	if len(months) != 26 || months["2023-01-01"] == 0 || months["2025-02-01"] == 0 {
		t.Errorf("%d months, want those of January 2023 to February 2025", len(months))
	}
}

func TestInsuranceOfTheReport(t *testing.T) {
	tests := []struct {
		name, day, group string
		sek              int
	}{
		{"the old contracts", "2025-02-28", "Större avtal", 12_000_000},
		{"the new contracts", "2025-03-01", "Större avtal", 9_400_000},
		{"on the day of the report", "2025-03-18", "Större avtal", 9_400_000},
		{"smaller contracts", "2025-03-18", "Mindre avtal", 180_000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sum := 0
			for _, c := range rows(t, "insurance_contract") {
				if c["contract_group"] == tt.group && c["valid_from"] <= tt.day && tt.day <= c["valid_to"] {
					sum += sek(t, c["annual_premium_sek"])
				}
			}
			if sum != tt.sek*100 {
				t.Errorf("%d öre, want %d SEK", sum, tt.sek)
			}
		})
	}
}

// The portfolio first covers the whole commitment in 2024, before the policy
// of 20 November, and the equity share rises after New Year.
func TestPortfolioOfTheReport(t *testing.T) {
	matched := ""
	for _, v := range rows(t, "portfolio_valuation") {
		value, commitment, equity := sek(t, v["market_value_sek"]), sek(t, v["pension_commitment_sek"]), sek(t, v["equity_sek"])
		if value >= commitment && matched == "" {
			matched = v["valued_on"]
		}
		if matched != "" && value < commitment {
			t.Errorf("%s: the commitment is no longer covered", v["valued_on"])
		}
		if raised := v["valued_on"] >= "2025"; raised != (equity*100 > value*50) {
			t.Errorf("%s: equity %d of %d", v["valued_on"], equity, value)
		}
	}
	if matched != "2024-10-31" {
		t.Errorf("the commitment is covered from %q", matched)
	}
}

func TestRisksOfThePlan(t *testing.T) {
	assessed := map[string]map[string]string{}
	for _, row := range rows(t, "risk_assessment") {
		assessed[row["risk_id"]] = row
	}
	risks := map[string]map[string]string{}
	for _, row := range rows(t, "risk") {
		risks[row["risk_id"]] = row
	}
	levels := map[string]int{}
	for _, row := range plan(t, "risks.csv") {
		r, a := risks[row["number"]], assessed[row["number"]]
		if r["risk"] != row["risk.sv"] || r["response"] != row["response.sv"] || a["likelihood"] != row["likelihood"] || a["consequence"] != row["consequence"] {
			t.Errorf("risk %s is %v, %v in the warehouse", row["number"], r, a)
		}
		levels[row["level.sv"]]++
	}
	if len(risks) != 32 || levels["Hög"] != 22 || levels["Medium"] != 9 || levels["Låg"] != 1 {
		t.Errorf("%d risks: %v", len(risks), levels)
	}
}

// The report lists eleven studies and nine projects, and FVIS Cosmic apart;
// two studies are to start at the end of March.
func TestUndertakingsOfTheReport(t *testing.T) {
	const day = "2025-03-18"
	count := map[string]int{}
	for _, u := range rows(t, "it_undertaking") {
		count[u["kind"]]++
		if u["started_on"] == "" || u["started_on"] > day {
			count["planned"]++
		}
		if u["planned_end"] < day || u["started_on"] == "" && u["planned_start"] < day {
			t.Errorf("%s is late", u["name"])
		}
		if u["name"] == "FVIS Cosmic" && u["planned_end"] != "2025-03-31" {
			t.Errorf("FVIS Cosmic ends on %s", u["planned_end"])
		}
	}
	if count["förstudie"] != 11 || count["projekt"] != 10 || count["planned"] != 2 {
		t.Errorf("%v", count)
	}
}
