package dashboards

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"

	"planwatch/config"
	"planwatch/dashboards/layout"
	"planwatch/internal/genfiles"
)

var update = flag.Bool("update", false, "write the generated dashboards")

func load(t testing.TB, directory string) *config.Region {
	t.Helper()
	region, err := config.Load(directory, nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// Each region is loaded once for all tests, which only read it.
var (
	loadBuiltin  = sync.OnceValues(func() (*config.Region, error) { return config.Load("", nil) })
	loadHighland = sync.OnceValues(func() (*config.Region, error) { return config.Load(filepath.Join("testdata", "highland"), nil) })
)

func builtin(t testing.TB) *config.Region {
	t.Helper()
	region, err := loadBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// highland is a region with one language, other dimensions, other units, and
// kinds of KPIs that the built-in one does not have.
func highland(t testing.TB) *config.Region {
	t.Helper()
	region, err := loadHighland()
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// made is one generated dashboard, read back.
type made struct {
	region   *config.Region
	path     string
	language string // its code
	data     []byte
	formats  []annotation // what the schema's types have of no annotation
	dashboard.Dashboard
}

// generate are the dashboards of both regions, in schema v1.
func generate(t testing.TB) []made {
	t.Helper()
	return append(generateFor(t, builtin(t)), generateFor(t, highland(t))...)
}

// shared are the dashboards of the two regions, generated and read back once for
// all tests, which only read them.
var shared struct {
	sync.Mutex
	made map[*config.Region][]made
}

func generateFor(t testing.TB, region *config.Region) []made {
	t.Helper()
	if region != builtin(t) && region != highland(t) {
		return generateAnew(t, region)
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.made[region] == nil {
		if shared.made == nil {
			shared.made = map[*config.Region][]made{}
		}
		shared.made[region] = generateAnew(t, region)
	}
	return slices.Clone(shared.made[region])
}

func generateAnew(t testing.TB, region *config.Region) []made {
	t.Helper()
	plugins.RegisterDefaultPlugins()
	files, err := Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	var all []made
	for _, file := range files {
		if path.Dir(file.Path) == V2Directory(region) {
			continue // see TestV2
		}
		m := made{region: region, path: file.Path, language: path.Base(path.Dir(file.Path)), data: file.Data}
		m.data, m.formats = inSchema(t, file.Data)
		if err := m.UnmarshalJSONStrict(m.data); err != nil {
			t.Fatalf("%s: %v", file.Path, err)
		}
		all = append(all, m)
	}
	return all
}

// each calls f with every panel, those in collapsed rows too.
func (m made) each(f func(dashboard.Panel)) {
	for _, p := range m.Panels {
		if p.Panel != nil {
			f(*p.Panel)
			continue
		}
		for _, inner := range p.RowPanel.Panels {
			f(inner)
		}
	}
}

func queries(t testing.TB, p dashboard.Panel) []prometheus.Dataquery {
	t.Helper()
	var all []prometheus.Dataquery
	for _, target := range p.Targets {
		switch query := target.(type) {
		case prometheus.Dataquery:
			all = append(all, query)
		case *prometheus.Dataquery:
			all = append(all, *query)
		default:
			t.Fatalf("panel %s: a query of type %T", *p.Title, target)
		}
	}
	return all
}

func TestCommitted(t *testing.T) {
	region := builtin(t)
	files, err := Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := genfiles.Write("..", files, Owned(region)...); err != nil {
			t.Fatal(err)
		}
	}
	drifts, err := genfiles.Check("..", files, Owned(region)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, drift := range drifts {
		t.Errorf("%s; planwatch generate makes it right", drift)
	}
}

func TestSameBytes(t *testing.T) {
	first, second := generateFor(t, builtin(t)), generateAnew(t, load(t, ""))
	for i := range first {
		if !bytes.Equal(first[i].data, second[i].data) {
			t.Errorf("%s differs from one time to the next", first[i].path)
		}
	}
}

// Grafana takes an unknown field or panel type without a word, so the SDK's
// schema is asked instead.
func TestSchema(t *testing.T) {
	// What is read anew, since it is changed below.
	for _, m := range append(generateAnew(t, builtin(t)), generateAnew(t, highland(t))...) {
		for _, p := range m.Panels {
			if p.RowPanel != nil && p.RowPanel.Panels == nil {
				p.RowPanel.Panels = []dashboard.Panel{} // an empty list is read as none
			}
		}
		again, err := json.Marshal(m.Dashboard)
		if err != nil {
			t.Fatalf("%s: %v", m.path, err)
		}
		if !equalJSON(t, m.data, again) {
			t.Errorf("%s: what the schema's types hold of it is not the whole", m.path)
		}
		m.each(func(p dashboard.Panel) {
			if _, known := cog.ConfigForPanelcfgVariant(p.Type); !known {
				t.Errorf("%s: panel %q: there is no panel type %q", m.path, *p.Title, p.Type)
			}
		})
	}
}

func TestSchemaRefuses(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	tests := []struct{ name, panel string }{
		{"unknown panel field", `{"type":"stat","colour":"red"}`},
		{"unknown option", `{"type":"stat","options":{"sparkles":true}}`},
		{"wrong type", `{"type":"stat","title":5}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var d dashboard.Dashboard
			if err := d.UnmarshalJSONStrict([]byte(`{"schemaVersion":42,"templating":{},"annotations":{},"panels":[` + tt.panel + `]}`)); err == nil {
				t.Error("accepted")
			}
		})
	}
	if _, known := cog.ConfigForPanelcfgVariant("sparkles"); known {
		t.Error("any panel type is known")
	}
}

func equalJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	canonical := func(data []byte) []byte {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	return bytes.Equal(canonical(a), canonical(b))
}

func TestIdentity(t *testing.T) {
	testIdentity(t, highland(t))
	uids := testIdentity(t, builtin(t))
	for _, d := range []string{"planwatch-overview", "planwatch-overview-en", "planwatch-beds", "planwatch-wall"} {
		if uids[d] == "" {
			t.Errorf("no dashboard has the uid %s, which people have bookmarked", d)
		}
	}
}

// testIdentity returns the path of each dashboard by its uid.
func testIdentity(t *testing.T, region *config.Region) map[string]string {
	t.Helper()
	uids := map[string]string{}
	for _, m := range generateFor(t, region) {
		if other, taken := uids[*m.Uid]; taken {
			t.Errorf("%s and %s have the uid %s", m.path, other, *m.Uid)
		}
		uids[*m.Uid] = m.path
		if len(*m.Uid) > 40 {
			t.Errorf("%s: uid %s is longer than Grafana's 40 letters", m.path, *m.Uid)
		}
		ids := map[uint32]bool{}
		note := func(id uint32) {
			if id == 0 || ids[id] {
				t.Errorf("%s: panel id %d is none or is given twice", m.path, id)
			}
			ids[id] = true
		}
		for _, p := range m.Panels {
			if p.RowPanel != nil {
				note(p.RowPanel.Id)
			}
		}
		m.each(func(p dashboard.Panel) { note(*p.Id) })
	}
	return uids
}

// Panels lie beside each other, not upon each other, and a wall fits its screen.
func TestLayout(t *testing.T) {
	for _, m := range generate(t) {
		var taken [4000][gridWidth]string
		bottom := uint32(0)
		place := func(name string, at dashboard.GridPos) {
			if at.X+at.W > gridWidth {
				t.Errorf("%s: %s: wider than the grid", m.path, name)
				return
			}
			for y := at.Y; y < at.Y+at.H; y++ {
				for x := at.X; x < at.X+at.W; x++ {
					if taken[y][x] != "" {
						t.Errorf("%s: %s lies on %s", m.path, name, taken[y][x])
						return
					}
					taken[y][x] = name
				}
			}
			bottom = max(bottom, at.Y+at.H)
		}
		for _, p := range m.Panels {
			if p.Panel != nil {
				place(*p.Panel.Title, *p.Panel.GridPos)
			} else {
				place(*p.RowPanel.Title, *p.RowPanel.GridPos)
			}
		}
		if slices.Contains(m.Tags, string(layout.Wall)) && bottom > wallHeight {
			t.Errorf("%s: %d lines do not fit a screen of %d", m.path, bottom, wallHeight)
		}
	}
}

func TestLabelsAreNamed(t *testing.T) {
	region := builtin(t)
	for _, label := range region.Labels() {
		if missing := region.Languages.Missing(region.Dimensions.Titles[label]); len(missing) > 0 {
			t.Errorf("dimensions.yaml: the label %s has no title in %v", label, missing)
		}
	}
}

// A new KPI appears by itself.
func TestNewKPIAppears(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(directory); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(directory, "collectors", "beds.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	addition := `
  - name: beds_occupied_twice
    title: {sv: Nytt nyckeltal, en: New KPI}
    definition: {sv: Två gånger., en: Twice.}
    column: occupied
    unit: patients
    better: lower
    aggregate: sum
`
	if err := os.WriteFile(file, append(data, addition...), 0o600); err != nil {
		t.Fatal(err)
	}
	region, err := config.Load(directory, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		has := strings.Contains(string(file.Data), "kpi_beds_occupied_twice")
		if wants := filepath.Base(file.Path) == "beds.json" || path.Dir(file.Path) == V2Directory(region); has != wants {
			t.Errorf("%s: the new KPI is there: %t", file.Path, has)
		}
	}
}

func TestNoDashboards(t *testing.T) {
	region := *builtin(t)
	region.Dashboards = nil
	if files, err := Generate(&region); err != nil || len(files) > 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
	if owned := Owned(&region); len(owned) > 0 {
		t.Errorf("owns %v", owned)
	}
}

// Every collector's dashboard is made, in each language.
func TestEveryCollectorIsShown(t *testing.T) {
	region := builtin(t)
	made := map[string]bool{}
	for _, m := range generateFor(t, region) {
		made[*m.Uid] = true
	}
	for _, definition := range region.Collectors {
		d, ok := region.Dashboards.Showing(definition.Collector)
		for _, l := range region.Languages.All() {
			if uid := region.Dashboards.UID(d, l); !ok || !made[uid] {
				t.Errorf("collector %s: its dashboard %q is not made", definition.Collector, uid)
			}
		}
	}
}

// A region with other dimensions, one language and another currency gets
// dashboards of its own.
func TestAnotherRegion(t *testing.T) {
	region, err := config.Load("../examples/fjord", nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	first := regexp.MustCompile(`(?i)division|hospital|\bward|title_sv|planwatch-sv|suffix: [^"]*(sek|mnkr)`)
	for _, file := range files {
		if found := first.Find(file.Data); found != nil {
			t.Errorf("%s: has %q, which is the first region's", file.Path, found)
		}
	}
	if len(files) != 6 {
		t.Errorf("%d dashboards, want four of dashboards.yaml, one of the collector that it does not name, and one of schema v2", len(files))
	}
}

// mustJSON is a panel as Grafana reads it.
func mustJSON(t testing.TB, p dashboard.Panel) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// asAny is a value as JSON has it.
func asAny(value any) any {
	data, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var read any
	if json.Unmarshal(data, &read) != nil {
		return nil
	}
	return read
}

func asMap(value any) map[string]any {
	m, _ := asAny(value).(map[string]any)
	return m
}
