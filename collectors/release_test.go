package collectors_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

const operationsYAML = `collector: operations
title: {sv: Operationer, en: Operations}
source: warehouse
schedule: "0 6 * * *"
query: operations.sql
labels: [hospital]
as_of: counted_through
max_age: 56h
allow_empty: true
release: month
kpis:
  - name: operations
    title: {sv: Operationer, en: Operations}
    definition: {sv: I år., en: This year.}
    column: operations
    unit: patients
    better: higher
    aggregate: sum
    accumulates: year
  - name: operations_cost_sek
    title: {sv: Kostnad, en: Cost}
    definition: {sv: I år., en: This year.}
    column: cost
    unit: sek
    better: lower
    aggregate: sum
    accumulates: year
`

// operation is one day's operations at a hospital, and what they cost.
type operation struct {
	hospital string
	day      string
	n, cost  float64
}

// operated asks a warehouse with these operations, whose newest day is the day
// before the moment, or loadedThrough if that is earlier.
func operated(operations []operation, loadedThrough string) collectors.Ask {
	return func(_ context.Context, moment time.Time) (*warehouse.Result, error) {
		result := &warehouse.Result{Columns: []warehouse.Column{
			{Name: "hospital", Type: warehouse.Text}, {Name: "counted_through", Type: warehouse.Time},
			{Name: "operations", Type: warehouse.Number}, {Name: "cost", Type: warehouse.Number},
		}}
		last := min(moment.AddDate(0, 0, -1).Format(time.DateOnly), loadedThrough)
		day, err := time.Parse(time.DateOnly, last)
		if err != nil {
			return nil, err
		}
		sums := map[string][2]float64{}
		for _, o := range operations {
			sum := sums[o.hospital]
			if o.day[:4] == last[:4] && o.day <= last {
				sum[0], sum[1] = sum[0]+o.n, sum[1]+o.cost
			}
			sums[o.hospital] = sum
		}
		for hospital, sum := range sums {
			result.Rows = append(result.Rows, []warehouse.Value{
				text(hospital), at(day.Add(24*time.Hour - time.Second)), num(sum[0]), num(sum[1]),
			})
		}
		return result, nil
	}
}

