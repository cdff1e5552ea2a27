package history

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/regiontest"
)

func TestDue(t *testing.T) {
	const day = 24 * time.Hour
	at := time.Date(2025, 1, 1, 6, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		people    bool
		read, age time.Duration // read is after at; none where it is below zero
		want      bool
	}{
		"never read":                               {false, -1, time.Minute, true},
		"never read, of long ago":                  {false, -1, 900 * day, true},
		"just read":                                {false, time.Minute, time.Hour, false},
		"the warehouse may have loaded late":       {false, time.Minute, day, true},
		"read after a day":                         {false, day, 2 * day, false},
		"after a week":                             {false, day, 7 * day, true},
		"after a month":                            {false, 8 * day, 31 * day, true},
		"after a quarter":                          {false, 31 * day, 92 * day, true},
		"after a year":                             {false, 92 * day, 366 * day, true},
		"read when it was old":                     {false, 400 * day, 900 * day, false},
		"people, before the warehouse has settled": {true, -1, 71 * time.Hour, false},
		"people, after":                            {true, -1, 72 * time.Hour, true},
		"people are not read again":                {true, 72 * time.Hour, 400 * day, false},
	} {
		t.Run(name, func(t *testing.T) {
			read := time.Time{}
			if c.read >= 0 {
				read = at.Add(c.read)
			}
			if got := due(definition(t, c.people), at, read, at.Add(c.age)); got != c.want {
				t.Errorf("due %v, want %v", got, c.want)
			}
		})
	}
}

// TestCoarse shows what is read before a forecast is given: also the months of earlier
// years, where forecasts rest on them.
func TestCoarse(t *testing.T) {
	now := time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)
	settings := config.History{Months: 13, Years: 3}
	inMarch := func(year int) time.Time { return time.Date(year, 3, 1, 6, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		more string
		want bool
	}{"a level": {"", false}, "over the year": {", accumulates: year", true}} {
		t.Run(name, func(t *testing.T) {
			coarsely := slices.Concat(stages(definitionOf(t, "sek", c.more), settings, now)[:coarse]...)
			has := func(at time.Time) bool { return slices.ContainsFunc(coarsely, at.Equal) }
			if !has(inMarch(2025)) || has(inMarch(2023)) != c.want || has(inMarch(2025).AddDate(0, 0, 2)) {
				t.Errorf("%v", coarsely)
			}
		})
	}
}

// definition is of costs, or of people who are counted.
func definition(t *testing.T, people bool) *collectors.Definition {
	t.Helper()
	if people {
		return definitionOf(t, "patients", "")
	}
	return definitionOf(t, "sek", "")
}

func definitionOf(t *testing.T, unit, more string) *collectors.Definition {
	t.Helper()
	files := fstest.MapFS{
		"sums.yaml": {Data: []byte(`collector: sums
title: {sv: Summor, en: Sums}
source: warehouse
schedule: "15 5 * * *"
query: sums.sql
max_age: 1h
kpis:
  - {name: sum_` + unit + `, title: {sv: Summa, en: Sum}, definition: {sv: Summa., en: Sum.}, column: amount, unit: ` + unit + `, better: lower, aggregate: sum` + more + `}
`)},
		"sums.sql": {Data: []byte("SELECT amount FROM booking WHERE booked_on <= :as_of")},
	}
	d, err := collectors.Load(files, "sums.yaml", collectors.Scope{Location: time.UTC, Units: regiontest.Units(t), Languages: regiontest.Languages(t)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
