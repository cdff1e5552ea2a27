package plan_test

import (
	"testing"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Nobody is told of what is too early to judge, by its forecast neither.
func TestTooEarlyHasNoForecast(t *testing.T) {
	targets := target("net_cost_sek", "value: 365, to: 2025-12-31, judge_from: 10%, warning: 5%")
	for _, tt := range []struct {
		at       string
		status   plan.Status
		forecast bool
	}{
		{"2025-02-06 00:00:00", plan.TooEarly, false},
		{"2025-02-07 00:00:00", plan.Warning, true},
	} {
		t.Run(tt.at, func(t *testing.T) {
			got := assessOne(t, targets, []kpi.Sample{sample("net_cost_sek", 300, moment(t, tt.at))}, tt.at)
			if got.Status != tt.status || (got.Forecast != nil) != tt.forecast || (got.Margin != nil) != tt.forecast {
				t.Errorf("%s, forecast %v, margin %v", got.Status, value(got.Forecast), value(got.Margin))
			}
		})
	}
}
