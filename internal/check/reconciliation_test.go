package check_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/check"
	"planwatch/internal/format"
	"planwatch/internal/language"
)

var update = flag.Bool("update", false, "write what the tests got into their golden files")

// TestReportBuiltinRegion holds all that check finds in the built-in region's plan
// against what a reader found in the source, in each language and format.
func TestReportBuiltinRegion(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	report, err := check.NewReport(region, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.HoldAgainstWarehouse(t.Context(), region, region.NewClock().Now()); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		lang   string
		format format.Format
		file   string
	}{
		{"sv", format.Table, "norrbotten.sv.txt"},
		{"en", format.Table, "norrbotten.en.txt"},
		{"sv", format.Markdown, "norrbotten.sv.md"},
		{"en", format.Markdown, "norrbotten.en.md"},
		{"en", format.JSON, "norrbotten.json"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			l, err := region.Languages.Get(tt.lang)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := report.Write(&got, tt.format, l); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join("testdata", tt.file)
			if *update {
				if err := os.WriteFile(name, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("%s differs; look, then go test ./internal/check -update\n%s", name, got.String())
			}
		})
	}
	if err := report.Write(&bytes.Buffer{}, format.CSV, region.Languages.First()); err == nil {
		t.Error("a report in a format that it does not have")
	}
}

