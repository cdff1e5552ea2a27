package alertmanager_test

import (
	"os"
	"path/filepath"
	"testing"
)

// fjord is the directory of an example region of its own, and what its oncall.yaml says.
func fjord(t *testing.T) (directory string, oncall []byte) {
	t.Helper()
	directory = t.TempDir()
	if err := os.CopyFS(directory, os.DirFS("../../examples/fjord")); err != nil {
		t.Fatal(err)
	}
	oncall, err := os.ReadFile(filepath.Join(directory, "oncall.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return directory, oncall
}
