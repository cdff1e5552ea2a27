package clock_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"planwatch/internal/clock"
)

func TestParseMoment(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2025, 3, 18, 8, 0, 0, 0, stockholm)
	tests := []struct{ name, text, want string }{
		{"a date is its last second", "2024-11-15", "2024-11-15T23:59:59+01:00"},
		{"a leap day", "2024-02-29", "2024-02-29T23:59:59+01:00"},
		{"the short day of spring", "2024-03-31", "2024-03-31T23:59:59+02:00"},
		{"the long day of autumn", "2024-10-27", "2024-10-27T23:59:59+01:00"},
		{"a day that is not over is now", "2025-03-18", "2025-03-18T08:00:00+01:00"},
		{"the clock's own moment", "2025-03-18T08:00", "2025-03-18T08:00:00+01:00"},
		{"a day to come", "2025-03-19", `"2025-03-19" is later than planwatch's clock, 2025-03-18T08:00:00+01:00; name a moment that has been`},
		{"a minute to come", "2025-03-18T08:01", `"2025-03-18T08:01" is later than planwatch's clock, 2025-03-18T08:00:00+01:00; name a moment that has been`},
		{"a time to come, of a zone of its own", "2025-03-18T07:30:00Z", `"2025-03-18T07:30:00Z" is later than planwatch's clock, 2025-03-18T08:00:00+01:00; name a moment that has been`},
		{"a far day to come", "2999-01-01", `"2999-01-01" is later than planwatch's clock, 2025-03-18T08:00:00+01:00; name a moment that has been`},
		{"a century ago", "1925-05-01", "1925-05-01T23:59:59+01:00"},
		{"the beginning of time", "0001-01-01", `"0001-01-01" is more than 100 years before planwatch's clock, 2025-03-18T08:00:00+01:00; name a later moment`},
		{"a time", "2024-11-15T08:00", "2024-11-15T08:00:00+01:00"},
		{"a time with a space and seconds", "2024-07-15 08:00:30", "2024-07-15T08:00:30+02:00"},
		{"a zone of its own", "2024-11-15T08:00:00Z", "2024-11-15T09:00:00+01:00"},
		{"an offset without seconds", "2025-03-12T08:00+01:00", "2025-03-12T08:00:00+01:00"},
		{"a far offset without seconds", "2024-11-15T08:00-09:30", "2024-11-15T18:30:00+01:00"},
		{"UTC without seconds", "2024-07-15T08:00Z", "2024-07-15T10:00:00+02:00"},
		{"an offset without minutes", "2024-11-15T08:00+01", `"2024-11-15T08:00+01" is not a moment such as 2024-11-15, 2024-11-15T08:00 or 2024-11-15T08:00+01:00`},
		{"a word", "yesterday", `"yesterday" is not a moment such as 2024-11-15, 2024-11-15T08:00 or 2024-11-15T08:00+01:00`},
		{"31 February", "2024-02-31", `"2024-02-31" is not a moment such as 2024-11-15, 2024-11-15T08:00 or 2024-11-15T08:00+01:00`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			moment, err := clock.ParseMoment(tt.text, stockholm, now)
			got := moment.Format(time.RFC3339)
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// A day has begun at its first moment.
func TestParseMomentAtMidnight(t *testing.T) {
	midnight := time.Date(2025, 3, 18, 0, 0, 0, 0, time.UTC)
	if moment, err := clock.ParseMoment("2025-03-18", time.UTC, midnight); err != nil || !moment.Equal(midnight) {
		t.Errorf("got %s, %v", moment, err)
	}
}

func TestClock(t *testing.T) {
	start := time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)
	c := clock.StartingAt(start)
	wall := time.Now()
	shown := c.At(wall)
	if distance := shown.Sub(start); distance < 0 || distance > time.Minute {
		t.Errorf("shows %s, want %s", shown, start)
	}
	if back := c.Wall(shown); !back.Equal(wall.Round(0)) {
		t.Errorf("the way back leads to %s, want %s", back, wall)
	}
	if got := c.At(wall.Add(time.Hour)).Sub(shown); got != time.Hour {
		t.Errorf("an hour takes %s", got)
	}
	if zero := (clock.Clock{}).At(wall); !zero.Equal(wall) {
		t.Errorf("the wall's own clock shows %s, want %s", zero, wall)
	}
}
