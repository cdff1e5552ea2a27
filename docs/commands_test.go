package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ofTheRegion matches a command that reads a region, as far as it is quoted.
var ofTheRegion = regexp.MustCompile("planwatch (collect|check|report|serve)\\b[^`\n]*")

// A command that a reader is told to run where planwatch serves a region names
// the region's directory: without it, planwatch would show its built-in sample.
func TestCommandsNameTheRegion(t *testing.T) {
	found := 0
	look := func(name string) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range ofTheRegion.FindAllString(string(data), -1) {
			found++
			if !strings.Contains(command, "--config") {
				t.Errorf("%s: %q without --config", name, command)
			}
		}
	}
	look("operations.md")
	for _, directory := range []string{"config", "alerts"} {
		err := filepath.WalkDir(filepath.Join(root, directory), func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && strings.Contains(name, "runbooks") && filepath.Ext(name) == ".md" {
				look(name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 20 {
		t.Errorf("%d commands found", found)
	}
}
