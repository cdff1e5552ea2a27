package alertmanager_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/alerts"
	"planwatch/config"
	"planwatch/internal/exporter"
	"planwatch/internal/sink"
)

// In the hour of the week, and in no other, an owner gets all warnings in one
// message, whatever the place.
func TestWarningsOnceAWeek(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(oslo)
	begins := now.Add(-min(30*time.Minute, now.Sub(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, oslo))))
	if begins.Hour() == 23 {
		begins = begins.Truncate(time.Hour)
	}
	day := func(t time.Time) string { return strings.ToLower(t.Weekday().String()) }
	if got := weekly(t, day(now), begins.Format("15:04")); !slices.Equal(got, []string{"critical Indre", "warning Indre Ytre"}) {
		t.Errorf("in the hour: %q", got)
	}
	if got := weekly(t, day(now.AddDate(0, 0, 3)), begins.Format("15:04")); !slices.Equal(got, []string{"critical Indre"}) {
		t.Errorf("three days before it: %q", got)
	}
}

// weekly returns what an owner is told, in short, of warnings in two places and
// something critical that begins after them.
func weekly(t *testing.T, day, at string) []string {
	t.Helper()
	directory, data := fjord(t)
	file, files := filepath.Join(directory, "oncall.yaml"), t.TempDir()
	data = []byte(strings.NewReplacer(
		"group_by: [trust]", "group_by: [trust]\nwait: 1s\ninterval: 1s\ndirectory: "+files,
		"  critical: {repeat: 2h}", fmt.Sprintf("  critical: {repeat: 2h}\n  warning: {weekly: {day: %s, time: %q}}", day, at),
	).Replace(string(data)))
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_ALERTING_OUTBOX", "false")
	region, err := config.Load(directory, nil)
	if err != nil {
		t.Fatal(err)
	}
	generated, err := alerts.Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan string, 100)
	receiver, err := sink.Listen(t.Context(), func(m sink.Message) {
		var call struct {
			Alerts []received `json:"alerts"`
		}
		if err := json.Unmarshal(m.Data, &call); err != nil {
			t.Error(err)
			return
		}
		var places []string
		for _, alert := range call.Alerts {
			places = append(places, alert.Labels["trust"])
		}
		slices.Sort(places)
		told <- call.Alerts[0].Labels["severity"] + " " + strings.Join(places, " ")
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(receiver.Close)
	if err := os.WriteFile(filepath.Join(files, "drift.url"), []byte(receiver.Calls()), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.start(exporter.Sending(region, generated))
	fires := func(alert, severity, place string) map[string]any {
		return map[string]any{"labels": map[string]string{"alertname": alert, "severity": severity, "owner": "drift", "trust": place}, "startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour)}
	}
	s.post(fires("BedsOffPlan", "warning", "Indre"), fires("QueueOffPlan", "warning", "Ytre"))
	var got []string
	next := func() {
		select {
		case one := <-told:
			got = append(got, one)
		case <-time.After(20 * time.Second):
			t.Errorf("nothing is told after %q\n%s", got, s.log)
		}
	}
	if strings.HasPrefix(day, strings.ToLower(time.Now().In(region.Location).Weekday().String())) {
		next()
	}
	// What is critical comes at once: a warning that was sent would be there by its
	// second message, since it waits as long.
	for _, alert := range []string{"WaitOffPlan", "CostOffPlan"} {
		s.post(fires(alert, "critical", "Indre"))
		next()
	}
	slices.Sort(got)
	return slices.Compact(slices.DeleteFunc(got, func(one string) bool { return one == "critical Indre Indre" }))
}
