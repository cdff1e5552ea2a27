package faulttest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

var good = fstest.MapFS{"beds.yaml": {Data: []byte("name: beds\nkpis:\n  - name: free\n    unit: beds\n  - name: taken\n    unit: beds\n")}}

func TestChanges(t *testing.T) {
	tests := []struct{ name, changes, file, want string }{
		{"a line replaced", "-- edit: beds.yaml --\n-name: beds\n+name: wards\n", "beds.yaml",
			"name: wards\nkpis:\n  - name: free\n    unit: beds\n  - name: taken\n    unit: beds\n"},
		{"a line removed, found by the one before", "-- edit: beds.yaml --\n   - name: taken\n-    unit: beds\n", "beds.yaml",
			"name: beds\nkpis:\n  - name: free\n    unit: beds\n  - name: taken\n"},
		{"a line added", "-- edit: beds.yaml --\n name: beds\n+age: 2h\n", "beds.yaml",
			"name: beds\nage: 2h\nkpis:\n  - name: free\n    unit: beds\n  - name: taken\n    unit: beds\n"},
		{"two edits", "-- edit: beds.yaml --\n-name: beds\n-- edit: beds.yaml --\n-  - name: free\n+  - name: open\n", "beds.yaml",
			"kpis:\n  - name: open\n    unit: beds\n  - name: taken\n    unit: beds\n"},
		{"a copy, edited", "-- copy: beds.yaml to wards.yaml --\n-- edit: wards.yaml --\n-name: beds\n+name: wards\n", "wards.yaml",
			"name: wards\nkpis:\n  - name: free\n    unit: beds\n  - name: taken\n    unit: beds\n"},
		{"a new file", "-- plan/a.yaml --\nplan: A\n", "plan/a.yaml", "plan: A\n"},
		{"a whole file", "-- beds.yaml --\n# nothing\n", "beds.yaml", "# nothing\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := faulty{changes: txtar.Parse([]byte(tt.changes)).Files}
			files, err := c.files(good)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := fs.ReadFile(files, tt.file); err != nil || string(got) != tt.want {
				t.Errorf("got\n%s\n%v\nwant\n%s", got, err, tt.want)
			}
		})
	}
}

func TestChangesThatDoNotApply(t *testing.T) {
	tests := []struct{ name, changes, want string }{
		{"no such line", "-- edit: beds.yaml --\n-name: wards\n", "edit: beds.yaml: the lines to replace occur 0 times in the file; they must occur once"},
		{"the end of a line", "-- edit: beds.yaml --\n-unit: beds\n", "edit: beds.yaml: the lines to replace occur 0 times in the file; they must occur once"},
		{"two such lines", "-- edit: beds.yaml --\n-    unit: beds\n", "edit: beds.yaml: the lines to replace occur 2 times in the file; they must occur once"},
		{"no mark", "-- edit: beds.yaml --\nname: wards\n", `edit: beds.yaml: "name: wards" begins with neither -, + nor a space`},
		{"an edit of no file", "-- edit: wards.yaml --\n-name: wards\n", "edit: wards.yaml: open wards.yaml: file does not exist"},
		{"a copy of no file", "-- copy: wards.yaml to beds.yaml --\n", "copy: wards.yaml to beds.yaml: open wards.yaml: file does not exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := faulty{changes: txtar.Parse([]byte(tt.changes)).Files}
			if _, err := c.files(good); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	tests := []struct{ name, archive, want string }{
		{"no case", "Nothing.\n", "no cases"},
		{"a file without a case", "-- beds.yaml --\n-- want --\n", `section "beds.yaml" stands before the first case`},
		{"a case without want", "-- case: a --\n-- beds.yaml --\n-- case: b --\n-- want --\n", `case "a" has no section want`},
		{"a file after want", "-- case: a --\n-- want --\n-- beds.yaml --\n", `case "a": section "beds.yaml" stands after want; begin the next case`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := split(txtar.Parse([]byte(tt.archive))); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestRun(t *testing.T) {
	const archive = `Names.

-- case: another name --
-- edit: beds.yaml --
-name: beds
+name: wards
-- want --
OLD
-- case: no name --
-- edit: beds.yaml --
-name: beds
-- want --
`
	const updated = `Names.

-- case: another name --
-- edit: beds.yaml --
-name: beds
+name: wards
-- want --
name: wards is not beds

-- case: no name --
-- edit: beds.yaml --
-name: beds
-- want --
kpis: is not beds
`
	name := filepath.Join(t.TempDir(), "names.txtar")
	if err := os.WriteFile(name, []byte(archive), 0o644); err != nil {
		t.Fatal(err)
	}
	Run(t, name, good, true, load)
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != updated {
		t.Errorf("got\n%s\nwant\n%s", got, updated)
	}
	Run(t, name, good, false, load)
}

// load takes no name but beds.
func load(t *testing.T, files fs.FS) error {
	t.Helper()
	data, err := fs.ReadFile(files, "beds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if line, _, _ := strings.Cut(string(data), "\n"); line != "name: beds" {
		return fmt.Errorf("%s is not beds", line)
	}
	return nil
}
