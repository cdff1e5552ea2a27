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
		{"a day to come is its end", "2025-03-19", "2025-03-19T23:59:59+01:00"},
		{"a time", "2024-11-15T08:00", "2024-11-15T08:00:00+01:00"},
		{"a time with a space and seconds", "2024-07-15 08:00:30", "2024-07-15T08:00:30+02:00"},
		{"a zone of its own", "2024-11-15T08:00:00Z", "2024-11-15T09:00:00+01:00"},
		{"a word", "yesterday", `"yesterday" is not a moment such as 2024-11-15, 2024-11-15T08:00 or 2024-11-15T08:00:00+01:00`},
		{"31 February", "2024-02-31", `"2024-02-31" is not a moment such as 2024-11-15, 2024-11-15T08:00 or 2024-11-15T08:00:00+01:00`},
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
