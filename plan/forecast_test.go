package plan_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

func TestForesee(t *testing.T) {
	// The year before went evenly, but for a December of 65.
	var year []forecast.Point
	for day := 1; day <= 365; day++ {
		value := min(float64(day), 334)
		if day > 334 {
			value += float64(day-334) / 31 * 65
		}
		year = append(year, forecast.Point{At: time.Date(2024, 1, day, 22, 59, 59, 0, time.UTC), Value: value})
	}
	for name, tt := range map[string]struct {
		kpi, target string
		actual      float64
		asOf        string
		history     []forecast.Point
		want        float64 // 0 is none
		reason      forecast.Reason
	}{
		"even":                 {"visits", "value: 365", 59, "2025-03-01 00:00:00", nil, 365, ""},
		"behind":               {"visits", "value: 365", 29.5, "2025-03-01 00:00:00", nil, 182.5, ""},
		"months":               {"visits", "value: 100, phasing: {months: [50%, 50%, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}", 40, "2025-02-01 00:00:00", nil, 80, ""},
		"milestones":           {"visits", "value: 100, phasing: {milestones: [{on: 2025-01-31, value: 25}]}", 20, "2025-02-01 00:00:00", nil, 80, ""},
		"a plan of nothing":    {"net_cost_sek", "value: 0", 59, "2025-03-01 00:00:00", nil, 365, ""},
		"the whole is due":     {"visits", "value: 100, phasing: {months: [100%, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}", 40, "2025-02-01 00:00:00", nil, 0, forecast.AllDue},
		"too early":            {"visits", "value: 365", 5, "2025-01-05 00:00:00", nil, 0, forecast.TooEarly},
		"from the year before": {"visits", "value: 365", 118, "2025-03-01 00:00:00", year, 118 * 399.0 / 60, ""},
		"no accumulation":      {"beds_available", "value: 38", 38, "2025-03-01 00:00:00", nil, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := assessOne(t, target(tt.kpi, "to: 2025-12-31, "+tt.target), []kpi.Sample{sample(tt.kpi, tt.actual, moment(t, tt.asOf))}, "2025-03-18 00:00:00")
			got.Foresee(tt.history, stockholm(t))
			if forecast := value(got.Forecast); tt.want == 0 && got.Forecast != nil || tt.want != 0 && !near(forecast/tt.want, 1) && fmt.Sprintf("%.0f", forecast) != fmt.Sprintf("%.0f", tt.want) {
				t.Errorf("forecast %v, want %v", forecast, tt.want)
			}
			if got.NoForecast != tt.reason {
				t.Errorf("reason %q, want %q", got.NoForecast, tt.reason)
			}
		})
	}
}

// A target that is held against the year before has a forecast too, from whole years
// alone: the plan has no pace of its own.
func TestForeseeAgainstThePast(t *testing.T) {
	var year []forecast.Point
	for day := 1; day <= 365; day++ {
		year = append(year, forecast.Point{At: time.Date(2024, 1, day, 22, 59, 59, 0, time.UTC), Value: float64(day)})
	}
	now := moment(t, "2025-03-01 00:00:00")
	past := plan.Past{
		yearEarlier:         plan.NewSamples([]kpi.Sample{sample("visits", 59, moment(t, "2024-02-29 23:59:59"))}),
		on(t, "2024-12-31"): plan.NewSamples([]kpi.Sample{sample("visits", 365, moment(t, "2024-12-31 23:59:59"))}),
	}
	targets := mustLoad(t, target("visits", "to: 2027-12-31, value_from: {at: year_earlier}")).Targets
	a := plan.Assess(targets, catalogue(t), []kpi.Sample{sample("visits", 30, now.Add(-time.Second))}, past, now, stockholm(t))[0]
	if a.Forecast != nil || a.NoForecast != forecast.NoPast {
		t.Errorf("without a past year %v, %q", value(a.Forecast), a.NoForecast)
	}
	if a.Foresee(year, stockholm(t)); a.Forecast == nil || math.Abs(*a.Forecast-182.5) > 0.01 || !same(value(a.Full), 365) {
		t.Errorf("forecast %v of %v, %q", value(a.Forecast), value(a.Full), a.NoForecast)
	}
}
