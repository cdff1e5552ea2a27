//go:build gms_pure_go

package exporter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/databasetest"
	"planwatch/internal/naming"
	"planwatch/internal/warehouse"
	"planwatch/sample"
)

const morningOfTheReport = "2025-03-18T08:00:00+01:00"

// The shipped region gives the same samples, byte for byte, on the embedded
// engine and on each server that is filled from the same files, at the morning
// of the report, at the end of a year, in the hour that autumn shows twice, and after
// the one that spring leaves out.
func TestParity(t *testing.T) {
	embedded := map[string]string{}
	for _, moment := range parityMoments {
		embedded[moment] = kpis(t, builtin(t, "sources: {warehouse: {driver: csv, folder: builtin:sample}}\n", moment))
		if n := strings.Count(embedded[moment], "\nkpi_"); n < 300 {
			t.Errorf("%s: %d samples only", moment, n)
		}
	}
	databasetest.Each(t, func(t *testing.T, engine databasetest.Engine) {
		moments := parityMoments
		server := databasetest.Start(t, databasetest.On(engine))
		server.Load(warehouse.Schema, sample.Files)
		server.CreateReader(reader, password)
		secret := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
			t.Fatal(err)
		}
		if engine == databasetest.NewestMariaDB {
			moments = moments[:1] // as the older one at the others
		}
		for _, moment := range moments {
			if got := kpis(t, builtin(t, fmt.Sprintf(settings(server), secret), moment)); got != embedded[moment] {
				t.Errorf("%s: %s", moment, firstDifference(embedded[moment], got))
			}
		}
	})
}

// builtin is the directory of the built-in region over that source, with the
// clock at the moment.
func builtin(t *testing.T, source, moment string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(source, "region:") {
		source = "region: Region Test\nlanguages: [sv, en]\ntime_zone: Europe/Stockholm\n" + source
	}
	if err := os.WriteFile(filepath.Join(dir, "planwatch.yaml"), []byte(source+"clock: "+moment+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// kpis are the lines of the exposition that speak of KPIs, once every
// collector has run.
func kpis(t *testing.T, dir string) string {
	t.Helper()
	p := start(t, dir, t.TempDir())
	defer p.stop()
	deadline := time.After(5 * time.Minute)
	for p.Ready() != nil {
		select {
		case <-deadline:
			t.Fatal(p.Ready())
		case <-time.After(20 * time.Millisecond):
		}
	}
	for line := range strings.Lines(p.text()) {
		if strings.HasPrefix(line, "planwatch_collector_success") && !strings.HasSuffix(line, " 1\n") {
			t.Error(line)
		}
	}
	var lines []string
	for line := range strings.Lines(p.text()) {
		if strings.HasPrefix(line, naming.KPIEvent) {
			continue // by a clock that began when planwatch did
		}
		if strings.HasPrefix(line, "kpi_") || strings.HasPrefix(line, "# HELP kpi_") || strings.HasPrefix(line, "# TYPE kpi_") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func firstDifference(a, b string) string {
	left, right := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(left), len(right)) {
		if left[i] != right[i] {
			return fmt.Sprintf("line %d:\nembedded %s\nserver   %s", i+1, left[i], right[i])
		}
	}
	return fmt.Sprintf("%d lines on the embedded engine, %d on the server", len(left), len(right))
}
