package course_test

import (
	"math"
	"testing"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/kpi"
)

// TestChanges shows that a figure which accumulates is compared with one of the same
// span, and any other with that of the same date.
func TestChanges(t *testing.T) {
	cost := func(value float64) []kpi.Sample {
		return []kpi.Sample{{KPI: "net_cost_sek", Labels: itsLabels, Value: value}, {KPI: "agency_cost_sek", Labels: itsLabels, Value: value * value / 100}}
	}
	beds := func(value float64) []kpi.Sample {
		return []kpi.Sample{{KPI: "beds_available", Labels: surgeryBeds, Value: value}}
	}
	money, share := course.CellOf("net_cost_sek", psychiatry), course.CellOf("agency_cost_ratio", nil)
	for name, c := range map[string]struct {
		cell        course.Cell
		collector   string
		samples     func(float64) []kpi.Sample
		at, now     string // when it is asked, and what the figure is about
		then        string // what it was about a month and a year before
		thenYear    string
		month, year bool
		was, is     float64
	}{
		"through the same days":        {money, "finance", cost, "2025-05-18", "2025-04-30", "2025-03-31", "2024-04-30", true, true, 8, 10},
		"held back a year before":      {money, "finance", cost, "2025-05-18", "2025-04-30", "2025-03-31", "2024-03-31", true, false, 8, 10},
		"held back a month before":     {money, "finance", cost, "2025-05-18", "2025-04-30", "2025-02-28", "2024-04-30", false, true, 8, 10},
		"held back now":                {money, "finance", cost, "2025-05-18", "2025-03-31", "2025-03-31", "2024-04-30", false, false, 8, 10},
		"over New Year":                {money, "finance", cost, "2025-02-18", "2025-01-31", "2024-12-31", "2024-01-31", false, true, 8, 10},
		"after the short month":        {money, "finance", cost, "2025-03-18", "2025-02-28", "2025-01-31", "2024-02-29", true, true, 8, 10},
		"a day off":                    {money, "finance", cost, "2025-03-18", "2025-03-16", "2025-02-17", "2024-03-17", true, true, 8, 10},
		"two days off":                 {money, "finance", cost, "2025-03-18", "2025-03-16", "2025-02-17", "2024-03-18", true, false, 8, 10},
		"of the year before last":      {money, "finance", cost, "2025-05-18", "2025-04-30", "2025-03-31", "2023-04-30", true, false, 8, 10},
		"a share through the same day": {share, "finance", cost, "2025-05-18", "2025-04-30", "2025-03-31", "2024-04-30", true, true, 0.08, 0.1},
		"a share of which one is held": {share, "finance", cost, "2025-05-18", "2025-04-30", "2025-02-28", "2024-03-31", false, false, 0.08, 0.1},
		"a stock, whatever it is of":   {course.CellOf("beds_available", surgery), "beds", beds, "2025-05-18", "2025-05-17", "2025-02-28", "2024-03-31", true, true, 8, 10},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			day := func(text, clock string) time.Time { return p.at(text + " " + clock) }
			p.now = day(c.at, "08:00:00")
			keep := func(at time.Time, asOf string) {
				samples := c.samples(8)
				for i := range samples {
					samples[i].AsOf = day(asOf, "23:59:59")
				}
				p.keep(c.collector, at, samples...)
			}
			keep(day(c.at, "06:00:00").AddDate(0, -1, 0), c.then)
			keep(day(c.at, "06:00:00").AddDate(-1, 0, 0), c.thenYear)
			got := p.book().Of(c.cell)
			for since, change := range map[string]struct {
				got   *float64
				given bool
			}{
				"month": {got.SinceMonth(&c.is, day(c.now, "23:59:59")), c.month},
				"year":  {got.SinceYear(&c.is, day(c.now, "23:59:59")), c.year},
			} {
				if (change.got != nil) != change.given || change.got != nil && math.Abs(*change.got-(c.is-c.was)) > 1e-12 {
					t.Errorf("since a %s before there is a change: %v, want %v", since, change.got != nil, change.given)
				}
			}
		})
	}
}

// TestChangeIsNoNoise shows that figures which are equal but for rounding errors have not
// changed.
func TestChangeIsNoNoise(t *testing.T) {
	tenth := 0.1
	tenths := tenth + 2*tenth
	then := course.Point{Value: new(0.3)}
	c := course.Course{MonthEarlier: &then, YearEarlier: &then}
	for name, got := range map[string]*float64{"month": c.SinceMonth(&tenths, then.AsOf), "year": c.SinceYear(&tenths, then.AsOf)} {
		if got == nil || *got != 0 {
			t.Errorf("since a %s before %v, want 0", name, got)
		}
	}
}
