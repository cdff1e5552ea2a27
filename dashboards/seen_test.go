package dashboards

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/dashboards/layout"
	"planwatch/internal/grafanatest"
	"planwatch/internal/naming"
)

// testSeen looks at every panel as a reader does, with everything chosen, with a hospital
// that has few targets, and with one that has none.
func testSeen(t *testing.T, v *viewer) {
	t.Helper()
	boards := generateFor(t, v.region)
	for _, chosen := range []choice{{}, {"hospital": "Kiruna"}, {"hospital": "Piteå", "ward": "Rehabilitering"}} {
		for _, m := range boards {
			if m.kind() == layout.KPI || len(chosen) > 0 && !m.chooses(chosen) {
				continue
			}
			m.each(func(p dashboard.Panel) { v.look(t, m, p, chosen) })
		}
	}
	v.testOrder(t, boards)
	v.testFollowed(t, boards)
	v.testAreas(t, boards)
	v.testYearsEnd(t)
	v.testWall(t, boards)
	v.testUnknown(t, boards)
}

// kind is that of the dashboard's layout.
func (m made) kind() layout.Kind {
	for _, kind := range []layout.Kind{layout.KPI, layout.Wall, layout.Self, layout.Overview} {
		if slices.Contains(m.Tags, string(kind)) {
			return kind
		}
	}
	return layout.Domain
}

// chooses reports whether the dashboard has a variable for each that is chosen.
func (m made) chooses(chosen choice) bool {
	for name := range chosen {
		if !slices.ContainsFunc(m.Templating.List, func(v dashboard.VariableModel) bool { return v.Name == name }) {
			return false
		}
	}
	return true
}

// look asks of one panel what is asked of all.
func (v *viewer) look(t *testing.T, m made, p dashboard.Panel, chosen choice) {
	t.Helper()
	shown := v.show(t, m, p, chosen)
	fault := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: panel %q with %v chosen: %s", m.path, *p.Title, chosen, fmt.Sprintf(format, args...))
	}
	if shown.Error != "" {
		fault("Grafana: %s", shown.Error)
		return
	}
	empty := ""
	if p.FieldConfig.Defaults.NoValue != nil {
		empty = *p.FieldConfig.Defaults.NoValue
	}
	if empty == "" && isEmpty(p, shown) {
		fault("it is empty, and says nothing")
	}
	for _, frame := range shown.Frames {
		for _, field := range frame.Fields {
			v.lookAtField(m, p, field, empty, fault)
		}
	}
	v.lookAtParts(m, p, shown, fault)
	v.lookAtColors(p, shown, fault)
	v.lookAtHeight(p, shown, fault)
	if p.Type == "timeseries" {
		lookAtAxis(p, shown, fault)
	}
}

// lookAtField asks that what a panel says if it is empty stands in no cell and no address,
// that a label has no unit, and that nothing that is shown is empty.
func (v *viewer) lookAtField(m made, p dashboard.Panel, field grafanatest.Field, empty string, fault func(string, ...any)) {
	if p.Type != "table" {
		return
	}
	var config struct{ Mappings []json.RawMessage }
	if err := json.Unmarshal(field.Config, &config); err != nil {
		fault("field %s: %v", field.Name, err)
	}
	for i, cell := range field.Cells {
		if empty != "" && strings.Contains(cell.Text, empty) {
			fault("row %d of %q says %q", i, field.Name, cell.Text)
			return
		}
		for _, link := range cell.Links {
			if strings.Contains(link.URL, "${") || empty != "" && strings.Contains(unescaped(link.URL), empty) {
				fault("row %d of %q leads to %q", i, field.Name, link.URL)
				return
			}
		}
		text, isText := cell.Value.(string)
		if isText && len(config.Mappings) == 0 && cell.Text != text {
			fault("row %d of %q is %q, and shown as %q", i, field.Name, text, cell.Text)
			return
		}
		if !field.Hidden && isText && cell.Text == "" && field.Name == v.placeName(m) {
			fault("row %d of %q is empty", i, field.Name)
			return
		}
	}
}

