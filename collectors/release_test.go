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

// rows are the answer of one Ask and another's.
func rows(first, second collectors.Ask) collectors.Ask {
	return func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
		result, err := first(ctx, moment)
		if err != nil {
			return nil, err
		}
		more, err := second(ctx, moment)
		if err != nil {
			return nil, err
		}
		result.Rows = append(result.Rows, more.Rows...)
		return result, nil
	}
}

// Where one place's rows are late nothing is published, since what would hide them
// is not known yet: what is published is never taken back.
func TestReleaseWaitsForAll(t *testing.T) {
	d := load(t, "operations", operationsYAML)
	kalix := operated([]operation{{"Kalix", "2025-01-10", 40, 1}, {"Kalix", "2025-02-10", 8, 1}}, "9999")
	piteå := []operation{{"Piteå", "2025-01-10", 50, 1}, {"Piteå", "2025-02-27", 3, 1}}
	for _, tt := range []struct{ name, at, through, want string }{
		{"late", "2025-03-01", "2025-02-26", "Kalix 40 1 of 01-31, held since 02-28; Piteå 50 1 of 01-31, held since 02-26"},
		{"come", "2025-03-02", "9999", "Kalix 40 1 of 01-31, held since 03-01; Piteå 50 1 of 01-31, held since 03-01"},
		{"never coming", "2025-03-04", "2025-02-26", "Kalix 48 2 of 02-28, held since 03-03; Piteå 50 1 of 02-26"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run, err := d.Collect(t.Context(), rows(kalix, operated(piteå, tt.through)), on(t, tt.at))
			if err != nil {
				t.Fatal(err)
			}
			if got := releases(run.Samples); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// What a total has grown by beside the rows below it is counted from the total's
// last publication, also where these have been published since.
func TestReleaseOfATotal(t *testing.T) {
	d := load(t, "operations", operationsYAML)
	var operations []operation
	for hospital, months := range map[string][3]float64{"A": {20, 10, 0}, "B": {20, 10, 0}, "C": {20, 2, 5}, "D": {20, 7, 0}, "elsewhere": {10, 0, 2}} {
		for i, n := range months {
			operations = append(operations, operation{hospital, fmt.Sprintf("2025-%02d-10", i+1), n, n})
		}
	}
	ask := func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
		result, err := operated(operations, "9999")(ctx, moment)
		total := []warehouse.Value{text(""), {}, num(0), num(0)}
		for _, row := range result.Rows {
			total[1] = row[1]
			total[2].Number, total[3].Number = total[2].Number+row[2].Number, total[3].Number+row[3].Number
		}
		result.Rows = slices.DeleteFunc(result.Rows, func(row []warehouse.Value) bool { return row[0].Text == "elsewhere" })
		result.Rows = append(result.Rows, total)
		return result, err
	}
	for _, tt := range []struct{ at, want string }{
		{"2025-02-20", " 90 90 of 01-31, held since 02-19; A 20 20 of 01-31, held since 02-19; B 20 20 of 01-31, held since 02-19; C 20 20 of 01-31, held since 02-19; D 20 20 of 01-31, held since 02-19"},
		{"2025-04-20", " 90 90 of 01-31, held since 04-19; A 30 30 of 03-31, held since 04-19; B 30 30 of 03-31, held since 04-19; C 20 20 of 01-31, held since 04-19; D 27 27 of 03-31, held since 04-19"},
	} {
		run, err := d.Collect(t.Context(), ask, on(t, tt.at))
		if err != nil {
			t.Fatal(err)
		}
		if got := releases(run.Samples); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.at, got, tt.want)
		}
	}
}

// A fault in what a past moment is asked for names that moment.
func TestFaultOfAPastMoment(t *testing.T) {
	d := load(t, "operations", operationsYAML)
	good := operated([]operation{{"Kalix", "2025-01-10", 40, 1}}, "9999")
	bad := operated([]operation{{"Kalix", "2025-01-10", -40, 1}}, "9999")
	ask := func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
		if moment.Month() == time.February && moment.Day() == 1 {
			return bad(ctx, moment)
		}
		return good(ctx, moment)
	}
	_, err := d.Collect(t.Context(), ask, on(t, "2025-02-20"))
	if err == nil || !strings.HasPrefix(err.Error(), "as of 2025-01-31: collectors/operations.sql: row 1: ") {
		t.Errorf("got %v", err)
	}
}

// What is counted since a day is asked for since that day only.
func TestCountedSinceIsAskedForSince(t *testing.T) {
	d := load(t, "operations", strings.ReplaceAll(operationsYAML, "accumulates: year", "counted_since: 2024-11-15"))
	first := on(t, "2025-03-01")
	good := operated([]operation{{"Kalix", "2025-01-10", 40, 1}}, "9999")
	ask := func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
		if moment.Before(first) {
			first = moment
		}
		return good(ctx, moment)
	}
	if _, err := d.Collect(t.Context(), ask, on(t, "2025-03-01")); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC); !first.Equal(want) {
		t.Errorf("asked for %s first, want %s", first, want)
	}
}

// A ratio of figures that were released at different times is of no day.
func TestRatioOfReleases(t *testing.T) {
	d := load(t, "operations", operationsYAML+`  - name: anaesthesias
    title: {sv: Narkoser, en: Anaesthesias}
    definition: {sv: I år., en: This year.}
    column: cost
    unit: patients
    people: others
    better: higher
    aggregate: sum
    accumulates: year
  - name: anaesthesias_ratio
    title: {sv: Narkoser per operation, en: Anaesthesias an operation}
    definition: {sv: I år., en: This year.}
    ratio: {of: anaesthesias, to: operations}
    unit: ratio
    better: higher
`)
	for _, tt := range []struct {
		name string
		more float64 // anaesthesias in February
		want string
	}{
		{"both", 7, "0.75"}, {"one is held", 2, "withheld"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run, err := d.Collect(t.Context(), operated([]operation{{"Kalix", "2025-01-10", 40, 29}, {"Kalix", "2025-02-10", 8, tt.more}}, "9999"), on(t, "2025-03-20"))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range run.Samples {
				got := fmt.Sprint(s.Value)
				if s.Withheld {
					got = "withheld"
				}
				if s.KPI == "anaesthesias_ratio" && got != tt.want {
					t.Errorf("the ratio is %s, want %s", got, tt.want)
				}
			}
		})
	}
}

// What is waived is not shown beside a count that is not released yet.
func TestWaivedBesideUnreleased(t *testing.T) {
	d := load(t, "operations", strings.Replace(operationsYAML, "    column: cost\n", "    column: cost\n    min_count_waiver: What they cost is known to everybody.\n", 1))
	ask := operated([]operation{{"Kalix", "2025-01-10", 40, 7}}, "9999")
	for day, want := range map[string]bool{"2025-01-20": true, "2025-02-20": false} {
		run, err := d.Collect(t.Context(), ask, on(t, day))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range run.Samples {
			if s.KPI == "operations_cost_sek" && s.Withheld != want {
				t.Errorf("%s: withheld: %t", day, s.Withheld)
			}
		}
	}
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
