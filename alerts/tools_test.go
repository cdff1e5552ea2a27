package alerts_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// run runs one of Prometheus' tools, which make test puts on the path, and
// gives what it said and whether it ended well.
func run(t *testing.T, directory, tool string, args ...string) (said string, err error) {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Fatalf("%s is not on the path; make tools builds it into bin/tools", tool)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, path, args...)
	command.Dir = directory
	out, err := command.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}
