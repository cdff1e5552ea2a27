package plan_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/plan"
)

// sample makes a Sample; labels alternate names and values.
func sample(name string, value float64, asOf time.Time, labels ...string) kpi.Sample {
	var pairs []kpi.Label
	for i := 0; i < len(labels); i += 2 {
		pairs = append(pairs, kpi.Label{Name: labels[i], Value: labels[i+1]})
	}
	return kpi.Sample{KPI: name, Labels: kpi.NewLabels(pairs...), Value: value, AsOf: asOf}
}

func value(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func assessOne(t *testing.T, targets string, samples []kpi.Sample, at string) plan.Assessment {
	t.Helper()
	got := plan.Assess(mustLoad(t, targets).Targets, catalogue(t), samples, nil, moment(t, at), stockholm(t))
	if len(got) != 1 {
		t.Fatalf("%d assessments", len(got))
	}
	return got[0]
}

func target(kpi, rest string) string {
	return fmt.Sprintf("  - {id: t, kpi: %s, basis: operational, owner: surgery, from: 2025-01-01, %s}\n", kpi, rest)
}

func TestActual(t *testing.T) {
	early, late := moment(t, "2025-03-18 06:00:00"), moment(t, "2025-03-18 07:00:00")
	wards := func(name string, values ...float64) []kpi.Sample {
		return []kpi.Sample{
			sample(name, values[0], late, "hospital", "Sunderby", "ward", "Kirurgi"),
			sample(name, values[1], early, "hospital", "Sunderby", "ward", "Ortopedi"),
			sample(name, values[2], early.Add(-time.Hour), "hospital", "Kalix", "ward", "Medicin"),
		}
	}
	nan := math.NaN()
	tests := []struct {
		name, kpi, where string
		samples          []kpi.Sample
		want             float64
		dataTime         time.Time
	}{
		{"all", "beds_available", "{}", wards("beds_available", 38, 24, 10), 72, early.Add(-time.Hour)},
		{"sum over what is left out", "beds_available", "{hospital: Sunderby}", wards("beds_available", 38, 24, 10), 62, early},
		{"one cell", "beds_available", "{hospital: Sunderby, ward: Kirurgi}", wards("beds_available", 38, 24, 10), 38, late},
		{"another's name", "beds_available", "{hospital: Sunderby}", wards("beds_occupied", 38, 24, 10), nan, time.Time{}},
		{"nothing there", "beds_available", "{hospital: Piteå}", wards("beds_available", 38, 24, 10), nan, time.Time{}},
		{"max", "beds_longest_stay_seconds", "{hospital: Sunderby}", wards("beds_longest_stay_seconds", 5, 7, 100), 7, early},
		{"min", "beds_shortest_stay_seconds", "{hospital: Sunderby}", wards("beds_shortest_stay_seconds", 5, 7, 1), 5, early},
		{"mean", "beds_open_seconds", "{hospital: Sunderby}", wards("beds_open_seconds", 5, 8, 100), 6.5, early},
		{"an absent label", "beds_available", `{hospital: Sunderby, ward: ""}`,
			append(wards("beds_available", 38, 24, 10), sample("beds_available", 3, late, "hospital", "Sunderby")), 3, late},
		{"ratio of sums, not mean of ratios", "bed_occupancy_ratio", "{hospital: Sunderby}",
			append(append(wards("beds_available", 30, 10, 10), wards("beds_occupied", 30, 5, 0)...), wards("bed_occupancy_ratio", 1, 0.5, 0)...), 35.0 / 40, early},
		{"ratio without one part somewhere", "bed_occupancy_ratio", "{hospital: Sunderby}",
			append(wards("beds_available", 30, 10, 10), sample("beds_occupied", 15, late, "hospital", "Sunderby", "ward", "Kirurgi")), 0.5, late},
		{"ratio over nothing", "bed_occupancy_ratio", "{hospital: Sunderby}",
			append(wards("beds_available", 0, 0, 10), wards("beds_occupied", 0, 0, 0)...), nan, time.Time{}},
		{"noise of adding is gone", "beds_available", "{hospital: Sunderby}", wards("beds_available", 0.1, 0.2, 10), 0.3, early},
		{"large amounts that cancel", "result_sek", "{}", []kpi.Sample{
			sample("result_sek", 1e16, early), sample("result_sek", 0.25, early, "division", "A"), sample("result_sek", -1e16, early, "division", "B")}, 0.25, early},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := assessOne(t, target(tt.kpi, "to: 2025-12-31, value: 1, where: "+tt.where), tt.samples, "2025-03-18 08:00:00")
			if !same(value(got.Actual), tt.want) {
				t.Errorf("actual %v, want %v", value(got.Actual), tt.want)
			}
			if !got.DataTime.Equal(tt.dataTime) {
				t.Errorf("data time %s, want %s", got.DataTime, tt.dataTime)
			}
			if math.IsNaN(tt.want) && (got.Status != plan.Unknown || got.Reason != plan.NoFigure || got.Margin != nil) {
				t.Errorf("status %d, reason %q, margin %v", got.Status, got.Reason, got.Margin)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	tests := []struct {
		name, kpi, target string
		actual            float64
		status            plan.Status
		margin            float64
	}{
		{"higher, above", "beds_available", "value: 40, warning: 5%, critical: 10%", 44, plan.OnPlan, 0.1},
		{"higher, met", "beds_available", "value: 40, warning: 5%, critical: 10%", 40, plan.OnPlan, 0},
		{"higher, one step inside the warning", "beds_available", "value: 40, warning: 5%, critical: 10%", 38.001, plan.WithinTolerance, -0.049975},
		{"higher, at the warning", "beds_available", "value: 40, warning: 5%, critical: 10%", 38, plan.Warning, -0.05},
		{"higher, one step inside critical", "beds_available", "value: 40, warning: 5%, critical: 10%", 36.001, plan.Warning, -0.099975},
		{"higher, at critical", "beds_available", "value: 40, warning: 5%, critical: 10%", 36, plan.Critical, -0.1},
		{"higher, nothing at all", "beds_available", "value: 40, warning: 5%, critical: 10%", 0, plan.Critical, -1},
		{"higher, a figure, one bed inside", "beds_available", "value: 38, warning: {at: 36}, critical: {at: 34}", 37, plan.WithinTolerance, -1.0 / 38},
		{"higher, a figure, at it", "beds_available", "value: 38, warning: {at: 36}, critical: {at: 34}", 36, plan.Warning, -2.0 / 38},
		{"higher, a figure, at critical", "beds_available", "value: 38, warning: {at: 36}, critical: {at: 34}", 34, plan.Critical, -4.0 / 38},
		{"higher, noise below the warning's far side", "beds_available", "value: 40, warning: 5%", math.Nextafter(38, 39), plan.Warning, -0.05},
		{"higher, noise below the value", "beds_available", "value: 0.3, warning: 0%", math.Nextafter(0.3, 0), plan.OnPlan, 0},
		{"lower, below", "beds_occupied", "value: 40, warning: 5%, critical: 10%", 36, plan.OnPlan, 0.1},
		{"lower, met", "beds_occupied", "value: 40, warning: 5%, critical: 10%", 40, plan.OnPlan, 0},
		{"lower, one step inside the warning", "beds_occupied", "value: 40, warning: 5%, critical: 10%", 41.999, plan.WithinTolerance, -0.049975},
		{"lower, at the warning", "beds_occupied", "value: 40, warning: 5%, critical: 10%", 42, plan.Warning, -0.05},
		{"lower, at critical", "beds_occupied", "value: 40, warning: 5%, critical: 10%", 44, plan.Critical, -0.1},
		{"lower, noise above the warning's far side", "beds_occupied", "value: 40, warning: 5%", math.Nextafter(42, 41), plan.Warning, -0.05},
		{"lower, a figure in percent", "beds_longest_stay_seconds", "value: 3, unit: days, warning: {at: 4}", 4 * 86400, plan.Warning, -1.0 / 3},
		{"at most, met", "beds_occupied", "value: 2, warning: 0%", 2, plan.OnPlan, 0},
		{"at most, passed", "beds_occupied", "value: 2, warning: 0%", 2.0001, plan.Warning, -0.00005},
		{"none at all, met", "reports", "value: 0, warning: {at: 1}, critical: {at: 3}", 0, plan.OnPlan, 0},
		{"none at all, missed", "reports", "value: 0, warning: {at: 1}, critical: {at: 3}", 1, plan.Warning, -1},
		{"none at all, missed by far", "reports", "value: 0, warning: {at: 1}, critical: {at: 3}", 3, plan.Critical, -1},
		{"only critical, before it", "beds_available", "value: 40, critical: 10%", 37, plan.WithinTolerance, -0.075},
		{"only critical, at it", "beds_available", "value: 40, critical: 10%", 36, plan.Critical, -0.1},
		{"no thresholds, met", "beds_available", "value: 40", 40, plan.OnPlan, 0},
		{"no thresholds, worse", "beds_available", "value: 40", 39.9, plan.Warning, -0.0025},
		{"loss planned, made", "result_sek", "to: 2025-12-31, value: -365, warning: 10%", -76, plan.OnPlan, 0},
		{"loss planned, larger", "result_sek", "to: 2025-12-31, value: -365, warning: 10%", -95, plan.Warning, -0.25},
		{"loss planned, smaller", "result_sek", "to: 2025-12-31, value: -365, warning: 10%", -38, plan.OnPlan, 0.5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := "2025-03-18 00:00:00"
			got := assessOne(t, target(tt.kpi, tt.target), []kpi.Sample{sample(tt.kpi, tt.actual, moment(t, at))}, at)
			if got.Status != tt.status || got.Reason != "" {
				t.Errorf("status %s %q, want %s", got.Status, got.Reason, tt.status)
			}
			if !near(value(got.Margin), tt.margin) {
				t.Errorf("margin %v, want %v", value(got.Margin), tt.margin)
			}
		})
	}
}

func TestThresholds(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name, kpi, target string
		warning, critical float64
	}{
		{"higher", "beds_available", "value: 38, warning: 5%, critical: 10%", 36.1, 34.2},
		{"lower", "beds_occupied", "value: 38, warning: 5%, critical: 10%", 39.9, 41.8},
		{"figures in the unit written", "net_cost_sek", "to: 2025-12-31, value: 365, unit: tkr, warning: {at: 366}, critical: {at: 367.5}", 366000, 367500},
		{"of what is due, not of the year", "visits", "to: 2025-12-31, value: 3650, warning: 10%, critical: 20%", 684, 608},
		{"only one", "beds_available", "value: 38, warning: 5%", 36.1, nan},
		{"none stated", "beds_available", "value: 38", 38, nan},
		{"a loss", "result_sek", "to: 2025-12-31, value: -365, warning: 10%, critical: 50%", -83.6, -114},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := assessOne(t, target(tt.kpi, tt.target), nil, "2025-03-18 00:00:00")
			if !same(value(got.Warning), tt.warning) || !same(value(got.Critical), tt.critical) {
				t.Errorf("got %v and %v, want %v and %v", value(got.Warning), value(got.Critical), tt.warning, tt.critical)
			}
		})
	}
}

