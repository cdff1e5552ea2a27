package main

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

func investmentTable(investments []investment) table {
	t := table{name: "investment", columns: []string{"investment_id", "year", "list", "division", "district", "area", "kind", "source_id", "name", "budget_sek"}}
	for i, v := range investments {
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), year, v.list, v.division, v.district, v.area, v.kind, v.sourceID, v.name, v.budget.String()})
	}
	return t
}

func investmentFrameTable(frames []frame) table {
	t := table{name: "investment_frame", columns: []string{"year", "level", "category", "amount_sek"}}
	for _, f := range frames {
		t.rows = append(t.rows, []string{year, f.level, f.category, f.amount.String()})
	}
	return t
}

// Decisions are taken at these meetings, and what was spent is booked on
// these days.
var (
	decisionDays = []time.Time{
		date(2025, time.January, 29), date(2025, time.February, 12), date(2025, time.February, 26),
		date(2025, time.March, 12), date(2025, time.March, 24),
	}
	bookingDays = []time.Time{date(2025, time.February, 28), date(2025, time.March, 14), date(2025, time.March, 25)}
)

// entry is a decision or a cost in the accounts.
type entry struct {
	on         time.Time
	investment int
	stage      string
	amount     ore
}

// investmentEntryTable makes up the accounts of January to March 2025: money
// is released in steps, and spent after it was released.
func investmentEntryTable(investments []investment) table {
	random := rand.New(rand.NewPCG(2025, 870))
	var entries []entry
	for i, v := range investments {
		entries = append(entries, progress(i+1, v, random)...)
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(a.on.Compare(b.on), cmp.Compare(a.investment, b.investment))
	})
	t := table{name: "investment_entry", columns: []string{"entry_id", "booked_on", "investment_id", "stage", "amount_sek"}}
	for i, e := range entries {
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), e.on.Format(time.DateOnly), strconv.Itoa(e.investment), e.stage, e.amount.String()})
	}
	return t
}

// progress makes up the entries of one investment. Three in five are decided
// in the period: equipment at once, property in steps of the year's budget.
func progress(id int, v investment, random *rand.Rand) []entry {
	if random.IntN(5) >= 3 {
		return nil
	}
	steps := []ore{100}
	if v.list == "fastigheter" {
		steps = []ore{30, 20, 20}[:1+random.IntN(3)]
	}
	var entries []entry
	meeting := random.IntN(len(decisionDays))
	for _, percent := range steps {
		if meeting >= len(decisionDays) {
			break
		}
		entries = append(entries, entry{decisionDays[meeting], id, "decided", v.budget * percent / 100})
		meeting += 1 + random.IntN(2)
	}
	var spent ore
	for _, day := range bookingDays {
		// an order takes two weeks to become a cost
		released := decidedBy(entries, day.AddDate(0, 0, -14))
		amount := (released - spent) * ore(random.IntN(40)) / 100
		amount -= amount % 100
		if amount > 0 {
			entries = append(entries, entry{day, id, "spent", amount})
			spent += amount
		}
	}
	return entries
}

// decidedBy is what has been decided up to the day, that day included.
func decidedBy(entries []entry, day time.Time) ore {
	var sum ore
	for _, e := range entries {
		if e.stage == "decided" && !e.on.After(day) {
			sum += e.amount
		}
	}
	return sum
}
