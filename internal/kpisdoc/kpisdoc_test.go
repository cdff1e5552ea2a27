package kpisdoc_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/kpisdoc"
)

var update = flag.Bool("update", false, "write the golden file anew")

func TestGenerate(t *testing.T) {
	region, err := config.Load("../report/testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	file := kpisdoc.Generate(region)
	if file.Path != "docs/kpis.md" {
		t.Errorf("written to %s", file.Path)
	}
	const golden = "testdata/kpis.md"
	if *update {
		if err := os.WriteFile(golden, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file.Data, want) {
		t.Errorf("%s is not what is written now; -update writes it anew\n%s", golden, file.Data)
	}
}

// The document of the built-in region has every KPI, its query and its
// targets, each once in the contents and once in its place, and is the same
// whenever it is made.
func TestBuiltinRegion(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	made := kpisdoc.Generate(region).Data
	if again := kpisdoc.Generate(region).Data; !bytes.Equal(made, again) {
		t.Error("not the same bytes twice")
	}
	text := string(made)
	once := func(what string) {
		if n := strings.Count(text, what); n != 1 {
			t.Errorf("%q stands %d times", what, n)
		}
	}
	for _, cells := range []string{"| as a year earlier | through the same day |", "| as a year earlier | in full |", "| as 52 weeks earlier | in full |"} {
		if !strings.Contains(text, cells) {
			t.Errorf("no target has %q", cells)
		}
	}
	for _, d := range region.Collectors {
		once("| [collectors/" + d.Query + "](../config/norrbotten/collectors/" + d.Query + ") |")
		for _, k := range d.KPIs {
			once("  - [" + k.Name + "](#" + k.Name + "): ")
			once(`<a id="` + k.Name + `"></a>`)
			_, about, _ := strings.Cut(text, `<a id="`+k.Name+`"></a>`)
			about, _, _ = strings.Cut(about, "\n<a id=")
			// Figures about people that add up are released, over a year or over years.
			if released := k.Guarded && k.Ratio == nil && (k.Accumulates != "" || k.CountedSince != ""); strings.Contains(about, "- published at the end of each ") != released {
				t.Errorf("%s is released at ends of periods: %t; written:%s", k.Name, released, about)
			}
			if k.CountedSince != "" && !strings.Contains(about, "- counted since "+k.CountedSince+"\n") {
				t.Errorf("%s is counted since %s; written:%s", k.Name, k.CountedSince, about)
			}
		}
	}
	for _, target := range region.Plan.Targets {
		once("| " + target.ID + " | ")
	}
}

// A document has the languages of its region and no other.
func TestOneLanguage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("../report/testdata/region")); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, "planwatch.yaml")
	data, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, bytes.Replace(data, []byte("[sv, en]"), []byte("[en]"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := string(kpisdoc.Generate(region).Data)
	for _, want := range []string{"Definitions are in English; citations", "## Beds\n", "### Available beds\n\nStaffed beds.\n\n- metric"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "Vårdplatser med bemanning") {
		t.Error("the document has a definition in Swedish")
	}
}