func TestPeriods(t *testing.T) {
	cell := func(id, from, to, value string) string {
		return fmt.Sprintf("  - {id: %s, kpi: beds_available, basis: operational, owner: surgery, value: %s, from: %s, to: %s}\n", id, value, from, to)
	}
	targets := cell("next", "2026-01-01", "2026-06-30", "40") + cell("this", "2025-01-01", "2025-12-31", "38") + cell("later", "2026-09-01", "2026-12-31", "42")
	tests := []struct {
		name, at, id string
		status       plan.Status
		reason       plan.Reason
		covered      string
	}{
		{"before all", "2024-12-31 23:59:59", "this", plan.TooEarly, plan.NotBegun, "2026-07-01 00:00:00"},
		{"first moment", "2025-01-01 00:00:00", "this", plan.OnPlan, "", "2026-07-01 00:00:00"},
		{"last second", "2025-12-31 23:59:59", "this", plan.OnPlan, "", "2026-07-01 00:00:00"},
		{"the next takes over", "2026-01-01 00:00:00", "next", plan.Warning, "", "2026-07-01 00:00:00"},
		{"between two", "2026-07-01 00:00:00", "next", plan.Unknown, plan.Expired, "2026-07-01 00:00:00"},
		{"the last of all", "2026-12-31 12:00:00", "later", plan.Warning, "", "2027-01-01 00:00:00"},
		{"after all", "2027-01-01 00:00:00", "later", plan.Unknown, plan.Expired, "2027-01-01 00:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := assessOne(t, targets, []kpi.Sample{sample("beds_available", 39, moment(t, tt.at))}, tt.at)
			if got.Target.ID != tt.id || got.Status != tt.status || got.Reason != tt.reason {
				t.Errorf("got %s, %s %q", got.Target.ID, got.Status, got.Reason)
			}
			if !got.CoveredUntil.Equal(moment(t, tt.covered)) {
				t.Errorf("covered until %s, want %s", got.CoveredUntil, tt.covered)
			}
			if value(got.Actual) != 39 {
				t.Errorf("actual %v", value(got.Actual))
			}
			if got.Status < plan.OnPlan && (got.Expected != nil || got.Margin != nil || got.Warning != nil) {
				t.Errorf("outside its period the target still says %+v", got)
			}
		})
	}
	t.Run("without an end", func(t *testing.T) {
		got := assessOne(t, target("beds_available", "value: 38"), nil, "2040-01-01 00:00:00")
		if !got.CoveredUntil.IsZero() || got.Reason != plan.NoFigure {
			t.Errorf("got %s, %q", got.CoveredUntil, got.Reason)
		}
	})
}

