// Package config loads a region's directory strictly and checks it across its
// parts.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
	_ "time/tzdata" // the machine may have no time zones

	"planwatch/alerts/oncall"
	"planwatch/collectors"
	"planwatch/dashboards/layout"
	"planwatch/internal/action"
	"planwatch/internal/citation"
	"planwatch/internal/clock"
	"planwatch/internal/dimension"
	"planwatch/internal/event"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
	"planwatch/internal/warehouse"
	"planwatch/plan"
)

// Region is one region: its settings and its definitions, checked. It does not
// change once it is loaded.
type Region struct {
	Service
	// Name is the region's short name: that of its directory, and of the
	// directories of its generated files.
	Name string
	// Dir is the directory that it was read from, or "" for the built-in region.
	Dir string
	// Beside is whether it is one of several in one process: its pages are under a path, and
	// its series have a label with its name in a Prometheus that scrapes all of them.
	Beside bool
	// Namesakes are the names of those of the several that have the same title.
	Namesakes []string
	// Location is the configured time zone.
	Location *time.Location
	// Languages of the output.
	Languages *language.Set
	// Units of figures.
	Units *unit.Set
	// Dimensions of figures.
	Dimensions *dimension.Set
	// Events are the days from which process charts begin anew.
	Events *event.Set
	// Collectors are in order of name.
	Collectors []*collectors.Definition
	// KPIs are those of the collectors.
	KPIs kpi.Catalogue
	// Plan is the region's plan.
	Plan *plan.Plan
	// Activities and Risks are those of the plan, in order of their tables.
	Activities []action.Activity
	Risks      []action.Risk
	// OnCall is nil if the region has no oncall.yaml.
	OnCall *oncall.OnCall
	// Dashboards is nil if the region has no dashboards.yaml.
	Dashboards *layout.Set
	// Runbooks are the hand-written parts of runbooks, *.md.
	Runbooks fs.FS

	citations *citation.Set
	start     time.Time
	// variables are those that the environment may set, and unknown those of
	// planwatch's that it sets and that set nothing.
	variables, unknown []string
}

// Load reads the region in dir, or the built-in one if dir is empty. overrides
// override the environment, which overrides planwatch.yaml.
func Load(dir string, overrides Overrides) (*Region, error) {
	r := &Region{Dir: dir}
	if dir == "" {
		r.Name = BuiltinName()
		if err := r.load(Builtin(), overrides); err != nil {
			return nil, err
		}
		return r, nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("configuration: %s is not a directory; planwatch init %s.d makes one", dir, dir)
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	r.Name = filepath.Base(absolute)
	if err := r.load(filesIn(dir), overrides); err != nil {
		return nil, err
	}
	return r, nil
}

// DimensionNames are the labels that people choose by in the region in dir, or the
// built-in one: what flags are made of, before a region is loaded.
func DimensionNames(dir string) []string {
	if dir == "" {
		return dimension.Names(Builtin())
	}
	return dimension.Names(filesIn(dir))
}

// load reads the region's files, each part before those that refer to it. It
// stops at the first part with faults, since they would cause faults in the
// next.
func (r *Region) load(files fs.FS, overrides Overrides) error {
	steps := []func(fs.FS) error{
		func(files fs.FS) error { return r.loadService(files, overrides) },
		r.loadUnits, r.loadCitations, r.loadCollectors, r.loadDimensions, r.loadEvents, r.loadOnCall, r.loadHolidays, r.loadPlan, r.loadActions, r.loadCalendars, r.loadDashboards, r.loadRunbooks,
	}
	for _, step := range steps {
		if err := step(files); err != nil {
			return err
		}
	}
	return nil
}

func (r *Region) loadService(files fs.FS, overrides Overrides) error {
	var err error
	if r.Service, r.variables, err = loadService(files, overrides); err != nil {
		return err
	}
	r.unknown = unknownVariables(r.variables)
	if r.Location, err = r.location(); err != nil {
		return err
	}
	if r.Clock != "" {
		if r.start, err = time.Parse(time.RFC3339, r.Clock); err != nil {
			return err
		}
	}
	if r.Languages, err = language.NewSet(files, r.LanguageCodes); err != nil {
		return fmt.Errorf("%s: languages: %w", serviceFile, err)
	}
	return nil
}

func (r *Region) loadUnits(files fs.FS) error {
	var err error
	r.Units, err = unit.Load(files, r.Languages)
	return err
}

func (r *Region) loadCollectors(files fs.FS) error {
	names, err := fs.Glob(files, "collectors/*.yaml")
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("collectors: no *.yaml files; a region has at least one collector")
	}
	scope := collectors.Scope{Location: r.Location, Units: r.Units, Languages: r.Languages}
	var faults []error
	for _, name := range names {
		definition, err := collectors.Load(files, name, scope)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		r.Collectors = append(r.Collectors, definition)
	}
	if err := errors.Join(append(faults, r.checkCollectors())...); err != nil {
		return err
	}
	if err := r.resolveCollectors(); err != nil {
		return err
	}
	return r.loadKPIs()
}

