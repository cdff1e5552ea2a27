package alerts

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"planwatch/collectors"
	"planwatch/internal/generated"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Region is what alerts are made of: the parts of a region's configuration
// that call people.
type Region struct {
	// Name of the region's directory under config and under alerts.
	Name string
	// Location is the zone that hours are in.
	Location *time.Location
	// Collectors are in order of name.
	Collectors []*collectors.Definition
	// Plan holds the targets.
	Plan *plan.Plan
	// OnCall says who is called.
	OnCall *OnCall
	// Dashboards are the uids of the dashboards that show each collector.
	Dashboards map[string]string
	// Runbooks holds the hand-written parts, *.md; nil for none.
	Runbooks fs.FS
}

// Directory is where a region's generated files lie, from the repository's root.
func Directory(region string) string { return "alerts/" + region }

// Owned are the directories that hold generated files alone.
func Owned(region string) []string {
	directory := Directory(region)
	return []string{directory + "/rules", directory + "/tests", directory + "/runbooks", directory + "/templates"}
}

// Generate makes every file under alerts for the region: rules, their tests,
// runbooks, Alertmanager's configuration and its templates. The same region
// gives the same bytes. Errors name the place in the configuration.
func Generate(r *Region) ([]generated.File, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	rules := r.Rules()
	var files []generated.File
	add := func(name string, data []byte) {
		files = append(files, generated.File{Path: Directory(r.Name) + "/" + name, Data: data})
	}
	for _, domain := range rules {
		data, err := r.document(domain.File)
		if err != nil {
			return nil, fmt.Errorf("rules of %s: %w", domain.Name, err)
		}
		add("rules/"+domain.Name+".yaml", data)
		tests, ok := r.ruleTests(domain.Name)
		if !ok {
			continue
		}
		if data, err = r.document(tests); err != nil {
			return nil, fmt.Errorf("rule tests of %s: %w", domain.Name, err)
		}
		add("tests/"+domain.Name+".yaml", data)
	}
	books, err := r.runbooks(rules)
	if err != nil {
		return nil, err
	}
	for _, book := range books {
		add("runbooks/"+book.alert+".md", book.text)
	}
	routing, err := r.document(r.alertmanager())
	if err != nil {
		return nil, fmt.Errorf("alertmanager.yml: %w", err)
	}
	add("alertmanager.yml", routing)
	messages, err := r.messages()
	if err != nil {
		return nil, err
	}
	add("templates/planwatch.tmpl", messages)
	return files, nil
}

// check finds what the parts cannot see alone.
func (r *Region) check() error {
	var faults []error
	known, labels := map[string]bool{}, map[string]bool{}
	for _, d := range r.Collectors {
		known[d.Collector] = true
		for _, label := range d.Labels {
			labels[label] = true
		}
		if d.Collector == DomainPlanwatch || d.Collector == DomainPlan {
			faults = append(faults, d.Fault("$.collector", "collector %s: the name is that of planwatch's own alerts; choose another", d.Collector))
		}
	}
	for i, quiet := range r.OnCall.Quiet {
		for j, domain := range quiet.Domains {
			if !known[domain] {
				faults = append(faults, r.OnCall.fault(fmt.Sprintf("$.quiet[%d].domains[%d]", i, j), "quiet: %q is not one of the collectors", domain))
			}
		}
	}
	for i, label := range r.OnCall.GroupBy {
		if !labels[label] {
			faults = append(faults, r.OnCall.fault(fmt.Sprintf("$.group_by[%d]", i), "group_by: %q is not a label of any collector", label))
		}
	}
	owners := r.OnCall.OwnerIDs()
	for _, t := range r.Plan.Targets {
		if !slices.Contains(owners, t.Owner) {
			faults = append(faults, fmt.Errorf("target %s: owner: %q is not in %s", t.ID, t.Owner, r.OnCall.Name()))
		}
	}
	return errors.Join(faults...)
}

// aim is a KPI and the targets that it is held against.
type aim struct {
	kpi       kpi.KPI
	collector *collectors.Definition
	targets   []plan.Target
}

// aims are the collector's KPIs that have targets.
func (r *Region) aims(d *collectors.Definition) []aim {
	var aims []aim
	for _, k := range d.KPIs {
		a := aim{kpi: k, collector: d}
		for _, t := range r.Plan.Targets {
			if t.KPI == k.Name {
				a.targets = append(a.targets, t)
			}
		}
		if len(a.targets) > 0 {
			aims = append(aims, a)
		}
	}
	return aims
}

// labels are those that the targets select by, in the collector's order.
func (a aim) labels() []string {
	var labels []string
	for _, label := range a.collector.Labels {
		if slices.ContainsFunc(a.targets, func(t plan.Target) bool { return t.Where[label] != "" }) {
			labels = append(labels, label)
		}
	}
	return labels
}

// subject is what sentences about the aim are about.
func (a aim) subject(severity string) subject {
	return subject{
		kpi: a.kpi, collector: a.collector.Collector, severity: severity, reading: readingOf(a.kpi, a.targets), labels: a.labels(),
		whole: slices.ContainsFunc(a.targets, func(t plan.Target) bool { return len(t.Labels()) == 0 }),
	}
}

// collects tells whether one of the collectors has that name.
func (r *Region) collects(name string) bool {
	return slices.ContainsFunc(r.Collectors, func(d *collectors.Definition) bool { return d.Collector == name })
}

// definition is the collector that gives the KPI, or nil.
func (r *Region) definition(name string) *collectors.Definition {
	for _, d := range r.Collectors {
		if slices.ContainsFunc(d.KPIs, func(k kpi.KPI) bool { return k.Name == name }) {
			return d
		}
	}
	return nil
}

// The dashboards that show what belongs to no collector.
const (
	exporterDashboard = "planwatch-exporter"
	overviewDashboard = "planwatch-overview"
)

// dashboard is the address of the dashboard that shows the domain.
func (r *Region) dashboard(domain string) string {
	uid, ok := r.Dashboards[domain]
	switch {
	case ok:
	case !r.collects(domain) && domain != DomainPlan:
		uid = exporterDashboard
	default:
		uid = overviewDashboard
	}
	return strings.ReplaceAll(r.OnCall.Links.Dashboard, "{dashboard}", uid)
}

// sources are the names of the sources that the collectors read, in order.
func (r *Region) sources() []string {
	var sources []string
	for _, d := range r.Collectors {
		if !slices.Contains(sources, d.Source) {
			sources = append(sources, d.Source)
		}
	}
	slices.Sort(sources)
	return sources
}

// reading are the names of the collectors that read the source.
func (r *Region) reading(source string) []string {
	var names []string
	for _, d := range r.Collectors {
		if d.Source == source {
			names = append(names, d.Collector)
		}
	}
	return names
}