// docs/reconciliation.md shows the verdict as it is.
func TestReportInDocumentation(t *testing.T) {
	said, err := os.ReadFile(filepath.Join("testdata", "norrbotten.en.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "reconciliation.md"))
	if err != nil {
		t.Fatal(err)
	}
	if verdict := lines[len(lines)-1]; !strings.Contains(string(page), "`"+verdict+"`") {
		t.Errorf("docs/reconciliation.md does not have %q", verdict)
	}
}

// The tables of a plan of which each case changes one thing, and what a reader is
// to be told. Everything else in the report stays as it is.
func TestReportSays(t *testing.T) {
	const frames = "row,name,a,b,sum\nitem,North,1.0,2.0,3.0\nitem,South,1.0,1.0,2.0\ntotal,,2.0,3.0,5.0\n"
	const rows = `
  - {id: rows, table: frames.csv, each_row: {row: [item, total]}, stated: {column: sum}, computed: [{column: [a, b]}]}
`
	const checks = rows + `  - {id: total, table: frames.csv, stated: {rows: {row: total}, parts: {row: item}, column: sum}, computed: [{rows: {row: item}, column: sum}]}
`
	tests := []struct {
		name, frames, checks string
		faults               int
		// Lines of the report in English, the verdict last.
		want []string
	}{
		{"nothing differs", frames, checks, 0,
			[]string{"Plan 2025: 4 statements checked", "Region Test: 1 source, 1 collector, 1 KPI", "0 differences in the plan; 0 faults in the configuration"}},
		{"a fault of the configuration", frames, checks, 1, []string{"0 differences in the plan; 1 fault in the configuration"}},
		{"rounding", strings.Replace(frames, "2.0,3.0\n", "2.0,3.1\n", 1), rows, 2, []string{
			"1. 0.1 MSEK; the last digit, of rows that are rounded",
			"   plan/frames.csv:2: North, Sum: stated 3.1 MSEK, computed 3.0 MSEK, difference +0.1 MSEK",
			"1 difference in the plan in 1 group; 2 faults in the configuration"}},
		{"a row that is misprinted, and the total of the rows", strings.Replace(frames, "1.0,2.0\n", "1.0,9.0\n", 1), checks, 0, []string{
			"1. 7.0 MSEK; none of the 2 rows and columns that were tried closes it; 2 differences",
			"     the total agrees with these rows as they are computed: “South” (plan/frames.csv:3)",
			"2 differences in the plan in 1 group; 0 faults in the configuration"}},
		{"several rows that would close it", strings.Replace(frames, "total", "item,East,1.0,1.0,2.0\ntotal", 1), checks, 0, []string{
			"1. 2.0 MSEK; several rows or columns would close it, so that none is certain"}},
		{"one row that closes it", strings.Replace(frames, "total", "item,East,1.0,3.0,4.0\ntotal", 1), checks, 0, []string{
			"1. 4.0 MSEK; it agrees without “East” (plan/frames.csv:4)"}},
		{"words in the text", frames, "\n  - {id: words, stated: {on: '2024', text: then}, against: {document: other, on: '2025', text: now, cite: Other}}\n", 0, []string{
			"1. the documents differ", "   “then”: stated 2024; the other document states 2025", "     Other: “now”",
			"1 difference in the plan in 1 group; 0 faults in the configuration"}},
		{"a figure in no table", frames, "\n  - {id: text, unit: mnkr, stated: {value: 8, text: eight}, sought: [frames.csv]}\n", 0, []string{
			"1. 8 MSEK; no table gives the figure", "   “eight”: stated 8 MSEK, in none of the tables",
			"     sought in plan/frames.csv (9 cells, 3 sums); the nearest is 5.0 MSEK (plan/frames.csv:4: total, Sum)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			region := smallRegion(t, tt.frames, tt.checks)
			report, err := check.NewReport(region, tt.faults)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := report.Write(&got, format.Table, region.Languages.English()); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(got.String(), "\n"), "\n")
			if last := tt.want[len(tt.want)-1]; strings.HasSuffix(last, "in the configuration") && lines[len(lines)-1] != last {
				t.Errorf("the last line is %q, want %q", lines[len(lines)-1], last)
			}
			for _, want := range tt.want {
				if !strings.Contains(strings.ReplaceAll("\n"+got.String(), language.NoBreak, " "), "\n"+want+"\n") {
					t.Errorf("no line %q in\n%s", want, got.String())
				}
			}
			var programs bytes.Buffer
			if err := report.Write(&programs, format.JSON, region.Languages.English()); err != nil {
				t.Fatal(err)
			}
			var counted struct {
				Verdict struct{ Differences, Groups, Faults int }
			}
			if err := json.Unmarshal(programs.Bytes(), &counted); err != nil || counted.Verdict.Faults != tt.faults || counted.Verdict.Differences != report.Differences() {
				t.Errorf("%+v, %v", counted, err)
			}
		})
	}
}

// A region without a plan has nothing that could differ, and is not said to agree.
func TestReportWithoutPlan(t *testing.T) {
	region := smallRegion(t, "", "")
	report, err := check.NewReport(region, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := report.Write(&got, format.Table, region.Languages.English()); err != nil {
		t.Fatal(err)
	}
	if want := "Region Test: 1 source, 1 collector, 1 KPI\n0 faults in the configuration\n"; got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// smallRegion is a region with one table and its checks; none where checks is "".
func smallRegion(t *testing.T, frames, checks string) *config.Region {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"planwatch.yaml": "region: Region Test\nlanguages: [sv, en]\ntime_zone: Europe/Stockholm\n" +
			"sources: {warehouse: {driver: mysql, address: 127.0.0.1:3306, database: warehouse, user: planwatch}}\n",
		"collectors/beds.sql": "SELECT measured_at, available FROM bed WHERE measured_at <= :as_of\n",
		"collectors/beds.yaml": "collector: beds\ntitle: {sv: Platser, en: Beds}\nsource: warehouse\nschedule: \"*/5 * * * *\"\nquery: beds.sql\nlabels: []\nas_of: measured_at\nmax_age: 2h\n" +
			"kpis:\n  - {name: beds, title: {sv: Platser, en: Beds}, definition: {sv: Platser., en: Beds.}, column: available, unit: beds, better: higher, aggregate: sum}\n",
		"citations.yaml": "documents: {other: {title: Other}}\ncitations: {}\n",
		"units.yaml":     "units:\n  - {unit: beds, measures: [{measure: beds, word: {sv: platser, en: beds}}]}\n  - unit: sek\n    measures:\n      - {measure: mnkr, factor: 1000000, decimals: 1, word: {sv: mnkr, en: MSEK}}\n",
	}
	if checks != "" {
		files["plan/frames.csv"] = frames
		files["plan/reconciliation.yaml"] = "plan: Plan 2025\ntables:\n  frames.csv: {cite: Frames, unit: mnkr, decimals: 1, name: name, amounts: {a: A, b: B, sum: Sum}}\nchecks:" + checks
	}
	for name, data := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}
