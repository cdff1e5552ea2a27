package course_test

import (
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/course"
	"planwatch/internal/decimal"
	"planwatch/internal/event"
	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/spc"
	"planwatch/plan"
)

// past is a region whose kept figures a test makes.
type past struct {
	*testing.T
	region *config.Region
	store  *history.Store
	now    time.Time
}

func begin(t *testing.T) past {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../report/testdata/region")); err != nil {
		t.Fatal(err)
	}
	add(t, filepath.Join(dir, "collectors", "finance.yaml"), agency+surplus)
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := history.Open(t.Context(), t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return past{t, region, store, time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)}
}

// agency is a part of a cost, and its share of the whole.
const agency = `
  - name: agency_cost_sek
    title: {sv: Kostnad för hyrpersonal, en: Cost of agency staff}
    definition: {sv: Fakturor., en: Invoices.}
    column: agency_cost
    unit: sek
    better: lower
    aggregate: sum
    accumulates: year
  - name: agency_cost_ratio
    title: {sv: Andel hyrpersonal, en: Share of agency staff}
    definition: {sv: Hyrpersonal per nettokostnad., en: Agency staff per net cost.}
    ratio: {of: agency_cost_sek, to: net_cost_sek}
    unit: ratio
    better: lower
`

// surplus is an income, and what is left of it.
const surplus = `
  - name: income_sek
    title: {sv: Intäkter, en: Income}
    definition: {sv: Bokfört., en: Booked.}
    column: income
    unit: sek
    better: higher
    aggregate: sum
    accumulates: year
  - name: surplus_sek
    title: {sv: Överskott, en: Surplus}
    definition: {sv: Intäkter minus kostnader., en: Income less costs.}
    column: surplus
    forecast_from: {of: income_sek, less: net_cost_sek}
    unit: sek
    better: higher
    aggregate: sum
    accumulates: year
    allow_negative: true
`

