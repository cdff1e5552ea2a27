package dashboards

import (
	"bytes"
	"encoding/json"
	"flag"
	"path"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"

	"planwatch/config"
	"planwatch/internal/generated"
	"planwatch/internal/kpi"
)

var update = flag.Bool("update", false, "write the generated dashboards")

func builtin(t testing.TB) *config.Config {
	t.Helper()
	cfg, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// made is one generated dashboard, read back.
type made struct {
	path     string
	language language
	data     []byte
	dashboard.Dashboard
}

func generate(t testing.TB) []made {
	t.Helper()
	plugins.RegisterDefaultPlugins()
	files, err := Generate(builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	var all []made
	for _, file := range files {
		m := made{path: file.Path, language: language(path.Base(path.Dir(file.Path))), data: file.Data}
		if err := m.UnmarshalJSONStrict(file.Data); err != nil {
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
	cfg := builtin(t)
	files, err := Generate(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := generated.Write("..", files, Directory(cfg)); err != nil {
			t.Fatal(err)
		}
	}
	drifts, err := generated.Check("..", files, Directory(cfg))
	if err != nil {
		t.Fatal(err)
	}
	for _, drift := range drifts {
		t.Errorf("%s; planwatch generate makes it right", drift)
	}
}

func TestSameBytes(t *testing.T) {
	first, second := generate(t), generate(t)
	for i := range first {
		if !bytes.Equal(first[i].data, second[i].data) {
			t.Errorf("%s differs from one time to the next", first[i].path)
		}
	}
}

// Grafana takes an unknown field or panel type without a word, so the SDK's
// schema is asked instead.
func TestSchema(t *testing.T) {
	for _, m := range generate(t) {
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
	uids := map[string]string{}
	for _, m := range generate(t) {
		if other, taken := uids[*m.Uid]; taken {
			t.Errorf("%s and %s have the uid %s", m.path, other, *m.Uid)
		}
		uids[*m.Uid] = m.path
		if len(*m.Uid) > uidLimit {
			t.Errorf("%s: uid %s is longer than %d", m.path, *m.Uid, uidLimit)
		}
		ids := map[uint32]bool{}
		note := func(id uint32) {
			if id == 0 || ids[id] {
				t.Errorf("%s: panel id %d is none or stands twice", m.path, id)
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
	for _, d := range []string{"planwatch-overview", "planwatch-overview-en", "planwatch-beds", "planwatch-wall"} {
		if uids[d] == "" {
			t.Errorf("no dashboard has the uid %s, which people have bookmarked", d)
		}
	}
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
		if strings.HasPrefix(*m.Uid, "planwatch-wall") && bottom > wallHeight {
			t.Errorf("%s: %d lines do not fit a screen of %d", m.path, bottom, wallHeight)
		}
	}
}

func TestEveryUnitIsShown(t *testing.T) {
	for _, unit := range kpi.Units() {
		if _, err := show(unit, ""); err != nil {
			t.Error(err)
		}
	}
}

func TestLabelsAreNamed(t *testing.T) {
	cfg := builtin(t)
	set, err := Load(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range cfg.Collectors {
		for _, label := range d.Labels {
			if text := set.Labels[label]; text.SV == "" || text.EN == "" {
				t.Errorf("collector %s: %s does not name the label %s in both languages", d.Collector, SetFile, label)
			}
		}
	}
}
