package plan_test

import (
	"fmt"
	"testing"
	"time"

	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
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