// lookAtParts asks that a figure at all its places shows the amounts, in their order.
func (v *viewer) lookAtParts(m made, p dashboard.Panel, shown grafanatest.Shown, fault func(string, ...any)) {
	l, err := v.region.Languages.Get(m.language)
	if err != nil || p.Type != "table" || !strings.HasPrefix(*p.Title, l.Say("Where: %s", "")) || isEmpty(p, shown) {
		return
	}
	fields := shown.Frames[0].Fields
	figure := fields[len(fields)-1]
	if figure.Type != "number" || figure.Hidden || figure.Width == 0 {
		fault("its last column, %q, is no figure with a width of its own", figure.Name)
		return
	}
	up, down := true, true
	for i := 1; i < len(figure.Cells); i++ {
		before, _ := figure.Cells[i-1].Value.(float64)
		value, isNumber := figure.Cells[i].Value.(float64)
		if isNumber {
			up, down = up && before <= value, down && before >= value
		}
	}
	if !up && !down {
		fault("its figures are in no order")
	}
}

// placeName is what the column with a target's place is called.
func (v *viewer) placeName(m made) string {
	l, err := v.region.Languages.Get(m.language)
	if err != nil {
		return ""
	}
	return l.Say("Where")
}

// colorless reports whether Grafana's library means no colour.
func colorless(color string) bool { return color == "rgba(0,0,0,0)" || color == "#00000000" }

// isEmpty reports whether a reader sees no figure and no row.
func isEmpty(p dashboard.Panel, shown grafanatest.Shown) bool {
	if p.Type == "stat" || p.Type == "bargauge" {
		return !slices.ContainsFunc(shown.Values, func(v grafanatest.Value) bool { return v.Text != "" && v.Text != "No data" })
	}
	for _, frame := range shown.Frames {
		for _, field := range frame.Fields {
			if len(field.Cells) > 0 {
				return false
			}
		}
	}
	return true
}

// lookAtColors asks that a count of none has no colour, and a status its own.
func (v *viewer) lookAtColors(p dashboard.Panel, shown grafanatest.Shown, fault func(string, ...any)) {
	options := asMap(p.Options)
	mode, _ := options["colorMode"].(string)
	if !strings.HasPrefix(mode, "background") || options["textMode"] == "name" {
		return
	}
	for _, value := range shown.Values {
		none := value.Text == "0" || p.FieldConfig.Defaults.NoValue != nil && value.Text == *p.FieldConfig.Defaults.NoValue
		if none && !colorless(value.Color) {
			fault("%q is on %s", value.Text, value.Color)
		}
	}
}

// lookAtHeight asks that rows, bars and values fit.
func (v *viewer) lookAtHeight(p dashboard.Panel, shown grafanatest.Shown, fault func(string, ...any)) {
	height := int(p.GridPos.H)
	switch p.Type {
	case "state-timeline":
		// Names need half a grid row each; the axis, the pages and the title need three.
		if lines := len(shown.Frames); lines > (height-3)*2 {
			fault("%d lines in %d rows lie upon one another", lines, height)
		}
		for _, frame := range shown.Frames {
			for _, field := range frame.Fields {
				if name := field.Name; strings.Contains(name, "  ") || strings.TrimSpace(name) != name {
					fault("line %q has blanks where a label is empty", name)
				}
			}
		}
	case "bargauge":
		if bars := len(shown.Values); bars > (height-1)*2 {
			fault("%d bars in %d rows", bars, height)
		}
	case "stat":
		text, _ := asMap(p.Options)["textMode"].(string)
		if values := len(shown.Values); text != "name" && values > 1 && int(p.GridPos.W)/values < 4 {
			fault("%d values in %d columns", values, p.GridPos.W)
		}
	}
}