// checkCollectors finds faults between definitions.
func (r *Region) checkCollectors() error {
	var faults []error
	places := map[string]string{}
	for _, d := range r.Collectors {
		if _, ok := r.Sources[d.Source]; !ok {
			faults = append(faults, d.Fault("$.source", "collector %s: source: %q is not one of the sources in %s", d.Collector, d.Source, serviceFile))
		}
		if d.Collector == naming.DomainPlanwatch || d.Collector == naming.DomainPlan {
			faults = append(faults, d.Fault("$.collector", "collector %s: the name is that of planwatch's own alerts; choose another", d.Collector))
		}
		for i, k := range d.KPIs {
			for _, metric := range metrics(k) {
				if other, taken := places[metric]; taken {
					faults = append(faults, d.Fault(fmt.Sprintf("$.kpis[%d].name", i), "kpi %s: %s is defined in %s already", k.Name, metric, other))
					continue
				}
				places[metric] = d.File()
			}
		}
	}
	return errors.Join(faults...)
}

// metrics returns the metric names of a KPI in Prometheus.
func metrics(k kpi.KPI) []string {
	if k.Histogram == nil {
		return []string{k.Metric()}
	}
	return []string{k.Metric(), k.Metric() + naming.SuffixBucket, k.Metric() + naming.SuffixCount, k.Metric() + naming.SuffixSum}
}

// loadKPIs lists the KPIs of the collectors.
func (r *Region) loadKPIs() error {
	var entries []kpi.Entry
	for _, d := range r.Collectors {
		for _, k := range d.KPIs {
			base, err := r.Units.Get(k.Unit)
			if err != nil {
				return err
			}
			entries = append(entries, kpi.Entry{KPI: k, Collector: d.Collector, Labels: d.Labels, Base: base})
		}
	}
	r.KPIs = kpi.NewCatalogue(entries)
	return nil
}

// loadHolidays gives the KPIs that grow on working days the region's public holidays.
func (r *Region) loadHolidays(fs.FS) error {
	if r.OnCall == nil {
		return nil
	}
	entries := slices.Clone(r.KPIs.Entries())
	for i, e := range entries {
		if e.AccruesOn == kpi.WorkingDays {
			entries[i].Calendar = r.OnCall.Holidays
		}
	}
	r.KPIs = kpi.NewCatalogue(entries)
	return nil
}

func (r *Region) loadEvents(files fs.FS) error {
	var err error
	if r.Events, err = event.Load(files, r.CollectorNames(), r.Languages); err != nil {
		return err
	}
	return r.resolveEvents()
}

func (r *Region) loadDimensions(files fs.FS) error {
	var err error
	r.Dimensions, err = dimension.Load(files, r.Labels(), r.Languages)
	return err
}

