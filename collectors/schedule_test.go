package collectors_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"planwatch/collectors"
)

func TestScheduleNext(t *testing.T) {
	stockholm := location(t, "Europe/Stockholm")
	tests := []struct {
		name, fields, from string
		want               []string
	}{
		{
			"every five minutes", "*/5 * * * *", "2025-03-18T08:01:30+01:00",
			[]string{"2025-03-18T08:05:00+01:00", "2025-03-18T08:10:00+01:00"},
		},
		{
			"a daily run in the hour that spring leaves out comes when the clock has jumped", "30 2 * * *", "2025-03-29T02:30:00+01:00",
			[]string{"2025-03-30T03:00:00+02:00", "2025-03-31T02:30:00+02:00"},
		},
		{
			"a run in the left-out hour and one right after it are one", "0 2,3 * * *", "2025-03-30T01:00:00+01:00",
			[]string{"2025-03-30T03:00:00+02:00", "2025-03-31T02:00:00+02:00"},
		},
		{
			"a daily run in autumn's doubled hour comes the first time only", "30 2 * * *", "2025-10-25T12:00:00+02:00",
			[]string{"2025-10-26T02:30:00+02:00", "2025-10-27T02:30:00+01:00"},
		},
		{
			"started between the two equal hours it waits for the next day", "30 2 * * *", "2025-10-26T02:15:00+01:00",
			[]string{"2025-10-27T02:30:00+01:00"},
		},
		{
			"every half hour goes on through the doubled hour", "*/30 * * * *", "2025-10-26T02:00:00+02:00",
			[]string{"2025-10-26T02:30:00+02:00", "2025-10-26T02:00:00+01:00", "2025-10-26T02:30:00+01:00", "2025-10-26T03:00:00+01:00"},
		},
		{
			"every half hour goes on over the left-out hour", "*/30 * * * *", "2025-03-30T01:00:00+01:00",
			[]string{"2025-03-30T01:30:00+01:00", "2025-03-30T03:00:00+02:00", "2025-03-30T03:30:00+02:00"},
		},
		{
			"a daily run before the change keeps its hour", "0 6 * * *", "2025-03-29T06:00:00+01:00",
			[]string{"2025-03-30T06:00:00+02:00", "2025-03-31T06:00:00+02:00"},
		},
		{
			"leap day", "0 0 29 2 *", "2025-01-01T00:00:00+01:00",
			[]string{"2028-02-29T00:00:00+01:00"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			schedule, err := collectors.ParseSchedule(tt.fields, stockholm)
			if err != nil {
				t.Fatal(err)
			}
			at := moment(t, tt.from)
			for _, want := range tt.want {
				at = schedule.Next(at)
				if !at.Equal(moment(t, want)) {
					t.Fatalf("got %s, want %s", at.In(stockholm).Format(time.RFC3339), want)
				}
			}
		})
	}
}

// A daily run comes once on every date, whichever hour it is set for, in
// zones that change by an hour, by half an hour, and at midnight.
func TestDailyRunComesOnceADay(t *testing.T) {
	for _, zone := range []string{"Europe/Stockholm", "Australia/Lord_Howe", "America/Santiago", "UTC"} {
		for _, fields := range []string{"0 0 * * *", "15 0 * * *", "30 1 * * *", "0 2 * * *", "30 2 * * *", "0 3 * * *"} {
			t.Run(zone+" "+fields, func(t *testing.T) {
				in := location(t, zone)
				schedule, err := collectors.ParseSchedule(fields, in)
				if err != nil {
					t.Fatal(err)
				}
				at := time.Date(2024, 12, 31, 12, 0, 0, 0, in)
				for day := range 365 {
					at = schedule.Next(at)
					want := time.Date(2025, 1, 1+day, 12, 0, 0, 0, in).Format(time.DateOnly)
					if got := at.In(in).Format(time.DateOnly); got != want {
						t.Fatalf("run %d is on %s, want %s", day, at.In(in), want)
					}
				}
			})
		}
	}
}

func TestParseScheduleRefuses(t *testing.T) {
	tests := []struct{ name, fields, want string }{
		{"six fields", "0 */5 * * * *", `"0 */5 * * * *" is not five cron fields such as "*/5 * * * *": expected exactly 5 fields, found 6: [0 */5 * * * *]`},
		{"minute 61", "61 * * * *", `"61 * * * *" is not five cron fields such as "*/5 * * * *": end of range (61) above maximum (59): 61`},
		{"a word", "daily", `"daily" is not five cron fields such as "*/5 * * * *": expected exactly 5 fields, found 1: [daily]`},
		{"a descriptor", "@daily", `"@daily" is not five cron fields such as "*/5 * * * *"; the time zone is the configuration's`},
		{"a zone of its own", "CRON_TZ=UTC 0 6 * * *", `"CRON_TZ=UTC 0 6 * * *" is not five cron fields such as "*/5 * * * *"; the time zone is the configuration's`},
		{"31 February", "0 0 31 2 *", `"0 0 31 2 *" matches no date`},
		{"empty", "", `"" is not five cron fields such as "*/5 * * * *": empty spec string`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := collectors.ParseSchedule(tt.fields, time.UTC)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func FuzzParseSchedule(f *testing.F) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("*/5 * * * *")
	f.Add("0 0 31 2 *")
	f.Fuzz(func(t *testing.T, fields string) {
		schedule, err := collectors.ParseSchedule(fields, stockholm)
		if err != nil {
			return
		}
		from := time.Date(2025, 3, 30, 0, 30, 0, 0, stockholm)
		if next := schedule.Next(from); !next.IsZero() && !next.After(from) {
			t.Errorf("%q: %s is not after %s", fields, next, from)
		}
	})
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
