package dashboards

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"planwatch/dashboards/layout"
	"planwatch/internal/naming"
)

// inSchema takes out of a dashboard what the schema's types do not have of an
// annotation, and returns that beside it.
func inSchema(t testing.TB, data []byte) ([]byte, []annotation) {
	t.Helper()
	var whole map[string]json.RawMessage
	var list struct {
		List []map[string]json.RawMessage `json:"list,omitempty"`
	}
	if err := json.Unmarshal(data, &whole); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(whole["annotations"], &list); err != nil {
		t.Fatal(err)
	}
	formats := make([]annotation, len(list.List))
	for i, a := range list.List {
		for name, into := range map[string]any{"titleFormat": &formats[i].TitleFormat, "useValueForTime": &formats[i].UseValueForTime} {
			if text, ok := a[name]; ok {
				if err := json.Unmarshal(text, into); err != nil {
					t.Fatalf("annotation %s: %s: %v", a["name"], name, err)
				}
				delete(a, name)
			}
		}
	}
	var err error
	if whole["annotations"], err = json.Marshal(list); err != nil {
		t.Fatal(err)
	}
	var rest bytes.Buffer
	encoder := json.NewEncoder(&rest)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(whole); err != nil {
		t.Fatal(err)
	}
	return rest.Bytes(), formats
}

// Every mark says what it is, by labels that its query gives, and events stand where
// their value says.
func TestAnnotations(t *testing.T) {
	label := regexp.MustCompile(`\{\{(\w+)\}\}`)
	kinds := map[layout.Kind]int{}
	for _, m := range generateFor(t, builtin(t)) {
		kind := layout.Kind(m.Tags[len(m.Tags)-1])
		list := m.Annotations.List
		if kind != layout.Domain && kind != layout.KPI {
			if len(list) > 0 {
				t.Errorf("%s: marks, in no chart over time", m.path)
			}
			continue
		}
		events := 0
		for i, a := range list {
			if _, err := promParser.ParseExpr(*a.Expr); err != nil {
				t.Errorf("%s: %s: %v\n%s", m.path, a.Name, err, *a.Expr)
			}
			grouping, _, _ := strings.Cut(strings.TrimPrefix(*a.Expr, "max by ("), ")")
			used := label.FindAllStringSubmatch(m.formats[i].TitleFormat, -1)
			if len(used) == 0 {
				t.Errorf("%s: %s: a mark says nothing", m.path, a.Name)
			}
			for _, name := range used {
				if !strings.Contains(", "+grouping+",", " "+name[1]+",") {
					t.Errorf("%s: %s: the title has the label %s, and the query gives %s", m.path, a.Name, name[1], grouping)
				}
			}
			event := strings.Contains(*a.Expr, naming.KPIEvent)
			if event {
				events++
			}
			if m.formats[i].UseValueForTime != event || event != strings.HasSuffix(*a.Expr, " * 1000") {
				t.Errorf("%s: %s: where the mark stands is not what the value says: %s", m.path, a.Name, *a.Expr)
			}
		}
		kinds[kind] += events
		if events > 0 != (kind == layout.KPI || strings.Contains(*list[len(list)-1].Expr, "production") || strings.Contains(*list[len(list)-1].Expr, "waiting")) {
			t.Errorf("%s: %d kinds of events", m.path, events)
		}
	}
	if kinds[layout.Domain] == 0 || kinds[layout.KPI] == 0 {
		t.Errorf("events are marked on %v", kinds)
	}
	for _, m := range generateFor(t, highland(t)) {
		for _, a := range m.Annotations.List {
			if strings.Contains(*a.Expr, naming.KPIEvent) {
				t.Errorf("%s: marks events, and the region has none", m.path)
			}
		}
	}
}
