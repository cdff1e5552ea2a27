package dashboards

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/config"
)

// A region with one language and dimensions of its own has dashboards in that
// language, by those dimensions, and nothing of the built-in region's.
func TestRegionOfItsOwn(t *testing.T) {
	region := highland(t)
	want := []string{"all", "one", "practices", "screen", "self", "telephone", "waits"}
	traces := tracesOf(builtin(t), region)
	var ids []string
	for _, m := range generateFor(t, region) {
		directory, file := path.Split(m.path)
		if directory != "dashboards/highland/en/" {
			t.Errorf("%s: not in dashboards/highland/en", m.path)
		}
		ids = append(ids, strings.TrimSuffix(file, ".json"))
		for _, found := range traces.FindAllString(string(m.data), -1) {
			t.Errorf("%s: has %q of the built-in region", m.path, found)
		}
		for _, link := range m.Links {
			if link.Type == dashboard.DashboardLinkTypeLink {
				t.Errorf("%s: the link %q to another language; there is none", m.path, link.Title)
			}
		}
	}
	slices.Sort(ids)
	if !slices.Equal(ids, want) {
		t.Errorf("dashboards %v, want %v", ids, want)
	}
	if owned := Owned(region); !slices.Equal(owned, []string{"dashboards/highland/en", "dashboards/highland/v2"}) {
		t.Errorf("owns %v", owned)
	}
}

// The search for traces finds what the built-in region's own dashboards have.
func TestTracesAreFound(t *testing.T) {
	traces := tracesOf(builtin(t), highland(t))
	for _, m := range generateFor(t, builtin(t)) {
		if m.language != "sv" {
			continue
		}
		if !traces.Match(m.data) {
			t.Errorf("%s: no trace found", m.path)
		}
	}
}

// tracesOf matches what the first region's dashboards have and the second's
// cannot: labels, metrics, collectors, units and words.
func tracesOf(first, second *config.Region) *regexp.Regexp {
	words := map[string]bool{first.Name: true, first.Title: true, first.TimeZone: true}
	for _, label := range first.Dimensions.Dimensions {
		words[label] = true
		for _, title := range first.Dimensions.Titles[label] {
			words[title] = true
		}
	}
	for _, e := range first.KPIs.Entries() {
		words[e.Metric()] = true
	}
	for _, d := range first.Dashboards.Dashboards {
		words[first.Dashboards.UID(d, first.Languages.First())] = d.Kind == "domain"
	}
	for _, l := range first.Languages.All() {
		if _, err := second.Languages.Get(l.Code()); err != nil {
			words["planwatch-"+l.Code()], words["title_"+l.Code()] = true, true
		}
		for _, u := range first.Units.Units {
			if _, err := second.Units.Get(u.Name); err == nil {
				continue
			}
			for _, m := range u.Measures {
				words["suffix: "+m.Suffix(l)] = true
			}
		}
	}
	maps.DeleteFunc(words, func(_ string, trace bool) bool { return !trace })
	literal := slices.Sorted(maps.Keys(words))
	for i, word := range literal {
		literal[i] = `\b` + regexp.QuoteMeta(word) + `\b`
	}
	// Swedish letters, besides.
	return regexp.MustCompile(`[åäöÅÄÖ]|` + strings.Join(literal, "|"))
}

// Variables are the region's dimensions that a dashboard's figures have, each
// narrowed down by those before it.
func TestVariables(t *testing.T) {
	want := map[string][]string{
		"practices": {
			`label_values({__name__=~"kpi_appointments_held",county!=""}, county)`,
			`label_values({__name__=~"kpi_appointments_held",practice!="",county=~"$county"}, practice)`,
		},
		// Of a histogram alone, the count has the labels and no more.
		"waits":     {`label_values({__name__=~"kpi_wait_seconds_count",county!=""}, county)`},
		"telephone": nil,
		"screen":    nil,
		"self":      nil,
	}
	for _, m := range generateFor(t, highland(t)) {
		id := strings.TrimSuffix(path.Base(m.path), ".json")
		wanted, ok := want[id]
		if !ok {
			continue
		}
		delete(want, id)
		var got []string
		for _, variable := range m.Templating.List {
			if variable.Type == dashboard.VariableTypeQuery {
				got = append(got, *variable.Definition)
			}
		}
		if !slices.Equal(got, wanted) {
			t.Errorf("%s: variables\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(wanted, "\n"))
		}
	}
	for id := range want {
		t.Errorf("no dashboard %s", id)
	}
}

// Where there is nothing to choose, no panel asks for another choice.
func TestNoTarget(t *testing.T) {
	want := map[string]string{
		"practices": "No target in what is chosen: choose all.",
		"telephone": "No target holds right now.",
	}
	for _, m := range generateFor(t, highland(t)) {
		id := strings.TrimSuffix(path.Base(m.path), ".json")
		m.each(func(p dashboard.Panel) {
			if text, ok := want[id]; ok && *p.Title == "Against plan" {
				delete(want, id)
				if got := *p.FieldConfig.Defaults.NoValue; got != text {
					t.Errorf("%s: got %q, want %q", id, got, text)
				}
			}
		})
	}
	for id := range want {
		t.Errorf("%s: no such panel", id)
	}
}
