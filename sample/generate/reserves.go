package main

import (
	"strconv"
	"time"
)

// plannedCategory is the frame whose investments are planned, row by row; the others are
// reserves, used as the need comes.
const plannedCategory = "Inventarier & fastigheter"

// reserveUse is what is spent of each reserve, booked on these days, in thousand SEK. All
// made up: aids are bought at a little more than an even pace.
var (
	reserveDays = []time.Time{
		date(2025, time.January, 31), date(2025, time.February, 14), date(2025, time.February, 28), date(2025, time.March, 14), date(2025, time.March, 25),
	}
	reserveUse = map[string][]int{
		"Akutram":      {310, 480, 395, 640, 220},
		"Immateriella": {420, 0, 1_150, 690, 0},
		"Hjälpmedel":   {2_940, 1_480, 1_720, 1_890, 1_210},
		"Konst":        {0, 28, 0, 34, 0},
	}
)

// reserveEntryTable is what is booked on the frames that no list divides.
func reserveEntryTable(frames []frame) table {
	t := table{name: "reserve_entry", columns: []string{"entry_id", "booked_on", "level", "category", "amount_sek"}}
	for i, booked := range reserveDays {
		for _, f := range frames {
			if used := reserveUse[f.category]; f.category != plannedCategory && used != nil && used[i] != 0 {
				t.rows = append(t.rows, []string{strconv.Itoa(len(t.rows) + 1), day(booked), f.level, f.category, kronor(used[i] * 1000)})
			}
		}
	}
	return t
}
