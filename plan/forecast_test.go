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
		"even":                      {"visits", "value: 365", 59, "2025-03-01 00:00:00", nil, 365, ""},
		"behind":                    {"visits", "value: 365", 29.5, "2025-03-01 00:00:00", nil, 182.5, ""},
		"months":                    {"visits", "value: 100, phasing: {months: [50%, 50%, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}", 40, "2025-02-01 00:00:00", nil, 80, ""},
		"milestones":                {"visits", "value: 100, phasing: {milestones: [{on: 2025-01-31, value: 25}]}", 20, "2025-02-01 00:00:00", nil, 80, ""},
		"a plan of nothing":         {"net_cost_sek", "value: 0", 59, "2025-03-01 00:00:00", nil, 365, ""},
		"the whole is due":          {"visits", "value: 100, phasing: {months: [100%, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}", 40, "2025-02-01 00:00:00", nil, 0, forecast.AllDue},
		"too early":                 {"visits", "value: 365", 5, "2025-01-05 00:00:00", nil, 0, forecast.TooEarly},
		"from the year before":      {"visits", "value: 365", 118, "2025-03-01 00:00:00", year, 118 * 399.0 / 60, ""},
		"what stands in a calendar": {"trainings", "value: 21", 8, "2025-03-01 00:00:00", nil, 0, ""},
		"no accumulation":           {"beds_available", "value: 38", 38, "2025-03-01 00:00:00", nil, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := assessOne(t, target(tt.kpi, "to: 2025-12-31, "+tt.target), []kpi.Sample{sample(tt.kpi, tt.actual, moment(t, tt.asOf))}, "2025-03-18 00:00:00")
			got.Foresee(only(tt.history), stockholm(t))
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
	if a.Foresee(only(year), stockholm(t)); a.Forecast == nil || math.Abs(*a.Forecast-182.5) > 0.01 || !same(value(a.Full), 365) {
		t.Errorf("forecast %v of %v, %q", value(a.Forecast), value(a.Full), a.NoForecast)
	}
}

// only is a history that has those points of every KPI.
func only(points []forecast.Point) plan.History {
	return func(string) []forecast.Point { return points }
}

// A result ends where its parts end. By its own pace it would end elsewhere: the costs
// come late in the year.
func TestForeseeDifference(t *testing.T) {
	now := moment(t, "2025-03-01 00:00:00")
	// At the end of February a sixth of the year's income is booked, and an eighth of its costs.
	course := func(february, end float64) []forecast.Point {
		return []forecast.Point{
			{At: moment(t, "2024-01-31 23:59:59"), Value: february / 2},
			{At: moment(t, "2024-02-29 23:59:59"), Value: february},
			{At: moment(t, "2024-12-31 23:59:59"), Value: end},
		}
	}
	history := plan.History(func(kpiName string) []forecast.Point {
		return map[string][]forecast.Point{"income_sek": course(100, 600), "net_cost_sek": course(60, 480)}[kpiName]
	})
	for name, tt := range map[string]struct {
		history   plan.History
		samples   map[string]float64
		forecast  float64
		reason    forecast.Reason
		threshold float64
	}{
		"as the year before":    {history, map[string]float64{"surplus_sek": 52, "income_sek": 110, "net_cost_sek": 58}, 660 - 464, "", 180},
		"at the plan's pace":    {nil, map[string]float64{"surplus_sek": 59, "income_sek": 118, "net_cost_sek": 59}, 365, "", 180},
		"a part has no figure":  {history, map[string]float64{"surplus_sek": 52, "income_sek": 110}, 0, forecast.NoFigure, 0},
		"a part is nothing yet": {nil, map[string]float64{"surplus_sek": 52, "income_sek": 52, "net_cost_sek": 0}, 0, forecast.NothingYet, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var samples []kpi.Sample
			for kpiName, value := range tt.samples {
				samples = append(samples, sample(kpiName, value, now.Add(-time.Second)))
			}
			a := assessOne(t, target("surplus_sek", "to: 2025-12-31, value: 200, critical: 10%"), samples, "2025-03-18 00:00:00")
			a.Foresee(tt.history, stockholm(t))
			if got := value(a.Forecast); math.Abs(got-tt.forecast) > 0.01 || a.NoForecast != tt.reason {
				t.Errorf("forecast %v, %q; want %v, %q", got, a.NoForecast, tt.forecast, tt.reason)
			}
			if got := value(a.ForecastCritical); (a.ForecastCritical != nil) != (tt.threshold != 0) || got > 0 && got != tt.threshold || a.ForecastWarning != nil {
				t.Errorf("critical from %v, warning from %v; want %v and none", got, a.ForecastWarning, tt.threshold)
			}
		})
	}
}
