//go:build gms_pure_go

package replay_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/listing"
	"planwatch/internal/mariadbtest"
	"planwatch/internal/replay"
	"planwatch/internal/warehouse"
	"planwatch/sample"
)

// The shipped queries give the same samples on the embedded engine and on a
// MariaDB, at moments that are easily got wrong.
func TestEnginesAgree(t *testing.T) {
	server := mariadbtest.Start(t)
	server.Load(warehouse.Schema, sample.Files)
	server.CreateReader("planwatch", "secret")
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_PASSWORD", "secret")
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf("region: Region Norrbotten\nsources: {warehouse: {driver: mysql, address: %s, database: %s, user: planwatch}}\n", server.Socket(), mariadbtest.Database)
	if err := os.WriteFile(filepath.Join(dir, "planwatch.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	mariadb, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_PASSWORD", "")
	embedded, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	moments := []struct{ name, at string }{
		{"the report's morning", "2025-03-18T08:00:00+01:00"},
		{"leap day", "2024-02-29T23:59:59+01:00"},
		{"when summer time began", "2024-03-31T03:30:00+02:00"},
		{"before the clocks went back", "2024-10-27T02:30:00+02:00"},
		{"after the clocks went back", "2024-10-27T02:30:00+01:00"},
		{"the last second of a year", "2024-12-31T23:59:59+01:00"},
		{"the first of the next", "2025-01-01T00:00:00+01:00"},
		{"the sample's first week", "2023-01-05T12:00:00+01:00"},
	}
	for _, moment := range moments {
		t.Run(moment.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, moment.at)
			if err != nil {
				t.Fatal(err)
			}
			ours, theirs := printed(t, embedded, at), printed(t, mariadb, at)
			if ours == theirs {
				return
			}
			left, right := strings.Split(ours, "\n"), strings.Split(theirs, "\n")
			for i := range min(len(left), len(right)) {
				if left[i] != right[i] {
					t.Fatalf("line %d:\nembedded %s\nMariaDB  %s", i+1, left[i], right[i])
				}
			}
			t.Fatalf("%d lines on the embedded engine, %d on MariaDB", len(left), len(right))
		})
	}
}

// printed are all samples of a moment, as collect prints them, and what failed.
func printed(t *testing.T, cfg *config.Config, at time.Time) string {
	t.Helper()
	result, err := replay.Collect(t.Context(), cfg, nil, at)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := listing.Write(&b, listing.CSV, result.KPIs, result.Samples); err != nil {
		t.Fatal(err)
	}
	for _, failure := range result.Failures {
		fmt.Fprintln(&b, failure)
	}
	fmt.Fprintln(&b, result.Withdrawn, "withdrawn")
	return b.String()
}
