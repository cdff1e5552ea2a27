package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/promqltest"

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

// Prometheus gives of each event its day in milliseconds, once though two planwatch
// expose it; and of each critical alert its KPI's title and place.
func TestMarks(t *testing.T) {
	storage := promqltest.LoadedStorage(t, `load 1m
  kpi_info{kpi="visits",collector="production",title_sv="Besök"} 1x20
  kpi_info{kpi="beds_available",collector="beds",title_sv="Vårdplatser"} 1x20
  kpi_event_timestamp_seconds{collector="production",day="2024-11-27",title_sv="Cosmic införs",instance="a"} 1732662000x20
  kpi_event_timestamp_seconds{collector="production",day="2024-11-27",title_sv="Cosmic införs",instance="b"} 1732662000x20
  kpi_event_timestamp_seconds{collector="production",day="2025-02-01",title_sv="Ny kod",instance="a"} 1738364400x20
  kpi_event_timestamp_seconds{collector="waiting",day="2025-03-01",title_sv="Annan kö",instance="a"} 1740783600x20
  ALERTS{alertname="VisitsOffPlan",alertstate="firing",severity="critical",domain="production",kpi="visits",target="v",division="Nära"} 1x20
  ALERTS{alertname="VisitsOffPlan",alertstate="firing",severity="warning",domain="production",kpi="visits",target="v",division="Nära"} 1x20
  ALERTS{alertname="CollectorFailing",alertstate="firing",severity="critical",domain="production",collector="production"} 1x20
`)
	t.Cleanup(func() {
		if err := storage.Close(); err != nil {
			t.Error(err)
		}
	})
	engine := promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)
	shown := func(m made, i int) []string {
		t.Helper()
		expr := strings.ReplaceAll(*m.Annotations.List[i].Expr, "$kpi", "visits")
		query, err := engine.NewRangeQuery(t.Context(), storage, nil, expr, time.Unix(60, 0), time.Unix(600, 0), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		defer query.Close()
		matrix, err := query.Exec(t.Context()).Matrix()
		if err != nil {
			t.Fatal(err)
		}
		var marks []string
		for _, series := range matrix {
			text := m.formats[i].TitleFormat
			series.Metric.Range(func(l labels.Label) { text = strings.ReplaceAll(text, "{{"+l.Name+"}}", l.Value) })
			marks = append(marks, fmt.Sprintf("%s %.0f", text, series.Floats[0].F))
		}
		slices.Sort(marks)
		return marks
	}
	events := []string{"Cosmic införs 1732662000000", "Ny kod 1738364400000"}
	alerts := map[string][]string{
		"production": {"CollectorFailing hela regionen 1", "Besök Nära 1"},
		"kpi":        {"Besök Nära 1"},
	}
	for _, m := range generateFor(t, builtin(t)) {
		want, ok := alerts[strings.TrimSuffix(path.Base(m.path), ".json")]
		if m.language != "sv" || !ok {
			continue
		}
		slices.Sort(want)
		if got := shown(m, 0); !slices.Equal(got, want) {
			t.Errorf("%s: alerts are marked as %q, want %q", m.path, got, want)
		}
		if got := shown(m, 1); !slices.Equal(got, events) {
			t.Errorf("%s: events are marked as %q, want %q", m.path, got, events)
		}
	}
}
