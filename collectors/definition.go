// Package collectors turns rows of the warehouse into samples: the
// definition of a collector, its run, and the schedule that it runs on.
package collectors

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
	"planwatch/internal/warehouse"
	"planwatch/internal/yamlfile"
)

// maxSeriesLimit is the largest max_series. A collector that needs more rows
// is about individuals, not key figures.
const maxSeriesLimit = 50_000

// Definition is one collector: a file under collectors in a region's directory.
type Definition struct {
	// Name of the collector. Lower-case words joined by underscores; the file is named for it.
	Collector string `yaml:"collector" jsonschema:"required,pattern=^[a-z][a-z0-9]*(_[a-z0-9]+)*$"`
	// What the collector covers, where people read it.
	Title language.Text `yaml:"title" jsonschema:"required"`
	// The source it reads, one of those under sources in planwatch.yaml.
	Source string `yaml:"source" jsonschema:"required"`
	// When it runs: five cron fields, in the configuration's time zone. It also runs at start.
	Schedule string `yaml:"schedule" jsonschema:"required"`
	// How long the query may take before the server ends it.
	Timeout yamlfile.Duration `yaml:"timeout" jsonschema:"default=30s"`
	// The file with the query, beside this one.
	Query string `yaml:"query" jsonschema:"required"`
	// The query's columns that become labels.
	Labels []string `yaml:"labels"`
	// The query's column with the moment that a row is about. Without it that is the moment of the run.
	AsOf string `yaml:"as_of"`
	// How old a figure may grow before it is withdrawn.
	MaxAge yamlfile.Duration `yaml:"max_age" jsonschema:"required"`
	// How many rows the query may return.
	MaxSeries int `yaml:"max_series" jsonschema:"default=1000,minimum=1,maximum=50000"`
	// Whether no row at all is a right answer. Without it that fails the run; with it, only while there are figures of an earlier run.
	AllowEmpty bool `yaml:"allow_empty"`
	// How often counts of people that accumulate, and what goes with them, are published: at the end of each month, week or day, if they have grown by enough since they last were.
	Release Release `yaml:"release" jsonschema:"default=month,enum=day,enum=week,enum=month"`
	// Which moments make the collector's history.
	HistorySettings History `yaml:"history"`
	// The key figures that the query gives.
	KPIs []kpi.KPI `yaml:"kpis" jsonschema:"required,minItems=1"`

	file      *yamlfile.Document
	statement warehouse.Query
	schedule  Schedule
}

// defaults returns the values of the keys that a definition leaves out.
func defaults() Definition {
	return Definition{Timeout: yamlfile.Duration(30 * time.Second), MaxSeries: 1000, Release: Monthly, HistorySettings: defaultHistory()}
}

// Scope is what a definition may refer to.
type Scope struct {
	// Location is the zone that schedules are in.
	Location *time.Location
	// Units that KPIs may be in.
	Units *unit.Set
	// Languages that every text must be in.
	Languages *language.Set
}

// Load reads the definition in file and the query beside it, and checks
// both.
func Load(files fs.FS, file string, scope Scope) (*Definition, error) {
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	parsed, err := yamlfile.Parse(file, data)
	if err != nil {
		return nil, err
	}
	d := defaults()
	d.file = parsed
	if err := parsed.Decode(&d); err != nil {
		return nil, err
	}
	if err := parsed.Locate(d.validate(scope)); err != nil {
		return nil, err
	}
	d.protect(scope.Units)
	if err := parsed.Locate(d.validateReleases()); err != nil {
		return nil, err
	}
	if d.schedule, err = ParseSchedule(d.Schedule, scope.Location); err != nil {
		return nil, parsed.Locate(yamlfile.Faultf("$.schedule", "collector %s: schedule: %w", d.Collector, err))
	}
	queryFile := path.Join(path.Dir(file), d.Query)
	text, err := fs.ReadFile(files, queryFile)
	if err != nil {
		return nil, parsed.Locate(yamlfile.Faultf("$.query", "collector %s: query: no file %s", d.Collector, queryFile))
	}
	if d.statement, err = warehouse.ParseQuery(queryFile, string(text)); err != nil {
		return nil, err
	}
	return &d, nil
}