// lookAtAxis asks that an axis of nothing but zeros says nothing that is not so.
func lookAtAxis(p dashboard.Panel, shown grafanatest.Shown, fault func(string, ...any)) {
	most := math.Inf(-1)
	for _, frame := range shown.Frames {
		for _, field := range frame.Fields {
			for _, cell := range field.Cells {
				if number, ok := cell.Value.(float64); ok && field.Type == "number" {
					most = max(most, number)
				}
			}
		}
	}
	unit := *p.FieldConfig.Defaults.Unit
	custom := asMap(p.FieldConfig.Defaults.Custom)
	if most == 0 && unit == "percentunit" && custom["axisSoftMax"] == nil && p.FieldConfig.Defaults.Max == nil {
		fault("of nothing but zeros, its axis reaches ten thousand percent")
	}
	if strings.HasPrefix(unit, "suffix") || unit == "percentunit" && custom["axisSoftMax"] == nil {
		fault("its figures are in %s, with a decimal point and no groups of digits", unit)
	}
}

// testOrder asks that tables of targets begin with what is to be looked at first, and that
// each figure, plan and distance belong together.
func (v *viewer) testOrder(t *testing.T, boards []made) {
	t.Helper()
	asked := 0
	for _, m := range boards {
		l, err := v.region.Languages.Get(m.language)
		if err != nil {
			t.Fatal(err)
		}
		if m.kind() != layout.Overview && m.kind() != layout.Domain {
			continue
		}
		m.each(func(p dashboard.Panel) {
			if *p.Title != l.Say("Against plan") && *p.Title != l.Say("What to look at first") {
				return
			}
			shown := v.show(t, m, p, nil)
			statuses := shown.Field(l.Say("Status"))
			figure, expected, distance := shown.Field(l.Say("Actual")), shown.Field(l.Say("Plan so far")), shown.Field(l.Say("Distance"))
			if statuses == nil || figure == nil || expected == nil || distance == nil || shown.Field(l.Say("Owner")) == nil || shown.Field(l.Say("Off plan since")) == nil {
				t.Errorf("%s: panel %q lacks a column", m.path, *p.Title)
				return
			}
			last := -1
			for i, cell := range statuses.Cells {
				value, _ := cell.Value.(float64)
				place := slices.IndexFunc(states, func(s state) bool { return s.value == fmt.Sprint(value) })
				if place < last {
					t.Errorf("%s: panel %q: row %d, %s, stands below one that is better", m.path, *p.Title, i, cell.Text)
				}
				last = place
				a, isA := figure.Cells[i].Value.(float64)
				b, isB := expected.Cells[i].Value.(float64)
				if d, ok := distance.Cells[i].Value.(float64); isA && isB && (!ok || math.Abs(a-b-d) > 0.00501) {
					t.Errorf("%s: panel %q: row %d: %v less %v is told as %v", m.path, *p.Title, i, a, b, distance.Cells[i].Value)
				}
				asked++
			}
		})
	}
	if asked < 400 {
		t.Errorf("only %d rows in the tables of both languages", asked)
	}
}

// testFollowed follows every row of the overview, and sees the KPI there as it was in the row.
func (v *viewer) testFollowed(t *testing.T, boards []made) {
	t.Helper()
	followed := map[string]bool{}
	for _, m := range boards {
		if m.kind() != layout.Overview {
			continue
		}
		l, err := v.region.Languages.Get(m.language)
		if err != nil {
			t.Fatal(err)
		}
		m.each(func(p dashboard.Panel) {
			if p.Type != "table" {
				return
			}
			shown := v.show(t, m, p, nil)
			name, figure, status := shown.Field(l.Say("KPI")), shown.Field(l.Say("Actual")), shown.Field(l.Say("Status"))
			if alarm := shown.Field(l.Say("Alert")); alarm != nil {
				for i, cell := range alarm.Cells {
					if to, _, err := follow(t, boards, cell.Links[0].URL); err != nil || to.language != m.language {
						t.Errorf("%s: alert %d leads to %s: %v", m.path, i, cell.Links[0].URL, err)
					}
				}
			}
			if name == nil {
				return
			}
			for i, cell := range name.Cells {
				for _, link := range cell.Links {
					to, chosen, err := follow(t, boards, link.URL)
					if err != nil || to.language != m.language {
						t.Errorf("%s: row %d leads to %s: %v", m.path, i, link.URL, err)
						continue
					}
					if followed[m.language+chosen[targetVariable]] {
						t.Errorf("%s: two rows lead to %s", m.path, link.URL)
					}
					followed[m.language+chosen[targetVariable]] = true
					v.testArrival(t, to, chosen, status.Cells[i].Text, figure.Cells[i].Text)
				}
			}
		})
	}
	if len(followed) < 400 {
		t.Errorf("only %d rows were followed, in both languages", len(followed))
	}
}

