package layout_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"planwatch/config"
	"planwatch/dashboards/layout"
)

func builtin(t testing.TB) *config.Region {
	t.Helper()
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// shipped is the region's dashboards.yaml, to be spoilt.
func shipped(t testing.TB) string {
	t.Helper()
	data, err := fs.ReadFile(config.Builtin(), layout.File)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func load(region *config.Region, text string) (*layout.Set, error) {
	return layout.Load(fstest.MapFS{layout.File: {Data: []byte(text)}}, region.Collectors, region.Languages)
}

func TestFaults(t *testing.T) {
	region := builtin(t)
	text := shipped(t)
	_, dashboards, _ := strings.Cut(text, "\ndashboards:")
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "\ndashboards:", "\nrunbooks: /public\ndashboards:", `unknown field "runbooks"`},
		{"runbook without a place", "\ndashboards:", "\nrunbook: /public/runbooks\ndashboards:", `runbook: "/public/runbooks" has no {alert} where the alert's name goes`},
		{"no dashboards", dashboards, " []\n", `dashboards: missing; name at least one`},
		{"id", "id: overview", "id: Overview", `dashboard: id: "Overview" is not a name of lower-case words joined by hyphens`},
		{"id twice", "id: wall", "id: overview", `dashboard overview: id: another dashboard has the same`},
		{"id too long", "id: wall", "id: wall-in-the-emergency-department", `dashboard wall-in-the-emergency-department: id: 2 letters too long for the uid planwatch-wall-in-the-emergency-department, which has 40 at most`},
		{"kind", "kind: wall", "kind: ceiling", `dashboard wall: kind: "ceiling" is not domain, overview, wall, kpi or exporter`},
		{"one language", "title: {sv: Väggtavla, en: Wall}", "title: {sv: Väggtavla}", `dashboard wall: title: missing in en`},
		{"a title of two lines", "title: {sv: Väggtavla, en: Wall}", `title: {sv: Väggtavla, en: "Wa\nll"}`, `dashboard wall: title: en: has a line break; write it on one line, or fold it with >-`},
		{"no question", "    question: {sv: Är allt enligt plan?, en: Is all on plan?}\n", "", `dashboard wall: question: missing in sv and en`},
		{"span", "span: 6h", "span: six hours", `dashboard wall: span: "six hours" is not a span such as 24h, 7d or 13M`},
		{"unknown collector", "- collector: emergency", "- collector: emergencies", `dashboard emergency: collectors: there is no collector "emergencies"`},
		{"no collectors", "id: wall\n    kind: wall", "id: wall", `dashboard wall: collectors: missing; name at least one`},
		{"collectors on a wall", "span: 6h", "span: 6h\n    collectors: [{collector: beds}]", `dashboard wall: collectors: a dashboard of kind wall is not made of any`},
		{"collector twice", "- collector: emergency", "- collector: beds", `dashboard emergency: collectors: beds is on dashboard beds already`},
		{"unknown label", "by: [disease]", "by: [ward]", `dashboard safety: collector infections: by: "ward" is not one of its labels, disease`},
		{"first of another", "first: [result_sek", "first: [visits", `dashboard finance: first: "visits" is no KPI of its collectors`},
		{"first twice", "first: [result_sek", "first: [net_cost_sek", `dashboard finance: first: net_cost_sek stands there twice`},
		{"too many first", "first: [result_sek", "first: [portfolio_value_sek, equity_share_ratio, pension_commitment_sek, result_sek", `dashboard finance: first: 7 KPIs; a dashboard opens with 6 at most`},
		{"a place of none", "places: [net_cost_sek]", "places: [visits]", `dashboard finance: places: visits is none of first`},
		{"too many places", "places: [net_cost_sek]", "places: [net_cost_sek, result_sek, finance_net_income_sek, pension_matching_ratio]", `dashboard finance: places: 4 KPIs; a dashboard shows 3 at most by place`},
		{"first on a wall", "span: 6h", "span: 6h\n    first: [visits]", `dashboard wall: first: a dashboard of kind wall opens with no KPIs of its own`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(text, tt.old) {
				t.Fatalf("%s has no %q to spoil", layout.File, tt.old)
			}
			_, err := load(region, strings.Replace(text, tt.old, tt.new, 1))
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), layout.File+":") {
				t.Errorf("got  %v\nwant %s with a line", err, tt.want)
			}
		})
	}
}

func TestNoFile(t *testing.T) {
	region := builtin(t)
	if _, err := layout.Load(fstest.MapFS{}, region.Collectors, region.Languages); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// A collector that dashboards.yaml does not name has a dashboard of its own.
func TestCollectorOnNone(t *testing.T) {
	const entry = "      - collector: imaging\n        by: [hospital, modality]\n"
	region, text := builtin(t), shipped(t)
	if !strings.Contains(text, entry) {
		t.Fatalf("no %q to take out", entry)
	}
	set, err := load(region, strings.NewReplacer(entry, "", "exams_waiting, ", "").Replace(text))
	if err != nil {
		t.Fatal(err)
	}
	d, ok := set.Showing("imaging")
	if uid := set.UID(d, region.Languages.First()); !ok || uid != "planwatch-imaging" {
		t.Errorf("uid %q", uid)
	}
	if got := region.Languages.First().Of(d.Question); got != "Bilddiagnostik: hur går det mot planen?" {
		t.Errorf("question %q", got)
	}
}

func FuzzLoad(f *testing.F) {
	region := builtin(f)
	f.Add(shipped(f))
	f.Add("runbook: x{alert}\ndashboards:\n  - {id: a, title: {sv: a, en: a}, question: {sv: a, en: a}, collectors: [{collector: beds, by: []}]}\n")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := load(region, text)
		if (set == nil) == (err == nil) {
			t.Errorf("set %v, error %v", set, err)
		}
		if errors.Is(err, fs.ErrNotExist) {
			t.Error("a text is not a file")
		}
	})
}
