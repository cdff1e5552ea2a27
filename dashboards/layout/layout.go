// Package layout reads dashboards.yaml: which dashboards a region has, and
// which collectors each of them shows.
package layout

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"planwatch/collectors"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// File is the name of the file in a region's directory that lists its
// dashboards.
const File = "dashboards.yaml"

// Set is dashboards.yaml: the dashboards of a region.
type Set struct {
	// Address of a runbook, where dashboards lead to another than messages do; {alert} stands for the alert's name.
	Runbook string `yaml:"runbook,omitempty"`
	// The dashboards, in the order in which they are listed.
	Dashboards []Dashboard `yaml:"dashboards" jsonschema:"required,minItems=1"`

	languages *language.Set
}

// Kind is what a dashboard is made like.
type Kind string

// The kinds.
const (
	// Domain shows the KPIs of its collectors.
	Domain Kind = "domain"
	// Overview shows what is off plan, in all domains.
	Overview Kind = "overview"
	// Wall is the overview for a screen on the wall.
	Wall Kind = "wall"
	// Self shows planwatch itself.
	Self Kind = "exporter"
	// KPI shows one KPI, which is chosen.
	KPI Kind = "kpi"
)

// MostFirst is how many KPIs a domain's dashboard opens with, and MostPlaces how many of
// them it shows by place.
const (
	MostFirst  = 6
	MostPlaces = 3
)

// Dashboard is one dashboard.
type Dashboard struct {
	// A name that no other dashboard has: lower-case words joined by hyphens. File and uid are made of it.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// What the dashboard is made like.
	Kind Kind `yaml:"kind" jsonschema:"enum=domain,enum=overview,enum=wall,enum=exporter,enum=kpi,default=domain"`
	// The dashboard's name.
	Title language.Text `yaml:"title" jsonschema:"required"`
	// The one question that it answers.
	Question language.Text `yaml:"question" jsonschema:"required"`
	// How far back it looks at first, such as 24h, 7d or 13M.
	Span string `yaml:"span" jsonschema:"default=30d"`
	// The collectors whose KPIs a domain's dashboard shows.
	Collectors []Part `yaml:"collectors"`
	// The KPIs that a domain's dashboard opens with: what operations does with it today. Left out, the first that have targets and do not grow over the year.
	First []string `yaml:"first" jsonschema:"maxItems=6"`
	// Those of first that are also shown by place, three at most. Left out, the first that have labels.
	Places []string `yaml:"places" jsonschema:"maxItems=3"`
}

// Part is one collector on a dashboard.
type Part struct {
	// The collector's name.
	Collector string `yaml:"collector" jsonschema:"required"`
	// The labels that its trends are split by. Left out, the collector's first label; an empty list shows the whole.
	By *[]string `yaml:"by"`
}

const (
	uidPrefix = naming.Planwatch + "-"
	// uidLimit is the longest uid that Grafana allows.
	uidLimit    = 40
	defaultSpan = "30d"
	// AlertMark is the placeholder for an alert's name in Set.Runbook.
	AlertMark = "{alert}"
)

var spanPattern = regexp.MustCompile(`^[1-9][0-9]*[mhdwMy]$`)

// Load reads and checks the set: every name must exist, and no collector may be
// on two dashboards. A collector on no dashboard gets its own. Errors give the
// file and line. The error is fs.ErrNotExist if there is no file.
func Load(files fs.FS, definitions []*collectors.Definition, languages *language.Set) (*Set, error) {
	data, err := fs.ReadFile(files, File)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	return parse(data, definitions, languages)
}

func parse(data []byte, definitions []*collectors.Definition, languages *language.Set) (*Set, error) {
	file, err := yamlfile.Parse(File, data)
	if err != nil {
		return nil, err
	}
	s := Set{languages: languages}
	if err := file.Decode(&s); err != nil {
		return nil, err
	}
	for i := range s.Dashboards {
		d := &s.Dashboards[i]
		if d.Kind == "" {
			d.Kind = Domain
		}
		if d.Span == "" {
			d.Span = defaultSpan
		}
	}
	if err := file.Locate(s.validate(definitions)); err != nil {
		return nil, err
	}
	s.addMissing(definitions)
	return &s, nil
}

// RunbookOf returns the address of an alert's runbook, "" where dashboards lead to the same as
// messages.
func (s *Set) RunbookOf(alert string) string { return strings.ReplaceAll(s.Runbook, AlertMark, alert) }

// UID returns the uid of the dashboard in the language. It depends only on the
// dashboard's id and the language, so that links stay valid.
func (s *Set) UID(d Dashboard, l *language.Language) string {
	uid := uidPrefix + d.ID
	if suffix := s.languages.Suffix(l); suffix != "" {
		uid += "-" + suffix
	}
	return uid
}

// Showing returns the dashboard that shows the collector.
func (s *Set) Showing(collector string) (Dashboard, bool) {
	for _, d := range s.Dashboards {
		if slices.ContainsFunc(d.Collectors, func(p Part) bool { return p.Collector == collector }) {
			return d, true
		}
	}
	return Dashboard{}, false
}

// First returns the first dashboard of that kind.
func (s *Set) First(kind Kind) (Dashboard, bool) {
	if i := slices.IndexFunc(s.Dashboards, func(d Dashboard) bool { return d.Kind == kind }); i >= 0 {
		return s.Dashboards[i], true
	}
	return Dashboard{}, false
}