func TestYearToDate(t *testing.T) {
	year := "to: 2025-12-31, value: 365, warning: 10%"
	tests := []struct {
		name, target, asOf, at string
		expected, forecast     float64
		status                 plan.Status
		reason                 plan.Reason
	}{
		{"now", year, "2025-03-01 00:00:00", "2025-03-18 00:00:00", 76, 365, plan.Warning, ""},
		{"the figure's own moment", year + ", due_by: as_of", "2025-03-01 00:00:00", "2025-03-18 00:00:00", 59, 365, plan.OnPlan, ""},
		{"last year's figure", year, "2024-12-31 23:00:00", "2025-01-01 06:00:00", 0.25, math.NaN(), plan.Unknown, plan.OtherPeriod},
		{"this year's first", year, "2025-01-01 00:00:00", "2025-01-01 06:00:00", 0.25, math.NaN(), plan.OnPlan, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := assessOne(t, target("visits", tt.target), []kpi.Sample{sample("visits", 59, moment(t, tt.asOf))}, tt.at)
			if !same(value(got.Expected), tt.expected) || got.Status != tt.status || got.Reason != tt.reason {
				t.Errorf("expected %v, %s %q", value(got.Expected), got.Status, got.Reason)
			}
			if math.IsNaN(tt.forecast) != (got.Forecast == nil) || got.Forecast != nil && math.Abs(*got.Forecast-tt.forecast) > 1e-6 {
				t.Errorf("forecast %v, want %v", value(got.Forecast), tt.forecast)
			}
			if value(got.Full) != 365 {
				t.Errorf("full %v", value(got.Full))
			}
		})
	}
}

