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

// The shipped region gives the same samples, byte for byte, on the embedded
// engine and on a MariaDB that is filled from the same files.
func TestParity(t *testing.T) {
	server := databasetest.Start(t)
	server.Load(warehouse.Schema, sample.Files)
	server.CreateReader(reader, password)

	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	embedded := kpis(t, dir)

	settings := fmt.Sprintf(settings(server), secret) + "clock: 2025-03-18T08:00:00+01:00\n"
	if err := os.WriteFile(filepath.Join(dir, "planwatch.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	mariadb := kpis(t, dir)

	if embedded != mariadb {
		t.Error(firstDifference(embedded, mariadb))
	}
	if n := strings.Count(embedded, "\nkpi_"); n < 300 {
		t.Errorf("%d samples only", n)
	}
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
			return fmt.Sprintf("line %d:\nembedded %s\nMariaDB  %s", i+1, left[i], right[i])
		}
	}
	return fmt.Sprintf("%d lines on the embedded engine, %d on MariaDB", len(left), len(right))
}
