package structure

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's, from this package.
const root = "../.."

// module is the module's path, which begins every import path of its packages.
const module = "planwatch/"

// layers are the rows of the table of packages in docs/architecture.md, from
// top to bottom: the packages of each.
func layers(t *testing.T) [][]string {
	t.Helper()
	data, err := os.ReadFile(root + "/docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "\n| packages |")
	if !found {
		t.Fatal("docs/architecture.md: no table whose first column is packages")
	}
	name := regexp.MustCompile("`([a-z/]+)`")
	var rows [][]string
	for i, line := range strings.Split(rest, "\n") {
		if i < 2 {
			continue // the rest of the head, and the line below it
		}
		if !strings.HasPrefix(line, "|") {
			break
		}
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		var packages []string
		for _, m := range name.FindAllStringSubmatch(first, -1) {
			packages = append(packages, m[1])
		}
		if len(packages) == 0 {
			t.Fatalf("docs/architecture.md: no package in %q", line)
		}
		rows = append(rows, packages)
	}
	if len(rows) < 10 {
		t.Fatalf("docs/architecture.md: %d rows of packages", len(rows))
	}
	return rows
}

// code is a package as go list tells it.
type code struct {
	ImportPath string
	Imports    []string
	GoFiles    []string
}

// packages are the module's own, in both builds.
func packages(t *testing.T) []code {
	t.Helper()
	var all []code
	for _, tags := range []string{"", "gms_pure_go"} {
		command := exec.CommandContext(t.Context(), "go", "list", "-tags", tags, "-json=ImportPath,Imports,GoFiles", "./...")
		command.Dir = root
		out, err := command.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		decoder := json.NewDecoder(strings.NewReader(string(out)))
		for {
			var p code
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
	}
	return all
}

// unlisted are packages that the table leaves out: those that tests alone
// import or that are nothing but tests, and the generator of the sample's data.
var unlisted = regexp.MustCompile(`^(internal/[a-z]+test|internal/structure|internal/endtoend|sample/generate|docs)$`)

// Data flows one way: a package imports only packages of rows below its own.
func TestLayers(t *testing.T) {
	row := map[string]int{}
	for i, layer := range layers(t) {
		for _, name := range layer {
			if _, twice := row[name]; twice {
				t.Errorf("docs/architecture.md: %s stands in two rows", name)
			}
			row[name] = i
		}
	}
	found := map[string]bool{}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if unlisted.MatchString(name) || len(p.GoFiles) == 0 {
			continue
		}
		found[name] = true
		own, listed := row[name]
		if !listed {
			t.Errorf("docs/architecture.md: package %s is not in the table", name)
			continue
		}
		for _, path := range p.Imports {
			imported, ours := strings.CutPrefix(path, module)
			if below, ok := row[imported]; ours && ok && below <= own {
				t.Errorf("%s imports %s, which lies beside or above it in docs/architecture.md", name, imported)
			}
		}
	}
	for name := range row {
		if !found[name] {
			t.Errorf("docs/architecture.md: there is no package %s", name)
		}
	}
}

// The table is read as the test believes.
func TestLayersAreRead(t *testing.T) {
	rows := layers(t)
	first, last := rows[0], rows[len(rows)-1]
	if !slices.Contains(first, "cmd/planwatch") || !slices.Contains(last, "internal/naming") {
		t.Errorf("from %v to %v", first, last)
	}
}