// Labels returns the labels of all collectors, in order of name.
func (r *Region) Labels() []string {
	var labels []string
	for _, d := range r.Collectors {
		labels = append(labels, d.Labels...)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func (r *Region) loadOnCall(files fs.FS) error {
	onCall, err := oncall.Load(files, r.Languages)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	r.OnCall = onCall
	if err != nil {
		return err
	}
	return r.checkOnCall()
}

// checkOnCall finds collectors and labels in oncall.yaml that do not exist.
func (r *Region) checkOnCall() error {
	var faults []error
	for i, quiet := range r.OnCall.Quiet {
		for j, domain := range quiet.Domains {
			if r.Collector(domain) == nil {
				faults = append(faults, r.OnCall.Fault(fmt.Sprintf("$.quiet[%d].domains[%d]", i, j), "quiet: %q is not one of the collectors", domain))
			}
		}
	}
	labels := r.Labels()
	for i, label := range r.OnCall.GroupBy {
		if !slices.Contains(labels, label) {
			faults = append(faults, r.OnCall.Fault(fmt.Sprintf("$.group_by[%d]", i), "group_by: %q is not a label of any collector", label))
		}
	}
	return errors.Join(faults...)
}

func (r *Region) loadPlan(files fs.FS) error {
	scope := plan.Scope{KPIs: r.KPIs, Units: r.Units, Languages: r.Languages}
	if r.OnCall != nil {
		scope.Owners = r.OnCall.OwnerIDs()
	}
	var err error
	if r.Plan, err = plan.Load(files, "plan", scope); err != nil {
		return err
	}
	return errors.Join(r.checkReferences(), r.resolvePlan())
}

// loadActions reads what is done to reach the plan, and what could keep the region from it.
func (r *Region) loadActions(files fs.FS) error {
	scope := action.Scope{KPIs: r.KPIs, Targets: r.Plan.Targets, Languages: r.Languages, Resolve: r.citations.Resolve}
	if r.OnCall != nil {
		scope.Owners = r.OnCall.OwnerIDs()
	}
	var wrongActivities, wrongRisks error
	r.Activities, wrongActivities = action.LoadActivities(files, scope)
	r.Risks, wrongRisks = action.LoadRisks(files, scope)
	return errors.Join(wrongActivities, wrongRisks)
}

// checkReferences finds targets that refer to a past that cannot be asked for.
func (r *Region) checkReferences() error {
	var faults []error
	for _, t := range r.Plan.Targets {
		if _, ofPast := t.Reference(); !ofPast {
			continue
		}
		if d := r.Giving(t.KPI); d != nil {
			if err := d.Replays(); err != nil {
				faults = append(faults, t.Fault(".value_from", "target %s: value_from: %w", t.ID, err))
			}
		}
	}
	return errors.Join(faults...)
}

func (r *Region) loadDashboards(files fs.FS) error {
	set, err := layout.Load(files, r.Collectors, r.Languages)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	r.Dashboards = set
	return err
}

func (r *Region) loadRunbooks(files fs.FS) error {
	var err error
	r.Runbooks, err = fs.Sub(files, "runbooks")
	return err
}

// Collector returns the definition with that name, or nil.
func (r *Region) Collector(name string) *collectors.Definition {
	for _, d := range r.Collectors {
		if d.Collector == name {
			return d
		}
	}
	return nil
}

// CollectorNames are the names of the collectors, in order.
func (r *Region) CollectorNames() []string {
	names := make([]string, len(r.Collectors))
	for i, d := range r.Collectors {
		names[i] = d.Collector
	}
	return names
}

// Giving returns the collector that gives the KPI, or nil.
func (r *Region) Giving(kpiName string) *collectors.Definition {
	entry, ok := r.KPIs.Get(kpiName)
	if !ok {
		return nil
	}
	return r.Collector(entry.Collector)
}

// Targets returns the KPI's targets, in the plan's order.
func (r *Region) Targets(kpiName string) []plan.Target {
	var targets []plan.Target
	for _, t := range r.Plan.Targets {
		if t.KPI == kpiName {
			targets = append(targets, t)
		}
	}
	return targets
}

// NewClock returns planwatch's clock, started now.
func (r *Region) NewClock() clock.Clock {
	if r.start.IsZero() {
		return clock.Clock{}
	}
	return clock.StartingAt(r.start)
}

// Fingerprint changes with everything that a collector's figures depend on: its
// definition, its query, the time zone and which source it reads. No secret goes
// into it, since it is saved with the figures.
func (r *Region) Fingerprint(d *collectors.Definition) string {
	sum := sha256.New()
	for _, part := range []string{d.Fingerprint(), r.TimeZone, warehouse.Identity(r.Sources[d.Source])} {
		fmt.Fprintf(sum, "%q", part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
