package routing

import (
	"fmt"
	"testing"
	"time"

	"planwatch/alerts/oncall"
	"planwatch/config"
)

// An owner's warnings are one group, told of in one hour of the week and in no
// other, at most once in it.
func TestWarningsOnceAWeek(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	zone := region.Location
	for _, tt := range []struct {
		weekly oncall.Weekly
		in     []time.Time
		out    []time.Time
	}{
		{
			oncall.Weekly{Day: "monday", Time: "07:00"},
			[]time.Time{time.Date(2025, 3, 31, 7, 0, 0, 0, zone), time.Date(2025, 10, 27, 7, 59, 0, 0, zone)},
			[]time.Time{time.Date(2025, 3, 31, 6, 59, 0, 0, zone), time.Date(2025, 3, 31, 8, 0, 0, 0, zone), time.Date(2025, 4, 1, 7, 30, 0, 0, zone)},
		},
		{
			oncall.Weekly{Day: "sunday", Time: "23:00"},
			[]time.Time{time.Date(2025, 3, 30, 23, 30, 0, 0, zone)},
			[]time.Time{time.Date(2025, 3, 31, 0, 0, 0, 0, zone), time.Date(2025, 3, 30, 22, 59, 0, 0, zone)},
		},
		{ // an hour that spring leaves out, and autumn has twice
			oncall.Weekly{Day: "sunday", Time: "02:00"},
			[]time.Time{
				time.Date(2025, 3, 23, 2, 30, 0, 0, zone), time.Date(2025, 3, 30, 3, 0, 0, 0, zone), time.Date(2025, 3, 30, 3, 59, 0, 0, zone), time.Date(2026, 3, 29, 3, 30, 0, 0, zone),
				time.Date(2025, 10, 26, 2, 0, 0, 0, zone),
			},
			[]time.Time{
				time.Date(2025, 3, 23, 3, 30, 0, 0, zone), time.Date(2025, 3, 30, 1, 59, 0, 0, zone), time.Date(2025, 3, 30, 4, 0, 0, 0, zone), time.Date(2025, 3, 31, 3, 30, 0, 0, zone),
				time.Date(2025, 10, 26, 3, 0, 0, 0, zone), time.Date(2025, 4, 6, 3, 30, 0, 0, zone),
			},
		},
		{
			oncall.Weekly{Day: "sunday", Time: "02:30"},
			[]time.Time{time.Date(2025, 3, 30, 3, 0, 0, 0, zone), time.Date(2025, 3, 30, 3, 29, 0, 0, zone)},
			[]time.Time{time.Date(2025, 3, 30, 1, 59, 0, 0, zone), time.Date(2025, 3, 30, 4, 0, 0, 0, zone)},
		},
	} {
		t.Run(tt.weekly.Day+" "+tt.weekly.Time, func(t *testing.T) {
			changed, o := *region, *region.OnCall
			o.Severities.Warning.Weekly, o.Severities.Warning.Hours = &tt.weekly, ""
			changed.OnCall = &o
			m := maker{&changed}
			r := m.warnings()
			if got := fmt.Sprint(r.GroupBy, r.Active, r.RepeatInterval); got != "[owner] [weekly] 6d" {
				t.Errorf("the route has %s", got)
			}
			var hour []interval
			for _, i := range m.configuration().TimeIntervals {
				if i.Name == oncall.WeeklyInterval {
					hour = append(hour, i)
				}
			}
			if len(hour) != 1 {
				t.Fatalf("%d intervals", len(hour))
			}
			times := parsed(t, hour[0])
			for _, at := range tt.in {
				if !within(times, at.UTC()) {
					t.Errorf("not told at %s", at)
				}
			}
			for _, at := range tt.out {
				if within(times, at.UTC()) {
					t.Errorf("told at %s", at)
				}
			}
		})
	}
}
