package routing

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/goccy/go-yaml"
	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/timeinterval"

	"planwatch/alerts/oncall"
	"planwatch/config"
)

// At every moment from the first week to the last, exactly the person whom the
// rota names is on duty, also over a new year and when the clocks change.
func TestOnePersonIsOnDuty(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		rota        oncall.Rota
		first, last time.Time
	}{
		{
			"over a new year",
			oncall.Rota{ID: "jour", ChangeDay: "monday", ChangeTime: "08:00", Weeks: map[string]string{
				"2024-W51": "anna", "2024-W52": "bo", "2025-W01": "anna", "2025-W02": "anna", "2025-W03": "bo",
			}},
			time.Date(2024, 12, 16, 8, 0, 0, 0, zone), time.Date(2025, 1, 20, 8, 0, 0, 0, zone),
		},
		{
			"when the clocks go forward, changed at midnight",
			oncall.Rota{ID: "jour", ChangeDay: "friday", ChangeTime: "00:00", Weeks: map[string]string{"2025-W12": "anna", "2025-W13": "bo", "2025-W14": "anna"}},
			time.Date(2025, 3, 21, 0, 0, 0, 0, zone), time.Date(2025, 4, 11, 0, 0, 0, 0, zone),
		},
		{
			"when the clocks go back, changed in that night",
			oncall.Rota{ID: "jour", ChangeDay: "sunday", ChangeTime: "04:30", Weeks: map[string]string{"2025-W42": "anna", "2025-W43": "bo", "2025-W44": "anna"}},
			time.Date(2025, 10, 19, 4, 30, 0, 0, zone), time.Date(2025, 11, 9, 4, 30, 0, 0, zone),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := maker{&config.Region{Location: zone, OnCall: &oncall.OnCall{Rotas: []oncall.Rota{tt.rota}}}}
			duties := map[string][]timeinterval.TimeInterval{}
			for _, interval := range m.shifts() {
				duties[interval.Name] = parsed(t, interval)
			}
			for at := tt.first; at.Before(tt.last); at = at.Add(30 * time.Minute) {
				for _, person := range tt.rota.Persons() {
					want := false
					for _, shift := range tt.rota.Shifts(zone) {
						want = want || shift.Receiver == person && !at.Before(shift.From) && at.Before(shift.To)
					}
					if got := within(duties[shiftsOf(tt.rota.ID, person)], at); got != want {
						t.Fatalf("%s is on duty at %s: %t, want %t", person, at, got, want)
					}
				}
			}
			for _, at := range []time.Time{tt.first.Add(-time.Minute), tt.last} {
				for name, duty := range duties {
					if within(duty, at) {
						t.Errorf("%s at %s, outside the rota", name, at)
					}
				}
			}
		})
	}
}

// parsed returns the interval as Alertmanager reads it.
func parsed(t *testing.T, i interval) []timeinterval.TimeInterval {
	t.Helper()
	text, err := yaml.Marshal(configuration{Route: route{Receiver: "nobody"}, Receivers: []receiver{{Name: "nobody"}}, TimeIntervals: []interval{i}})
	if err != nil {
		t.Fatal(err)
	}
	read, err := amconfig.Load(string(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return read.TimeIntervals[0].TimeIntervals
}

func within(duty []timeinterval.TimeInterval, at time.Time) bool {
	for _, part := range duty {
		if part.ContainsTime(at) {
			return true
		}
	}
	return false
}

// Whoever is on duty is told of what is critical at once, and those that an
// escalation names after its time, each alert by itself.
func TestDutyAndEscalation(t *testing.T) {
	o := oncall.Default()
	o.Receivers = []oncall.Receiver{{ID: "ward"}, {ID: "chief"}, {ID: "anna"}}
	o.Owners = []oncall.Owner{{ID: "ward", Receivers: []string{"ward"}, Duty: "jour", Escalation: []oncall.Escalation{
		{After: 900e9, Receivers: []string{"chief"}}, {After: 2700e9, Receivers: []string{"jour"}},
	}}}
	o.Rotas = []oncall.Rota{{ID: "jour", ChangeDay: "monday", ChangeTime: "08:00", Weeks: map[string]string{"2025-W12": "anna"}}}
	m := maker{&config.Region{Location: time.UTC, OnCall: &o}}
	var got []string
	for _, r := range append(m.onDuty(o.Owners[0]), m.escalations(o.Owners[0])...) {
		got = append(got, fmt.Sprintf("%s %v %v %s %v %t", r.Receiver, r.Matchers, r.GroupBy, r.GroupWait, r.Active, r.Continue))
	}
	want := []string{
		`anna (jour) [severity="critical"] [] 0s [duty jour anna] true`,
		`ward, not acknowledged 1 [severity="critical"] [...] 15m [] true`,
		`ward, not acknowledged 2, anna (jour) [severity="critical"] [...] 45m [duty jour anna] true`,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("routes\n%q, want\n%q", got, want)
	}
}
