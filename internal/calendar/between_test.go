package calendar_test

import (
	"testing"
	"time"

	"planwatch/internal/calendar"
)

func TestBetween(t *testing.T) {
	tests := []struct {
		name     string
		calendar calendar.Calendar
		from, to string
		want     int
	}{
		{"one working day", "sweden", "2025-03-18", "2025-03-18", 1},
		{"one holiday", "sweden", "2025-01-01", "2025-01-01", 0},
		{"a weekend", "sweden", "2025-03-15", "2025-03-16", 0},
		{"until Epiphany", "sweden", "2025-01-01", "2025-01-06", 2},
		{"the same dates a year before", "sweden", "2024-01-01", "2024-01-06", 4},
		{"without holidays", calendar.None, "2025-01-01", "2025-01-06", 4},
		{"over New Year", "sweden", "2024-12-30", "2025-01-02", 2},
		{"nothing", "sweden", "2025-03-18", "2025-03-17", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			day := func(text string) time.Time {
				at, err := time.ParseInLocation(time.DateOnly, text, time.FixedZone("", 2*60*60))
				if err != nil {
					t.Fatal(err)
				}
				return at
			}
			if got := tt.calendar.Between(day(tt.from), day(tt.to)); got != tt.want {
				t.Errorf("%d working days, want %d", got, tt.want)
			}
		})
	}
}
