package exporter_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
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

// offPlan is the alert about the target that is missed.
const offPlan = "PatientsWaitingOffPlan"

// evaluated waits until the alerts have been evaluated, and returns since when
// the one about the target has been active.
func (p *planwatch) evaluated() time.Time {
	p.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if now := p.Alerts(); now.Evaluated {
			return p.since(now)
		}
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatal("alerts are not evaluated")
		}
	}
}

// since returns since when the alert about the target has been active.
func (p *planwatch) since(now evaluator.Overview) time.Time {
	p.t.Helper()
	for _, alert := range now.Alerts {
		if alert.Name() == offPlan {
			return alert.ActiveAt
		}
	}
	p.t.Fatalf("no alert %s; evaluated: %t; %v", offPlan, now.Evaluated, now.Alerts)
	return time.Time{}
}

// Embedded alerting evaluates what planwatch exposes, within seconds of the
// start. A reload has the alerts go on as they are, and so does a restart.
func TestEmbeddedAlerting(t *testing.T) {
	dir, storage := alertingRegion(t), t.TempDir()
	p := start(t, dir, storage)
	began := p.evaluated()
	oncall := filepath.Join(dir, "oncall.yaml")
	former, err := os.ReadFile(oncall)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		// The rules change too: their links do.
		changed := strings.Replace(string(former), "localhost:3000", fmt.Sprint("localhost:", 3001+i), 1)
		if err := os.WriteFile(oncall, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		p.again()
		now := p.Alerts()
		if since := p.since(now); !now.Evaluated || !since.Equal(began) {
			t.Errorf("after reload %d: evaluated: %t; active since %s, want %s", i, now.Evaluated, since, began)
		}
		if got := p.exposed(alertingUp); got != "1" {
			t.Errorf("%s is %q", alertingUp, got)
		}
		if got := p.exposed("planwatch_alerting_prometheus_notifications_queue_capacity"); got == "" {
			t.Error("no metrics about sending alerts")
		}
	}
	p.stop()
	p = start(t, dir, storage)
	if now := p.Alerts(); now.Evaluated || now.Off {
		t.Errorf("before anything was evaluated: %+v", now)
	}
	p.evaluated()
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
	if now := p.Alerts(); now.Evaluated || len(now.Alerts) > 0 {
		t.Errorf("%d alerts, evaluated: %t", len(now.Alerts), now.Evaluated)
	}
}