func (s *Set) validate(definitions []*collectors.Definition) error {
	f := yamlfile.NewFaults()
	if s.Runbook != "" && !strings.Contains(s.Runbook, AlertMark) {
		f.Add(".runbook", "runbook: %q has no %s where the alert's name goes", s.Runbook, AlertMark)
	}
	if len(s.Dashboards) == 0 {
		f.Add(".dashboards", "dashboards: missing; name at least one")
	}
	ids, shown := map[string]bool{}, map[string]string{}
	for i, d := range s.Dashboards {
		place := fmt.Sprintf(".dashboards[%d]", i)
		if !naming.ValidID(d.ID) {
			f.Add(place+".id", "dashboard: id: %q is not a name of lower-case words joined by hyphens", d.ID)
			continue
		}
		part := f.In(place, "dashboard "+d.ID)
		if ids[d.ID] {
			part.Add(".id", "id: another dashboard has the same")
		}
		ids[d.ID] = true
		s.validateDashboard(d, part)
		for j, shows := range d.Collectors {
			shows.validate(d.ID, definitions, shown, part.In(fmt.Sprintf(".collectors[%d]", j), ""))
		}
		d.validateFirst(definitions, part)
	}
	return f.Err()
}

func (s *Set) validateDashboard(d Dashboard, f *yamlfile.Faults) {
	for _, l := range s.languages.All() {
		if over := len(s.UID(d, l)) - uidLimit; over > 0 {
			f.Add(".id", "id: %s too long for the uid %s, which has %d at most", format.Count(over, "letter"), s.UID(d, l), uidLimit)
			break
		}
	}
	s.languages.RequireLine(f, "title", d.Title)
	s.languages.RequireLine(f, "question", d.Question)
	if !spanPattern.MatchString(d.Span) {
		f.Add(".span", "span: %q is not a span such as 24h, 7d or 13M", d.Span)
	}
	if d.Kind != Domain && len(d.First) > 0 {
		f.Add(".first", "first: a dashboard of kind %s opens with no KPIs of its own", d.Kind)
	}
	switch d.Kind {
	case Domain:
		if len(d.Collectors) == 0 {
			f.Add(".collectors", "collectors: missing; name at least one")
		}
	case Overview, Wall, Self, KPI:
		if len(d.Collectors) > 0 {
			f.Add(".collectors", "collectors: a dashboard of kind %s is not made of any", d.Kind)
		}
	default:
		f.Add(".kind", "kind: %q is not domain, overview, wall, kpi or exporter", d.Kind)
	}
}

// validate checks a part of the dashboard of that id; shown has the dashboard
// of each collector so far.
func (p Part) validate(dashboard string, definitions []*collectors.Definition, shown map[string]string, f *yamlfile.Faults) {
	i := slices.IndexFunc(definitions, func(d *collectors.Definition) bool { return d.Collector == p.Collector })
	if i < 0 {
		f.Add(".collector", "collectors: there is no collector %q", p.Collector)
		return
	}
	if other, taken := shown[p.Collector]; taken {
		f.Add(".collector", "collectors: %s is on dashboard %s already", p.Collector, other)
	}
	shown[p.Collector] = dashboard
	if p.By == nil {
		return
	}
	for _, label := range *p.By {
		if labels := definitions[i].Labels; !slices.Contains(labels, label) {
			f.Add(".by", "collector %s: by: %q is not one of its labels, %s", p.Collector, label, strings.Join(labels, ", "))
		}
	}
}

// validateFirst checks the KPIs that the dashboard opens with.
func (d Dashboard) validateFirst(definitions []*collectors.Definition, f *yamlfile.Faults) {
	var names []string
	for _, definition := range definitions {
		if !slices.ContainsFunc(d.Collectors, func(p Part) bool { return p.Collector == definition.Collector }) {
			continue
		}
		for _, k := range definition.KPIs {
			names = append(names, k.Name)
		}
	}
	if len(d.Places) > MostPlaces {
		f.Add(".places", "places: %d KPIs; a dashboard shows %d at most by place", len(d.Places), MostPlaces)
	}
	for i, name := range d.Places {
		if !slices.Contains(d.First, name) {
			f.Add(fmt.Sprintf(".places[%d]", i), "places: %s is none of first", name)
		}
	}
	if len(d.First) > MostFirst {
		f.Add(".first", "first: %d KPIs; a dashboard opens with %d at most", len(d.First), MostFirst)
	}
	for i, name := range d.First {
		place := fmt.Sprintf(".first[%d]", i)
		switch {
		case slices.Index(d.First, name) < i:
			f.Add(place, "first: %s stands there twice", name)
		case !slices.Contains(names, name):
			f.Add(place, "first: %q is no KPI of its collectors", name)
		}
	}
}

// addMissing adds a dashboard for each collector that is on none, so that a new
// collector is shown without a change here.
func (s *Set) addMissing(definitions []*collectors.Definition) {
	for _, d := range definitions {
		if _, ok := s.Showing(d.Collector); ok {
			continue
		}
		question := language.Text{}
		for _, l := range s.languages.All() {
			question[l.Code()] = l.Say("%s: how does it go against the plan?", l.Of(d.Title))
		}
		s.Dashboards = append(s.Dashboards, Dashboard{
			ID: strings.ReplaceAll(d.Collector, "_", "-"), Kind: Domain, Title: d.Title, Span: defaultSpan,
			Question: question, Collectors: []Part{{Collector: d.Collector}},
		})
	}
}
