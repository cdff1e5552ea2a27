package endtoend_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// repository is where the files are that the tests run from.
const repository = "../.."

// build makes the planwatch binary that production runs.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "planwatch")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/planwatch")
	command.Dir = repository
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, said)
	}
	return binary
}

// impatient is a copy of the files that the stack runs from, with the durations
// in the region's targets and in the generated rules and routing cut to
// seconds.
func impatient(t *testing.T, binary string) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"config/norrbotten", "deploy"} {
		if err := os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join(repository, dir))); err != nil {
			t.Fatal(err)
		}
	}
	tools, err := filepath.Abs(filepath.Join(repository, "bin"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(tools, filepath.Join(root, "bin")); err != nil {
		t.Fatal(err)
	}
	rewrite(t, filepath.Join(root, "config", "norrbotten", "plan"), `(?m)^( +for: ).*$`, "${1}2s")
	generate := exec.CommandContext(t.Context(), binary, "generate", "--config", filepath.Join(root, "config", "norrbotten"), root)
	if said, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("planwatch generate: %v\n%s", err, said)
	}
	rules := filepath.Join(root, "alerts", "norrbotten", "rules")
	rewrite(t, rules, `(?m)^( +(?:for|keep_firing_for): )[0-9]+[mh].*$`, "${1}2s")
	rewrite(t, rules, `(?m)^( +interval: ).*$`, "${1}1s")
	routing := filepath.Join(root, "alerts", "norrbotten")
	rewrite(t, routing, `(?m)^( *(?:- )?group_wait: ).*$`, "${1}3s")
	rewrite(t, routing, `(?m)^( *(?:- )?group_interval: ).*$`, "${1}3s")
	// Warnings are sent at whatever hour of whatever day the test runs.
	rewrite(t, routing, `(?m)^ +(?:active|mute)_time_intervals: .*\n`, "")
	return root
}

// rewrite replaces a pattern in the YAML files of a directory, which must be
// there.
func rewrite(t *testing.T, dir, pattern, replacement string) {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	found := false
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if ext := filepath.Ext(name); ext != ".yaml" && ext != ".yml" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if expression.MatchString(text) {
			found = true
			text = expression.ReplaceAllString(text, replacement)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !found {
		t.Fatalf("%s: nothing matches %s", dir, strings.TrimSpace(pattern))
	}
}
