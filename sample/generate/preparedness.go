package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// supplies are the categories that the plan names, with made-up needs a day
// and the days that the stock lasted at first and lasts at last.
var supplies = []struct {
	category          string
	need              int
	firstDays, atLast int
}{
	{"Sjukvårdsprodukter", 9400, 48, 79},
	{"Läkemedel", 21500, 61, 92},
	{"Livsmedel", 6200, 22, 64},
	{"Textilier", 3900, 80, 97},
	{"Drivmedel", 11800, 27, 41},
}

// supplyStockTable makes up a count of the stocks each Monday: a slow rise,
// and deliveries now and then.
func supplyStockTable() table {
	random := rand.New(rand.NewPCG(2025, 90))
	t := table{name: "supply_stock", columns: []string{"counted_on", "category", "stock", "daily_need"}}
	first := date(2023, time.January, 2)
	weeks := int(lastDay.Sub(first) / (7 * 24 * time.Hour))
	for week := 0; week <= weeks; week++ {
		for _, s := range supplies {
			// in hundredths of a day
			days := (s.firstDays*(weeks-week)+s.atLast*week)*100/weeks + random.IntN(301) - 150
			t.rows = append(t.rows, []string{day(first.AddDate(0, 0, 7*week)), s.category, strconv.Itoa(s.need * days / 100), strconv.Itoa(s.need)})
		}
	}
	return t
}
