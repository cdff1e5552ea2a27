package exporter_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/exporter"
)

const alertingUp = "planwatch_alerting_up"

// alertingRegion is queueRegion with someone to call and a target that the
// figure misses.
func alertingRegion(t *testing.T) string {
	t.Helper()
	dir := queueRegion(t, queue(t), "1h")
	for name, text := range map[string]string{
		"oncall.yaml": `operations: it
links: {runbook: "runbooks/{alert}.md", dashboard: "http://localhost:3000/d/{dashboard}"}
owners:
  - {id: it, name: {sv: IT, en: IT}, receivers: [it]}
receivers:
  - {id: it, webhook: {url_file: it.url}}
`,
		"plan/targets.yaml": `plan: Plan
targets:
  - {id: queue-kalix, kpi: patients_waiting, where: {hospital: Kalix}, value: 40, from: 2020-01-01, basis: operational, owner: it}
`,
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PLANWATCH_ALERTING_INTERVAL", "1s")
	return dir
}

// active waits until an alert of that name is active. Prometheus spreads the
// first evaluations of rules over their interval, a minute.
func (p *planwatch) active(name string) {
	p.t.Helper()
	deadline := time.After(3 * time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		alerts, embedded := p.Alerts()
		if !embedded {
			p.t.Fatal("alerts are not evaluated")
		}
		for _, alert := range alerts {
			if alert.Name() == name {
				return
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("no alert %s among %v", name, alerts)
		}
	}
}

// Embedded alerting evaluates what planwatch exposes, after a reload too.
func TestEmbeddedAlerting(t *testing.T) {
	p := start(t, alertingRegion(t), t.TempDir())
	for range 2 {
		if got := p.exposed(alertingUp); got != "1" {
			t.Errorf("%s is %q", alertingUp, got)
		}
		if got := p.exposed("planwatch_alerting_prometheus_notifications_queue_capacity"); got == "" {
			t.Error("no metrics about sending alerts")
		}
		p.again()
	}
	p.active("PatientsWaitingOffPlan")
}

// Without a storage there are no alerts, which planwatch tells, and figures all
// the same. One that another planwatch uses keeps it from starting.
func TestAlertingStorage(t *testing.T) {
	dir := alertingRegion(t)
	storage := t.TempDir()
	p := start(t, dir, storage)
	loaded, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exporter.New(t.Context(), loaded, exporter.Options{Logger: slog.New(slog.DiscardHandler)}); !errors.Is(err, evaluator.ErrInUse) {
		t.Errorf("a second planwatch: %v", err)
	}
	p.stop()

	blocked := t.TempDir()
	if err := os.WriteFile(filepath.Join(blocked, "alerting"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p = start(t, dir, blocked)
	p.until(kalix, "42")
	if got := p.exposed(alertingUp); got != "0" {
		t.Errorf("%s is %q", alertingUp, got)
	}
	if alerts, embedded := p.Alerts(); embedded || len(alerts) > 0 {
		t.Errorf("%d alerts, evaluated: %t", len(alerts), embedded)
	}
}
