package collectors_test

import (
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/regiontest"
)

func TestScheduleWords(t *testing.T) {
	languages := regiontest.Languages(t)
	swedish, err := languages.Get("sv")
	if err != nil {
		t.Fatal(err)
	}
	for fields, want := range map[string][2]string{
		"* * * * *":      {"every minute", "varje minut"},
		"*/5 * * * *":    {"every 5 minutes", "med 5 minuters mellanrum"},
		"*/2 * * * *":    {"every 2 minutes", "med 2 minuters mellanrum"},
		"*/7 * * * *":    {},
		"5,10 * * * *":   {},
		"0 * * * *":      {"every hour", "varje timme"},
		"7 * * * *":      {"every hour, at minute 7", "varje timme, minut 7"},
		"7 0-23 * * *":   {"every hour, at minute 7", "varje timme, minut 7"},
		"13 5 * * *":     {"every day at 05:13", "varje dag kl. 05:13"},
		"0 6,18 * * *":   {"every day at 06:00, 18:00", "varje dag kl. 06:00, 18:00"},
		"30 6 * * 1":     {"every Monday at 06:30", "varje måndag kl. 06:30"},
		"30 6 * * 0":     {"every Sunday at 06:30", "varje söndag kl. 06:30"},
		"30 6 * * 1-5":   {},
		"0 8-17 * * *":   {},
		"0,30 6 * * *":   {},
		"0 6 1 * *":      {},
		"0 6 * 1 *":      {},
		"7 * * * 1":      {},
		"0 6 1 * 1":      {},
		"*/30 0-5 * * *": {},
	} {
		s, err := collectors.ParseSchedule(fields, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{s.Words(languages.English()), s.Words(swedish)}; got != want {
			t.Errorf("%s: %q, want %q", fields, got, want)
		}
	}
}