// add adds text to a file.
func add(t *testing.T, path, text string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(before, text...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// keep keeps samples of a collector as of a moment.
func (p past) keep(collector string, at time.Time, samples ...kpi.Sample) {
	p.Helper()
	key := history.Key{Collector: collector, Fingerprint: p.region.Fingerprint(p.region.Collector(collector))}
	if _, err := p.store.Put(p.Context(), history.Reading{Key: key, At: at, Read: at, Samples: samples}); err != nil {
		p.Fatal(err)
	}
}

// months keeps what value gives for each of the last n months, the oldest first; a
// NaN is withheld.
func (p past) months(collector, kpiName string, labels kpi.Labels, n int, value func(i int, end time.Time) float64) {
	p.Helper()
	all := p.region.Collector(collector).Moments(collectors.EachMonth, p.now.AddDate(0, -n, 0), p.now)
	for i := range all {
		at := all[len(all)-1-i]
		end := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, p.region.Location).Add(-time.Second)
		v := value(i, end)
		s := kpi.Sample{KPI: kpiName, Labels: labels, Value: v, AsOf: end}
		if math.IsNaN(v) {
			s.Value, s.Withheld = 0, true
		}
		p.keep(collector, at, s)
	}
}

// at is a moment by the region's clocks.
func (p past) at(text string) time.Time {
	p.Helper()
	at, err := time.ParseInLocation(time.DateTime, text, p.region.Location)
	if err != nil {
		p.Fatal(err)
	}
	return at
}

func (p past) book() *course.Book {
	p.Helper()
	book, err := course.New(p.Context(), p.region, p.store, p.now, false)
	if err != nil {
		p.Fatal(err)
	}
	return book
}

var (
	surgery     = map[string]string{"hospital": "Sunderby", "ward": "Kirurgi"}
	surgeryBeds = kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Sunderby"}, kpi.Label{Name: "ward", Value: "Kirurgi"})
	psychiatry  = map[string]string{"division": "Psykiatri"}
	itsLabels   = kpi.NewLabels(kpi.Label{Name: "division", Value: "Psykiatri"})
)

// wobble is a little chance: it goes up and down.
func wobble(i int) float64 { return float64(i%2) + float64(i%3)/2 }

// TestPoints shows a figure beside what the plan said then: the surgeons' beds were
// to be 38 from December.
func TestPoints(t *testing.T) {
	p := begin(t)
	p.months("beds", "beds_available", surgeryBeds, 6, func(i int, _ time.Time) float64 { return []float64{26, 26, 38, 38, math.NaN(), 38}[i] })
	p.keep("beds", time.Date(2025, 2, 18, 6, 0, 0, 0, p.region.Location), kpi.Sample{KPI: "beds_available", Labels: surgeryBeds, Value: 36, AsOf: p.now.AddDate(0, -1, 0)})
	p.keep("beds", time.Date(2024, 3, 18, 6, 0, 0, 0, p.region.Location), kpi.Sample{KPI: "beds_available", Labels: surgeryBeds, Value: 25, AsOf: p.now.AddDate(-1, 0, 0)})
	got := p.book().Of(course.CellOf("beds_available", surgery))
	type point struct {
		at              string
		value, expected float64 // NaN is none
		withheld        bool
	}
	var points []point
	number := func(v *float64) float64 {
		if v == nil {
			return math.NaN()
		}
		return *v
	}
	for _, at := range got.Points {
		points = append(points, point{at.At.In(p.region.Location).Format(time.DateOnly), number(at.Value), number(at.Expected), at.Withheld})
	}
	want := []point{
		{"2024-10-01", 26, math.NaN(), false},
		{"2024-11-01", 26, math.NaN(), false},
		{"2024-12-01", 38, 38, false},
		{"2025-01-01", 38, 38, false},
		{"2025-02-01", math.NaN(), 38, true},
		{"2025-03-01", 38, 38, false},
	}
	if diff := cmp.Diff(want, points, cmp.AllowUnexported(point{}), cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	if got.MonthEarlier == nil || number(got.MonthEarlier.Value) != 36 || got.YearEarlier == nil || number(got.YearEarlier.Value) != 25 {
		t.Errorf("a month earlier %+v, a year earlier %+v", got.MonthEarlier, got.YearEarlier)
	}
	if other := p.book().Of(course.CellOf("beds_available", map[string]string{"hospital": "Kalix"})); len(other.Points) > 0 || other.MonthEarlier != nil {
		t.Errorf("a place without figures has %+v", other)
	}
}

// TestSameDateEarlier shows what a figure is compared with on days that the month or
// the year before does not have.
func TestSameDateEarlier(t *testing.T) {
	for name, c := range map[string]struct{ now, month, year string }{
		"29 February": {"2024-02-29", "2024-01-29", "2023-02-28"},
		"31 March":    {"2025-03-31", "2025-02-28", "2024-03-31"},
		"31 December": {"2024-12-31", "2024-11-30", "2023-12-31"},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			day := func(text string) time.Time { return p.at(text + " 06:00:00") }
			// As planwatch's clock may give it: of another zone, where it is not yet the same day.
			p.now = day(c.now).In(time.FixedZone("", -9*3600))
			for _, text := range []string{c.month, c.year} {
				for at := day(text).AddDate(0, 0, -3); at.Before(day(text).AddDate(0, 0, 4)); at = at.AddDate(0, 0, 1) {
					p.keep("beds", at, kpi.Sample{KPI: "beds_available", Labels: surgeryBeds, Value: 30, AsOf: at})
				}
			}
			got := p.book().Of(course.CellOf("beds_available", surgery))
			for of, then := range map[string]*course.Point{c.month: got.MonthEarlier, c.year: got.YearEarlier} {
				if then == nil || then.At.In(p.region.Location).Format(time.DateOnly) != of {
					t.Errorf("%+v, want of %s", then, of)
				}
			}
		})
	}
}

