package runbook_test

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"planwatch/alerts/rules"
	"planwatch/alerts/runbook"
	"planwatch/config"
	"planwatch/internal/faulttest"
	"planwatch/internal/genfiles"
)

var update = flag.Bool("update", false, "write the expected runbooks and messages anew")

// load is the region in dir, or the built-in one if dir is empty.
func load(t *testing.T, dir string) *config.Region {
	t.Helper()
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}

func generate(t *testing.T, region *config.Region) []genfiles.File {
	t.Helper()
	files, err := runbook.Generate(region, rules.Files(region))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The runbooks of a small region are those in testdata/want.
func TestGenerate(t *testing.T) {
	compare(t, "testdata/want", generate(t, load(t, "testdata/region")))
}

// The committed runbooks of the built-in region are those generated.
func TestCommittedRunbooks(t *testing.T) {
	region := load(t, "")
	compare(t, path.Join("..", region.Name), generate(t, region))
}

// compare reports runbooks under root that are not the same as files.
func compare(t *testing.T, root string, files []genfiles.File) {
	t.Helper()
	if *update {
		if err := genfiles.Write(root, files, runbook.Directory); err != nil {
			t.Fatal(err)
		}
	}
	drifts, err := genfiles.Check(root, files, runbook.Directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, drift := range drifts {
		t.Errorf("%s; go test ./alerts/runbook -update rewrites it", drift)
	}
}

// TestFaults generates with a fault in a part that is written by hand.
func TestFaults(t *testing.T) {
	region := load(t, "testdata/region")
	faulttest.Run(t, "testdata/bad/*.txtar", os.DirFS("testdata/region/runbooks"), *update, func(t *testing.T, files fs.FS) error {
		t.Helper()
		faulty := *region
		faulty.Runbooks = files
		_, err := runbook.Generate(&faulty, rules.Files(&faulty))
		return err
	})
}

var heading = regexp.MustCompile(`(?m)^## (.+)$`)

// Every alert of the built-in region has a runbook in each language, and says
// in each what it is about, what to do, who answers, what follows and how to find
// the cause; the queries come last.
func TestEveryAlertHasRunbooks(t *testing.T) {
	region := load(t, "")
	made := map[string]string{}
	for _, file := range generate(t, region) {
		made[file.Path] = string(file.Data)
	}
	alerts := map[string]bool{}
	for _, file := range rules.Files(region) {
		for _, rule := range file.Rules() {
			alerts[rule.Alert] = true
		}
	}
	for _, l := range region.Languages.All() {
		want := []string{l.Say("Meaning"), l.Say("Mitigation"), l.Say("Escalation"), l.Say("Impact"), l.Say("Diagnosis"), l.Say("Reference")}
		for alert := range alerts {
			name := path.Join(runbook.Directory, region.Languages.Suffix(l), alert+".md")
			var got []string
			for _, found := range heading.FindAllStringSubmatch(made[name], -1) {
				got = append(got, found[1])
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: sections %q, want %q", name, got, want)
			}
			before, _, _ := strings.Cut(made[name], "## "+l.Say("Reference"))
			for _, query := range []string{"```sql", "```promql"} {
				if strings.Contains(before, query) {
					t.Errorf("%s: %s stands before the reference", name, query)
				}
			}
			delete(made, name)
		}
	}
	for name := range made {
		t.Errorf("%s is of no alert", name)
	}
}

// What is written by hand about an alert, a KPI or a collector has the same
// sections, steps and commands in every language.
func TestHandwrittenPartsAreTheSame(t *testing.T) {
	region := load(t, "")
	names, err := fs.Glob(region.Runbooks, "*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no hand-written parts: %v", err)
	}
	first := region.Languages.First()
	for _, l := range region.Languages.All()[1:] {
		for _, name := range names {
			want, got := shape(t, region, name), shape(t, region, path.Join(l.Code(), name))
			for _, section := range [][2]string{
				{first.Say("Meaning"), l.Say("Meaning")}, {first.Say("Impact"), l.Say("Impact")}, {first.Say("Diagnosis"), l.Say("Diagnosis")},
				{first.Say("Mitigation"), l.Say("Mitigation")}, {first.Say("Escalation"), l.Say("Escalation")}, {first.Say("Reference"), l.Say("Reference")},
			} {
				want = strings.ReplaceAll(want, "## "+section[0]+"\n", "## "+section[1]+"\n")
			}
			if got != want {
				t.Errorf("%s in %s has\n%swant\n%s", name, l.Code(), got, want)
			}
		}
	}
}

// structural matches what a translation keeps: headings, numbers of steps, code
// but for what the reader fills in.
var structural = regexp.MustCompile("(?m)^## .+$|^[0-9]+\\.|^```.*$|`[a-z_]+`")

func shape(t *testing.T, region *config.Region, name string) string {
	t.Helper()
	data, err := fs.ReadFile(region.Runbooks, name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(structural.FindAllString(string(data), -1), "\n") + "\n"
}
