// Package collectors turns rows of the warehouse into samples: the
// definition of a collector, its run, and the schedule that it runs on.
package collectors

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
	"planwatch/internal/yamlfile"
)

// maxSeriesLimit bounds max_series itself. A collector that needs more rows
// than this describes individuals, not key figures.
const maxSeriesLimit = 50_000

// Definition is one collector: a file under collectors in a region's directory.
type Definition struct {
	// Name of the collector. Lower-case words joined by underscores; the file is named for it.
	Collector string `yaml:"collector" jsonschema:"required,pattern=^[a-z][a-z0-9]*(_[a-z0-9]+)*$"`
	// What the collector covers, where people read it.
	Title kpi.Text `yaml:"title" jsonschema:"required"`
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
	// The query's column with the moment that a row speaks of. Without it that is the moment of the run.
	AsOf string `yaml:"as_of"`
	// How old a figure may grow before it is withdrawn.
	MaxAge yamlfile.Duration `yaml:"max_age" jsonschema:"required"`
	// How many rows the query may return.
	MaxSeries int `yaml:"max_series" jsonschema:"default=1000,minimum=1,maximum=50000"`
	// Whether no row at all is a right answer. Without it that fails the run.
	AllowEmpty bool `yaml:"allow_empty"`
	// The key figures that the query gives.
	KPIs []kpi.KPI `yaml:"kpis" jsonschema:"required,minItems=1"`

	file        *yamlfile.File
	statement   warehouse.Query
	schedule    Schedule
	fingerprint string
}

// defaults are the values that a definition has where it is silent.
func defaults() Definition {
	return Definition{Timeout: yamlfile.Duration(30 * time.Second), MaxSeries: 1000}
}

// Load reads the definition in file and the query beside it, and checks
// both. location is the zone that the schedule is in.
func Load(files fs.FS, file string, location *time.Location) (*Definition, error) {
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
	if err := parsed.Locate(d.validate()); err != nil {
		return nil, err
	}
	if d.schedule, err = ParseSchedule(d.Schedule, location); err != nil {
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
	sum := sha256.New()
	sum.Write(data)
	sum.Write(text)
	d.fingerprint = hex.EncodeToString(sum.Sum(nil))
	return &d, nil
}

// File is the name of the definition's file.
func (d *Definition) File() string { return d.file.Name() }

// Fault places an error about the value at path in the definition's file.
func (d *Definition) Fault(path, format string, args ...any) error {
	return d.file.Locate(yamlfile.Faultf(path, format, args...))
}

// Statement is the collector's query.
func (d *Definition) Statement() warehouse.Query { return d.statement }

// Due is the collector's schedule.
func (d *Definition) Due() Schedule { return d.schedule }

// Fingerprint changes with the definition and with its query, so that
// figures of an older definition are told from those of this one.
func (d *Definition) Fingerprint() string { return d.fingerprint }

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

// valueColumns are the columns that a KPI's value is made of.
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

func (d *Definition) validate() error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(path, "collector %s: "+format, append([]any{d.Collector}, args...)...))
	}
	if !kpi.ValidName(d.Collector) {
		return yamlfile.Faultf("$.collector", "collector: %q is not a name of lower-case words joined by underscores", d.Collector)
	}
	if base := strings.TrimSuffix(path.Base(d.file.Name()), ".yaml"); base != d.Collector {
		fault("$.collector", "the file is named %s.yaml; name the two alike", base)
	}
	for _, missing := range []struct{ key, value string }{
		{"title", d.Title.SV}, {"title", d.Title.EN}, {"source", d.Source}, {"schedule", d.Schedule}, {"query", d.Query},
	} {
		if missing.value == "" {
			fault("$."+missing.key, "%s: missing%s", missing.key, inBoth(missing.key))
		}
	}
	if strings.Contains(d.Query, "/") {
		fault("$.query", "query: %q is not the name of a file beside this one", d.Query)
	}
	if d.Timeout <= 0 {
		fault("$.timeout", "timeout: %s is not above zero", d.Timeout)
	}
	if d.MaxAge <= 0 {
		fault("$.max_age", "max_age: missing; say how old a figure may grow before it is withdrawn")
	}
	if d.MaxSeries < 1 || d.MaxSeries > maxSeriesLimit {
		fault("$.max_series", "max_series: %d is not from 1 to %d", d.MaxSeries, maxSeriesLimit)
	}
	for i, label := range d.Labels {
		place := fmt.Sprintf("$.labels[%d]", i)
		switch owner := kpi.LabelOwner(label); {
		case !kpi.ValidLabel(label):
			fault(place, "labels: %q is not a name of lower-case words joined by underscores", label)
		case owner != "":
			fault(place, "labels: %q belongs to %s; choose another name in the query", label, owner)
		case slices.Index(d.Labels, label) < i:
			fault(place, "labels: %q stands twice", label)
		case label == d.AsOf:
			fault(place, "labels: %q is the as_of column; a moment as a label makes a series a run", label)
		}
	}
	if len(d.KPIs) == 0 {
		fault("$.kpis", "kpis: missing; a collector gives at least one")
	}
	for i, k := range d.KPIs {
		place := fmt.Sprintf("$.kpis[%d]", i)
		for _, err := range d.validateKPI(k, i) {
			faults = append(faults, &yamlfile.Fault{Path: place + strings.TrimPrefix(err.Path, "$"), Err: fmt.Errorf("kpi %s: %w", k.Name, err.Err)})
		}
	}
	return errors.Join(faults...)
}