// TestChartedMonths shows that a chart goes as far back on each day of a month.
func TestChartedMonths(t *testing.T) {
	for _, day := range []int{1, 29, 31} {
		p := begin(t)
		p.now = time.Date(2025, 3, day, 8, 0, 0, 0, p.region.Location)
		p.months("beds", "beds_available", surgeryBeds, 30, func(i int, _ time.Time) float64 { return 30 + wobble(i) })
		if points := p.book().Of(course.CellOf("beds_available", surgery)).Chart.Points; len(points) != 25 {
			t.Errorf("on the %d. %d months, want 25", day, len(points))
		}
	}
}

// TestReferences shows that a target of the past is held against what was kept.
func TestReferences(t *testing.T) {
	p := begin(t)
	target := p.region.Targets("beds_available")[0]
	target.Value, target.ValueFrom = nil, &plan.ValueFrom{At: plan.YearEarlier}
	for i, other := range p.region.Plan.Targets {
		if other.ID == target.ID {
			p.region.Plan.Targets[i] = target
		}
	}
	p.months("beds", "beds_available", surgeryBeds, 24, func(i int, _ time.Time) float64 { return float64(20 + i) })
	points := p.book().Of(course.CellOf("beds_available", surgery)).Points
	last := points[len(points)-1]
	if last.Expected == nil || *last.Expected != *last.Value-12 {
		t.Errorf("%+v, want the figure of twelve months before as expected", last)
	}
}

func TestCharts(t *testing.T) {
	yearly := func(perMonth func(i int) float64) func(int, time.Time) float64 {
		sum := 0.0
		return func(i int, end time.Time) float64 {
			if end.Month() == time.January {
				sum = 0
			}
			sum += perMonth(i)
			return sum
		}
	}
	events := []event.Event{{On: "2024-02-15", Title: language.Text{"en": "New rules"}, Collectors: []string{"beds", "finance"}}}
	for name, c := range map[string]struct {
		collector, kpi string
		labels         kpi.Labels
		where          map[string]string
		months         int
		value          func(int, time.Time) float64
		events         []event.Event
		want           course.Signal
		points         int
		rebased        string
	}{
		"a stock, as it always is": {"beds", "beds_available", surgeryBeds, surgery, 24, func(i int, _ time.Time) float64 { return 30 + wobble(i) }, nil, course.Usual, 24, ""},
		"a stock that jumps":       {"beds", "beds_available", surgeryBeds, surgery, 24, func(i int, _ time.Time) float64 { return 30 + wobble(i) + 20*float64(i/23) }, nil, course.UnusuallyHigh, 24, ""},
		"a stock that falls":       {"beds", "beds_available", surgeryBeds, surgery, 24, func(i int, _ time.Time) float64 { return 30 + wobble(i) - 20*float64(i/23) }, nil, course.UnusuallyLow, 24, ""},
		"eleven months":            {"beds", "beds_available", surgeryBeds, surgery, 11, func(i int, _ time.Time) float64 { return 30 + wobble(i) }, nil, course.TooShort, 11, ""},
		"twelve months":            {"beds", "beds_available", surgeryBeds, surgery, 12, func(i int, _ time.Time) float64 { return 30 + wobble(i) }, nil, course.Usual, 12, ""},
		"withheld months are left out": {"beds", "beds_available", surgeryBeds, surgery, 14, func(i int, _ time.Time) float64 {
			if i < 3 {
				return math.NaN()
			}
			return 30 + wobble(i)
		}, nil, course.TooShort, 11, ""},
		// From the end of March 2023, the year's third month, to February 2025: April
		// 2023 is the first that is known by itself.
		"what accumulates goes by what was added": {"finance", "net_cost_sek", itsLabels, psychiatry, 24, yearly(func(i int) float64 { return 40 + wobble(i) }), nil, course.Usual, 23, ""},
		"a dear month":                        {"finance", "net_cost_sek", itsLabels, psychiatry, 24, yearly(func(i int) float64 { return 40 + wobble(i) + 30*float64(i/23) }), nil, course.UnusuallyHigh, 23, ""},
		"a new year is no fall":               {"finance", "net_cost_sek", itsLabels, psychiatry, 15, yearly(func(i int) float64 { return 40 + wobble(i) }), nil, course.Usual, 14, ""},
		"a step, without its event":           {"beds", "beds_available", surgeryBeds, surgery, 24, func(i int, _ time.Time) float64 { return 20 + wobble(i) + 20*float64(i/12) }, nil, course.UnusuallyHigh, 24, ""},
		"a step that an event explains":       {"beds", "beds_available", surgeryBeds, surgery, 24, func(i int, _ time.Time) float64 { return 20 + wobble(i) + 20*float64(min(i/11, 1)) }, events, course.Usual, 24, "2024-02-15"},
		"too little since the event":          {"beds", "beds_available", surgeryBeds, surgery, 24, func(i int, _ time.Time) float64 { return 30 + wobble(i) }, []event.Event{{On: "2024-11-27", Title: language.Text{"en": "Cosmic"}}}, course.TooShort, 24, "2024-11-27"},
		"the month of the event is of before": {"finance", "net_cost_sek", itsLabels, psychiatry, 24, yearly(func(i int) float64 { return 40 + wobble(i) + 20*float64(i/12) }), events, course.Usual, 23, "2024-02-15"},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			p.region.Events = &event.Set{Events: c.events}
			p.months(c.collector, c.kpi, c.labels, c.months, c.value)
			got := p.book().Of(course.CellOf(c.kpi, c.where)).Chart
			if got == nil {
				t.Fatal("no chart")
			}
			if got.Signal() != c.want || len(got.Points) != c.points {
				t.Errorf("%s over %d points, want %s over %d: %+v", got.Signal(), len(got.Points), c.want, c.points, got.Limits())
			}
			rebased := ""
			if got.Rebased != nil {
				rebased = got.Rebased.On
			}
			if rebased != c.rebased {
				t.Errorf("rebased on %q, want %q", rebased, c.rebased)
			}
		})
	}
}

