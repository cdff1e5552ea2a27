package snapshot_test

import (
	"bytes"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/event"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/regiontest"
	"planwatch/internal/snapshot"
)

func events(t *testing.T, text string) *event.Set {
	t.Helper()
	set, err := event.Load(fstest.MapFS{event.File: {Data: []byte(text)}}, []string{"beds", "production", "waiting"}, regiontest.Languages(t))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// An event is a series of each collector whose figures it changed, with its day and
// titles.
func TestEventExposition(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	set := events(t, `events:
  - on: 2025-02-01
    title: {sv: "Ny \"kod\"", en: New code}
  - on: 2024-11-27
    title: {sv: Cosmic införs, en: Cosmic is introduced}
    collectors: [production, waiting]
`)
	gauges := snapshot.EventGauges(set, []string{"beds", "production"}, regiontest.Languages(t), stockholm, clock.Clock{})
	s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
	s.Configure(snapshot.NewInfo(kpi.NewCatalogue(nil), regiontest.Languages(t)), func(snapshot.Record) (snapshot.Description, bool) { return snapshot.Description{}, false })
	s.ReplaceGauges(snapshot.NewGauges(snapshot.NewGaugeBlock(gauges, nil)))
	const want = `# HELP kpi_event_timestamp_seconds When what changed how a collector's figures come about happened: the beginning of that day.
# TYPE kpi_event_timestamp_seconds gauge
kpi_event_timestamp_seconds{collector="beds",day="2025-02-01",title_en="New code",title_sv="Ny \"kod\""} 1.7383644e+09
kpi_event_timestamp_seconds{collector="production",day="2024-11-27",title_en="Cosmic is introduced",title_sv="Cosmic införs"} 1.732662e+09
kpi_event_timestamp_seconds{collector="production",day="2025-02-01",title_en="New code",title_sv="Ny \"kod\""} 1.7383644e+09
`
	if got := written(t, s, snapshot.Text, snapshot.Plain); !bytes.Equal(got, []byte(want)) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if naming.IsKPI(naming.KPIEvent) {
		t.Error("it is taken for a KPI")
	}
}

// The value is the beginning of the day there, by the clock that Prometheus goes by.
func TestEventGauges(t *testing.T) {
	tests := []struct {
		name, day, zone, begins string
		behind                  time.Duration
	}{
		{"a day in winter", "2024-11-27", "Europe/Stockholm", "2024-11-26T23:00:00Z", 0},
		{"a day in summer", "2025-07-01", "Europe/Stockholm", "2025-06-30T22:00:00Z", 0},
		{"the day on which summer time begins", "2025-03-30", "Europe/Stockholm", "2025-03-29T23:00:00Z", 0},
		{"the day after it has begun", "2025-03-31", "Europe/Stockholm", "2025-03-30T22:00:00Z", 0},
		{"the day on which it ends", "2025-10-26", "Europe/Stockholm", "2025-10-25T22:00:00Z", 0},
		{"a clock that is behind", "2024-11-27", "Europe/Stockholm", "2024-12-06T23:00:00Z", 240 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			location, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			begins, err := time.Parse(time.RFC3339, tt.begins)
			if err != nil {
				t.Fatal(err)
			}
			set := events(t, "events:\n  - on: "+tt.day+"\n    title: {sv: Cosmic införs, en: Cosmic is introduced}\n")
			gauges := snapshot.EventGauges(set, []string{"beds"}, regiontest.Languages(t), location, clock.Behind(tt.behind))
			if len(gauges) != 1 || gauges[0].Value != float64(begins.Unix()) || gauges[0].Labels.Get(naming.LabelDay) != tt.day {
				t.Errorf("got %+v, want %d", gauges, begins.Unix())
			}
		})
	}
}