// testArrival sees a KPI on its own dashboard as it was in the row that led there.
func (v *viewer) testArrival(t *testing.T, m made, chosen choice, status, figure string) {
	t.Helper()
	var texts []string
	m.each(func(p dashboard.Panel) {
		if p.Type != "stat" || len(texts) == 2 {
			return
		}
		for _, value := range v.show(t, m, p, chosen).Values {
			texts = append(texts, value.Text)
		}
	})
	if figure == "–" {
		figure = ""
	}
	if len(texts) < 2 || texts[0] != status || figure != "" && texts[1] != figure {
		t.Errorf("%s with %v chosen says %q, and the row that led there said %q and %q", m.path, chosen, texts, status, figure)
	}
}

// testAreas asks that an area in which nothing has a target with what is chosen is neither
// well nor ill.
func (v *viewer) testAreas(t *testing.T, boards []made) {
	t.Helper()
	var with, without int
	for _, m := range boards {
		if m.kind() != layout.Overview {
			continue
		}
		for _, chosen := range []choice{{}, {"hospital": "Kiruna"}} {
			m.each(func(p dashboard.Panel) {
				if p.Type != "stat" || len(p.Links) == 0 {
					return
				}
				shown := v.show(t, m, p, chosen)
				if len(shown.Values) != 1 {
					t.Errorf("%s: %q with %v chosen says %d things", m.path, *p.Title, chosen, len(shown.Values))
					return
				}
				// A stat of names draws no text for no value.
				if shown.Values[0].Title != *p.FieldConfig.Defaults.NoValue {
					with++
					return
				}
				without++
				for _, value := range shown.Values {
					if !colorless(value.Color) {
						t.Errorf("%s: %q with %v chosen has no target, and is on %s", m.path, *p.Title, chosen, value.Color)
					}
				}
			})
		}
	}
	if with == 0 || without == 0 {
		t.Errorf("%d areas with targets and %d without", with, without)
	}
}

var areaPattern = regexp.MustCompile(`^\S.*: [0-9]+ (av|of) [0-9]+ (avviker|off plan)(, [0-9]+ (nytt|nya|new))?$`)

// testWall asks that the wall names what is critical or new, with figure and plan, says of each
// area how many are off plan, and has a clock.
func (v *viewer) testWall(t *testing.T, boards []made) {
	t.Helper()
	named := v.values(t, `(plan_status == 3) or (plan_status > 1 and on (target) (plan_status offset 1d <= 1))`)
	for _, m := range boards {
		if m.kind() != layout.Wall {
			continue
		}
		l, err := v.region.Languages.Get(m.language)
		if err != nil {
			t.Fatal(err)
		}
		var areas int
		clocks := map[string]bool{}
		m.each(func(p dashboard.Panel) {
			shown := v.show(t, m, p, nil)
			unit := *p.FieldConfig.Defaults.Unit
			if strings.HasPrefix(unit, "time:") {
				clocks[unit] = len(shown.Values) == 1 && shown.Values[0].Text != ""
			}
			switch *p.Title {
			case l.Say("Critical, and new since yesterday"):
				if want := max(1, min(len(named), mostNamed)); len(shown.Values) != want {
					t.Errorf("%s: %d are named, and %d are critical or new", m.path, len(shown.Values), len(named))
				}
				for _, value := range shown.Values {
					if len(named) > 0 && (!strings.Contains(value.Title, "(plan ") || strings.Contains(value.Title, "{{") || strings.Contains(value.Title, "  ") || colorless(value.Color)) {
						t.Errorf("%s: one is called %q, on %s", m.path, value.Title, value.Color)
					}
				}
			case l.Say("Domains"):
				areas += len(shown.Values)
				for _, value := range shown.Values {
					if !areaPattern.MatchString(value.Title) {
						t.Errorf("%s: an area is called %q", m.path, value.Title)
					}
				}
			}
		})
		if want := len(newGenerator(v.region).domains()); areas != want {
			t.Errorf("%s: %d areas, want %d", m.path, areas, want)
		}
		if len(clocks) != 2 || slices.Contains(slices.Collect(maps.Values(clocks)), false) {
			t.Errorf("%s: no clock, or no time of the data: %v", m.path, clocks)
		}
	}
}

