// Package dashboards makes a region's Grafana dashboards from the same
// definitions and targets as everything else: one question a dashboard, in
// Swedish and in English.
package dashboards

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

// SetFile is the file in a region's directory that says which dashboards
// there are.
const SetFile = "dashboards.yaml"

// Set is dashboards.yaml: the dashboards of a region.
type Set struct {
	// Address of a runbook; {alert} stands for the alert's name.
	Runbook string `yaml:"runbook" jsonschema:"required"`
	// What the labels are called where people read them.
	Labels map[string]kpi.Text `yaml:"labels"`
	// Measures that single KPIs are shown in, where their unit's usual one does not fit: hours instead of days.
	Measures map[string]string `yaml:"measures"`
	// The dashboards, in the order in which they are listed.
	Dashboards []Definition `yaml:"dashboards" jsonschema:"required,minItems=1"`
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
	// Exporter shows planwatch itself.
	Exporter Kind = "exporter"
)

// Definition is one dashboard.
type Definition struct {
	// A name that no other dashboard has: lower-case words joined by hyphens. File and uid are made of it.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// What the dashboard is made like.
	Kind Kind `yaml:"kind" jsonschema:"enum=domain,enum=overview,enum=wall,enum=exporter,default=domain"`
	// The dashboard's name.
	Title kpi.Text `yaml:"title" jsonschema:"required"`
	// The one question that it answers.
	Question kpi.Text `yaml:"question" jsonschema:"required"`
	// How far back it looks at first, such as 24h, 7d or 13M.
	Span string `yaml:"span" jsonschema:"default=30d"`
	// The collectors whose KPIs a domain's dashboard shows.
	Collectors []Part `yaml:"collectors"`
}

// Part is one collector on a dashboard.
type Part struct {
	// The collector's name.
	Collector string `yaml:"collector" jsonschema:"required"`
	// The labels that its trends are split by. Left out, the collector's first label; an empty list shows the whole.
	By *[]string `yaml:"by"`
}

const (
	uidPrefix   = "planwatch-"
	englishMark = "-en"
	// uidLimit is Grafana's.
	uidLimit    = 40
	defaultSpan = "30d"
	alertMark   = "{alert}"
)

var (
	idPattern   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	spanPattern = regexp.MustCompile(`^[1-9][0-9]*[mhdwMy]$`)
)