// File is the name of the definition's file.
func (d *Definition) File() string { return d.file.Name() }

// Gives reports whether the collector has a KPI of that name.
func (d *Definition) Gives(name string) bool {
	return slices.ContainsFunc(d.KPIs, func(k kpi.KPI) bool { return k.Name == name })
}

// Fault places an error about the value at path in the definition's file.
func (d *Definition) Fault(path, format string, args ...any) error {
	return d.file.Locate(yamlfile.Faultf(path, format, args...))
}

// Statement is the collector's query.
func (d *Definition) Statement() warehouse.Query { return d.statement }

// ParsedSchedule is the schedule of the collector's runs.
func (d *Definition) ParsedSchedule() Schedule { return d.schedule }

// Fingerprint changes with what the figures are made of: the query, its
// columns, and what becomes of them, so that figures of an older definition are
// not used for this one. It does not change with what is said of them, nor with
// comments, titles, schedules and limits.
func (d *Definition) Fingerprint() string {
	type part struct {
		Name, Unit, Column string
		Ratio              *kpi.Ratio
		Histogram          *kpi.Buckets
		Smallest           int
		Guarded            bool
		People, PartOf     string
		Span               string
	}
	parts := make([]part, len(d.KPIs))
	for i, k := range d.KPIs {
		parts[i] = part{k.Name, k.Unit, k.Column, k.Ratio, k.Histogram, k.Smallest, k.Guarded, k.People, k.PartOf, k.Span()}
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.Name, b.Name) })
	meaning, err := json.Marshal([]any{protection, d.Release, d.Collector, d.statement.Canonical(), slices.Sorted(slices.Values(d.Labels)), d.AsOf, parts})
	if err != nil {
		panic(err) // an infinite bound, which validate refuses
	}
	sum := sha256.Sum256(meaning)
	return hex.EncodeToString(sum[:])
}

// Columns are the names that the query must give, in the order in which the
// definition mentions them.
func (d *Definition) Columns() []string {
	columns := slices.Clone(d.Labels)
	if d.AsOf != "" {
		columns = append(columns, d.AsOf)
	}
	for _, k := range d.KPIs {
		for _, column := range valueColumns(k) {
			if !slices.Contains(columns, column) {
				columns = append(columns, column)
			}
		}
	}
	return columns
}

// valueColumns are the columns that a KPI's value is computed from.
func valueColumns(k kpi.KPI) []string {
	switch {
	case k.Histogram != nil && k.Histogram.Count != "":
		return []string{k.Histogram.Value, k.Histogram.Count}
	case k.Histogram != nil:
		return []string{k.Histogram.Value}
	case k.Column != "":
		return []string{k.Column}
	}
	return nil
}

func (d *Definition) validate(scope Scope) error {
	root := yamlfile.NewFaults()
	if !naming.ValidName(d.Collector) {
		root.Add(".collector", "collector: %q is not a name of lower-case words joined by underscores", d.Collector)
		return root.Err()
	}
	f := root.In("", "collector "+d.Collector)
	if base := strings.TrimSuffix(path.Base(d.file.Name()), ".yaml"); base != d.Collector {
		f.Add(".collector", "the file is named %s.yaml; use the same name for both", base)
	}
	scope.Languages.RequireLine(f, "title", d.Title)
	for _, missing := range []struct{ key, value string }{{"source", d.Source}, {"schedule", d.Schedule}, {"query", d.Query}} {
		if missing.value == "" {
			f.Add("."+missing.key, "%s: missing", missing.key)
		}
	}
	if strings.Contains(d.Query, "/") {
		f.Add(".query", "query: %q is not the name of a file beside this one", d.Query)
	}
	if d.Timeout <= 0 {
		f.Add(".timeout", "timeout: %s is not above zero", d.Timeout)
	}
	if d.MaxAge <= 0 {
		f.Add(".max_age", "max_age: missing; give the age at which a figure is withdrawn")
	}
	if d.MaxSeries < 1 || d.MaxSeries > maxSeriesLimit {
		f.Add(".max_series", "max_series: %d is not from 1 to %d", d.MaxSeries, maxSeriesLimit)
	}
	if d.Release != Daily && d.Release != Weekly && d.Release != Monthly {
		f.Add(".release", "release: %q is not day, week or month", d.Release)
	}
	d.HistorySettings.validate(f)
	d.validateLabels(f)
	if len(d.KPIs) == 0 {
		f.Add(".kpis", "kpis: missing; give at least one")
	}
	for i, k := range d.KPIs {
		d.validateKPI(k, i, scope, root.In(fmt.Sprintf(".kpis[%d]", i), "kpi "+k.Name))
	}
	return root.Err()
}

