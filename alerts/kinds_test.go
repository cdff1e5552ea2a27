package alerts_test

import (
	"os"
	"path/filepath"
	"testing"

	"planwatch/config"
)

// Targets of every kind, and those that are judged late or never at noon, have rules, and
// tests of them that Prometheus passes.
func TestRulesOfEveryKind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	// With the targets goes what names them.
	for _, name := range append(files(t, filepath.Join(dir, "plan", "targets_*.yaml")),
		filepath.Join(dir, "plan", "activities.csv"), filepath.Join(dir, "plan", "risks.csv"), filepath.Join(dir, "plan", "reconciliation.yaml")) {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "plan", "targets_kinds.yaml"), []byte(read(t, filepath.Join("testdata", "kinds.yaml"))), 0o600); err != nil {
		t.Fatal(err)
	}
	_, made := generated(t, dir)
	for _, name := range files(t, filepath.Join(made, "tests", "*.yaml")) {
		if said, err := run(t, filepath.Dir(name), "promtool", "test", "rules", filepath.Base(name)); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	}
}
