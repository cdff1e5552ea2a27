package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	v2 "github.com/grafana/grafana-foundation-sdk/go/dashboardv2beta1"
	"github.com/grafana/grafana-foundation-sdk/go/resource"

	"planwatch/config"
	"planwatch/internal/genfiles"
)

// v2Made is the dashboard of schema v2 in one language, read back.
type v2Made struct {
	region *config.Region
	path   string
	data   []byte
	resource.Manifest
	dashboard v2.Dashboard
	// v1 are the dashboards that it is made of, in order.
	v1 []made
}

// generateV2 are the dashboards of schema v2 of a region, one a language, read as
// strictly as the SDK's types do.
func generateV2(t *testing.T, region *config.Region) []v2Made {
	t.Helper()
	v1 := generateFor(t, region)
	files, err := Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	var all []v2Made
	for _, l := range region.Languages.All() {
		m := v2Made{path: path.Join("dashboards", region.Name, "v2", l.Code()+".json"), region: region}
		i := slices.IndexFunc(files, func(file genfiles.File) bool { return file.Path == m.path })
		if i < 0 {
			t.Fatalf("no %s", m.path)
		}
		m.data = files[i].Data
		if err := m.UnmarshalJSONStrict(m.data); err != nil {
			t.Fatalf("%s: %v", m.path, err)
		}
		if err := m.dashboard.UnmarshalJSONStrict(mustMarshal(t, m.Spec)); err != nil {
			t.Fatalf("%s: %v", m.path, err)
		}
		for _, one := range v1 {
			shown := slices.ContainsFunc(one.Tags, func(tag string) bool { return tag == "overview" || tag == "domain" || tag == "kpi" })
			if one.language == l.Code() && shown {
				m.v1 = append(m.v1, one)
			}
		}
		all = append(all, m)
	}
	return all
}

func TestV2(t *testing.T) {
	checks := []struct {
		name  string
		check func(*testing.T, v2Made)
	}{
		{"schema", testV2Schema},
		{"tabs", testV2Tabs},
		{"layout", testV2Layout},
		{"variables", testV2Variables},
		{"annotations", testV2Annotations},
	}
	for _, region := range []*config.Region{builtin(t), highland(t), load(t, filepath.Join("..", "examples", "fjord"))} {
		all := generateV2(t, region)
		for _, m := range all {
			for _, c := range checks {
				t.Run(path.Join(m.path, c.name), func(t *testing.T) { c.check(t, m) })
			}
		}
		t.Run(region.Name+"/identity", func(t *testing.T) { testV2Identity(t, all) })
	}
}

// What the SDK's types hold of the file is the whole of it.
func testV2Schema(t *testing.T, m v2Made) {
	t.Helper()
	if m.ApiVersion != "dashboard.grafana.app/v2beta1" || m.Kind != "Dashboard" {
		t.Errorf("of %s, kind %s", m.ApiVersion, m.Kind)
	}
	again, err := json.Marshal(m.dashboard)
	if err != nil {
		t.Fatal(err)
	}
	before, after := asMap(m.Spec), asMap(json.RawMessage(again))
	for key := range before {
		if !equalJSON(t, mustMarshal(t, asHeld(before[key])), mustMarshal(t, asHeld(after[key]))) {
			t.Errorf("%s: what the schema's types hold of it is not the whole", key)
		}
	}
}

// asHeld leaves out what the types do not hold: empty lists, which are read as
// none, and queries of variables, for which the SDK has no type but that of a
// panel's.
func asHeld(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = asHeld(value[i])
		}
	case map[string]any:
		if value["kind"] == "QueryVariable" {
			delete(value["spec"].(map[string]any), "query")
		}
		for key, inner := range value {
			if list, ok := inner.([]any); inner == nil || ok && len(list) == 0 {
				delete(value, key)
				continue
			}
			value[key] = asHeld(inner)
		}
	}
	return value
}

