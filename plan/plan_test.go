package plan_test

import (
	"flag"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"planwatch/internal/faulttest"
	"planwatch/internal/kpi"
	"planwatch/internal/regiontest"
	"planwatch/plan"
)

var update = flag.Bool("update", false, "write what the tests got into their golden files")

// catalogue is what the tests' plans aim at.
func catalogue(t testing.TB, more ...kpi.Entry) kpi.Catalogue {
	t.Helper()
	units := regiontest.Units(t)
	wards := []string{"division", "hospital", "ward"}
	entries := []kpi.Entry{
		{KPI: kpi.KPI{Name: "beds_available", Column: "available", Unit: "beds", Better: kpi.Higher, Aggregate: kpi.Sum}, Labels: wards},
		{KPI: kpi.KPI{Name: "beds_occupied", Column: "occupied", Unit: "beds", Better: kpi.Lower, Aggregate: kpi.Sum}, Labels: wards},
		{KPI: kpi.KPI{Name: "bed_occupancy_ratio", Ratio: &kpi.Ratio{Of: "beds_occupied", To: "beds_available"}, Unit: "ratio", Better: kpi.Lower}, Labels: wards},
		{KPI: kpi.KPI{Name: "beds_longest_stay_seconds", Column: "longest", Unit: "seconds", Better: kpi.Lower, Aggregate: kpi.Max}, Labels: wards},
		{KPI: kpi.KPI{Name: "beds_shortest_stay_seconds", Column: "shortest", Unit: "seconds", Better: kpi.Lower, Aggregate: kpi.Min}, Labels: wards},
		{KPI: kpi.KPI{Name: "beds_open_seconds", Column: "open", Unit: "seconds", Better: kpi.Higher, Aggregate: kpi.Mean}, Labels: wards},
		{KPI: kpi.KPI{Name: "wait_seconds", Histogram: &kpi.Buckets{Value: "waited", Bounds: []float64{1}}, Unit: "seconds", Better: kpi.Lower}, Labels: []string{"hospital"}},
		{KPI: kpi.KPI{Name: "visits", Column: "visits", Unit: "visits", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year}, Labels: []string{"division"}},
		{KPI: kpi.KPI{Name: "visits_last_year", Column: "last_year", Unit: "visits", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year}, Labels: []string{"division"}},
		{KPI: kpi.KPI{Name: "net_cost_sek", Column: "cost", Unit: "sek", Better: kpi.Lower, Aggregate: kpi.Sum, Accumulates: kpi.Year}, Labels: []string{"division"}},
		{KPI: kpi.KPI{Name: "result_sek", Column: "result", Unit: "sek", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year, AllowNegative: true}},
		{KPI: kpi.KPI{Name: "trainings", Column: "trainings", Unit: "exams", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year, Forecast: kpi.NoForecast}},
		{KPI: kpi.KPI{Name: "income_sek", Column: "income", Unit: "sek", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year}},
		{KPI: kpi.KPI{Name: "surplus_sek", Column: "surplus", ForecastFrom: &kpi.Difference{Of: "income_sek", Less: "net_cost_sek"}, Unit: "sek", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year}},
		{KPI: kpi.KPI{Name: "frame_sek", Column: "frame", Unit: "sek", Better: kpi.AsPlanned, Aggregate: kpi.Sum}, Labels: []string{"division"}},
		{KPI: kpi.KPI{Name: "operations", Column: "operations", Unit: "exams", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year, AccruesOn: kpi.WorkingDays, Calendar: "sweden"}},
		{KPI: kpi.KPI{Name: "stays_seconds", Column: "stays", Unit: "seconds", Better: kpi.Lower, Aggregate: kpi.Sum, SeparateBy: []string{"hospital"}}, Labels: wards},
		{KPI: kpi.KPI{Name: "reports", Column: "reports", Unit: "reports", Better: kpi.Lower, Aggregate: kpi.Sum}},
	}
	entries = append(entries, more...)
	for i, e := range entries {
		base, err := units.Get(e.Unit)
		if err != nil {
			t.Fatal(err)
		}
		entries[i].Base = base
	}
	return kpi.NewCatalogue(entries)
}

// scope is what the tests' plans may refer to.
func scope(t testing.TB) plan.Scope {
	t.Helper()
	return plan.Scope{KPIs: catalogue(t), Owners: []string{"economy", "surgery"}, Units: regiontest.Units(t), Languages: regiontest.Languages(t)}
}

// load reads a plan from files, given by name under plan.
func load(t *testing.T, files map[string]string) (*plan.Plan, error) {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree["plan/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return plan.Load(tree, "plan", scope(t))
}

// mustLoad reads a plan of one file that has nothing wrong.
func mustLoad(t *testing.T, targets string) *plan.Plan {
	t.Helper()
	p, err := load(t, map[string]string{"targets.yaml": "plan: Test\ntargets:\n" + targets})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBadConfiguration loads testdata/good with a fault in it.
func TestBadConfiguration(t *testing.T) {
	faulttest.Run(t, "testdata/bad/*.txtar", os.DirFS("testdata/good"), *update, func(t *testing.T, files fs.FS) error {
		t.Helper()
		_, err := plan.Load(files, "plan", scope(t))
		return err
	})
}

func TestLoadNothing(t *testing.T) {
	p, err := plan.Load(fstest.MapFS{}, "plan", scope(t))
	if err != nil || len(p.Targets) != 0 || p.Reconciliation != nil {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestTargetsFromTable(t *testing.T) {
	p, err := load(t, map[string]string{
		"frame.csv": "row,name,note,amount\n" +
			"item,Div Nära,,-329.4\n" +
			"item,Div Länssjukvård 1,,-0.1\n" +
			"item,Div Länssjukvård 1,,-0.2\n" +
			"item,Gemensamt,kept apart,-1.15\n" +
			"item,Tomt,,\n" +
			"total,,,-330.85\n",
		"frame.yaml": `
plan: Test
targets_from:
  - id: frame
    kpi: net_cost_sek
    file: frame.csv
    rows: {row: item}
    labels:
      division: {column: name, trim_prefix: ["Div "], values: {Gemensamt: Regiongemensamt}}
    value: amount
    negate: true
    unit: mnkr
    from: 2025-01-01
    to: 2025-12-31
    basis: plan
    cite: The frame of 2025
    owner: economy
    warning: 1%
    critical: 3%
`})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ id, division, value string }{
		{"frame-nara", "Nära", "329.4"},
		{"frame-lanssjukvard-1", "Länssjukvård 1", "0.3"},
		{"frame-regiongemensamt", "Regiongemensamt", "1.15"},
	}
	if len(p.Targets) != len(want) {
		t.Fatalf("%d targets: %+v", len(p.Targets), p.Targets)
	}
	for i, w := range want {
		got := p.Targets[i]
		if got.ID != w.id || got.Where["division"] != w.division || got.Value.String() != w.value || got.Owner != "economy" {
			t.Errorf("target %d: got %s %v %s, want %+v", i, got.ID, got.Where, got.Value, w)
		}
	}
}

// entryOf is the catalogue's entry of that name.
func entryOf(t testing.TB, name string) kpi.Entry {
	t.Helper()
	entry, _ := catalogue(t).Get(name)
	return entry
}