func TestValueFrom(t *testing.T) {
	at := "2025-03-18 08:00:00"
	now := moment(t, at)
	more := target("visits", "where: {division: Nära}, value_from: {kpi: visits_last_year}, warning: 5%")
	tests := []struct {
		name    string
		samples []kpi.Sample
		status  plan.Status
		reason  plan.Reason
		margin  float64
	}{
		{"more than last year", []kpi.Sample{sample("visits", 110, now, "division", "Nära"), sample("visits_last_year", 100, now, "division", "Nära"), sample("visits_last_year", 900, now, "division", "Funktion")}, plan.OnPlan, "", 0.1},
		{"less than last year", []kpi.Sample{sample("visits", 90, now, "division", "Nära"), sample("visits_last_year", 100, now, "division", "Nära")}, plan.Warning, "", -0.1},
		{"last year unknown", []kpi.Sample{sample("visits", 90, now, "division", "Nära")}, plan.Unknown, plan.NoReference, math.NaN()},
		{"this year unknown", []kpi.Sample{sample("visits_last_year", 90, now, "division", "Nära")}, plan.Unknown, plan.NoFigure, math.NaN()},
		{"nothing last year, nothing now", []kpi.Sample{sample("visits", 0, now, "division", "Nära"), sample("visits_last_year", 0, now, "division", "Nära")}, plan.OnPlan, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := assessOne(t, more, tt.samples, at)
			if got.Status != tt.status || got.Reason != tt.reason || got.Forecast != nil {
				t.Errorf("%s %q, forecast %v", got.Status, got.Reason, value(got.Forecast))
			}
			if math.IsNaN(tt.margin) != (got.Margin == nil) || got.Margin != nil && !near(*got.Margin, tt.margin) {
				t.Errorf("margin %v, want %v", value(got.Margin), tt.margin)
			}
		})
	}
}

