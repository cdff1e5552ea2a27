package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/check"
)

// A source that does not answer is one fault, however many collectors read it.
func TestSourceThatDoesNotAnswer(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../config/testdata/good")); err != nil {
		t.Fatal(err)
	}
	definition, err := os.ReadFile(filepath.Join(dir, "collectors", "beds.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	other := strings.NewReplacer("collector: beds", "collector: more_beds", "beds_available", "more_beds_available",
		"beds_occupied", "more_beds_occupied", "bed_occupancy", "more_bed_occupancy").Replace(string(definition))
	if err := os.WriteFile(filepath.Join(dir, "collectors", "more_beds.yaml"), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_ADDRESS", filepath.Join(t.TempDir(), "socket"))
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	faults := check.Run(t.Context(), region).Faults
	if len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "source warehouse: ") {
		t.Errorf("got %q, want one fault, of the source", faults)
	}
}
