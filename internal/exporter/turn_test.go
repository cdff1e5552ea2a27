package exporter

import (
	"testing"
	"time"

	"planwatch/collectors"
)

func TestTurn(t *testing.T) {
	schedule, err := collectors.ParseSchedule("*/10 * * * *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	moment := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		at, err := time.Parse(time.TimeOnly, clock)
		if err != nil {
			t.Fatal(err)
		}
		return at.AddDate(2025, 0, 0)
	}
	for name, c := range map[string]struct {
		last, now      string
		heads, follows bool // whether it is the turn of one that heads, and of one that follows
	}{
		"never run":             {"", "08:00:00", true, false},
		"just run":              {"08:00:01", "08:00:02", false, false},
		"not due":               {"08:00:01", "08:09:59", false, false},
		"due":                   {"08:00:01", "08:10:00", true, false},
		"due for long":          {"08:00:01", "08:19:59", true, false},
		"due twice":             {"08:00:01", "08:20:00", true, true},
		"run between two times": {"08:05:00", "08:10:00", true, false},
		"run in a while":        {"09:00:00", "08:10:00", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			for heads, want := range map[bool]bool{true: c.heads, false: c.follows} {
				if got := turn(heads, schedule.Next, moment(c.last), moment(c.now)); got != want {
					t.Errorf("heads %t: %t, want %t", heads, got, want)
				}
			}
		})
	}
}
