package history

import (
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/config"
)

// TestCompared shows that the first stage is the same date a month and a year
// earlier, also from a date that these do not have.
func TestCompared(t *testing.T) {
	for name, c := range map[string]struct {
		now, month, year string
	}{
		"the 18th":    {"2025-03-18T08:00:00Z", "2025-02-18", "2024-03-18"},
		"29 February": {"2024-02-29T08:00:00Z", "2024-01-29", "2023-02-28"},
		"31 March":    {"2025-03-31T08:00:00Z", "2025-02-28", "2024-03-31"},
		"31 December": {"2024-12-31T08:00:00Z", "2024-11-30", "2023-12-31"},
		// The clocks of the region show it, whatever the machine's do.
		"31 December there, and here not yet": {"2024-12-30T22:30:00-09:00", "2024-11-30", "2023-12-31"},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			compared := stages(definition(t, false), config.History{Months: 13, Years: 3}, now)[0]
			if len(compared) != 2 || compared[0].Format(time.DateOnly) != c.month || compared[1].Format(time.DateOnly) != c.year {
				t.Errorf("compared with %v, want %s and %s", compared, c.month, c.year)
			}
		})
	}
}

// TestMonthsOfStages shows that as many months are read on each day of a month.
func TestMonthsOfStages(t *testing.T) {
	for _, day := range []int{1, 28, 29, 30, 31} {
		now := time.Date(2025, 3, day, 8, 0, 0, 0, time.UTC)
		all := stages(definition(t, false), config.History{Months: 13, Years: 3}, now)
		if recent, early := len(all[1]), len(all[4]); recent != 13 || early != 23 {
			t.Errorf("on %s %d months and %d of earlier years, want 13 and 23", now.Format(time.DateOnly), recent, early)
		}
	}
}

// TestLatestOfMonths shows that a month's history has a latest moment on each day.
func TestLatestOfMonths(t *testing.T) {
	d := definition(t, false)
	d.HistorySettings.Every = collectors.EachMonth
	for day := range 31 {
		at := time.Date(2025, 3, 1+day, 8, 0, 0, 0, time.UTC)
		if got, ok := Latest(d, at); !ok || got.Format(time.DateOnly) != "2025-03-01" {
			t.Errorf("on %s it is %s, %v, want 2025-03-01", at.Format(time.DateOnly), got, ok)
		}
	}
}
