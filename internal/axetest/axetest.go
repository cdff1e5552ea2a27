// Package axetest has axe-core, which finds in a browser what keeps people from using
// a page. It is for tests.
package axetest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Source is axe-core's script.
func Source(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	source, err := os.ReadFile(filepath.Join(filepath.Dir(here), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v; make test installs it", err)
	}
	return string(source)
}
