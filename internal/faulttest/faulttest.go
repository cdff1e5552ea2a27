// Package faulttest holds what a loader says about faulty files against cases
// in txtar archives.
//
// An archive has one case or several, each of which begins with a section
// named "case:" and what is wrong:
//
//	When a collector runs.
//
//	-- case: the schedule has four fields --
//	-- edit: collectors/beds.yaml --
//	-schedule: "*/5 * * * *"
//	+schedule: "*/5 * * *"
//	-- want --
//	collectors/beds.yaml:4: schedule: "*/5 * * *" is not five cron fields
//
// The other sections of a case change the good files, which are the same for
// all cases:
//
//   - "edit: FILE" changes lines as a diff does. Lines with - are replaced by
//     the lines with +, lines with a space stay and say where. The lines to
//     replace must occur once in the file.
//   - "copy: FILE to NEW" copies a file.
//   - Any other name is that of a whole file, new or in place of the good one.
//
// want is the whole error, compared exactly.
package faulttest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

const (
	caseMark    = "case: "
	editMark    = "edit: "
	copyMark    = "copy: "
	wantSection = "want"
)

// Run gives each case of the archives that pattern matches to load, and
// compares the error with the case's want. With update it writes the errors
// into the archives instead.
func Run(t *testing.T, pattern string, good fs.FS, update bool, load func(t *testing.T, files fs.FS) error) {
	t.Helper()
	if err := load(t, good); err != nil {
		t.Fatalf("the good files: %v", err)
	}
	archives, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(archives) == 0 {
		t.Fatalf("no archives match %s", pattern)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			cases, err := split(archive)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) { c.run(t, good, update, load) })
			}
			if update && !t.Failed() {
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// faulty is one case.
type faulty struct {
	name    string
	changes []txtar.File
	// want is the section in the archive, so that it can be updated there.
	want *txtar.File
	// last in the archive: no blank line follows.
	last bool
}

// split divides an archive into its cases.
func split(archive *txtar.Archive) ([]*faulty, error) {
	var cases []*faulty
	for i := range archive.Files {
		section := &archive.Files[i]
		if name, ok := strings.CutPrefix(section.Name, caseMark); ok {
			cases = append(cases, &faulty{name: name})
			continue
		}
		if len(cases) == 0 {
			return nil, fmt.Errorf("section %q stands before the first case", section.Name)
		}
		c := cases[len(cases)-1]
		switch {
		case c.want != nil:
			return nil, fmt.Errorf("case %q: section %q stands after want; begin the next case", c.name, section.Name)
		case section.Name == wantSection:
			c.want = section
		default:
			c.changes = append(c.changes, *section)
		}
	}
	for _, c := range cases {
		if c.want == nil {
			return nil, fmt.Errorf("case %q has no section want", c.name)
		}
	}
	if len(cases) == 0 {
		return nil, errors.New("no cases")
	}
	cases[len(cases)-1].last = true
	return cases, nil
}

func (c *faulty) run(t *testing.T, good fs.FS, update bool, load func(t *testing.T, files fs.FS) error) {
	t.Helper()
	files, err := c.files(good)
	if err != nil {
		t.Fatal(err)
	}
	err = load(t, files)
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	got, want := err.Error(), strings.TrimRight(string(c.want.Data), "\n")
	if update {
		c.want.Data = []byte(got + "\n")
		if !c.last {
			c.want.Data = append(c.want.Data, '\n')
		}
		return
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// files are the good files with the case's changes.
func (c *faulty) files(good fs.FS) (fs.FS, error) {
	files := fstest.MapFS{}
	err := fs.WalkDir(good, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(good, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, change := range c.changes {
		if err := apply(files, change); err != nil {
			return nil, fmt.Errorf("%s: %w", change.Name, err)
		}
	}
	return files, nil
}

// apply makes one change to files.
func apply(files fstest.MapFS, change txtar.File) error {
	if name, ok := strings.CutPrefix(change.Name, editMark); ok {
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		edited, err := edit(string(data), string(change.Data))
		files[name] = &fstest.MapFile{Data: []byte(edited)}
		return err
	}
	if names, ok := strings.CutPrefix(change.Name, copyMark); ok {
		from, to, _ := strings.Cut(names, " to ")
		data, err := files.ReadFile(from)
		files[to] = &fstest.MapFile{Data: data}
		return err
	}
	files[change.Name] = &fstest.MapFile{Data: change.Data}
	return nil
}

// edit replaces lines of text, as the change says in the form of a diff.
func edit(text, change string) (string, error) {
	var before, after strings.Builder
	for line := range strings.Lines(change) {
		switch line[0] {
		case '-':
			before.WriteString(line[1:])
		case '+':
			after.WriteString(line[1:])
		case ' ':
			before.WriteString(line[1:])
			after.WriteString(line[1:])
		default:
			return "", fmt.Errorf("%q begins with neither -, + nor a space", strings.TrimSuffix(line, "\n"))
		}
	}
	// With a line feed in front, only whole lines match.
	text, old, replacement := "\n"+text, "\n"+before.String(), "\n"+after.String()
	if n := strings.Count(text, old); n != 1 {
		return "", fmt.Errorf("the lines to replace occur %d times in the file; they must occur once", n)
	}
	return strings.Replace(text, old, replacement, 1)[1:], nil
}