// TestWhatIsNotSaid shows that a process that is over assures nothing, and that
// nobody is told of a difference that nobody sees.
func TestWhatIsNotSaid(t *testing.T) {
	for name, c := range map[string]struct {
		value   func(i int, _ time.Time) float64
		signal  course.Signal
		assured spc.Assurance
	}{
		"as it always was": {func(i int, _ time.Time) float64 { return 26 + wobble(i) }, course.Usual, spc.AssuranceConsistentlyFail},
		"the beds have come": {func(i int, _ time.Time) float64 {
			if i >= 21 {
				return 38
			}
			return 26 + wobble(i)/10
		}, course.UnusuallyHigh, spc.AssuranceNoTarget},
		"a hundredth of a bed": {func(i int, _ time.Time) float64 { return 26 + 0.01*float64(i/23) }, course.Usual, spc.AssuranceNoTarget},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			p.months("beds", "beds_available", surgeryBeds, 24, c.value)
			chart := p.book().Of(course.CellOf("beds_available", surgery)).Chart
			if chart.Signal() != c.signal || chart.Assured() != c.assured {
				t.Errorf("%s, %s, want %s, %s", chart.Signal(), chart.Assured(), c.signal, c.assured)
			}
		})
	}
}

// TestMetrics shows that a chart's series have the figure's labels, and that too
// short a past has none.
func TestMetrics(t *testing.T) {
	p := begin(t)
	p.months("beds", "beds_available", surgeryBeds, 24, func(i int, _ time.Time) float64 { return 30 + wobble(i) - 20*float64(i/23) })
	p.months("finance", "net_cost_sek", itsLabels, 6, func(i int, _ time.Time) float64 { return float64(i) })
	got := map[string]float64{}
	for _, m := range p.book().Metrics() {
		got[m.Name+"{"+m.Labels.String()+"}"] = m.Value
	}
	for _, name := range []string{"kpi_signal", "kpi_signal_better"} {
		if value, ok := got[name+`{hospital="Sunderby",kpi="beds_available",ward="Kirurgi"}`]; !ok || value != -1 {
			t.Errorf("%s is %v, %v, want -1", name, value, ok)
		}
	}
	for name := range got {
		if strings.Contains(name, "net_cost_sek") {
			t.Errorf("%s, though six months tell nothing", name)
		}
	}
	var none *course.Book
	if none.Metrics() != nil || none.Of(course.CellOf("beds_available", nil)).Chart != nil {
		t.Error("no book has figures")
	}
}

