package exporter_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"planwatch/config"
	"planwatch/internal/databasetest"
	"planwatch/internal/exporter"
	"planwatch/internal/logtest"
)

const (
	reader   = "planwatch"
	password = "not-to-be-logged"
)

// region writes a region directory of the files and gives its path.
func region(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// settings is a planwatch.yaml over the server, quick to try again.
func settings(server *databasetest.Server) string {
	return fmt.Sprintf(`region: Region Test
languages: [sv, en]
time_zone: Europe/Stockholm
sources:
  warehouse:
    driver: mysql
    address: %s
    database: %s
    user: %s
    password_file: %%s
    connect_timeout: 500ms
retry: {initial: 50ms, max: 200ms}
`, server.Socket(), databasetest.Database, reader)
}

const units = `units:
  - unit: patients
    measures:
      - {measure: patients, word: {sv: {one: patient, other: patienter}, en: {one: patient, other: patients}}}
`

const waiting = `collector: waiting
title: {sv: Väntande, en: Waiting}
source: warehouse
schedule: "0 6 * * *"
timeout: 1s
query: waiting.sql
labels: [hospital]
max_age: %s
allow_empty: true
kpis:
  - name: patients_waiting
    title: {sv: Väntande, en: Waiting patients}
    definition: {sv: Patienter i kö., en: Patients in the queue.}
    column: patients
    unit: patients
    better: lower
    aggregate: sum
`

// planwatch is an exporter at work, and its log.
type planwatch struct {
	*exporter.Exporter
	t    *testing.T
	log  *logtest.Log
	stop func()
}

// start runs an exporter of the region in dir until the test ends, or stop
// is called.
func start(t *testing.T, dir, storage string) *planwatch {
	t.Helper()
	t.Setenv("PLANWATCH_STORAGE_PATH", storage)
	p := &planwatch{t: t, log: &logtest.Log{}}
	logger := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	load := func() (*config.Region, error) { return config.Load(dir, nil) }
	loaded, err := load()
	if err != nil {
		t.Fatal(err)
	}
	p.Exporter, err = exporter.New(t.Context(), loaded, exporter.Options{Load: load, Logger: logger, Fetching: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.Run(ctx) }()
	p.stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(p.stop)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.log.String())
		}
		if strings.Contains(p.log.String(), password) {
			t.Error("the password stands in the log")
		}
	})
	return p
}

// exposed is the value of a series in the exposition, as text; "" if it is
// not there.
func (p *planwatch) exposed(series string) string {
	p.t.Helper()
	return valueOf(p.text(), series)
}

// valueOf is the value of a series in an exposition, as text.
func valueOf(text, series string) string {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, series+" "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// text is the whole exposition, as it is scraped.
func (p *planwatch) text() string {
	p.t.Helper()
	answer := httptest.NewRecorder()
	p.Metrics().ServeHTTP(answer, httptest.NewRequestWithContext(p.t.Context(), http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.LegacyValidation)
	if _, err := parser.TextToMetricFamilies(bytes.NewReader(answer.Body.Bytes())); err != nil {
		p.t.Fatalf("Prometheus would not read the exposition: %v", err)
	}
	return answer.Body.String()
}

// until waits for the series to have the value.
func (p *planwatch) until(series, want string) {
	p.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for p.exposed(series) != want {
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("%s is %q, want %q", series, p.exposed(series), want)
		}
	}
}

// untilLogged waits for the log to have the message.
func (p *planwatch) untilLogged(message string) {
	p.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(p.log.String(), message) {
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("the log never has %q", message)
		}
	}
}

// again has every collector run at once, which a reload does.
func (p *planwatch) again() {
	p.t.Helper()
	if err := p.Reload(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}
