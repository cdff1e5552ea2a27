package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// purchases are what is bought by specialty, made up, all of it by the division of the
// operating specialties: cases a week in tenths,
// what one costs, and how many fewer there are from 2025 on, in thousandths.
var purchases = []struct {
	specialty string
	cases     int
	cost      ore
	fewer     int
}{
	{"Gynekologi", 9, 46_000_00, 100},
	{"Kirurgi", 31, 61_000_00, 250},
	{"Ortopedi", 92, 96_000_00, 180},
	{"Urologi", 18, 57_000_00, -60},
	{"Ögon", 121, 14_500_00, 320},
	{"ÖNH", 42, 38_000_00, -40},
}

// purchasedCareTable books the invoices of bought care each Friday.
func purchasedCareTable() table {
	t := table{name: "purchased_care", columns: []string{"booked_on", "specialty", "division", "cases", "cost_sek"}}
	random := rand.New(rand.NewPCG(2025, 60))
	for day := date(2023, time.January, 6); !day.After(lastDay); day = day.AddDate(0, 0, 7) {
		for _, p := range purchases {
			amount := p.cases * 100
			if day.Year() >= 2025 {
				amount = amount * (1000 - p.fewer) / 1000
			}
			cases := about(random, amount, amount/5+600)
			var cost ore
			for range cases {
				cost += p.cost * ore(90+random.IntN(21)) / 100
			}
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), p.specialty, county2, strconv.Itoa(cases), cost.String()})
		}
	}
	return t
}

// purchasedInpatientMonthTable has the psychiatric inpatient care that is bought, made up,
// through the last month that is closed in the books.
func purchasedInpatientMonthTable() table {
	t := table{name: "purchased_inpatient_month", columns: []string{"month_begins", "division", "booked_on", "patient_days", "cost_sek"}}
	random := rand.New(rand.NewPCG(2025, 61))
	const price ore = 7_400_00
	for begins := firstDay; !begins.After(lastStaffMonth); begins = begins.AddDate(0, 1, 0) {
		// a little less each year
		days := about(random, (412-18*(begins.Year()-firstDay.Year()))*1000, 40_000)
		cost := ore(days) * price * ore(97+random.IntN(7)) / 100
		t.rows = append(t.rows, []string{begins.Format(time.DateOnly), psychiatry, closedOn(begins).Format(time.DateOnly), strconv.Itoa(days), cost.String()})
	}
	return t
}

// purchasedCareFundTable has the money set aside for buying guaranteed care.
// The plan states that 60 million SEK end with 2024; the amount of 2023 is made
// up.
func purchasedCareFundTable() table {
	t := table{name: "purchased_care_fund", columns: []string{"year", "amount_sek"}}
	for _, f := range []struct {
		year   int
		amount ore
	}{{2023, 90_000_000_00}, {2024, 60_000_000_00}, {2025, 0}} {
		t.rows = append(t.rows, []string{strconv.Itoa(f.year), f.amount.String()})
	}
	return t
}
