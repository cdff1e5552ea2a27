//go:build gms_pure_go

// With this tag the embedded engine is built in.

package exporter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder of CSV files with a fault is a source that is down: planwatch starts
// and reloads, with the saved figures, and reads the files once they are good.
func TestFilesWithAFault(t *testing.T) {
	const good, other = "hospital,patients\nKalix,42\n", "hospital,patients\nKalix,43\n"
	write := func(t *testing.T, path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name  string
		spoil func(t *testing.T, file string)
		told  string
	}{
		{"a cell that does not fit", func(t *testing.T, file string) { t.Helper(); write(t, file, "hospital,patients\nKalix,many\n") }, "queue.csv:2: column patients: is text, not INT"},
		{"a file that is gone", func(t *testing.T, file string) {
			t.Helper()
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}, "no CSV files"},
		{"a folder that is gone", func(t *testing.T, file string) {
			t.Helper()
			if err := os.RemoveAll(filepath.Dir(file)); err != nil {
				t.Fatal(err)
			}
		}, "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, storage := region(t, map[string]string{
				"planwatch.yaml": `region: Region Test
languages: [sv, en]
time_zone: Europe/Stockholm
sources: {warehouse: {driver: csv, folder: warehouse, schema: schema.sql}}
retry: {initial: 50ms, max: 200ms}
`,
				"schema.sql":              "CREATE TABLE queue (hospital VARCHAR(20) NOT NULL, patients INT);",
				"warehouse/queue.csv":     good,
				"units.yaml":              units,
				"collectors/waiting.yaml": fmt.Sprintf(waiting, "1h"),
				"collectors/waiting.sql":  "SELECT hospital, patients FROM queue\n",
			}), t.TempDir()
			file := filepath.Join(dir, "warehouse", "queue.csv")
			p := start(t, dir, storage)
			p.until(kalix, "42")
			p.stop()
			tt.spoil(t, file)

			p = start(t, dir, storage)
			p.until(success, "0")
			for range 2 {
				if figure, up := p.exposed(kalix), p.exposed(up); figure != "42" || up != "0" {
					t.Errorf("the figure is %q; the source is up: %q", figure, up)
				}
				p.again()
				p.until(success, "0")
			}
			write(t, file, other)
			p.until(kalix, "43")
			p.until(up, "1")
			p.stop()
			// The reloaded configurations opened the source anew.
			if n := p.log.Count("level=WARN"); n != 3 {
				t.Errorf("%d warnings, want one at the start and at each reload", n)
			}
			if !strings.Contains(p.log.String(), tt.told) {
				t.Errorf("the log does not say %q", tt.told)
			}
		})
	}
}
