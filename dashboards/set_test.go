package dashboards

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/config"
)

// shipped is the region's dashboards.yaml, to be spoilt.
func shipped(t *testing.T) string {
	t.Helper()
	data, err := fs.ReadFile(config.Builtin(), SetFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSetRefuses(t *testing.T) {
	cfg := builtin(t)
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "runbook: /public", "runbooks: /public", `unknown field "runbooks"`},
		{"runbook without a place", "/public/runbooks/{alert}.md", "/public/runbooks", `runbook: "/public/runbooks" has no {alert} where the alert's name goes`},
		{"measure of no kpi", "ed_stay_seconds: hours", "ed_stay: hours", `measures: there is no kpi "ed_stay"`},
		{"measure of another unit", "ed_stay_seconds: hours", "ed_stay_seconds: tkr", `measures: kpi ed_stay_seconds: "tkr" is not a measure of seconds; write days, hours, minutes`},
		{"id", "id: overview", "id: Overview", `dashboard: id: "Overview" is not a name of lower-case words joined by hyphens`},
		{"id twice", "id: wall", "id: overview", `dashboard overview: id: another dashboard has the same`},
		{"kind", "kind: wall", "kind: ceiling", `dashboard wall: kind: "ceiling" is not domain, overview, wall or exporter`},
		{"one language", "title: {sv: Väggtavla, en: Wall}", "title: {sv: Väggtavla}", `dashboard wall: title: missing; give sv and en`},
		{"span", "span: 6h", "span: six hours", `dashboard wall: span: "six hours" is not a span such as 24h, 7d or 13M`},
		{"unknown collector", "- collector: emergency", "- collector: emergencies", `dashboard emergency: collectors: there is no collector "emergencies"`},
		{"collector twice", "- collector: emergency", "- collector: beds", `dashboard emergency: collectors: beds is on dashboard beds already`},
		{"unknown label", "by: [disease]", "by: [ward]", `dashboard safety: collector infections: by: "ward" is not one of its labels, disease`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := shipped(t)
			if !strings.Contains(text, tt.old) {
				t.Fatalf("%s has no %q to spoil", SetFile, tt.old)
			}
			_, err := parse([]byte(strings.Replace(text, tt.old, tt.new, 1)), cfg)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), SetFile+":") {
				t.Errorf("got  %v\nwant %s with a line", err, tt.want)
			}
		})
	}
}

func TestSetMissing(t *testing.T) {
	cfg := *builtin(t)
	cfg.Dir = t.TempDir()
	_, err := Generate(&cfg)
	// Whoever generates may go on without: a region need not have any.
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "dashboards: no dashboards.yaml beside planwatch.yaml, which says what dashboards there are") {
		t.Errorf("got %v", err)
	}
}

// A new KPI appears by itself.
func TestNewKPIAppears(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "norrbotten")
	if err := config.WriteBuiltin(directory); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(directory, "collectors", "emergency.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	addition := `
  - name: ed_patients_twice
    title: {sv: Nytt nyckeltal, en: New KPI}
    definition: {sv: Två gånger., en: Twice.}
    column: present
    unit: patients
    better: lower
    aggregate: sum
`
	if err := os.WriteFile(file, append(data, addition...), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(directory, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Generate(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		has := strings.Contains(string(file.Data), "kpi_ed_patients_twice")
		if wants := filepath.Base(file.Path) == "emergency.json"; has != wants {
			t.Errorf("%s: the new KPI is there: %t", file.Path, has)
		}
	}
}

func TestUIDs(t *testing.T) {
	cfg := builtin(t)
	set, err := Load(cfg)
	if err != nil {
		t.Fatal(err)
	}
	uids := set.UIDs()
	made := map[string]bool{}
	for _, m := range generate(t) {
		made[*m.Uid] = true
	}
	for _, d := range cfg.Collectors {
		if !made[uids[d.Collector]] {
			t.Errorf("collector %s: its dashboard %q is not made", d.Collector, uids[d.Collector])
		}
	}
}

func FuzzParse(f *testing.F) {
	cfg := builtin(f)
	data, err := fs.ReadFile(config.Builtin(), SetFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("runbook: x{alert}\ndashboards:\n  - {id: a, title: {sv: a, en: a}, question: {sv: a, en: a}, collectors: [{collector: beds, by: []}]}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := parse(data, cfg)
		if (set == nil) == (err == nil) {
			t.Errorf("set %v, error %v", set, err)
		}
		if errors.Is(err, fs.ErrNotExist) {
			t.Error("a text is not a file")
		}
	})
}

// A collector that dashboards.yaml does not name has a dashboard of its own.
func TestCollectorOnNone(t *testing.T) {
	const entry = "      - collector: imaging\n        by: [hospital, modality]\n"
	text := shipped(t)
	if !strings.Contains(text, entry) {
		t.Fatalf("no %q to take out", entry)
	}
	set, err := parse([]byte(strings.Replace(text, entry, "", 1)), builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	if uid := set.UIDs()["imaging"]; uid != "planwatch-imaging" {
		t.Errorf("uid %q", uid)
	}
}
