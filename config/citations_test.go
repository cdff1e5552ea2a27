package config_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"planwatch/config"
	"planwatch/internal/citation"
	"planwatch/internal/naming"
)

// citingRegion is a region in which every kind of definition cites by id.
var citingRegion = map[string]string{
	"planwatch.yaml": "region: Region Test\nlanguages: [sv, en]\ntime_zone: Europe/Stockholm\nsources: {warehouse: {driver: mysql, address: 127.0.0.1:3306, database: warehouse, user: planwatch}}\n",
	"units.yaml":     "units: [{unit: beds, measures: [{measure: beds, word: {sv: vårdplatser, en: beds}}]}]\n",
	"citations.yaml": `documents:
  report: {title: Report of 18 March}
  plan: {title: Plan 2025}
citations:
  more-beds: {document: report, place: Beds, quote: There are twelve more beds.}
  closed-beds: {document: report, place: Beds, quote: None is closed.}
  frames: {document: plan, place: Frames}
  frames-total: {document: plan, place: Frames, quote: In all 60.}
`,
	"collectors/beds.sql": "SELECT ward, measured_at, available FROM bed_measurement WHERE measured_at <= :as_of\n",
	"collectors/beds.yaml": `collector: beds
title: {sv: Vårdplatser, en: Beds}
source: warehouse
schedule: "*/5 * * * *"
query: beds.sql
labels: [ward]
as_of: measured_at
max_age: 2h
kpis:
  - name: beds_available
    title: {sv: Disponibla vårdplatser, en: Available beds}
    definition: {sv: Vårdplatser med bemanning., en: Staffed beds.}
    cite: more-beds
    column: available
    unit: beds
    better: higher
    aggregate: sum
`,
	"plan/targets.yaml": `plan: Plan 2025
targets:
  - {id: beds, kpi: beds_available, value: 38, from: 2025-01-01, basis: report, cite: closed-beds, owner: surgery}
  - {id: beds-icu, kpi: beds_available, where: {ward: ICU}, value: 8, from: 2025-01-01, basis: law, cite: Health Care Act 9 kap. 1 §, owner: surgery}
targets_from:
  - id: frame
    kpi: beds_available
    file: frames.csv
    rows: {row: item}
    labels: {ward: name}
    value: beds
    from: 2025-01-01
    basis: plan
    cite: frames
    owner: surgery
`,
	"plan/frames.csv": "row,name,beds\nitem,Surgery,38\nitem,Medicine,22\ntotal,,60\n",
	"plan/reconciliation.yaml": `plan: Plan 2025
tables:
  frames.csv:
    cite: frames
    unit: beds
    name: name
checks:
  - id: total
    table: frames.csv
    stated: {rows: {row: total}, column: beds}
    computed: [{rows: {row: item}, column: beds}]
  - id: total-in-text
    table: frames.csv
    cite: frames-total
    unit: beds
    stated: {value: 60, text: In all 60}
    computed: [{rows: {row: item}, column: beds}]
  - id: total-in-report
    unit: beds
    stated: {value: 60, document: plan, text: In all 60}
    against: {document: report, value: 61, text: sixty-one, cite: more-beds}
`,
}