func (d *Definition) validateLabels(f *yamlfile.Faults) {
	for i, label := range d.Labels {
		place := fmt.Sprintf(".labels[%d]", i)
		switch reason := naming.Reserved(label); {
		case !naming.ValidName(label):
			f.Add(place, "labels: %q is not a name of lower-case words joined by underscores", label)
		case reason != "":
			f.Add(place, "labels: %q is reserved: %s; choose another name in the query", label, reason)
		case slices.Index(d.Labels, label) < i:
			f.Add(place, "labels: %q is given twice", label)
		case label == d.AsOf:
			f.Add(place, "labels: %q is the as_of column; as a label it would start new series at each run", label)
		}
	}
}

func (d *Definition) validateKPI(k kpi.KPI, index int, scope Scope, f *yamlfile.Faults) {
	if !naming.ValidName(k.Name) {
		f.Add(".name", "name: %q is not a name of lower-case words joined by underscores", k.Name)
	}
	if !naming.IsKPI(k.Metric()) {
		f.Add(".name", "name: %s is planwatch's own metric", k.Metric())
	}
	if slices.IndexFunc(d.KPIs, func(other kpi.KPI) bool { return other.Name == k.Name }) < index {
		f.Add(".name", "name: another kpi of this collector has the same name")
	}
	scope.Languages.RequireLine(f, "title", k.Title)
	scope.Languages.Require(f, "definition", k.Definition)
	if base, err := scope.Units.Get(k.Unit); err != nil {
		f.Add(".unit", "unit: %w", err)
	} else if _, err := base.Measure(k.Measure); err != nil {
		f.Add(".measure", "measure: %w", err)
	}
	if k.Better != kpi.Higher && k.Better != kpi.Lower && k.Better != kpi.AsPlanned {
		f.Add(".better", "better: %q is not higher, lower or as_planned", k.Better)
	}
	for i, label := range k.SeparateBy {
		if !slices.Contains(d.Labels, label) {
			f.Add(fmt.Sprintf(".separate_by[%d]", i), "separate_by: %q is not one of the collector's labels", label)
		}
	}
	switch {
	case k.AccruesOn == kpi.AllDays:
	case k.AccruesOn != kpi.WorkingDays:
		f.Add(".accrues_on", "accrues_on: %q is not working_days", k.AccruesOn)
	case k.Accumulates == "":
		f.Add(".accrues_on", "accrues_on: the figure does not accumulate; add accumulates: year, or leave accrues_on out")
	}
	if k.Accumulates != "" && k.Accumulates != kpi.Year {
		f.Add(".accumulates", "accumulates: %q is not year", k.Accumulates)
	}
	switch {
	case k.Forecast == "":
	case k.Forecast != kpi.NoForecast:
		f.Add(".forecast", "forecast: %q is not none; leave forecast out for one", k.Forecast)
	case k.Accumulates == "" || k.ForecastFrom != nil:
		f.Add(".forecast", "forecast: none is for a figure that accumulates, and without forecast_from; leave one out")
	}
	if k.ForecastFrom != nil {
		d.validateForecastFrom(k, f)
	}
	base, err := scope.Units.Get(k.Unit)
	d.validateProtection(k, index, err == nil && base.Persons, f)
	d.validateValue(k, f)
	d.validateFunnel(k, scope, f)
}

