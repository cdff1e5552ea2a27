package collectors_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"planwatch/collectors"
	"planwatch/internal/regiontest"
)

// scheduled is a definition with that schedule and, unless it is "", history.
func scheduled(t *testing.T, schedule, history string) *collectors.Definition {
	t.Helper()
	text := `collector: beds
title: {sv: Vårdplatser, en: Beds}
source: warehouse
schedule: "` + schedule + `"
query: beds.sql
max_age: 1h
kpis:
  - {name: beds, title: {sv: Platser, en: Beds}, definition: {sv: Platser., en: Beds.}, column: beds, unit: beds, better: higher, aggregate: sum}
`
	if history != "" {
		text += "history: " + history + "\n"
	}
	files := fstest.MapFS{"beds.yaml": {Data: []byte(text)}, "beds.sql": {Data: []byte("SELECT 1 AS beds")}}
	d, err := collectors.Load(files, "beds.yaml", collectors.Scope{
		Location: location(t, "Europe/Stockholm"), Units: regiontest.Units(t), Languages: regiontest.Languages(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestMoments(t *testing.T) {
	for name, c := range map[string]struct {
		schedule, history string
		interval          collectors.Interval
		from, to          string
		want              []string
	}{
		"days, the latest first": {
			"*/5 * * * *", "", collectors.EachDay, "2025-03-15T06:00:00+01:00", "2025-03-18T05:59:59+01:00",
			[]string{"2025-03-17T06:00:00+01:00", "2025-03-16T06:00:00+01:00"},
		},
		"the moment itself": {
			"*/5 * * * *", "", collectors.EachDay, "2025-03-17T06:00:00+01:00", "2025-03-18T06:00:00+01:00",
			[]string{"2025-03-18T06:00:00+01:00"},
		},
		"weeks are Mondays": {
			"15 5 * * *", "", collectors.EachWeek, "2025-03-01T00:00:00+01:00", "2025-03-18T08:00:00+01:00",
			[]string{"2025-03-17T06:00:00+01:00", "2025-03-10T06:00:00+01:00", "2025-03-03T06:00:00+01:00"},
		},
		"months are firsts": {
			"15 5 * * *", `{at: "23:30"}`, collectors.EachMonth, "2024-12-15T00:00:00+01:00", "2025-03-18T08:00:00+01:00",
			[]string{"2025-03-01T23:30:00+01:00", "2025-02-01T23:30:00+01:00", "2025-01-01T23:30:00+01:00"},
		},
		"a monthly schedule has no days": {
			"15 5 3 * *", "", collectors.EachDay, "2025-01-15T00:00:00+01:00", "2025-03-18T08:00:00+01:00", nil,
		},
		"a weekly schedule has months": {
			"15 5 * * 1", "", collectors.EachMonth, "2025-02-15T00:00:00+01:00", "2025-03-18T08:00:00+01:00",
			[]string{"2025-03-01T06:00:00+01:00"},
		},
		"a time that spring leaves out": {
			"*/5 * * * *", `{at: "02:30"}`, collectors.EachDay, "2025-03-29T12:00:00+01:00", "2025-03-31T12:00:00+02:00",
			[]string{"2025-03-31T02:30:00+02:00", "2025-03-30T03:00:00+02:00"},
		},
		"a time that autumn shows twice": {
			"*/5 * * * *", `{at: "02:30"}`, collectors.EachDay, "2025-10-25T12:00:00+02:00", "2025-10-26T12:00:00+01:00",
			[]string{"2025-10-26T02:30:00+02:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, m := range scheduled(t, c.schedule, c.history).Moments(c.interval, moment(t, c.from), moment(t, c.to)) {
				got = append(got, m.Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("moments (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHistoryFollowsTheSchedule(t *testing.T) {
	for schedule, want := range map[string]collectors.Interval{
		"*/5 * * * *": collectors.EachDay, "7 * * * *": collectors.EachDay, "15 5 * * *": collectors.EachDay, "15 5 * * 1-5": collectors.EachDay,
		"15 5 * * 1": collectors.EachWeek, "15 5 2 * *": collectors.EachMonth, "15 5 1 1,4,7,10 *": collectors.EachMonth,
	} {
		t.Run(schedule, func(t *testing.T) {
			if got := scheduled(t, schedule, "").History().Every; got != want {
				t.Errorf("each %s, want %s", got, want)
			}
		})
	}
	if got := scheduled(t, "*/5 * * * *", "{every: 1mo}").History().Every; got != collectors.EachMonth {
		t.Errorf("each %s, though the definition says 1mo", got)
	}
}

func TestReplays(t *testing.T) {
	if err := scheduled(t, "*/5 * * * *", "").Replays(); err == nil || err.Error() != "beds.sql: the query does not use :as_of, so it knows only the present" {
		t.Errorf("error %v", err)
	}
}
