package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// firstMonday and lastMonday bound the weekly counts.
var (
	firstMonday = date(2023, time.January, 2)
	lastMonday  = date(2025, time.March, 24)
)

// primaryCareAreas are the areas of primary care as the plan's investment
// list names them, with patients and general practitioners (in hundredths of
// full-time equivalents) at the first count.
var primaryCareAreas = []struct {
	area              string
	patients, doctors int
}{
	{"Primärvård Gällivareområdet", 20_600, 780},
	{"Primärvård Kiruna", 20_100, 720},
	{"Primärvård Luleå-Boden", 91_300, 4350},
	{"Primärvård Södra Norrbotten", 52_400, 2390},
	{"Primärvård Östra Norrbotten", 33_800, 1260},
}

func primaryCareListingTable() table {
	t := table{name: "primary_care_listing", columns: []string{"counted_on", "area", "listed_patients", "gp_fte"}}
	random := rand.New(rand.NewPCG(2025, 1100))
	patients := make([]int, len(primaryCareAreas))
	doctors := make([]int, len(primaryCareAreas))
	for i, a := range primaryCareAreas {
		patients[i], doctors[i] = a.patients, a.doctors
	}
	for day := firstMonday; !day.After(lastMonday); day = day.AddDate(0, 0, 7) {
		for i, a := range primaryCareAreas {
			patients[i] += random.IntN(41) - 22
			// once in a while a doctor begins, leaves, or changes hours
			if random.IntN(8) == 0 {
				doctors[i] += 20*random.IntN(11) - 90
			}
			doctors[i] = max(doctors[i], a.doctors*85/100)
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), a.area, strconv.Itoa(patients[i]), hundredths(doctors[i])})
		}
	}
	return t
}
