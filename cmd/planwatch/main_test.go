package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"planwatch/internal/warehouse"
)

var update = flag.Bool("update", false, "write the expected output of the scripts anew")

// TestMain builds planwatch as it is shipped, for the tests to run. Under the
// race detector the embedded engine takes ten times as long; what runs at once
// has tests of its own under it.
func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "planwatch")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	tags := ""
	if warehouse.Embedded {
		tags = "gms_pure_go"
	}
	build := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-tags", tags, "-o", filepath.Join(dir, "planwatch"), ".")
	if said, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, said)
		return 1
	}
	if err := os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("PATH", os.Getenv("PATH"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "embedded" {
				return warehouse.Embedded, nil
			}
			return false, os.ErrInvalid
		},
	})
}
