package clock_test

import (
	"testing"
	"time"

	"planwatch/internal/clock"
)

func TestEarlier(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		at     string
		months int
		want   string
	}{
		"a month":                          {"2025-03-18T08:00:00+01:00", 1, "2025-02-18T08:00:00+01:00"},
		"a month, from 31 December":        {"2024-12-31T08:00:00+01:00", 1, "2024-11-30T08:00:00+01:00"},
		"a month, from 31 March":           {"2025-03-31T08:00:00+02:00", 1, "2025-02-28T08:00:00+01:00"},
		"a month, from 30 March, leaping":  {"2024-03-30T08:00:00+01:00", 1, "2024-02-29T08:00:00+01:00"},
		"a month, over New Year":           {"2025-01-31T08:00:00+01:00", 1, "2024-12-31T08:00:00+01:00"},
		"a year":                           {"2025-03-18T08:00:00+01:00", 12, "2024-03-18T08:00:00+01:00"},
		"a year, from 29 February":         {"2024-02-29T08:00:00+01:00", 12, "2023-02-28T08:00:00+01:00"},
		"a year, from 28 February":         {"2025-02-28T08:00:00+01:00", 12, "2024-02-28T08:00:00+01:00"},
		"four years, from 29 February":     {"2024-02-29T08:00:00+01:00", 48, "2020-02-29T08:00:00+01:00"},
		"25 months, from 31 March":         {"2025-03-31T08:00:00+02:00", 25, "2023-02-28T08:00:00+01:00"},
		"in summer time, and then not yet": {"2025-03-30T12:00:00+02:00", 12, "2024-03-30T12:00:00+01:00"},
		"of a day that has begun there":    {"2025-04-30T22:30:00Z", 1, "2025-04-01T00:30:00+02:00"},
	} {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := clock.Earlier(at, c.months, stockholm).Format(time.RFC3339); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
