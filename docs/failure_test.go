package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every line of the table of failures in architecture.md names tests, and they
// are there.
func TestFailuresHaveTests(t *testing.T) {
	text, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n| what fails | what happens | test |\n")
	if !found {
		t.Fatal("architecture.md: no table of what fails, what happens and the test")
	}
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if strings.HasPrefix(line, "| ---") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		named := codeSpan.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 3 || len(named) == 0 {
			t.Errorf("architecture.md: no test in %s", line)
		}
		for _, match := range named {
			code, name, _ := strings.Cut(match[1], ".")
			if !hasTest(t, code, name) {
				t.Errorf("architecture.md: there is no test %s in %s", name, code)
			}
		}
	}
}

// hasTest tells whether a package has a test, or a fuzz target, of that name.
func hasTest(t *testing.T, code, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, code, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	test := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\((t \*testing\.T|f \*testing\.F)\)`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if test.Match(text) {
			return true
		}
	}
	return false
}
