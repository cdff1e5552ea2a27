package main

import (
	"math/rand/v2"
	"strconv"
)

// districts are the property districts of the plan, with what they use in a
// year at first: energy in MWh, combustible waste in tonnes, transport in
// thousand kilometres.
var districts = []struct {
	name                     string
	energy, waste, transport int
}{
	{"Gällivare", 9_800, 168, 1_090},
	{"Kalix", 6_400, 112, 760},
	{"Kiruna", 7_100, 121, 980},
	{"Piteå", 8_900, 154, 720},
	{"Sunderby", 33_500, 655, 2_150},
}

// heating is each month's part of a year's heat, in thousandths, and how
// busy the month is, in thousandths of the usual.
var (
	heating = [12]int{150, 132, 120, 84, 52, 28, 20, 26, 48, 86, 114, 140}
	busy    = [12]int{1010, 1005, 1030, 1000, 1010, 960, 820, 930, 1040, 1060, 1050, 1000}
)

// The years' levels against 2023, in thousandths, for energy and waste, and
// the fossil share of transport.
var (
	energyLevel = [3]int{1000, 978, 962}
	wasteLevel  = [3]int{1000, 985, 996}
	fossilShare = [3]int{640, 585, 540}
)

// materialUse is what else a district uses in a year, for each tonne of its combustible waste, and
// the years' levels against 2023, in thousandths: water in cubic metres, the others in
// kilograms.
var materialUse = []struct {
	name     string
	perTonne int
	level    [3]int
}{
	{"water", 310, [3]int{1000, 991, 965}},
	{"food waste", 128, [3]int{1000, 962, 915}},
	{"textiles", 205, [3]int{1000, 997, 1002}},
	{"hazardous waste", 44, [3]int{1000, 985, 962}},
	{"reused", 39, [3]int{1000, 1090, 1165}},
}

// resourceUseTable makes up each district's use month by month.
func resourceUseTable() table {
	random := rand.New(rand.NewPCG(2025, 5))
	// what came later is drawn by itself, so that the rest stays as it is
	later := rand.New(rand.NewPCG(2025, 322))
	t := table{name: "resource_use", columns: []string{"month", "reported_on", "district", "electricity_kwh", "heat_kwh", "combustible_waste_kg", "transport_km", "fossil_transport_km",
		"water_m3", "food_waste_kg", "textiles_kg", "hazardous_waste_kg", "reused_kg"}}
	for month := firstMonth; !month.After(lastMonth); month = month.AddDate(0, 1, 0) {
		m, y := int(month.Month())-1, month.Year()-2023
		reported := weekdayOnOrAfter(date(month.Year(), month.Month()+1, 13))
		for _, d := range districts {
			vary := func(amount int) int { return amount * (985 + random.IntN(31)) / 1000 }
			// 45 per cent of the energy is electricity
			electricity := vary(d.energy * 450 / 12 * energyLevel[y] / 1000 * busy[m])
			heat := vary(d.energy * 550 / 1000 * heating[m] * energyLevel[y])
			waste := vary(d.waste * 1000 / 12 * wasteLevel[y] / 1000 * busy[m] / 1000)
			transport := vary(d.transport * 1000 / 12 * busy[m] / 1000)
			fossil := transport * (fossilShare[y] + random.IntN(21) - 10 - m*3) / 1000
			row := []string{day(month), day(reported), d.name,
				strconv.Itoa(electricity / 1000), strconv.Itoa(heat / 1000), strconv.Itoa(waste), strconv.Itoa(transport), strconv.Itoa(fossil)}
			for _, u := range materialUse {
				amount := d.waste * u.perTonne / 12 * u.level[y] / 1000 * busy[m] / 1000
				row = append(row, strconv.Itoa(amount*(990+later.IntN(21))/1000))
			}
			t.rows = append(t.rows, row)
		}
	}
	return t
}
