package action_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"planwatch/internal/action"
)

// docs/activities.md has every column of the tables, and says which must be there.
func TestColumnsAreDocumented(t *testing.T) {
	document, err := os.ReadFile("../../docs/activities.md")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile("`([a-z_]+)`")
	for heading, want := range action.Columns() {
		_, part, found := strings.Cut(string(document), "\n## "+heading+"\n")
		if !found {
			t.Errorf("no heading %s", heading)
			continue
		}
		part, _, _ = strings.Cut(part, "\n## ")
		var got []string
		for line := range strings.Lines(part) {
			cells := strings.Split(line, "|")
			if len(cells) < 4 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
				continue
			}
			for _, m := range name.FindAllStringSubmatch(cells[1], -1) {
				got = append(got, strings.TrimSpace(m[1]+": "+strings.TrimSpace(cells[2])))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", heading, got, want)
		}
	}
}