// TestForesee shows that a forecast goes by the past year, where that is known.
func TestForesee(t *testing.T) {
	p := begin(t)
	// A fifth of the cost of 2024 was in December.
	sum := 0.0
	p.months("finance", "net_cost_sek", itsLabels, 24, func(_ int, end time.Time) float64 {
		switch end.Month() {
		case time.January:
			sum = 8e6
		case time.December:
			sum += 22e6
		default:
			sum += 8e6
		}
		return sum
	})
	samples := []kpi.Sample{{KPI: "net_cost_sek", Labels: itsLabels, Value: 16e6, AsOf: time.Date(2025, 2, 28, 23, 59, 59, 0, p.region.Location)}}
	assessed := plan.Assess(p.region.Plan.Targets, p.region.KPIs, samples, nil, p.now, p.region.Location)
	foreseen := p.book().Foresee(assessed, p.region.Location)
	for i, a := range foreseen {
		if a.Target.ID != "net-cost-psychiatry" {
			continue
		}
		if a.Forecast == nil || math.Abs(*a.Forecast-110e6) > 1e6 {
			t.Errorf("forecast %v, %q, want about 110 million", a.Forecast, a.NoForecast)
		}
		if before := assessed[i].Forecast; before == nil || math.Abs(*before-99e6) > 2e6 {
			t.Errorf("at the plan's pace %v, want about 99 million: the assessments that were given have changed", before)
		}
	}
}

// What is left of an income ends where the income and the costs end, whose courses are
// followed though they have no target at these labels.
func TestForeseeDifference(t *testing.T) {
	p := begin(t)
	target := p.region.Targets("net_cost_sek")[0]
	amount, err := decimal.Parse("20000000")
	if err != nil {
		t.Fatal(err)
	}
	target.ID, target.KPI, target.Where, target.Value, target.Unit = "surplus", "surplus_sek", nil, &amount, "sek"
	p.region.Plan.Targets = append(p.region.Plan.Targets, target)
	// Each month has an income of ten million and costs of eight, and December costs of 22.
	figures := func(end time.Time, samples ...kpi.Sample) []kpi.Sample {
		months := float64(end.Month())
		income, cost := 10e6*months, 8e6*months
		if end.Month() == time.December {
			cost += 14e6
		}
		for name, value := range map[string]float64{"income_sek": income, "net_cost_sek": cost, "surplus_sek": income - cost} {
			samples = append(samples, kpi.Sample{KPI: name, Value: value, AsOf: end})
		}
		return samples
	}
	for _, at := range p.region.Collector("finance").Moments(collectors.EachMonth, p.now.AddDate(0, -24, 0), p.now) {
		p.keep("finance", at, figures(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, p.region.Location).Add(-time.Second))...)
	}
	samples := figures(time.Date(2025, 2, 28, 23, 59, 59, 0, p.region.Location))
	assessed := plan.Assess([]plan.Target{target}, p.region.KPIs, samples, nil, p.now, p.region.Location)
	// 120 of income, less 96 and 14 of costs.
	if a := p.book().Foresee(assessed, p.region.Location)[0]; a.Forecast == nil || math.Abs(*a.Forecast-10e6) > 1.5e6 {
		t.Errorf("forecast %v, %q, want about 10 million", a.Forecast, a.NoForecast)
	}
	if got := p.book().Of(course.CellOf("net_cost_sek", nil)).Chart; got != nil {
		t.Errorf("a part has a chart: %v", got)
	}
}