func TestNothingDue(t *testing.T) {
	got := assessOne(t, target("beds_available", "to: 2025-12-31, value: 38, phasing: {milestones: [{on: 2025-06-30, value: 30}]}"),
		[]kpi.Sample{sample("beds_available", 20, moment(t, "2025-03-18 08:00:00"))}, "2025-03-18 08:00:00")
	if got.Status != plan.TooEarly || got.Reason != plan.NothingDue || value(got.Actual) != 20 {
		t.Errorf("got %s %q %v", got.Status, got.Reason, value(got.Actual))
	}
}

// Without a figure, nothing is missed where nothing is due, and nothing is due by the
// figure's own moment.
func TestNoFigureYet(t *testing.T) {
	for name, tt := range map[string]struct {
		target string
		status plan.Status
		reason plan.Reason
		due    bool
	}{
		"nothing due":            {target("beds_available", "to: 2025-12-31, value: 38, done_by: 2025-06-30"), plan.TooEarly, plan.NothingDue, false},
		"steps from nothing":     {target("visits", "to: 2025-12-31, value: 38, phasing: {milestones: [{on: 2025-06-30, value: 30}]}"), plan.TooEarly, plan.NothingDue, false},
		"due all along":          {target("beds_available", "to: 2025-12-31, value: 38, due_by: as_of"), plan.Unknown, plan.NoFigure, true},
		"due by now":             {target("visits", "to: 2025-12-31, value: 38"), plan.Unknown, plan.NoFigure, true},
		"due by the figure":      {target("visits", "to: 2025-12-31, value: 38, due_by: as_of"), plan.Unknown, plan.NoFigure, false},
		"milestones by a figure": {target("beds_available", "to: 2025-12-31, value: 38, due_by: as_of, phasing: {milestones: [{on: 2025-01-31, value: 30}]}"), plan.Unknown, plan.NoFigure, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := assessOne(t, tt.target, nil, "2025-03-18 08:00:00")
			if got.Status != tt.status || got.Reason != tt.reason || (got.Expected != nil) != tt.due {
				t.Errorf("%s, %q, due %v", got.Status, got.Reason, value(got.Expected))
			}
		})
	}
}

// Of what is to increase, no more than the fractions of reckoning is as much as before.
func TestStrictAlike(t *testing.T) {
	for name, tt := range map[string]struct {
		actual float64
		status plan.Status
	}{
		"less":       {3833, plan.WithinTolerance},
		"as much":    {3834, plan.WithinTolerance},
		"a fraction": {3834.02, plan.WithinTolerance},
		"one more":   {3835, plan.OnPlan},
	} {
		t.Run(name, func(t *testing.T) {
			got := assessOne(t, target("beds_available", "value: 3834, strict: true, warning: 5%"), []kpi.Sample{sample("beds_available", tt.actual, moment(t, "2025-03-18 08:00:00"))}, "2025-03-18 08:00:00")
			if got.Status != tt.status {
				t.Errorf("%v: %s", tt.actual, got.Status)
			}
		})
	}
}

