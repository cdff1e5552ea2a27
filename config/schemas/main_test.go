package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestCommittedSchemasAreCurrent(t *testing.T) {
	t.Chdir("../..")
	out := t.TempDir()
	if err := write(".", out); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		want, err := os.ReadFile(filepath.Join(out, file.name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("docs", "schema", file.name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("docs/schema/%s has drifted; run make generate", file.name)
		}
	}
}