// validateValue checks where the KPI's value comes from.
func (d *Definition) validateValue(k kpi.KPI, f *yamlfile.Faults) {
	given := 0
	for _, is := range []bool{k.Column != "", k.Ratio != nil, k.Histogram != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		f.Add("", "give one of column, ratio and histogram")
		return
	}
	if k.Column != "" {
		if !slices.Contains([]kpi.Aggregation{kpi.Sum, kpi.Max, kpi.Min, kpi.Mean}, k.Aggregate) {
			f.Add(".aggregate", "aggregate: %q is not sum, max, min or mean", k.Aggregate)
		}
		d.validateColumn(k.Column, ".column", f)
		return
	}
	if k.Aggregate != "" {
		f.Add(".aggregate", "aggregate: only a kpi with a column has one; leave it out")
	}
	if k.Ratio != nil {
		d.validateRatio(k, f)
		return
	}
	d.validateHistogram(*k.Histogram, f)
}

func (d *Definition) validateRatio(k kpi.KPI, f *yamlfile.Faults) {
	for _, part := range []struct{ key, name string }{{"of", k.Ratio.Of}, {"to", k.Ratio.To}} {
		i := slices.IndexFunc(d.KPIs, func(other kpi.KPI) bool { return other.Name == part.name })
		switch place := ".ratio." + part.key; {
		case i < 0:
			f.Add(place, "ratio: %q is not a kpi of this collector", part.name)
		case d.KPIs[i].Column == "":
			f.Add(place, "ratio: %q is not a kpi with a column", part.name)
		}
	}
}

// validateForecastFrom checks that the KPI can be the difference of the two: all three
// add up, over labels and over the year.
func (d *Definition) validateForecastFrom(k kpi.KPI, f *yamlfile.Faults) {
	if k.Accumulates == "" || k.Aggregate != kpi.Sum {
		f.Add(".forecast_from", "forecast_from: the figure does not accumulate as a sum; leave forecast_from out")
		return
	}
	for _, part := range []struct{ key, name string }{{"of", k.ForecastFrom.Of}, {"less", k.ForecastFrom.Less}} {
		i := slices.IndexFunc(d.KPIs, func(other kpi.KPI) bool { return other.Name == part.name })
		switch place := ".forecast_from." + part.key; {
		case part.name == "":
			f.Add(".forecast_from", "forecast_from: %s: missing", part.key)
		case part.key == "less" && part.name == k.ForecastFrom.Of:
			f.Add(place, "forecast_from: of and less are both %q", part.name)
		case i < 0 || part.name == k.Name:
			f.Add(place, "forecast_from: %q is not another kpi of this collector", part.name)
		case d.KPIs[i].Unit != k.Unit:
			f.Add(place, "forecast_from: %q is in %s, but %q in %s", part.name, d.KPIs[i].Unit, k.Name, k.Unit)
		case d.KPIs[i].Accumulates != k.Accumulates || d.KPIs[i].Aggregate != kpi.Sum:
			f.Add(place, "forecast_from: %q does not accumulate as a sum, as %q does", part.name, k.Name)
		}
	}
}

func (d *Definition) validateHistogram(h kpi.Buckets, f *yamlfile.Faults) {
	if h.Value == "" {
		f.Add(".histogram.value", "histogram: value: missing; give the column of the observed values")
	}
	if len(h.Bounds) == 0 {
		f.Add(".histogram.buckets", "histogram: buckets: missing; give upper bounds in increasing order")
	}
	for i, bound := range h.Bounds {
		if math.IsNaN(bound) || math.IsInf(bound, 0) || i > 0 && bound <= h.Bounds[i-1] {
			f.Add(fmt.Sprintf(".histogram.buckets[%d]", i), "histogram: buckets: %v is out of order or infinite; give finite upper bounds in increasing order", bound)
		}
	}
	d.validateColumn(h.Value, ".histogram.value", f)
	d.validateColumn(h.Count, ".histogram.count", f)
}

// validateColumn reports a value's column that is a label or the as_of column
// as well.
func (d *Definition) validateColumn(column, place string, f *yamlfile.Faults) {
	switch {
	case column != "" && slices.Contains(d.Labels, column):
		f.Add(place, "column %q is a label as well", column)
	case column != "" && column == d.AsOf:
		f.Add(place, "column %q is the as_of column as well", column)
	}
}
