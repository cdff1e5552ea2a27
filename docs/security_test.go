package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every line of the threat model's tables of what could go wrong names tests that
// are there, or a step of .ci/run, or says that nothing holds it.
func TestThreatsHaveTests(t *testing.T) {
	text, err := os.ReadFile("security.md")
	if err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	held, within := 0, false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if within = strings.HasPrefix(line, "| what could go wrong |") || within && strings.HasPrefix(line, "|"); !within {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 3 {
			t.Errorf("security.md: %d columns, want 3, in %s", len(cells), line)
			continue
		}
		last := strings.TrimSpace(cells[2])
		if last == "test" || strings.HasPrefix(last, "---") {
			continue
		}
		held++
		named := codeSpan.FindAllStringSubmatch(last, -1)
		if len(named) == 0 && !strings.HasPrefix(last, "no test: ") {
			t.Errorf("security.md: neither a test nor the reason why there is none in %s", line)
		}
		for _, match := range named {
			code, name, isTest := strings.Cut(match[1], ".")
			if isTest && !hasTest(t, code, name) {
				t.Errorf("security.md: there is no test %s in %s", name, code)
			}
			if !isTest && !(strings.Contains(last, "step `"+match[1]+"`") && strings.Contains(string(ci), "\nstep \""+match[1]+"\" ")) {
				t.Errorf("security.md: .ci/run has no step %q", match[1])
			}
		}
	}
	if held < 40 {
		t.Errorf("security.md: %d threats are told", held)
	}
}