func TestMetrics(t *testing.T) {
	at := "2025-03-18 08:00:00"
	got := assessOne(t, "  - {id: beds-surgery, kpi: beds_available, where: {hospital: Sunderby, ward: Kirurgi, division: \"\"}, value: 38, warning: 5%, from: 2024-12-01, to: 2025-12-31, basis: report, cite: \"Länssjukvård 2,\\n Allmänt\", owner: surgery}\n",
		[]kpi.Sample{sample("beds_available", 38, moment(t, at), "hospital", "Sunderby", "ward", "Kirurgi")}, at)
	want := []string{
		`plan_actual{hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",unit="beds",ward="Kirurgi"} 38`,
		`plan_expected{hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",unit="beds",ward="Kirurgi"} 38`,
		`plan_target{hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",unit="beds",ward="Kirurgi"} 38`,
		`plan_threshold{hospital="Sunderby",kpi="beds_available",owner="surgery",severity="warning",target="beds-surgery",unit="beds",ward="Kirurgi"} 36.1`,
		`plan_margin_ratio{hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",ward="Kirurgi"} 0`,
		`plan_status{hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",ward="Kirurgi"} 0`,
		`plan_rank{hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",ward="Kirurgi"} 1`,
		`plan_target_info{basis="report",cite="Länssjukvård 2, Allmänt",from="2024-12-01",hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",to="2025-12-31",ward="Kirurgi"} 1`,
		fmt.Sprintf(`plan_covered_until_timestamp_seconds{hospital="Sunderby",kpi="beds_available",owner="surgery",target="beds-surgery",ward="Kirurgi"} %d`, moment(t, "2026-01-01 00:00:00").Unix()),
	}
	metrics := got.Metrics()
	if len(metrics) != len(want) {
		t.Fatalf("%d metrics", len(metrics))
	}
	for i, m := range metrics {
		line := fmt.Sprintf("%s{%s} %v", m.Name, m.Labels, m.Value)
		if m.Name == naming.PlanCoveredUntil {
			line = fmt.Sprintf("%s{%s} %.0f", m.Name, m.Labels, m.Value)
		}
		if line != want[i] {
			t.Errorf("got  %s\nwant %s", line, want[i])
		}
	}
}

// TestMetricsTellTheStatus holds the statuses against what a rule finds that
// compares the published figures.
func TestMetricsTellTheStatus(t *testing.T) {
	at := "2025-03-18 00:00:00"
	// reaches is what the rules of those KPIs compare.
	reaches := map[string]func(actual, expected, limit float64) bool{
		"beds_available": func(actual, _, limit float64) bool { return actual <= limit },
		"beds_occupied":  func(actual, _, limit float64) bool { return actual >= limit },
		"frame_sek": func(actual, expected, limit float64) bool {
			return math.Abs(actual-expected) >= math.Abs(limit-expected)
		},
	}
	for _, direction := range []struct{ kpi string }{{"beds_available"}, {"beds_occupied"}, {"frame_sek"}} {
		for _, thresholds := range []string{"", ", warning: 0%", ", warning: 5%, critical: 10%", ", critical: 3%", ", warning: {by: 0.3}, critical: {by: 3.3}", ", strict: true, warning: 2%"} {
			if direction.kpi == "frame_sek" {
				thresholds = strings.ReplaceAll(thresholds, "strict: true, ", "")
			}
			p := mustLoad(t, target(direction.kpi, "value: 40"+thresholds))
			for actual := 30.0; actual <= 50; actual += 0.1 {
				a := plan.Assess(p.Targets, catalogue(t), []kpi.Sample{sample(direction.kpi, actual, moment(t, at))}, nil, moment(t, at), stockholm(t))[0]
				figures := map[string]float64{}
				for _, m := range a.Metrics() {
					figures[m.Name+m.Labels.Get(naming.LabelSeverity)] = m.Value
				}
				want := plan.OnPlan
				if figures[naming.PlanMargin] < 0 || figures[naming.PlanMargin] == 0 && p.Targets[0].Strict {
					want = plan.WithinTolerance
				}
				for _, s := range []struct {
					status plan.Status
					name   string
				}{{plan.Warning, naming.SeverityWarning}, {plan.Critical, naming.SeverityCritical}} {
					limit, stated := figures[naming.PlanThreshold+s.name]
					reached := reaches[direction.kpi](figures[naming.PlanActual], figures[naming.PlanExpected], limit)
					if stated && reached && figures[naming.PlanMargin] < 0 {
						want = s.status
					}
				}
				if a.Status != want || figures[naming.PlanStatus] != float64(want) {
					t.Fatalf("%s %v%s: status %s, the metrics say %s", direction.kpi, actual, thresholds, a.Status, want)
				}
			}
		}
	}
}
