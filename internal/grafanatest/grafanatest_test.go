package grafanatest

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// series is one of an answer: its labels, and its value or values.
type series struct {
	labels map[string]string
	values []string
}

var (
	from = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	to   = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
)

// vector is the answer to an instant query.
func vector(t *testing.T, all ...series) json.RawMessage {
	t.Helper()
	result := []any{}
	for _, s := range all {
		result = append(result, map[string]any{"metric": s.labels, "value": []any{to.Unix(), s.values[0]}})
	}
	return marshal(t, map[string]any{"resultType": "vector", "result": result})
}

// matrix is the answer to a range query with one sample an hour, up to the end.
func matrix(t *testing.T, all ...series) json.RawMessage {
	t.Helper()
	result := []any{}
	for _, s := range all {
		var samples []any
		for i, value := range s.values {
			samples = append(samples, []any{to.Add(time.Duration(i+1-len(s.values)) * time.Hour).Unix(), value})
		}
		result = append(result, map[string]any{"metric": s.labels, "values": samples})
	}
	return marshal(t, map[string]any{"resultType": "matrix", "result": result})
}

func marshal(t *testing.T, value any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// rows are a frame's texts, row by row, under the names of its fields; fields
// that are not shown are left out.
func rows(f Frame) []string {
	var shown []Field
	var names []string
	for _, field := range f.Fields {
		if !field.Hidden {
			shown, names = append(shown, field), append(names, field.Name)
		}
	}
	table := []string{strings.Join(names, " | ")}
	if len(shown) == 0 {
		return table
	}
	for i := range shown[0].Cells {
		var cells []string
		for _, field := range shown {
			cells = append(cells, field.Cells[i].Text)
		}
		table = append(table, strings.Join(cells, " | "))
	}
	return table
}

// Two tables: of the wards' beds (A), and of their status (B), which one ward
// lacks, and one has alone.
const (
	tableTargets  = `"targets": [{"refId": "A", "expr": "a", "instant": true, "format": "table"}, {"refId": "B", "expr": "b", "instant": true, "format": "table"}]`
	tableTarget   = `"targets": [{"refId": "A", "expr": "a", "instant": true, "format": "table"}]`
	seriesTargets = `"targets": [{"refId": "A", "expr": "a", "range": true, "legendFormat": "{{ward}}"}, {"refId": "B", "expr": "b", "range": true, "legendFormat": "Plan"}]`
	organize      = `{"id": "organize", "options": {"excludeByName": {"Time": true}, "indexByName": {"Value #B": 0, "ward": 1, "Value #A": 2}, "renameByName": {"Value #A": "Beds", "Value #B": "Status", "ward": "Ward"}}}`
)

func TestTables(t *testing.T) {
	grafana := Start(t)
	ward := func(name, value string) series {
		return series{labels: map[string]string{"ward": name}, values: []string{value}}
	}
	two := map[string]json.RawMessage{
		"A": vector(t, ward("B12", "14"), ward("A1", "9.5")),
		"B": vector(t, ward("B12", "3"), ward("C3", "0")),
	}
	one := func(all ...series) map[string]json.RawMessage {
		return map[string]json.RawMessage{"A": vector(t, all...)}
	}
	tests := []struct {
		name    string
		panel   string
		answers map[string]json.RawMessage
		locale  string
		want    []string
	}{
		{
			name:    "two queries stay two tables without a transformation",
			panel:   `"type": "table", ` + tableTargets + `, "transformations": [{"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}}]`,
			answers: two,
			want:    []string{"ward | Value #A", "B12 | 14", "A1 | 9.50"},
		},
		{
			name:    "merge and organize make one row a ward",
			panel:   `"type": "table", ` + tableTargets + `, "transformations": [{"id": "merge", "options": {}}, ` + organize + `]`,
			answers: two,
			want:    []string{"Status | Ward | Beds", "3 | B12 | 14", " | A1 | 9.50", "0 | C3 | "},
		},
		{
			name:    "a query without an answer leaves its column empty",
			panel:   `"type": "table", ` + tableTargets + `, "transformations": [{"id": "merge", "options": {}}, ` + organize + `]`,
			answers: map[string]json.RawMessage{"A": vector(t, ward("B12", "14")), "B": vector(t)},
			want:    []string{"Status | Ward | Beds", " | B12 | 14"},
		},
		{
			name:    "joinByField joins by the ward",
			panel:   `"type": "table", ` + tableTargets + `, "transformations": [{"id": "joinByField", "options": {"byField": "ward", "mode": "inner"}}, ` + organize + `]`,
			answers: two,
			want:    []string{"Status | Ward | Beds", "3 | B12 | 14"},
		},
		{
			name: "sortBy and filterByValue",
			panel: `"type": "table", ` + tableTarget + `, "transformations": [
				{"id": "filterByValue", "options": {"type": "exclude", "match": "any", "filters": [{"fieldName": "Value", "config": {"id": "lower", "options": {"value": 5}}}]}},
				{"id": "sortBy", "options": {"sort": [{"field": "Value", "desc": true}]}},
				{"id": "organize", "options": {"excludeByName": {"Time": true}}}]`,
			answers: one(ward("A", "7"), ward("B", "2"), ward("C", "11")),
			want:    []string{"ward | Value", "C | 11", "A | 7"},
		},
		{
			name: "reduce",
			panel: `"type": "table", "targets": [{"refId": "A", "expr": "a", "range": true, "legendFormat": "{{ward}}"}], "transformations": [
				{"id": "reduce", "options": {"reducers": ["lastNotNull", "max"]}}]`,
			answers: map[string]json.RawMessage{"A": matrix(t, series{map[string]string{"ward": "A"}, []string{"7", "9", "8"}}, series{map[string]string{"ward": "B"}, []string{"1", "NaN"}})},
			want:    []string{"Field | Last * | Max", "A | 8 | 9", "B | 1 | 1"},
		},
		{
			name:    "labels that a row lacks are empty",
			panel:   `"type": "table", ` + tableTarget + `, "transformations": [{"id": "organize", "options": {"excludeByName": {"Time": true}}}]`,
			answers: one(series{map[string]string{"ward": "A", "part": "x"}, []string{"1"}}, ward("B", "2")),
			want:    []string{"part | ward | Value", "x | A | 1", " | B | 2"},
		},
		{
			name: "noValue of all fields fills the cell of an empty label",
			panel: `"type": "table", ` + tableTarget + `, "transformations": [{"id": "organize", "options": {"excludeByName": {"Time": true}}}],
				"fieldConfig": {"defaults": {"noValue": "Nothing is wrong."}, "overrides": []}`,
			answers: one(series{map[string]string{"ward": "A", "part": "x"}, []string{"1"}}, ward("B", "2")),
			want:    []string{"part | ward | Value", "x | A | 1", "Nothing is wrong. | B | 2"},
		},
		{
			name: "unit of all fields is also that of a label that reads as a number",
			panel: `"type": "table", ` + tableTarget + `, "transformations": [{"id": "organize", "options": {"excludeByName": {"Time": true}}}],
				"fieldConfig": {"defaults": {"unit": "suffix: risker"}, "overrides": []}`,
			answers: one(ward("3", "2"), ward("B12", "1")),
			want:    []string{"ward | Value", "3  risker | 2  risker", "B12 | 1  risker"},
		},
		{
			name: "overrides by name and by query, and a hidden column",
			panel: `"type": "table", ` + tableTargets + `, "transformations": [{"id": "merge", "options": {}}, ` + organize + `],
				"fieldConfig": {"defaults": {}, "overrides": [
					{"matcher": {"id": "byName", "options": "Beds"}, "properties": [{"id": "unit", "value": "percentunit"}, {"id": "decimals", "value": 0}, {"id": "custom.width", "value": 90}]},
					{"matcher": {"id": "byName", "options": "Status"}, "properties": [{"id": "custom.hideFrom", "value": {"viz": true}}]}]}`,
			answers: two,
			want:    []string{"Ward | Beds", "B12 | 1400%", "A1 | 950%", "C3 | "},
		},
		{
			name: "locale groups digits as a Swede does",
			panel: `"type": "table", ` + tableTarget + `, "transformations": [{"id": "organize", "options": {"excludeByName": {"Time": true}}}],
				"fieldConfig": {"defaults": {"unit": "locale", "decimals": 1}, "overrides": []}`,
			answers: one(ward("A", "1234567.25")),
			locale:  "sv",
			want:    []string{"ward | Value", "A | 1\u00a0234\u00a0567,3"},
		},
		{
			name: "locale groups digits as in English",
			panel: `"type": "table", ` + tableTarget + `, "transformations": [{"id": "organize", "options": {"excludeByName": {"Time": true}}}],
				"fieldConfig": {"defaults": {"unit": "locale", "decimals": 1}, "overrides": []}`,
			answers: one(ward("A", "1234567.25")),
			want:    []string{"ward | Value", "A | 1,234,567.3"},
		},
		{
			name: "a unit of time in the time zone",
			panel: `"type": "table", ` + tableTarget + `, "transformations": [{"id": "organize", "options": {"excludeByName": {"ward": true}}}],
				"fieldConfig": {"defaults": {"unit": "time:HH:mm"}, "overrides": []}`,
			answers: one(ward("A", fmt.Sprint(from.UnixMilli()))),
			want:    []string{"Time | Value", "10:30 | 01:00"},
		},
		{
			name: "mappings give texts",
			panel: `"type": "table", ` + tableTarget + `, "transformations": [{"id": "organize", "options": {"excludeByName": {"Time": true}}}],
				"fieldConfig": {"defaults": {}, "overrides": [{"matcher": {"id": "byName", "options": "Value"}, "properties": [{"id": "mappings", "value": [
					{"type": "value", "options": {"3": {"text": "Critical", "color": "#C4162A"}}},
					{"type": "range", "options": {"from": 0, "to": 1, "result": {"text": "Good", "color": "dark-green"}}},
					{"type": "special", "options": {"match": "nan", "result": {"text": "Unknown"}}}]}]}]}`,
			answers: one(ward("A", "3"), ward("B", "0"), ward("C", "NaN"), ward("D", "2")),
			want:    []string{"ward | Value", "A | Critical", "B | Good", "C | Unknown", "D | 2"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shown := grafana.Show(t, Request{
				Panel: json.RawMessage("{" + tt.panel + "}"), Answers: tt.answers,
				From: from, To: to, TimeZone: "Europe/Stockholm", Locale: tt.locale,
			})
			if shown.Error != "" {
				t.Fatal(shown.Error)
			}
			if got := rows(shown.Frames[0]); !slices.Equal(got, tt.want) {
				t.Errorf("shown:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// A table's row leads where its labels say, with what a reader has chosen.
func TestLinks(t *testing.T) {
	grafana := Start(t)
	answers := map[string]json.RawMessage{"A": vector(t,
		series{map[string]string{"ward": "Åre 1 (B)", "dashboard": "beds"}, []string{"0.5"}})}
	tests := []struct{ name, url, want string }{
		{"a label", "/d/${__data.fields.dashboard}", "/d/beds"},
		{"a label as a parameter", "/d/beds?var-ward=${__data.fields.ward:percentencode}", "/d/beds?var-ward=%C3%85re%201%20%28B%29"},
		{"the cell's text", "/d/beds?v=${__value.text}", "/d/beds?v=0.500"},
		{"the cell's number", "/d/beds?v=${__value.raw}", "/d/beds?v=0.5"},
		{"the column", "/d/beds?v=${__field.name}", "/d/beds?v=Value"},
		{"the time range", "/d/beds?${__url_time_range}", "/d/beds?from=2026-03-01T00:00:00.000Z&to=2026-03-02T09:30:00.000Z&timezone=Europe%2FStockholm"},
		{"all variables", "/d/beds?${__all_variables}", "/d/beds?var-division=Medicin&var-hospital=$__all&var-ward=A&var-ward=B%201"},
		{"one variable", "/d/beds?${ward:queryparam}&x=${division}", "/d/beds?var-ward=A&var-ward=B%201&x=Medicin"},
		{"what there is not", "/d/beds?x=${nothing}", "/d/beds?x=${nothing}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shown := grafana.Show(t, Request{
				Panel: json.RawMessage(`{"type": "table", ` + tableTarget + `, "fieldConfig": {"defaults": {}, "overrides": [
					{"matcher": {"id": "byName", "options": "Value"}, "properties": [{"id": "links", "value": [{"title": "Open", "url": "` + tt.url + `"}]}]}]}}`),
				Answers:   answers,
				Variables: map[string][]string{"division": {"Medicin"}, "hospital": {All}, "ward": {"A", "B 1"}},
				From:      from, To: to, TimeZone: "Europe/Stockholm",
			})
			if shown.Error != "" {
				t.Fatal(shown.Error)
			}
			want := []Link{{Title: "Open", URL: tt.want}}
			if got := shown.Field("Value").Cells[0].Links; !slices.Equal(got, want) {
				t.Errorf("links are %v, want %v", got, want)
			}
		})
	}
}

func TestColors(t *testing.T) {
	grafana := Start(t)
	tests := []struct {
		name, options, theme string
		want                 []string // for 1, 50 and 90
	}{
		{"Grafana's own thresholds", `{}`, "dark", []string{"#73BF69", "#73BF69", "#F2495C"}},
		{"thresholds", `{"thresholds": {"mode": "absolute", "steps": [{"value": null, "color": "#111111"}, {"value": 50, "color": "text"}]}}`, "dark",
			[]string{"#111111", "#CCCCDC", "#CCCCDC"}},
		{"a name follows the theme", `{"thresholds": {"mode": "absolute", "steps": [{"value": null, "color": "blue"}]}}`, "light",
			[]string{"#3274D9", "#3274D9", "#3274D9"}},
		{"fixed", `{"color": {"mode": "fixed", "fixedColor": "#3274D9"}}`, "dark", []string{"#3274D9", "#3274D9", "#3274D9"}},
		{"mapping", `{"color": {"mode": "fixed", "fixedColor": "#3274D9"}, "mappings": [{"type": "value", "options": {"50": {"color": "#FF9830"}}}]}`, "dark",
			[]string{"#3274D9", "#FF9830", "#3274D9"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shown := grafana.Show(t, Request{
				Panel: json.RawMessage(`{"type": "table", ` + tableTarget + `, "fieldConfig": {"defaults": ` + tt.options + `, "overrides": []}}`),
				Answers: map[string]json.RawMessage{"A": vector(t, series{map[string]string{}, []string{"1"}}, series{map[string]string{"a": "b"}, []string{"50"}},
					series{map[string]string{"a": "c"}, []string{"90"}})},
				Theme: tt.theme,
			})
			if shown.Error != "" {
				t.Fatal(shown.Error)
			}
			var got []string
			for _, cell := range shown.Field("Value").Cells {
				got = append(got, strings.ToUpper(cell.Color))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("colours are %v, want %v", got, tt.want)
			}
		})
	}
}

func TestStats(t *testing.T) {
	grafana := Start(t)
	const instant = `"targets": [{"refId": "A", "expr": "beds", "instant": true, "legendFormat": "{{ward}}"}]`
	tests := []struct {
		name, panel string
		answers     map[string]json.RawMessage
		want        []Value
	}{
		{
			"one value a series", `"type": "stat", ` + instant + `, "fieldConfig": {"defaults": {"unit": "suffix:beds"}, "overrides": []}`,
			map[string]json.RawMessage{"A": vector(t, series{map[string]string{"ward": "A"}, []string{"12"}}, series{map[string]string{"ward": "B"}, []string{"7"}})},
			[]Value{{Title: "A", Text: "12", Suffix: " beds", Color: "#73BF69"}, {Title: "B", Text: "7", Suffix: " beds", Color: "#73BF69"}},
		},
		{
			"no data", `"type": "stat", ` + instant,
			map[string]json.RawMessage{"A": vector(t)},
			[]Value{{Text: "No data", Color: "#73BF69"}},
		},
		{
			"no data, with words of its own", `"type": "stat", ` + instant + `, "fieldConfig": {"defaults": {"noValue": "Inga vårdplatser."}, "overrides": []}`,
			map[string]json.RawMessage{"A": vector(t)},
			[]Value{{Text: "Inga vårdplatser.", Color: "#73BF69"}},
		},
		{
			"without a legend, by the labels", `"type": "stat", "targets": [{"refId": "A", "expr": "sum(beds)", "instant": true}]`,
			map[string]json.RawMessage{"A": vector(t, series{map[string]string{}, []string{"1"}})},
			[]Value{{Title: "sum(beds)", Text: "1", Color: "#73BF69"}},
		},
		{
			"an automatic legend", `"type": "stat", "targets": [{"refId": "A", "expr": "beds", "instant": true, "legendFormat": "__auto"}]`,
			map[string]json.RawMessage{"A": vector(t, series{map[string]string{"__name__": "beds", "ward": "A"}, []string{"1"}}, series{map[string]string{"__name__": "beds", "ward": "B"}, []string{"2"}})},
			[]Value{{Title: `{__name__="beds", ward="A"}`, Text: "1", Color: "#73BF69"}, {Title: `{__name__="beds", ward="B"}`, Text: "2", Color: "#73BF69"}},
		},
		{
			"rows of a table", `"type": "bargauge", ` + tableTarget + `, "options": {"reduceOptions": {"values": true, "calcs": [], "fields": "/^Value$/"}}`,
			map[string]json.RawMessage{"A": vector(t, series{map[string]string{"ward": "A"}, []string{"12"}}, series{map[string]string{"ward": "B"}, []string{"90"}})},
			[]Value{{Title: "A", Text: "12", Color: "#73BF69"}, {Title: "B", Text: "90", Color: "#F2495C"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shown := grafana.Show(t, Request{Panel: json.RawMessage("{" + tt.panel + "}"), Answers: tt.answers, From: from, To: to})
			if shown.Error != "" {
				t.Fatal(shown.Error)
			}
			for i := range shown.Values {
				if len(shown.Values[i].Links) > 0 {
					t.Errorf("value %d has links: %v", i, shown.Values[i].Links)
				}
				shown.Values[i].Links = nil
			}
			if got, want := fmt.Sprintf("%+v", shown.Values), fmt.Sprintf("%+v", tt.want); got != want {
				t.Errorf("values are\n%s, want\n%s", got, want)
			}
		})
	}
}

// Series are named by their legends, and an override finds them by their query.
func TestSeries(t *testing.T) {
	grafana := Start(t)
	shown := grafana.Show(t, Request{
		Panel: json.RawMessage(`{"type": "timeseries", ` + seriesTargets + `, "fieldConfig": {"defaults": {"unit": "suffix:beds"}, "overrides": [
			{"matcher": {"id": "byFrameRefID", "options": "B"}, "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": "#8E8E8E"}}, {"id": "custom.lineWidth", "value": 1}]}]}}`),
		Answers: map[string]json.RawMessage{
			"A": matrix(t, series{map[string]string{"__name__": "beds", "ward": "A"}, []string{"1", "2"}}, series{map[string]string{"__name__": "beds", "ward": "B"}, []string{"3", "+Inf"}}),
			"B": matrix(t, series{map[string]string{}, []string{"4"}}),
		},
		From: from, To: to,
	})
	if shown.Error != "" {
		t.Fatal(shown.Error)
	}
	var got []string
	for _, frame := range shown.Frames {
		value := frame.Fields[1]
		last := value.Cells[len(value.Cells)-1]
		got = append(got, fmt.Sprint(frame.RefID, " ", value.Name, ": ", last.Text, " ", last.Color, " ", last.Value))
	}
	want := []string{"A A: 2 beds #73BF69 2", "A B: ∞ beds #F2CC0C Infinity", "B Plan: 4 beds #8E8E8E 4"}
	if !slices.Equal(got, want) {
		t.Errorf("series are\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What is not supported, or would not work in Grafana either, is said.
func TestErrors(t *testing.T) {
	grafana := Start(t)
	tests := []struct{ name, panel, want string }{
		{"a transformation that the library lacks", `"type": "table", ` + tableTarget + `, "transformations": [{"id": "rowsToFields", "options": {}}]`, "rowsToFields"},
		{"another one", `"type": "table", ` + tableTarget + `, "transformations": [{"id": "timeSeriesTable", "options": {}}]`, "timeSeriesTable"},
		{"a query without an answer", `"type": "table", ` + tableTargets, "query B has no answer"},
		{"a vector for a range", `"type": "timeseries", "targets": [{"refId": "A", "expr": "a", "range": true}]`, "query A asks for a range"},
		{"an unknown matcher", `"type": "table", ` + tableTarget + `, "fieldConfig": {"defaults": {}, "overrides": [{"matcher": {"id": "byNam", "options": "x"}, "properties": []}]}`, "byNam"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shown := grafana.Show(t, Request{
				Panel:   json.RawMessage("{" + tt.panel + "}"),
				Answers: map[string]json.RawMessage{"A": vector(t, series{map[string]string{}, []string{"1"}})},
			})
			if !strings.Contains(shown.Error, tt.want) {
				t.Errorf("the error is %q, want one with %q", shown.Error, tt.want)
			}
		})
	}
}

// A sentence for an empty table, as noValue of all fields, fills the cells of
// empty labels too, and the addresses that are made of them.
func TestNoValueFillsLabels(t *testing.T) {
	grafana := Start(t)
	const sentence = "Inget mål i urvalet: välj alla."
	row := map[string]string{"title_sv": "Väntetid", "dashboard": "beds"}
	shown := grafana.Show(t, Request{
		Panel: read(t, "far_from_plan.json"),
		Answers: map[string]json.RawMessage{
			"A": vector(t, series{row, []string{"-0.25"}}, series{map[string]string{"title_sv": "Besök", "where": "B12", "dashboard": "beds", "link_ward": "&var-ward=B12"}, []string{"0.1"}}),
			"B": vector(t),
		},
		From: from, To: to,
	})
	if shown.Error != "" {
		t.Fatal(shown.Error)
	}
	where, title := shown.Field("Var"), shown.Field("Nyckeltal")
	if got := where.Cells[0].Text; got != sentence {
		t.Errorf("the cell of the empty label is %q, want %q", got, sentence)
	}
	if got, want := title.Cells[0].Links[0].URL, "/d/beds?from=2026-03-01T00:00:00.000Z&to=2026-03-02T09:30:00.000Z&timezone=utcInget%20m%C3%A5l%20i%20urvalet:%20v%C3%A4lj%20alla."; !strings.HasPrefix(got, want) {
		t.Errorf("the address is %s, want one that begins with %s", got, want)
	}
	if got, want := title.Cells[1].Links[0].URL, "&timezone=utc&var-ward=B12"; !strings.Contains(got, want) {
		t.Errorf("the address is %s, want one with %s", got, want)
	}

	shown = grafana.Show(t, Request{
		Panel: read(t, "alerts.json"),
		Answers: map[string]json.RawMessage{"A": vector(t,
			series{map[string]string{"alertname": "BedsOffPlan", "severity": "critical", "ward": "B12"}, []string{"1"}},
			series{map[string]string{"alertname": "DataStale", "severity": "warning"}, []string{"1"}})},
	})
	want := []string{"Nivå | Larm | Avdelning", "■ Kritisk | BedsOffPlan | B12", "▲ Varning | DataStale | ✓ Inga larm."}
	if got := rows(shown.Frames[0]); !slices.Equal(got, want) {
		t.Errorf("shown:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, want := shown.Field("Nivå").Cells[0].Color, "#C4162A"; got != want {
		t.Errorf("critical is %s, want %s", got, want)
	}
}

// read is a panel in testdata.
func read(t *testing.T, name string) json.RawMessage {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The library is of the Grafana that the compose file runs.
func TestVersion(t *testing.T) {
	var wanted struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	data, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &wanted); err != nil {
		t.Fatal(err)
	}
	compose, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	if image := "grafana/grafana:" + wanted.Dependencies["@grafana/data"]; !regexp.MustCompile(regexp.QuoteMeta(image) + `\b`).Match(compose) {
		t.Errorf("docker-compose.yml does not run %s", image)
	}
}
