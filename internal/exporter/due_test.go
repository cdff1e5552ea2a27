package exporter

import (
	"testing"
	"time"

	"planwatch/internal/snapshot"
	"planwatch/plan"
)

func TestDue(t *testing.T) {
	moves, fixed := plan.Reference{At: plan.YearEarlier}, plan.Reference{On: plan.Date{Year: 2024, Month: time.November, Day: 26}}
	at := time.Date(2025, 3, 18, 8, 5, 0, 0, time.UTC)
	tests := []struct {
		name      string
		reference plan.Reference
		later     time.Duration
		want      bool
	}{
		{"in the same hour", moves, 54 * time.Minute, false},
		{"in the next hour", moves, 55 * time.Minute, true},
		{"the day after", moves, 24 * time.Hour, true},
		{"a date, in the next hour", fixed, time.Hour, false},
		{"a date, a second before a day has passed", fixed, 24*time.Hour - time.Second, false},
		{"a date, when a day has passed", fixed, 24 * time.Hour, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := due(snapshot.Past{Reference: tt.reference, At: at}, at.Add(tt.later)); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
