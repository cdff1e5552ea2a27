package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// The division that holds taxes and grants, and the part of Regiongemensamt
// that the plan leaves unnamed.
const (
	finans    = "Finans"
	common    = "Regiongemensamt"
	otherPart = "Övrigt"
)

// economicFrame is the frame for one division or part of one: its net cost in
// the two years that the plan states. Finans is negative.
type economicFrame struct {
	division, part string
	y2024, y2025   ore
}

// readEconomicFrames reads the plan's frames (million SEK), which write costs
// with a minus. Regiongemensamt is split into the parts that the plan names
// and one for the rest, so that nothing is counted twice.
func readEconomicFrames(planDir string) ([]economicFrame, error) {
	var frames []economicFrame
	rest := -1
	err := eachRow(planDir, "economic_frame.csv", func(field map[string]string) error {
		if field["row"] != "item" && field["row"] != "part" {
			return nil
		}
		opening, err := parseAmount(field["opening"], million)
		if err != nil {
			return err
		}
		closing, err := parseAmount(field["closing"], million)
		if err != nil {
			return err
		}
		f := economicFrame{division: field["name"], y2024: -opening, y2025: -closing}
		if field["row"] == "part" {
			if rest < 0 {
				return fmt.Errorf("%s: a part before %s", field["name"], common)
			}
			f.division, f.part = common, strings.TrimPrefix(field["name"], "Varav ")
			frames[rest].y2024 -= f.y2024
			frames[rest].y2025 -= f.y2025
		} else if f.division == common {
			f.part, rest = otherPart, len(frames)
		}
		frames = append(frames, f)
		return nil
	})
	return frames, err
}

func economicFrameTable(frames []economicFrame) table {
	t := table{name: "economic_frame", columns: []string{"year", "division", "part", "net_cost_sek"}}
	for _, f := range frames {
		t.rows = append(t.rows, []string{"2024", f.division, f.part, f.y2024.String()})
	}
	for _, f := range frames {
		t.rows = append(t.rows, []string{"2025", f.division, f.part, f.y2025.String()})
	}
	return t
}

// inYear is the frame that a year's ledger is made around. The plan states
// none for 2023.
func (f economicFrame) inYear(year int) ore {
	switch year {
	case 2023:
		return f.y2024 / 100 * 96
	case 2024:
		return f.y2024
	}
	return f.y2025
}

// overspent is by how many thousandths a division's net cost exceeds its
// frame in 2023, 2024 and 2025.
var overspent = map[string][3]int{
	"Nära":           {40, 55, 45},
	"Länssjukvård 1": {50, 45, 32},
	"Länssjukvård 2": {45, 48, 38},
	"Psykiatri":      {20, 10, -5},
	"Funktion":       {30, 25, 15},
	"Regionstöd":     {10, 0, -10},
	common:           {10, 8, 5},
	finans:           {4, -5, 4},
}

// ledgerMonthTable makes up the accounts: a division's frame spread over the
// days of the year, what it overspends, and a little by chance.
func ledgerMonthTable(frames []economicFrame) table {
	random := rand.New(rand.NewPCG(2025, 706))
	t := table{name: "ledger_month", columns: []string{"month", "closed_on", "division", "part", "net_cost_sek"}}
	for month := firstMonth; !month.After(lastMonth); month = month.AddDate(0, 1, 0) {
		closed := weekdayOnOrAfter(date(month.Year(), month.Month()+1, 14))
		if month.Month() == time.December {
			closed = weekdayOnOrAfter(date(month.Year()+1, time.January, 29))
		}
		for _, f := range frames {
			deviation := overspent[f.division][month.Year()-2023] + random.IntN(17) - 8
			amount := f.inYear(month.Year()) * ore(monthEnd(month).Day()) / ore(daysIn(month.Year())) / 1000 * ore(1000+deviation)
			amount -= amount % 100
			t.rows = append(t.rows, []string{day(month), day(closed), f.division, f.part, amount.String()})
		}
	}
	return t
}

func daysIn(year int) int { return date(year, time.December, 31).YearDay() }

// insuranceContractTable holds the contracts of the report. The new ones run
// for five years, by the savings in the report: 2.6 million SEK a year, 13
// million over the whole period.
func insuranceContractTable() table {
	const larger, property, vehicles = "Större avtal", "Egendoms- och ansvarsförsäkring", "Motorfordonsförsäkring"
	t := table{name: "insurance_contract", columns: []string{"contract_id", "contract_group", "category", "valid_from", "valid_to", "annual_premium_sek"}}
	for i, c := range []struct {
		group, category string
		from, to        time.Time
		sek             int
	}{
		{larger, property, date(2020, time.March, 1), date(2025, time.February, 28), 7_600_000},
		{larger, vehicles, date(2020, time.March, 1), date(2025, time.February, 28), 4_400_000},
		{larger, property, date(2025, time.March, 1), date(2030, time.February, 28), 5_900_000},
		{larger, vehicles, date(2025, time.March, 1), date(2030, time.February, 28), 3_500_000},
		{"Mindre avtal", "Övriga försäkringar", date(2021, time.January, 1), date(2025, time.December, 31), 180_000},
	} {
		t.rows = append(t.rows, []string{id(i), c.group, c.category, day(c.from), day(c.to), kronor(c.sek)})
	}
	return t
}

// portfolioValuationTable makes up the portfolio's growth to the whole of the
// pension commitment in October 2024, and the first of five steps from an
// equity share of 46 per cent towards 76.
func portfolioValuationTable() table {
	random := rand.New(rand.NewPCG(2025, 76))
	t := table{name: "portfolio_valuation", columns: []string{"valued_on", "market_value_sek", "equity_sek", "pension_commitment_sek"}}
	matched := date(2024, time.October, 31)
	for month := date(2022, time.December, 1); !month.After(lastMonth); month = month.AddDate(0, 1, 0) {
		valued := monthEnd(month)
		// in thousand SEK
		months := (valued.Year()-2022)*12 + int(valued.Month()) - 12
		commitment := 6_600_000 + months*11_000
		// per thousand of the commitment
		matching := 868 + months*6 + random.IntN(9) - 4
		share := 460 + random.IntN(7) - 3
		switch {
		case valued.Equal(matched):
			matching = 1000
		case valued.After(matched):
			matching = 1006 + random.IntN(5)
		case matching > 995:
			matching = 995
		}
		if valued.Year() == 2025 {
			share = 520 + random.IntN(5)
		}
		value := commitment * matching / 1000
		t.rows = append(t.rows, []string{day(valued), kronor(value * 1000), kronor(value * share), kronor(commitment * 1000)})
	}
	return t
}

// buildingProjectTable makes up the projects in which a hundredth of the cost
// is to go to art.
func buildingProjectTable() table {
	t := table{name: "building_project", columns: []string{"project_id", "district", "decided_on", "finished_on", "building_cost_sek", "art_sek"}}
	for i, p := range []struct {
		district, decided, finished string
		cost, art                   int
	}{
		{"Sunderby", "2021-06-16", "2024-09-30", 240_000_000, 2_400_000},
		{"Kalix", "2024-02-14", "", 118_000_000, 1_180_000},
		{"Kiruna", "2024-06-12", "", 46_000_000, 460_000},
		{"Piteå", "2022-11-23", "", 64_000_000, 630_000},
	} {
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), p.district, p.decided, p.finished, kronor(p.cost), kronor(p.art)})
	}
	return t
}