func mustMarshal(t *testing.T, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestV2SchemaRefuses(t *testing.T) {
	tests := []struct{ name, old, new string }{
		{"unknown field of a panel", `"transformations":`, `"transformation":`},
		{"unknown option", `"graphMode":`, `"sparkles":`},
		{"unknown layout", `"kind":"RowsLayout"`, `"kind":"HeapLayout"`},
		{"unknown field of a row", `"hideHeader":`, `"hideHead":`},
	}
	m := generateV2(t, highland(t))[0]
	spec := mustMarshal(t, m.Spec)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wrong := strings.Replace(string(spec), tt.old, tt.new, 1)
			if wrong == string(spec) {
				t.Fatalf("no %s in it", tt.old)
			}
			var d v2.Dashboard
			if err := d.UnmarshalJSONStrict([]byte(wrong)); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// A tab has the rows and panels of its dashboard in schema v1, each once, where
// they are there, with the same queries.
func testV2Tabs(t *testing.T, m v2Made) {
	t.Helper()
	tabs := m.dashboard.Layout.TabsLayoutKind.Spec.Tabs
	if len(tabs) != len(m.v1) {
		t.Fatalf("%d tabs, want one for each of %d dashboards", len(tabs), len(m.v1))
	}
	used := map[string]bool{}
	ids := map[float64]bool{}
	for i, tab := range tabs {
		if *tab.Spec.Title != *m.v1[i].Title {
			t.Errorf("tab %d: %s, want %s", i, *tab.Spec.Title, *m.v1[i].Title)
		}
		var got, want []string
		for _, row := range tab.Spec.Layout.RowsLayoutKind.Spec.Rows {
			if title := row.Spec.Title; title != nil {
				got = append(got, fmt.Sprintf("row %s, closed: %t", *title, *row.Spec.Collapse))
			}
			for _, item := range row.Spec.Layout.GridLayoutKind.Spec.Items {
				name := item.Spec.Element.Name
				element, ok := m.dashboard.Elements[name]
				if !ok || used[name] {
					t.Fatalf("tab %s: there is no element %s, or it is there twice", *tab.Spec.Title, name)
				}
				used[name] = true
				if id := element.PanelKind.Spec.Id; id < 1 || ids[id] {
					t.Errorf("element %s: id %v is none or is given twice", name, id)
				}
				ids[element.PanelKind.Spec.Id] = true
				got = append(got, v2Seen(t, element.PanelKind.Spec, item.Spec.Width, item.Spec.Height))
			}
		}
		for _, p := range m.v1[i].Panels {
			if p.Panel != nil {
				want = append(want, v1Seen(t, *p.Panel))
				continue
			}
			want = append(want, fmt.Sprintf("row %s, closed: %t", *p.RowPanel.Title, p.RowPanel.Collapsed))
			for _, inner := range p.RowPanel.Panels {
				want = append(want, v1Seen(t, inner))
			}
		}
		if len(got) != len(want) {
			t.Fatalf("tab %s: %d rows and panels, want %d", *tab.Spec.Title, len(got), len(want))
		}
		for j := range want {
			if got[j] != want[j] {
				t.Errorf("tab %s: has\n%s\nwant\n%s", *tab.Spec.Title, got[j], want[j])
			}
		}
	}
	if len(used) != len(m.dashboard.Elements) {
		t.Errorf("%d of %d elements are on tabs", len(used), len(m.dashboard.Elements))
	}
}

// v2Seen and v1Seen are all that is seen of a panel of either schema, and what it
// asks for.
func v2Seen(t *testing.T, p v2.PanelSpec, width, height int64) string {
	t.Helper()
	var queries []any
	for _, q := range p.Data.Spec.Queries {
		query := asMap(q.Spec.Query.Spec)
		query["refId"] = q.Spec.RefId
		query["datasource"] = map[string]any{"type": q.Spec.Query.Group, "uid": *q.Spec.Query.Datasource.Name}
		queries = append(queries, query)
	}
	var transformations []any
	for _, one := range p.Data.Spec.Transformations {
		if one.Kind != one.Spec.Id {
			t.Errorf("panel %s: a transformation %s of kind %s", p.Title, one.Spec.Id, one.Kind)
		}
		transformations = append(transformations, one.Spec)
	}
	return seenOf(t, p.VizConfig.Group, p.Title, p.Description, width, height, p.VizConfig.Spec.Options, p.VizConfig.Spec.FieldConfig,
		queries, transformations, p.Links, p.Data.Spec.QueryOptions)
}

func v1Seen(t *testing.T, p dashboard.Panel) string {
	t.Helper()
	var queries, transformations []any
	for _, q := range p.Targets {
		queries = append(queries, asAny(q))
	}
	for _, one := range p.Transformations {
		transformations = append(transformations, one)
	}
	var links []any
	for _, link := range p.Links {
		links = append(links, map[string]any{"title": link.Title, "url": *link.Url, "targetBlank": link.TargetBlank})
	}
	fields := asMap(p.FieldConfig)
	if fields["overrides"] == nil {
		fields["overrides"] = []any{}
	}
	if thresholds := p.FieldConfig.Defaults.Thresholds; thresholds != nil {
		base := asMap(thresholds)["steps"].([]any)
		if first := base[0].(map[string]any); first["value"] == nil {
			first["value"] = 0 // which is below the others, see TestV2Base
		}
		asSame := fields["defaults"].(map[string]any)
		asSame["thresholds"] = map[string]any{"mode": thresholds.Mode, "steps": base}
	}
	options := map[string]any{}
	if p.TimeFrom != nil {
		options["timeFrom"] = *p.TimeFrom
	}
	return seenOf(t, p.Type, *p.Title, *p.Description, int64(p.GridPos.W), int64(p.GridPos.H), p.Options, fields, queries, transformations, links, options)
}

func seenOf(t *testing.T, parts ...any) string {
	t.Helper()
	return string(mustMarshal(t, asAny(parts)))
}

// The base of thresholds is below the step that follows, whatever that is.
func TestV2Base(t *testing.T) {
	tests := []struct {
		name string
		next float64
		want float64
	}{
		{"above nought", 10, 0},
		{"one", 1, 0},
		{"nought", 0, -1},
		{"below nought", -5, -6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields := dashboard.NewFieldConfigSource()
			fields.Defaults.Thresholds = &dashboard.ThresholdsConfig{Steps: []dashboard.Threshold{{Color: "a"}, {Value: &tt.next, Color: "b"}}}
			made, err := v2Fields(*fields)
			if err != nil {
				t.Fatal(err)
			}
			if got := made.Defaults.Thresholds.Steps[0].Value; got != tt.want {
				t.Errorf("%v before %v, want %v", got, tt.next, tt.want)
			}
		})
	}
}

// Panels of a row lie beside each other, not upon each other, and begin at its
// top.
func testV2Layout(t *testing.T, m v2Made) {
	t.Helper()
	for _, tab := range m.dashboard.Layout.TabsLayoutKind.Spec.Tabs {
		for i, row := range tab.Spec.Layout.RowsLayoutKind.Spec.Rows {
			where := fmt.Sprintf("tab %s, row %d", *tab.Spec.Title, i)
			taken := map[[2]int64]string{}
			for _, item := range row.Spec.Layout.GridLayoutKind.Spec.Items {
				at := item.Spec
				if at.Y < 0 || at.X < 0 || at.X+at.Width > gridWidth {
					t.Errorf("%s: %s is out of the grid", where, at.Element.Name)
				}
				for y := at.Y; y < at.Y+at.Height; y++ {
					for x := at.X; x < at.X+at.Width; x++ {
						if other := taken[[2]int64{x, y}]; other != "" {
							t.Fatalf("%s: %s lies on %s", where, at.Element.Name, other)
						}
						taken[[2]int64{x, y}] = at.Element.Name
					}
				}
			}
			if taken[[2]int64{0, 0}] == "" {
				t.Errorf("%s: nothing is at its top", where)
			}
		}
	}
}

// Every variable of the dashboards is one of the whole dashboard's.
func testV2Variables(t *testing.T, m v2Made) {
	t.Helper()
	got := map[string]bool{}
	for _, variable := range m.dashboard.Variables {
		name := ""
		if variable.DatasourceVariableKind != nil {
			name = variable.DatasourceVariableKind.Spec.Name
		} else {
			name = variable.QueryVariableKind.Spec.Name
		}
		if got[name] {
			t.Errorf("variable %s is there twice", name)
		}
		got[name] = true
	}
	for _, v1 := range m.v1 {
		for _, variable := range v1.Templating.List {
			if !got[variable.Name] {
				t.Errorf("no variable %s, which %s has", variable.Name, v1.path)
			}
		}
	}
	for _, used := range variablePattern.FindAllStringSubmatch(string(m.data), -1) {
		if name := used[1]; !got[name] && !strings.HasPrefix(name, "__") && len(name) > 1 {
			t.Errorf("there is no variable %s", name)
		}
	}
}

// The annotations of a dashboard are in its tab's panels alone.
func testV2Annotations(t *testing.T, m v2Made) {
	t.Helper()
	var want []string
	for _, v1 := range m.v1 {
		for _, a := range v1.Annotations.List {
			want = append(want, *a.Expr)
		}
	}
	var got []string
	ids := map[uint32]bool{}
	for _, a := range m.dashboard.Annotations {
		got = append(got, asMap(a.Spec.Query.Spec)["expr"].(string))
		if title, _ := a.Spec.LegacyOptions["titleFormat"].(string); title == "" {
			t.Errorf("annotation %s: its marks say only when they were", a.Spec.Name)
		}
		for _, id := range a.Spec.Filter.Ids {
			ids[id] = true
			if _, there := m.dashboard.Elements[fmt.Sprintf("panel-%d", id)]; !there {
				t.Errorf("annotation %s: there is no panel %d", a.Spec.Name, id)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("annotations %q, want %q", got, want)
	}
	if len(want) > 0 && len(ids) == 0 {
		t.Error("annotations of no panel")
	}
}

// A dashboard has a name that no other has, is titled as the region, and leads to
// itself in the next language.
func testV2Identity(t *testing.T, all []v2Made) {
	t.Helper()
	names := map[string]bool{}
	for _, m := range generateFor(t, all[0].region) {
		names[*m.Uid] = true
	}
	own := map[string]bool{}
	for _, m := range all {
		name := m.Metadata.Name
		if names[name] || own[name] || len(name) > 40 {
			t.Errorf("%s: the name %s is another's, or too long", m.path, name)
		}
		own[name] = true
		if m.dashboard.Title != m.region.Title {
			t.Errorf("%s: titled %s, want %s", m.path, m.dashboard.Title, m.region.Title)
		}
	}
	for _, m := range all {
		var followed int
		for _, link := range m.dashboard.Links {
			if link.Url == nil {
				continue
			}
			followed++
			if uid := strings.TrimPrefix(*link.Url, "/d/"); !own[uid] || uid == m.Metadata.Name {
				t.Errorf("%s: a link to %s, which is not it in another language", m.path, uid)
			}
		}
		if want := min(1, len(all)-1); followed != want {
			t.Errorf("%s: %d links to another language, want %d", m.path, followed, want)
		}
	}
}

func TestV2SameBytes(t *testing.T) {
	region := highland(t)
	first, second := generateV2(t, region)[0], generateV2(t, highland(t))[0]
	if !bytes.Equal(first.data, second.data) {
		t.Errorf("%s differs from one time to the next", first.path)
	}
	for _, found := range tracesOf(builtin(t), region).FindAllString(string(first.data), -1) {
		t.Errorf("%s: has %q of the built-in region", first.path, found)
	}
}
