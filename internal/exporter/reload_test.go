package exporter_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReload(t *testing.T) {
	server := queue(t)
	dir := queueRegion(t, server, "1h")
	p := start(t, dir, t.TempDir())
	p.until(kalix, "42")
	definition := filepath.Join(dir, "collectors", "waiting.yaml")
	good, err := os.ReadFile(definition)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(definition, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("a bad configuration leaves the running one as it was", func(t *testing.T) {
		write(strings.Replace(string(good), "better: lower", "better: down", 1))
		err := p.Reload(t.Context())
		if err == nil || !strings.Contains(err.Error(), `better: "down" is not higher, lower or as_planned`) {
			t.Errorf("got %v", err)
		}
		if got := p.exposed("planwatch_config_last_reload_successful"); got != "0" {
			t.Errorf("planwatch_config_last_reload_successful is %q", got)
		}
		if got := p.exposed(kalix); got != "42" {
			t.Errorf("the figure is %q", got)
		}
	})
	t.Run("a good one takes over, and what it no longer defines is gone", func(t *testing.T) {
		write(strings.Replace(string(good), "name: patients_waiting", "name: patients_in_queue", 1))
		p.again()
		p.until(`kpi_patients_in_queue{hospital="Kalix"}`, "42")
		if got := p.exposed(kalix); got != "" {
			t.Errorf("the former KPI still shows %q", got)
		}
		if got := p.exposed("planwatch_config_last_reload_successful"); got != "1" {
			t.Errorf("planwatch_config_last_reload_successful is %q", got)
		}
	})
	t.Run("figures of an unchanged definition stay through a reload, and through an outage", func(t *testing.T) {
		server.Stop()
		p.again()
		if got := p.exposed(`kpi_patients_in_queue{hospital="Kalix"}`); got != "42" {
			t.Errorf("the figure is %q", got)
		}
	})
}

// A change that a reload cannot make is refused as a whole.
func TestReloadThatTakesARestart(t *testing.T) {
	dir := queueRegion(t, queue(t), "1h")
	p := start(t, dir, t.TempDir())
	p.until(kalix, "42")
	file := filepath.Join(dir, "planwatch.yaml")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range map[string]string{
		"clock": "clock: 2025-03-18T08:00:00+01:00\n", "web": "web: {enable_lifecycle: true}\n",
		"log": "log: {level: debug}\n", "drain_time": "drain_time: 11s\n",
	} {
		t.Run(key, func(t *testing.T) {
			changed := strings.Replace(string(good), "region: Region Test", "region: Region Other", 1) + text
			if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			want := "planwatch.yaml: " + key + ": has changed, which takes a restart"
			if err := p.Reload(t.Context()); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if got := p.exposed("planwatch_config_last_reload_successful"); got != "0" || p.Region().Title != "Region Test" {
				t.Errorf("planwatch_config_last_reload_successful is %q, the region is %s", got, p.Region().Title)
			}
		})
	}
}

// The plan's series are there at every scrape through reloads: a gap would
// resolve alerts and have them wait anew.
func TestReloadKeepsThePlan(t *testing.T) {
	server := queue(t)
	dir := queueRegion(t, server, "1h")
	targets := filepath.Join(dir, "plan", "targets.yaml")
	if err := os.MkdirAll(filepath.Dir(targets), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(targets, []byte(`plan: Plan
targets:
  - id: queue-kalix
    kpi: patients_waiting
    where: {hospital: Kalix}
    value: 40
    from: 2020-01-01
    basis: operational
    owner: lanssjukvard-2
`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, t.TempDir())
	const status = `plan_status{hospital="Kalix",kpi="patients_waiting",owner="lanssjukvard-2",target="queue-kalix"}`
	p.until(status, "2")
	scraping := scrape(p, status)
	for range 5 {
		p.again()
		p.until(success, "1")
	}
	if gaps := scraping(); gaps > 0 {
		t.Errorf("%d scrapes were without the plan's figure", gaps)
	}
}

// Figures of one source are never shown as another's.
func TestReloadToAnotherSource(t *testing.T) {
	server := queue(t)
	dir := queueRegion(t, server, "1h")
	p := start(t, dir, t.TempDir())
	p.until(kalix, "42")
	settings := filepath.Join(dir, "planwatch.yaml")
	former, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte(strings.Replace(string(former), "address: "+server.Socket(), "address: 127.0.0.1:1", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.again()
	if got := p.exposed(kalix); got != "" {
		t.Errorf("the other source's figure is still shown, %s", got)
	}
}

// Through a reload and a restart while the database is down, figures stay that
// mean the same as before, and no others.
func TestFiguresStayWhileTheyMeanTheSame(t *testing.T) {
	server := queue(t)
	dir, storage := queueRegion(t, server, "1h"), t.TempDir()
	p := start(t, dir, storage)
	p.until(kalix, "42")
	edit := func(name, old, replacement string) {
		t.Helper()
		path := filepath.Join(dir, "collectors", name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), old) {
			t.Fatalf("%s: no %q", name, old)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, replacement, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server.Stop()
	edit("waiting.sql", "SELECT", "-- by hospital\nSELECT  ")
	edit("waiting.yaml", `schedule: "0 6 * * *"`, `schedule: "0 7 * * *" # later`)
	edit("waiting.yaml", "en: Waiting patients", "en: Patients who wait")
	p.again()
	p.until(success, "0")
	if got := p.exposed(kalix); got != "42" {
		t.Errorf("after a reload the figure is %q", got)
	}
	if !strings.Contains(p.text(), "Patients who wait") {
		t.Error("the new title is not shown")
	}
	p.stop()

	edit("waiting.sql", "-- by hospital", "-- by hospital, once more")
	p = start(t, dir, storage)
	if got := p.exposed(kalix); got != "42" {
		t.Errorf("after a restart the figure is %q", got)
	}

	edit("waiting.sql", "q.patients", "q.patients + 0 AS patients")
	p.again()
	if got := p.exposed(kalix); got != "" {
		t.Errorf("the former query's figure is still shown, %s", got)
	}
}

// The log says that figures stay only where they do.
func TestLogOfARunWithoutFigures(t *testing.T) {
	server := queue(t)
	dir := queueRegion(t, server, "1h")
	p := start(t, dir, t.TempDir())
	p.until(kalix, "42")
	if err := os.WriteFile(filepath.Join(dir, "collectors", "waiting.sql"), []byte("SELECT hospital, patients FROM queues\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.again()
	p.until(success, "0")
	p.until(kalix, "")
	if said := p.log.String(); strings.Contains(said, "the last good figures stay") || !strings.Contains(said, "run failed; there are no figures to show") {
		t.Errorf("the log says that figures stay:\n%s", said)
	}
}

// At the start, and not at each reload, the log warns of a password that
// everyone can read.
func TestLogOfAnOpenPassword(t *testing.T) {
	server := queue(t)
	for name, tt := range map[string]struct {
		mode os.FileMode
		want int
	}{"the owner's": {0o600, 0}, "everyone's": {0o644, 1}} {
		t.Run(name, func(t *testing.T) {
			dir := queueRegion(t, server, "1h")
			settings, err := os.ReadFile(filepath.Join(dir, "planwatch.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			_, rest, _ := strings.Cut(string(settings), "password_file: ")
			path, _, _ := strings.Cut(rest, "\n")
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			p := start(t, dir, t.TempDir())
			p.until(kalix, "42")
			p.again()
			p.until(success, "1")
			if got := p.log.Count("everyone can read a file with a secret"); got != tt.want {
				t.Errorf("warns %d times, want %d", got, tt.want)
			}
			if tt.want > 0 && !strings.Contains(p.log.String(), "file="+path+" mode=0644") {
				t.Errorf("path and mode are not told:\n%s", p.log)
			}
		})
	}
}