// What accumulates is shown as it was at the end of a month, and only where enough
// people were added since it last was.
func TestRelease(t *testing.T) {
	d := load(t, "operations", operationsYAML)
	kalix := func(days ...string) []operation {
		var all []operation
		for _, day := range days {
			var o operation
			if _, err := fmt.Sscan(day, &o.day, &o.n); err != nil {
				t.Fatal(err)
			}
			o.hospital, o.cost = "Kalix", 1000*o.n
			all = append(all, o)
		}
		return all
	}
	tests := []struct {
		name          string
		operations    []operation
		loadedThrough string
		at            string
		want          string
	}{
		{"nothing before the first month is over", kalix("2025-01-10 40"), "9999", "2025-01-20", "Kalix withheld"},
		{"a month's end", kalix("2025-01-10 40", "2025-02-03 7"), "9999", "2025-02-20", "Kalix 40 40000 of 01-31, held since 02-19"},
		{"enough more at the next", kalix("2025-01-10 40", "2025-02-03 7"), "9999", "2025-03-20", "Kalix 47 47000 of 02-28, held since 03-19"},
		{"too few more at the next", kalix("2025-01-10 40", "2025-02-03 4"), "9999", "2025-03-20", "Kalix 40 40000 of 01-31, held since 03-19"},
		{"too few, until there are enough", kalix("2025-01-10 40", "2025-02-03 4", "2025-03-03 1"), "9999", "2025-04-20", "Kalix 45 45000 of 03-31, held since 04-19"},
		{"nobody more", kalix("2025-01-10 40"), "9999", "2025-03-20", "Kalix 40 40000 of 02-28, held since 03-19"},
		{"too few in all", kalix("2025-01-10 4"), "9999", "2025-03-20", "Kalix withheld"},
		{"nobody in all", kalix("2025-01-10 0"), "9999", "2025-03-20", "Kalix 0 0 of 02-28, held since 03-19"},
		{
			"nobody more but another amount", append(kalix("2025-01-10 40"), operation{"Kalix", "2025-02-10", 0, -900}), "9999", "2025-03-20",
			"Kalix 40 40000 of 01-31, held since 03-19",
		},
		{"a month that is not loaded to its end", kalix("2025-01-10 40", "2025-01-31 9"), "2025-01-30", "2025-02-01", "Kalix withheld"},
		{"a month that never is", kalix("2025-01-10 40"), "2025-01-30", "2025-02-05", "Kalix 40 40000 of 01-30"},
		{"New Year's Day is still about the year before", kalix("2024-11-10 40", "2024-12-31 9"), "9999", "2025-01-01", "Kalix 49 49000 of 12-31"},
		{"a new year begins at nothing", kalix("2024-11-10 40", "2025-01-02 9"), "9999", "2025-01-05", "Kalix withheld"},
		{
			"a place that is held takes another with it, since their sum may be known",
			append(kalix("2025-01-10 40", "2025-02-03 4"), operation{"Piteå", "2025-01-10", 50, 1}, operation{"Piteå", "2025-02-10", 20, 1}, operation{"Kiruna", "2025-01-10", 50, 1}, operation{"Kiruna", "2025-02-10", 60, 1}),
			"9999", "2025-03-20",
			"Kalix 40 40000 of 01-31, held since 03-19; Kiruna 110 2 of 02-28, held since 03-19; Piteå 50 1 of 01-31, held since 03-19",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run, err := d.Collect(t.Context(), operated(tt.operations, tt.loadedThrough), on(t, tt.at))
			if err != nil {
				t.Fatal(err)
			}
			if got := releases(run.Samples); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func on(t *testing.T, day string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return moment.Add(8 * time.Hour)
}

// releases are the figures by hospital, with their moments.
func releases(samples []kpi.Sample) string {
	var all []string
	for _, s := range samples {
		if s.KPI != "operations" {
			continue
		}
		i := slices.IndexFunc(samples, func(o kpi.Sample) bool {
			return o.KPI == "operations_cost_sek" && o.Labels.Key() == s.Labels.Key()
		})
		cost := samples[i]
		what := s.Labels.Get("hospital")
		switch {
		case s.Withheld != cost.Withheld || !s.AsOf.Equal(cost.AsOf):
			what += " amounts are of another moment"
		case s.Withheld:
			what += " withheld"
		default:
			what += fmt.Sprintf(" %v %v of %s", s.Value, cost.Value, s.AsOf.Format("01-02"))
			if !s.Held.IsZero() {
				what += ", held since " + s.Held.Format("01-02")
			}
		}
		all = append(all, what)
	}
	return strings.Join(all, "; ")
}

// Between any two days of a year figures differ by nobody or by enough people,
// whichever day is asked first.
func TestReleaseOverAYear(t *testing.T) {
	d := load(t, "operations", operationsYAML)
	var operations []operation
	for day := on(t, "2024-01-01"); day.Year() == 2024; day = day.AddDate(0, 0, 1) {
		n := float64(day.YearDay() * 7 % 11 % 3)
		operations = append(operations, operation{"Kalix", day.Format(time.DateOnly), n, n * 100}, operation{"Kiruna", day.Format(time.DateOnly), float64(day.Day() / 31), 7})
	}
	ask := operated(operations, "9999")
	forward, backward := map[string]string{}, map[string]string{}
	figures := map[string][]float64{}
	for day := on(t, "2024-01-01"); day.Year() == 2024; day = day.AddDate(0, 0, 1) {
		run, err := d.Collect(t.Context(), ask, day)
		if err != nil {
			t.Fatal(err)
		}
		forward[day.String()] = releases(run.Samples)
		for _, s := range run.Samples {
			if s.KPI == "operations" && !s.Withheld && s.AsOf.Year() == 2024 {
				figures[s.Labels.Get("hospital")] = append(figures[s.Labels.Get("hospital")], s.Value)
			}
		}
	}
	for day := on(t, "2024-12-31"); day.Year() == 2024; day = day.AddDate(0, 0, -1) {
		run, err := d.Collect(t.Context(), ask, day)
		if err != nil {
			t.Fatal(err)
		}
		backward[day.String()] = releases(run.Samples)
	}
	for day, figure := range forward {
		if backward[day] != figure {
			t.Errorf("%s: %s, and later %s", day, figure, backward[day])
		}
	}
	for hospital, all := range figures {
		slices.Sort(all)
		for i := 1; i < len(all); i++ {
			if growth := all[i] - all[i-1]; growth > 0 && growth < 5 {
				t.Errorf("%s: %v and %v were both shown, which tells of %v people", hospital, all[i-1], all[i], growth)
			}
		}
	}
	if len(figures["Kalix"]) == 0 {
		t.Error("nothing was ever shown of Kalix")
	}
}