func TestCitationsAreResolved(t *testing.T) {
	c, err := config.Load(directory(t, citingRegion), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"kpi": c.Collectors[0].KPIs[0].Cite}
	for _, target := range c.Plan.Targets {
		got["target "+target.ID] = target.Cite
	}
	for name, table := range c.Plan.Reconciliation.Tables {
		got["table "+name] = table.Cite
	}
	for _, check := range c.Plan.Reconciliation.Checks {
		got["check "+check.ID] = check.Cite
		if check.Against != nil {
			got["check "+check.ID] = check.Against.Cite
		}
	}
	want := map[string]string{
		"kpi":                   "Report of 18 March, Beds: ”There are twelve more beds.”",
		"target beds":           "Report of 18 March, Beds: ”None is closed.”",
		"target beds-icu":       "Health Care Act 9 kap. 1 §",
		"target frame-surgery":  "Plan 2025, Frames",
		"target frame-medicine": "Plan 2025, Frames",
		"table frames.csv":      "Plan 2025, Frames",
		"check total":           "",
		"check total-in-text":   "Plan 2025, Frames: ”In all 60.”",
		"check total-in-report": "Report of 18 March, Beds: ”There are twelve more beds.”",
	}
	for what, cite := range want {
		if got[what] != cite {
			t.Errorf("%s: got  %q\nwant %q", what, got[what], cite)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d citations, want %d", len(got), len(want))
	}
}

func TestCitationFaults(t *testing.T) {
	tests := []struct{ name, file, old, replacement, want string }{
		{"of a kpi", "collectors/beds.yaml", "cite: more-beds", "cite: mor-beds",
			`collectors/beds.yaml:13: kpi beds_available: cite: there is no "mor-beds" in citations.yaml; did you mean more-beds?`},
		{"of a target", "plan/targets.yaml", "cite: closed-beds", "cite: closed-bed",
			`plan/targets.yaml:3: target beds: cite: there is no "closed-bed" in citations.yaml; did you mean closed-beds?`},
		{"of targets from a table", "plan/targets.yaml", "cite: frames", "cite: frame",
			`plan/targets.yaml:14: target frame-surgery: cite: there is no "frame" in citations.yaml; did you mean frames?` + "\n" +
				`plan/targets.yaml:14: target frame-medicine: cite: there is no "frame" in citations.yaml; did you mean frames?`},
		{"of a table", "plan/reconciliation.yaml", "cite: frames\n", "cite: frame\n",
			`plan/reconciliation.yaml:4: table frames.csv: cite: there is no "frame" in citations.yaml; did you mean frames?`},
		{"of a check", "plan/reconciliation.yaml", "cite: frames-total", "cite: frames-totals",
			`plan/reconciliation.yaml:14: check total-in-text: cite: there is no "frames-totals" in citations.yaml; did you mean frames-total?`},
		{"of another document in a check", "plan/reconciliation.yaml", "cite: more-beds", "cite: more-bed",
			`plan/reconciliation.yaml:21: check total-in-report: against: cite: there is no "more-bed" in citations.yaml; did you mean more-beds?`},
		{"a document of a check", "plan/reconciliation.yaml", "document: plan", "document: plans",
			`plan/reconciliation.yaml:18: check total-in-report: document: there is no document "plans" in citations.yaml; did you mean plan?`},
		{"the other document of a check", "plan/reconciliation.yaml", "document: report", "document: rapport",
			`plan/reconciliation.yaml:21: check total-in-report: against: document: there is no document "rapport" in citations.yaml; did you mean report?`},
		{"in the file itself", "citations.yaml", "document: report, place: Beds, quote: None", "document: rapport, place: Beds, quote: None",
			`citations.yaml:6: citation closed-beds: document: there is no document "rapport"; did you mean report?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			region := directory(t, citingRegion)
			text := citingRegion[tt.file]
			if strings.Count(text, tt.old) != 1 {
				t.Fatalf("%q is not once in %s", tt.old, tt.file)
			}
			write(t, region, tt.file, strings.Replace(text, tt.old, tt.replacement, 1))
			if _, err := config.Load(region, nil); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A citation that nothing refers to is for check to report: taking a target out
// of the plan must not make a reload fail.
func TestUnusedCitationLoads(t *testing.T) {
	dir := directory(t, citingRegion)
	write(t, dir, "plan/targets.yaml", strings.Replace(citingRegion["plan/targets.yaml"], "cite: closed-beds", "cite: more-beds", 1))
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "citations.yaml:6: citation closed-beds: no definition gives it under cite; delete it"
	if err := region.UnusedCitations(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestBuiltinCitesOnce finds what the built-in region quotes in two places and
// could give by id.
func TestBuiltinCitesOnce(t *testing.T) {
	places := map[string]string{}
	once := func(place, text string) {
		text = strings.TrimSpace(text)
		if other, twice := places[text]; twice {
			t.Errorf("%s: %q stands in %s as well; give it by its id in %s", place, text, other, citation.FileName)
		}
		places[text] = place
	}
	quoted := regexp.MustCompile("”([^”]*)”")
	quotes, words := 0, 0
	err := fs.WalkDir(config.Builtin(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(config.Builtin(), name)
		if err != nil {
			return err
		}
		var document any
		if err := yaml.Unmarshal(data, &document); err != nil {
			return err
		}
		texts(document, "", func(key, text string) {
			if naming.ValidID(text) {
				return
			}
			switch key {
			case "quote", "quotes":
				quotes++
				for _, sentence := range sentences(text) {
					once(name, sentence)
				}
			case "cite":
				words++
				once(name, text)
				for _, match := range quoted.FindAllStringSubmatch(text, -1) {
					for _, sentence := range sentences(match[1]) {
						once(name, sentence)
					}
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if quotes == 0 || words == 0 {
		t.Errorf("%d quotes and %d citations in words were looked at", quotes, words)
	}
}

// texts calls visit with every text of a YAML document and the nearest key
// above it.
func texts(value any, key string, visit func(key, text string)) {
	switch v := value.(type) {
	case string:
		visit(key, v)
	case []any:
		for _, one := range v {
			texts(one, key, visit)
		}
	case map[string]any:
		for key, one := range v {
			texts(one, key, visit)
		}
	}
}

// sentences are the whole sentences of a quote, not what is cut from one.
func sentences(quote string) []string {
	return regexp.MustCompile(`\p{Lu}.*?[.!?](?:\s|$)`).FindAllString(quote, -1)
}

// directory writes files by their names to a new directory.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		write(t, root, name, text)
	}
	return root
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	name = filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
