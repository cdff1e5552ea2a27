//go:build gms_pure_go

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Who writes the region out and replaces nothing but the source is told, by check and
// by the log, that the sample's day is shown, that nobody gets a message, and whose
// addresses are missing.
func TestSettingsOfTheSampleBesideADatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "region")
	if out, err := exec.CommandContext(t.Context(), "planwatch", "init", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	path := filepath.Join(dir, "planwatch.yaml")
	settings, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const sample = "    driver: csv\n    folder: builtin:sample\n"
	if strings.Count(string(settings), sample) != 1 {
		t.Fatalf("%s has no source of the sample", path)
	}
	database := "    driver: mysql\n    address: " + filepath.Join(t.TempDir(), "socket") + "\n    database: warehouse\n    user: planwatch\n"
	if err := os.WriteFile(path, []byte(strings.Replace(string(settings), sample, database, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	told := []string{"clock: set to 2025-03-18T08:00:00+01:00, while source warehouse is a database: ", "alerting: outbox: on, while source warehouse is a database: "}

	var stderr bytes.Buffer
	check := exec.CommandContext(t.Context(), "planwatch", "check", "--config", dir)
	check.Stderr = &stderr
	if err := check.Run(); err == nil {
		t.Error("check finds no fault in a source that does not answer")
	}
	for _, notice := range told {
		if strings.Count(stderr.String(), "planwatch: "+notice) != 1 {
			t.Errorf("check does not say %q in\n%s", notice, &stderr)
		}
	}
	if !strings.Contains(stderr.String(), "warning: messages by this file would not be sent: open /etc/planwatch/oncall/nara.tmpl: no such file or directory\n") {
		t.Errorf("check does not say whose addresses are missing:\n%s", &stderr)
	}

	s := start(t, "--config", dir, "--storage.path", t.TempDir())
	for _, notice := range told {
		line := `msg="the configuration is valid, but may not be what was meant" notice="` + notice
		s.until(t, "said in the log: "+notice, func() bool { return strings.Contains(s.stderr.String(), line) })
	}
}