// testUnknown looks at a time of which Prometheus knows nothing, as on the first day or if
// planwatch does not answer: no panel says that all is well, or that there are none.
func (v *viewer) testUnknown(t *testing.T, boards []made) {
	t.Helper()
	then := *v
	then.now = v.now.AddDate(-3, 0, 0)
	for _, m := range boards {
		m.each(func(p dashboard.Panel) {
			shown := then.show(t, m, p, choice{kpiVariable: "none", targetVariable: "none", measureVariable: "none"})
			text := ""
			if p.FieldConfig.Defaults.NoValue != nil {
				text = *p.FieldConfig.Defaults.NoValue
			}
			names, filled := asMap(p.Options)["textMode"] == "name", len(colorsOf(p)) > 0
			for _, value := range shown.Values {
				if names {
					if value.Title == "" || strings.ContainsAny(value.Title, "✓0123456789") || filled && !colorless(value.Color) {
						t.Errorf("%s: panel %q says %q on %s, and nothing is known", m.path, *p.Title, value.Title, value.Color)
					}
					continue
				}
				if value.Text == "0" || value.Text != "" && value.Text != text && !strings.HasPrefix(*p.FieldConfig.Defaults.Unit, "time:") {
					t.Errorf("%s: panel %q says %q, and nothing is known", m.path, *p.Title, value.Text)
				}
			}
			if text == "" || strings.Contains(text, "✓") {
				t.Errorf("%s: panel %q says %q if it is empty", m.path, *p.Title, text)
			}
		})
	}
}

// testYearsEnd asks that the plan of a figure that is held against the year before begins the
// year small: it is not that year's whole until the first of its own figures are there.
func (v *viewer) testYearsEnd(t *testing.T) {
	t.Helper()
	offset := v.values(t, "max("+naming.ClockOffset+")")
	if len(offset) != 1 {
		t.Fatalf("%d offsets of the clock", len(offset))
	}
	year := v.now.Add(-time.Duration(offset[0].value) * time.Second).In(v.region.Location).Year()
	begins := time.Date(year, time.January, 1, 0, 0, 0, 0, v.region.Location).Add(time.Duration(offset[0].value) * time.Second)
	at := func(days int) string { return "@ " + unix(begins.AddDate(0, 0, days)) }
	of := `* on (target) group_left () (plan_target_info{value_from!=""} * 0 + 1) and on (kpi) kpi_info{accumulates!=""}`
	grown := v.values(t, fmt.Sprintf("plan_expected %s %s", at(45), of))
	if len(grown) < 5 {
		t.Errorf("only %d plans of figures that grow over the year are held against the year before", len(grown))
	}
	for _, jumped := range v.values(t, fmt.Sprintf("(max_over_time(plan_expected[20d:6h] %s) > plan_expected %s) %s", at(20), at(45), of)) {
		t.Errorf("the plan of %v is %v in the year's first days, and less later", jumped.labels, jumped.value)
	}
}

// sample is one of an instant query's answer.
type sample struct {
	labels map[string]string
	value  float64
}

// values are the answer to an instant query.
func (v *viewer) values(t *testing.T, expr string) []sample {
	t.Helper()
	data, err := v.prometheus.data(t.Context(), "/api/v1/query", url.Values{"query": {expr}, "time": {unix(v.now)}})
	if err != nil {
		t.Fatalf("%v\n%s", err, expr)
	}
	var answer struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	var all []sample
	for _, series := range answer.Result {
		text, _ := series.Value[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sample{series.Metric, value})
	}
	return all
}

func unescaped(address string) string {
	parsed, err := url.QueryUnescape(address)
	if err != nil {
		return address
	}
	return parsed
}
