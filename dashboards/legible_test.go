package dashboards

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/dashboards/layout"
	"planwatch/internal/naming"
)

const (
	// screens is how many screens of 1440 by 900 pixels a dashboard has at most, unless its
	// rows are opened. A grid row is 30 pixels with 8 between, and Grafana's own head is
	// headPixels high.
	screens, screenPixels, rowPixels, headPixels = 3, 900, 38, 96
	// distinct is how many letters of a title are seen in a panel of a third of the width.
	distinct = 24
	// leastContrast is what WCAG 2.1 asks of text at level AA.
	leastContrast = 4.5
)

// A dashboard is no longer than three screens.
func TestLength(t *testing.T) {
	const rows = (screens*screenPixels - headPixels) / rowPixels
	for _, m := range generate(t) {
		bottom := uint32(0)
		for _, p := range m.Panels {
			if p.Panel != nil {
				bottom = max(bottom, p.Panel.GridPos.Y+p.Panel.GridPos.H)
			} else {
				bottom = max(bottom, p.RowPanel.GridPos.Y+1)
			}
		}
		if bottom > rows {
			t.Errorf("%s: %d rows, which are more than %d screens of %d", m.path, bottom, screens, rows/screens)
		}
	}
}

// The titles of panels of one section that are seen without a row being opened can be told
// apart though they are cut.
func TestTitlesDiffer(t *testing.T) {
	for _, m := range generate(t) {
		seen := map[string]string{}
		look := func(in string, p dashboard.Panel) {
			letters := []rune(*p.Title)
			start := in + string(letters[:min(len(letters), distinct)])
			if other, taken := seen[start]; taken && other != *p.Title {
				t.Errorf("%s: %q and %q begin alike", m.path, other, *p.Title)
			}
			seen[start] = *p.Title
		}
		section := ""
		for _, p := range m.Panels {
			if p.Panel != nil {
				look(section, *p.Panel)
				continue
			}
			section = *p.RowPanel.Title // panels of a closed row are not seen
		}
	}
}

// colorsOf are the colours that a panel fills an area with, on which it writes: those of
// stats with a background and of table cells with one.
func colorsOf(p dashboard.Panel) []string {
	var colors []string
	add := func(thresholds *dashboard.ThresholdsConfig, mappings any) {
		if thresholds != nil {
			for _, step := range thresholds.Steps {
				colors = append(colors, step.Color)
			}
		}
		colors = append(colors, colorsIn(mappings)...)
	}
	switch options := asMap(p.Options); p.Type {
	case "stat":
		if mode, _ := options["colorMode"].(string); strings.HasPrefix(mode, "background") {
			add(p.FieldConfig.Defaults.Thresholds, p.FieldConfig.Defaults.Mappings)
		}
	case "table":
		for _, override := range p.FieldConfig.Overrides {
			var filled bool
			for _, property := range override.Properties {
				cell, _ := property.Value.(map[string]any)
				filled = filled || property.Id == "custom.cellOptions" && cell["type"] == "color-background"
			}
			for _, property := range override.Properties {
				if filled && property.Id == "mappings" {
					add(nil, property.Value)
				}
			}
		}
	}
	slices.Sort(colors)
	return slices.DeleteFunc(slices.Compact(colors), func(color string) bool { return color == noColor })
}

// colorsIn are the colours anywhere in a JSON value.
func colorsIn(value any) []string {
	var colors []string
	switch v := asAny(value).(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if color, ok := v[key].(string); ok && key == "color" {
				colors = append(colors, color)
			}
			colors = append(colors, colorsIn(v[key])...)
		}
	case []any:
		for _, inner := range v {
			colors = append(colors, colorsIn(inner)...)
		}
	}
	return colors
}

// Where text stands on a colour it can be read, in both themes: Grafana writes in near-white
// on what is darker than a brightness of 180, and in near-black on all else.
func TestContrast(t *testing.T) {
	asked := map[string]bool{}
	for _, m := range generate(t) {
		m.each(func(p dashboard.Panel) {
			for _, color := range colorsOf(p) {
				asked[color] = true
				if contrast := contrast(t, color, textOn(t, color)); contrast < leastContrast {
					t.Errorf("%s: panel %q: text on %s has a contrast of %.1f", m.path, *p.Title, color, contrast)
				}
			}
		})
	}
	if len(asked) < len(states) {
		t.Errorf("only the colours %v are written on", slices.Sorted(maps.Keys(asked)))
	}
}

// textOn is the colour in which Grafana writes on another.
func textOn(t *testing.T, color string) string {
	t.Helper()
	r, g, b := rgb(t, color)
	if (r*299+g*587+b*114)/1000 > 180 {
		return "#202226"
	}
	return "#F7F8FA"
}

// contrast is that of two colours, from 1 to 21, as WCAG defines it.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(color string) float64 {
		r, g, b := rgb(t, color)
		linear := func(c float64) float64 {
			if c /= 255; c > 0.04045 {
				return math.Pow((c+0.055)/1.055, 2.4)
			}
			return c / 12.92
		}
		return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
	}
	light, dark := max(luminance(a), luminance(b)), min(luminance(a), luminance(b))
	return (light + 0.05) / (dark + 0.05)
}

