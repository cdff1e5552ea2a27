package alerts_test

import (
	"path"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/alerts"
)

func files(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: no file (%v)", pattern, err)
	}
	for i, name := range names {
		if names[i], err = filepath.Abs(name); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func TestPromtoolHasNothingToSayOfTheRules(t *testing.T) {
	names := files(t, path.Base(alerts.Directory(builtin(t)))+"/rules/*.yaml")
	said, err := run(t, ".", "promtool", append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, names...)...)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for line := range strings.SplitSeq(said, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "Checking ") && !strings.HasPrefix(line, "SUCCESS: ") {
			t.Errorf("promtool: %s", line)
		}
	}
}

func TestRules(t *testing.T) {
	for _, name := range append(files(t, path.Base(alerts.Directory(builtin(t)))+"/tests/*.yaml"), files(t, "testdata/rules/*.yaml")...) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yaml"), func(t *testing.T) {
			t.Parallel()
			if said, err := run(t, filepath.Dir(name), "promtool", "test", "rules", filepath.Base(name)); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
		})
	}
}
