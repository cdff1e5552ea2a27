package plan_test

import (
	"testing"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// What grows on working days is due by them, with the part of the day that has passed,
// and what was reached in another year is that of as many.
func TestWorkingDays(t *testing.T) {
	// Of January 2025, 21 are working days: not New Year's Day and Epiphany, a Monday.
	january := "value: 21, to: 2025-01-31"
	tests := []struct {
		name, target, at string
		asOf, then       string
		expected         float64
	}{
		{"before any", january, "2025-01-01 12:00:00", "2025-01-01 06:00:00", "", 0},
		{"after one", january, "2025-01-03 00:00:00", "2025-01-02 12:00:00", "", 1},
		{"within one", january, "2025-01-03 12:00:00", "2025-01-02 12:00:00", "", 1.5},
		{"over a weekend and a holiday", january, "2025-01-06 18:00:00", "2025-01-05 12:00:00", "", 2},
		{"at the end", january, "2025-01-31 23:59:59", "2025-01-31 12:00:00", "", 21 - 1.0/86400},
		{"by months", "value: 21, to: 2025-01-31, phasing: {months: [100%, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}", "2025-01-06 18:00:00", "2025-01-05 12:00:00", "", 2},
		{"a year that had more", "value_from: {at: year_earlier}", "2025-01-06 00:00:00", "2025-01-05 12:00:00", "2024-01-05 12:00:00", 100},
		{"a year that had none yet", "value_from: {at: year_earlier}", "2025-01-02 12:00:00", "2025-01-02 06:00:00", "2024-01-01 12:00:00", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := mustLoad(t, target("operations", tt.target))
			past := plan.Past{}
			if tt.then != "" {
				past[yearEarlier] = plan.NewSamples([]kpi.Sample{sample("operations", 200, moment(t, tt.then))})
			}
			got := plan.Assess(p.Targets, catalogue(t), []kpi.Sample{sample("operations", 1, moment(t, tt.asOf))}, past, moment(t, tt.at), stockholm(t))[0]
			if !near(value(got.Expected), tt.expected) {
				t.Errorf("expected %v, want %v", value(got.Expected), tt.expected)
			}
		})
	}
}