func rgb(t *testing.T, color string) (r, g, b float64) {
	t.Helper()
	value, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 24)
	if err != nil || len(color) != len("#000000") {
		t.Fatalf("%q is no colour of six hexadecimal digits", color)
	}
	return float64(value >> 16), float64(value >> 8 & 0xff), float64(value & 0xff)
}

// Lines of places are in no status' colour.
func TestPartsAreInNoStatusColor(t *testing.T) {
	of := map[string]bool{}
	for _, state := range states {
		of[state.color] = true
	}
	for _, m := range generate(t) {
		m.each(func(p dashboard.Panel) {
			if p.Type != "timeseries" && p.Type != "bargauge" {
				return
			}
			color := p.FieldConfig.Defaults.Color
			if color == nil && len(p.Targets) == 1 {
				t.Errorf("%s: panel %q is in Grafana's palette, which has the colours of statuses", m.path, *p.Title)
			}
			if color != nil && color.FixedColor != nil && of[*color.FixedColor] {
				t.Errorf("%s: panel %q is in the colour of a status", m.path, *p.Title)
			}
		})
	}
}

// A figure that grows over the year is shown from its beginning, whatever span is chosen.
func TestYearsBeginWithTheYear(t *testing.T) {
	asked := 0
	for _, m := range generate(t) {
		m.each(func(p dashboard.Panel) {
			if p.Type != "timeseries" {
				return
			}
			for _, query := range queries(t, p) {
				for _, entry := range m.region.KPIs.Entries() {
					if entry.Accumulates == "" || !strings.Contains(query.Expr, fmt.Sprintf("kpi=%q", entry.Name)) && !strings.Contains(query.Expr, entry.Metric()+"{") {
						continue
					}
					asked++
					if p.TimeFrom == nil || *p.TimeFrom != yearSoFar {
						t.Errorf("%s: panel %q shows %s over a span that does not begin with its year", m.path, *p.Title, entry.Name)
					}
					return
				}
			}
		})
	}
	if asked < 50 {
		t.Errorf("only %d panels show figures that grow over the year", asked)
	}
}

// A share that moves a little is not drawn from nothing: its axis is where it moves.
func TestLevelsAreNotDrawnFromZero(t *testing.T) {
	asked := 0
	for _, m := range generate(t) {
		if m.kind() != layout.Domain {
			continue
		}
		m.each(func(p dashboard.Panel) {
			if p.Type != "timeseries" || p.TimeFrom != nil {
				return
			}
			asked++
			if p.FieldConfig.Defaults.Min != nil {
				t.Errorf("%s: panel %q begins at %v", m.path, *p.Title, *p.FieldConfig.Defaults.Min)
			}
		})
	}
	if asked < 100 {
		t.Errorf("only %d panels of levels", asked)
	}
}

// What operations asks for first is not folded away.
func TestDomainsOpenWithTheirFirst(t *testing.T) {
	for _, m := range generate(t) {
		for _, d := range m.region.Dashboards.Dashboards {
			if d.Kind != layout.Domain || !strings.HasSuffix(m.path, "/"+d.ID+".json") {
				continue
			}
			for _, name := range d.First {
				entry, ok := m.region.KPIs.Get(name)
				open := slices.ContainsFunc(m.Panels, func(p dashboard.PanelOrRowPanel) bool {
					return p.Panel != nil && p.Panel.Type != "timeseries" && strings.Contains(string(mustJSON(t, *p.Panel)), entry.Metric())
				})
				if !ok || !open && entry.Ratio == nil {
					t.Errorf("%s: %s is in no panel that is open", m.path, name)
				}
			}
		}
	}
}

// A stat is one figure, with no moment beside it that is larger, and no stat tells the age of
// the oldest figure: that of a yearly register says nothing of the others.
func TestStatsAreOneFigure(t *testing.T) {
	for _, m := range generate(t) {
		if m.kind() == layout.Self {
			continue
		}
		m.each(func(p dashboard.Panel) {
			if p.Type != "stat" {
				return
			}
			if mode := asMap(p.Options)["textMode"]; len(p.Targets) > 1 && mode != "name" {
				t.Errorf("%s: panel %q: %d figures in one stat", m.path, *p.Title, len(p.Targets))
			}
			for _, query := range queries(t, p) {
				if strings.Contains(query.Expr, naming.CollectorOldestData) {
					t.Errorf("%s: panel %q tells the age of the oldest figure", m.path, *p.Title)
				}
			}
		})
	}
}

// A table has no bar: one that begins at its least has none for the worst.
func TestTablesHaveNoBars(t *testing.T) {
	for _, m := range generate(t) {
		m.each(func(p dashboard.Panel) {
			if p.Type == "table" && strings.Contains(string(mustJSON(t, p)), `"type":"gauge"`) {
				t.Errorf("%s: panel %q has bars in its cells", m.path, *p.Title)
			}
		})
	}
}

// A figure of days that something was open is in days, and not in the things that were.
func TestFiguresAreInTheirOwnUnit(t *testing.T) {
	region := builtin(t)
	l := region.Languages.First()
	for _, e := range region.KPIs.Entries() {
		title, word := strings.ToLower(l.Of(e.Title)), e.ReadIn().Heading(l)
		if strings.Contains(title, "dagar") && !strings.Contains(word, "dag") && !strings.Contains(word, "%") {
			t.Errorf("%s, %q, is told in %s", e.Name, l.Of(e.Title), word)
		}
	}
}
