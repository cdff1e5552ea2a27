package config_test

import (
	"testing"
	"time"

	"planwatch/config"
)

// The last report is that of the latest day that is over.
func TestLastReport(t *testing.T) {
	for name, c := range map[string]struct {
		dates, at string
		want, err string
	}{
		"none is named":        {"", "2025-03-18T08:00:00+01:00", "", "report_dates in planwatch.yaml has no day before 2025-03-18; add the days on which reports were given, or name a moment such as 2025-02-18"},
		"the day is not over":  {"2025-03-18", "2025-03-18T08:00:00+01:00", "", "report_dates in planwatch.yaml has no day before 2025-03-18; add the days on which reports were given, or name a moment such as 2025-02-18"},
		"the day after":        {"2025-02-11,2025-03-18", "2025-03-19T00:00:00+01:00", "2025-03-18T23:59:59+01:00", ""},
		"the one before":       {"2025-02-11,2025-03-18,2025-04-29", "2025-03-18T08:00:00+01:00", "2025-02-11T23:59:59+01:00", ""},
		"a day of summer time": {"2025-03-30", "2025-04-01T08:00:00+02:00", "2025-03-30T23:59:59+02:00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.dates != "" {
				t.Setenv("PLANWATCH_REPORT_DATES", c.dates)
			}
			region, err := config.Load("testdata/good", nil)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			got, err := region.LastReport(at)
			switch {
			case c.err != "" && (err == nil || err.Error() != c.err):
				t.Errorf("%v, want %s", err, c.err)
			case c.err == "" && (err != nil || got.Format(time.RFC3339) != c.want):
				t.Errorf("%s, %v, want %s", got.Format(time.RFC3339), err, c.want)
			}
		})
	}
}