func inBoth(key string) string {
	if key == "title" {
		return "; give sv and en"
	}
	return ""
}

func (d *Definition) validateKPI(k kpi.KPI, index int) []*yamlfile.Fault {
	var faults []*yamlfile.Fault
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(path, format, args...))
	}
	if !kpi.ValidName(k.Name) {
		fault("$.name", "name: %q is not a name of lower-case words joined by underscores", k.Name)
	}
	if k.Metric() == kpi.InfoMetric {
		fault("$.name", "name: %s is planwatch's own metric", kpi.InfoMetric)
	}
	if slices.IndexFunc(d.KPIs, func(other kpi.KPI) bool { return other.Name == k.Name }) < index {
		fault("$.name", "name: stands twice in this collector")
	}
	if k.Title.SV == "" || k.Title.EN == "" {
		fault("$.title", "title: missing; give sv and en")
	}
	if k.Definition.SV == "" || k.Definition.EN == "" {
		fault("$.definition", "definition: missing; give sv and en")
	}
	if !k.Unit.Known() {
		fault("$.unit", "unit: %q is not a unit that planwatch knows; there are %s", k.Unit, join(kpi.Units()))
	}
	if k.Better != kpi.Higher && k.Better != kpi.Lower {
		fault("$.better", "better: %q is not higher or lower", k.Better)
	}
	if k.Accumulates != "" && k.Accumulates != kpi.Year {
		fault("$.accumulates", "accumulates: %q is not year", k.Accumulates)
	}
	if k.MinCount < 0 || k.MinCount == 1 {
		fault("$.min_count", "min_count: %d withholds nothing; give 2 or more", k.MinCount)
	}
	if k.People != "" && k.MinCount == 0 {
		fault("$.people", "people: says who is withheld together, which takes a min_count")
	}
	given := 0
	for _, is := range []bool{k.Column != "", k.Ratio != nil, k.Histogram != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		fault("$", "give one of column, ratio and histogram")
		return faults
	}
	if k.Column != "" {
		if !slices.Contains([]kpi.Aggregation{kpi.Sum, kpi.Max, kpi.Min, kpi.Mean}, k.Aggregate) {
			fault("$.aggregate", "aggregate: %q is not sum, max, min or mean", k.Aggregate)
		}
		return append(faults, d.clash(k.Column, "$.column")...)
	}
	if k.Aggregate != "" {
		fault("$.aggregate", "aggregate: a ratio adds up as sum over sum, a histogram as the sum of its counts; leave it out")
	}
	if k.Ratio != nil {
		return append(faults, d.validateRatio(k)...)
	}
	return append(faults, d.validateHistogram(*k.Histogram)...)
}

func (d *Definition) validateRatio(k kpi.KPI) []*yamlfile.Fault {
	var faults []*yamlfile.Fault
	for _, part := range []struct{ key, name string }{{"of", k.Ratio.Of}, {"to", k.Ratio.To}} {
		i := slices.IndexFunc(d.KPIs, func(other kpi.KPI) bool { return other.Name == part.name })
		switch place := "$.ratio." + part.key; {
		case i < 0:
			faults = append(faults, yamlfile.Faultf(place, "ratio: %q is not a kpi of this collector", part.name))
		case d.KPIs[i].Column == "":
			faults = append(faults, yamlfile.Faultf(place, "ratio: %q is not a column's kpi", part.name))
		}
	}
	if k.MinCount != 0 {
		faults = append(faults, yamlfile.Faultf("$.min_count", "min_count: a ratio is withheld with its parts; set it on them"))
	}
	return faults
}

func (d *Definition) validateHistogram(h kpi.Buckets) []*yamlfile.Fault {
	var faults []*yamlfile.Fault
	if h.Value == "" {
		faults = append(faults, yamlfile.Faultf("$.histogram.value", "histogram: value: missing; name the column that is observed"))
	}
	if len(h.Bounds) == 0 {
		faults = append(faults, yamlfile.Faultf("$.histogram.buckets", "histogram: buckets: missing; give rising upper bounds"))
	}
	for i, bound := range h.Bounds {
		if math.IsNaN(bound) || math.IsInf(bound, 0) || i > 0 && bound <= h.Bounds[i-1] {
			faults = append(faults, yamlfile.Faultf(fmt.Sprintf("$.histogram.buckets[%d]", i), "histogram: buckets: %v does not rise; give finite upper bounds in order, the infinite one is added", bound))
		}
	}
	faults = append(faults, d.clash(h.Value, "$.histogram.value")...)
	return append(faults, d.clash(h.Count, "$.histogram.count")...)
}

// clash finds a value's column that is a label or the as_of column as well.
func (d *Definition) clash(column, place string) []*yamlfile.Fault {
	switch {
	case column != "" && slices.Contains(d.Labels, column):
		return []*yamlfile.Fault{yamlfile.Faultf(place, "column %q is a label as well", column)}
	case column != "" && column == d.AsOf:
		return []*yamlfile.Fault{yamlfile.Faultf(place, "column %q is the as_of column as well", column)}
	}
	return nil
}

func join[T ~string](values []T) string {
	parts := make([]string, len(values))
	for i, value := range values {
		parts[i] = string(value)
	}
	return strings.Join(parts, ", ")
}