// Load reads the set in cfg's directory and checks it against cfg: no name
// that is not there, and no collector on two dashboards. A collector on none
// gets one of its own.
func Load(cfg *config.Config) (*Set, error) {
	files := config.Builtin()
	if cfg.Dir != "" {
		files = os.DirFS(cfg.Dir)
	}
	data, err := fs.ReadFile(files, SetFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dashboards: no %s beside planwatch.yaml, which says what dashboards there are: %w", SetFile, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	return parse(data, cfg)
}

func parse(data []byte, cfg *config.Config) (*Set, error) {
	file, err := yamlfile.Parse(SetFile, data)
	if err != nil {
		return nil, err
	}
	var s Set
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
	if err := file.Locate(s.validate(cfg)); err != nil {
		return nil, err
	}
	s.addOwn(cfg)
	return &s, nil
}

// UIDs are the Swedish dashboards' uids by the collector that they show, for
// links from elsewhere. The English ones end in "-en".
func (s *Set) UIDs() map[string]string {
	uids := map[string]string{}
	for _, d := range s.Dashboards {
		for _, part := range d.Collectors {
			uids[part.Collector] = d.uid(swedish)
		}
	}
	return uids
}

// uid stays the same for as long as the id does, so that links hold.
func (d Definition) uid(l language) string {
	if l == english {
		return uidPrefix + d.ID + englishMark
	}
	return uidPrefix + d.ID
}

func (s *Set) validate(cfg *config.Config) error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(path, format, args...))
	}
	if !strings.Contains(s.Runbook, alertMark) {
		fault("$.runbook", "runbook: %q has no %s where the alert's name goes", s.Runbook, alertMark)
	}
	catalogue := cfg.Catalogue()
	for _, name := range slices.Sorted(maps.Keys(catalogue.KPIs)) {
		if _, err := show(catalogue.KPIs[name].Unit, ""); err != nil {
			faults = append(faults, fmt.Errorf("kpi %s: %w", name, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Measures)) {
		place, measure := "$.measures."+name, s.Measures[name]
		entry, known := catalogue.KPIs[name]
		if !known {
			fault(place, "measures: there is no kpi %q", name)
			continue
		}
		if _, err := show(entry.Unit, measure); err != nil {
			fault(place, "measures: kpi %s: %w", name, err)
		}
	}
	if len(s.Dashboards) == 0 {
		fault("$.dashboards", "dashboards: missing; name at least one")
	}
	ids, shown := map[string]bool{}, map[string]string{}
	for i, d := range s.Dashboards {
		place := fmt.Sprintf("$.dashboards[%d]", i)
		if !idPattern.MatchString(d.ID) {
			fault(place+".id", "dashboard: id: %q is not a name of lower-case words joined by hyphens", d.ID)
			continue
		}
		subject := func(path, format string, args ...any) {
			fault(place+path, "dashboard %s: "+format, append([]any{d.ID}, args...)...)
		}
		if ids[d.ID] {
			subject(".id", "id: another dashboard has the same")
		}
		ids[d.ID] = true
		if len(d.uid(english)) > uidLimit {
			subject(".id", "id: longer than %d letters", uidLimit-len(uidPrefix+englishMark))
		}
		for _, text := range []struct {
			key string
			kpi.Text
		}{{"title", d.Title}, {"question", d.Question}} {
			if text.SV == "" || text.EN == "" {
				subject("."+text.key, "%s: missing; give sv and en", text.key)
			}
		}
		if !spanPattern.MatchString(d.Span) {
			subject(".span", "span: %q is not a span such as 24h, 7d or 13M", d.Span)
		}
		switch d.Kind {
		case Domain:
			if len(d.Collectors) == 0 {
				subject(".collectors", "collectors: missing; name at least one")
			}
		case Overview, Wall, Exporter:
			if len(d.Collectors) > 0 {
				subject(".collectors", "collectors: a dashboard of kind %s is not made of any", d.Kind)
			}
		default:
			subject(".kind", "kind: %q is not domain, overview, wall or exporter", d.Kind)
		}
		for j, part := range d.Collectors {
			at := fmt.Sprintf(".collectors[%d]", j)
			definition := collector(cfg, part.Collector)
			if definition == nil {
				subject(at+".collector", "collectors: there is no collector %q", part.Collector)
				continue
			}
			if other, taken := shown[part.Collector]; taken {
				subject(at+".collector", "collectors: %s is on dashboard %s already", part.Collector, other)
			}
			shown[part.Collector] = d.ID
			if part.By == nil {
				continue
			}
			for _, label := range *part.By {
				if !slices.Contains(definition.Labels, label) {
					subject(at+".by", "collector %s: by: %q is not one of its labels, %s", part.Collector, label, strings.Join(definition.Labels, ", "))
				}
			}
		}
	}
	return errors.Join(faults...)
}

// addOwn gives each collector that is on no dashboard one of its own, so that
// a new collector appears by itself.
func (s *Set) addOwn(cfg *config.Config) {
	shown := s.UIDs()
	for _, d := range cfg.Collectors {
		if _, ok := shown[d.Collector]; ok {
			continue
		}
		s.Dashboards = append(s.Dashboards, Definition{
			ID: strings.ReplaceAll(d.Collector, "_", "-"), Kind: Domain, Title: d.Title, Span: defaultSpan,
			Question:   kpi.Text{SV: d.Title.SV + ": hur går det mot planen?", EN: d.Title.EN + ": how does it go against the plan?"},
			Collectors: []Part{{Collector: d.Collector}},
		})
	}
}
