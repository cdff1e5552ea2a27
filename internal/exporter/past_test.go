package exporter_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An alert that fired before a start and has ended by then is kept, with when it began and
// what it said, and is there after the next start; the watchdog never is.
func TestPastAlerts(t *testing.T) {
	dir, storage := alertingRegion(t), t.TempDir()
	if err := os.MkdirAll(filepath.Join(storage, "alerting"), 0o755); err != nil {
		t.Fatal(err)
	}
	const sent = `[{"labels":{"alertname":"GoneOffPlan","severity":"warning","owner":"it"},"annotations":{"summary":"Borta","runbook_url":"r","dashboard_url":"d"},"query":"up","startsAt":"2026-01-02T03:04:05Z"},
		{"labels":{"alertname":"Elsewhere","severity":"none"},"annotations":{},"query":"up","startsAt":"2026-01-02T03:04:05Z"}]`
	if err := os.WriteFile(filepath.Join(storage, "alerting", "sent.json"), []byte(sent), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p := start(t, dir, storage)
		p.evaluated()
		deadline := time.After(20 * time.Second)
		tick := time.NewTicker(10 * time.Millisecond)
		for ended, known := p.PastAlerts(); len(ended) != 1; ended, known = p.PastAlerts() {
			select {
			case <-tick.C:
			case <-deadline:
				t.Fatalf("%v, known: %t", ended, known)
			}
		}
		tick.Stop()
		ended, known := p.PastAlerts()
		if a := ended[0]; !known || a.Labels["alertname"] != "GoneOffPlan" || len(a.Annotations) != 1 || a.Annotations["summary"] != "Borta" ||
			!a.StartsAt.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) || time.Since(a.EndsAt) > time.Minute {
			t.Errorf("%+v, known: %t", ended, known)
		}
		p.stop()
	}
}
