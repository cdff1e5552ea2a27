package plan

import (
	"maps"
	"slices"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

// Moment is the moment for which the value due is computed.
type Moment string

// The moments.
const (
	// Now is the present time.
	Now Moment = "now"
	// AsOf is the moment of the figure. It is for figures that are booked once
	// a month, which would otherwise fall behind until the next booking.
	AsOf Moment = "as_of"
)

// TargetFile is one YAML file of targets under plan in a region's directory.
type TargetFile struct {
	// The plan that the targets come from, as it is titled.
	Plan string `yaml:"plan" jsonschema:"required"`
	// Targets written out one by one.
	Targets []Target `yaml:"targets,omitempty"`
	// Targets made of the rows of a table beside this file.
	TargetsFrom []TableTargets `yaml:"targets_from,omitempty"`
}

// Target is what a KPI is to be at one set of labels, in one period.
type Target struct {
	// A name that no other target has: lower-case words joined by hyphens.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// The KPI's name.
	KPI string `yaml:"kpi" jsonschema:"required"`
	// Labels that select the samples; what they leave out is added up. An empty value selects samples without that label.
	Where map[string]string `yaml:"where,omitempty"`
	// The value to be reached at the period's end, in unit. One of value, value_from and between is given.
	Value *decimal.Decimal `yaml:"value,omitempty"`
	// What the value is taken from: the KPI's own figure at a moment of the past, or another KPI.
	ValueFrom *ValueFrom `yaml:"value_from,omitempty"`
	// The band that the figure is to be within, in unit, instead of one value.
	Between *Between `yaml:"between,omitempty"`

	Terms `yaml:",inline"`

	origin origin
	// factor is how many of the base unit one of Unit is; nil is 1.
	factor *decimal.Decimal
}

// ValueFrom says whose figure, at the same labels, is the value to reach. Exactly
// one of kpi, at, on and year is given.
type ValueFrom struct {
	// Another KPI, at the same moment.
	KPI string `yaml:"kpi,omitempty"`
	// The KPI itself, as it was published: at the same date and time a year before (year_earlier), or on the same day of the week 364 days before (52_weeks_earlier). A KPI that accumulates is reckoned evenly to the day of the present figure, where the two are through different days.
	At Shift `yaml:"at,omitempty" jsonschema:"enum=year_earlier,enum=52_weeks_earlier"`
	// The KPI itself, as it was published at the end of a day before the period.
	On Date `yaml:"on,omitempty"`
	// The KPI itself, as it was published at the same date and time in that year. A target of several years thus keeps the year that it began from. A KPI that accumulates is reckoned evenly, as for at.
	Year int `yaml:"year,omitempty"`
}

// Terms are what a target says beside its cell and its value.
type Terms struct {
	// The measure that value, at and milestones are written in, one of those of the KPI's unit in units.yaml. Left out, the base unit itself.
	Unit string `yaml:"unit,omitempty"`
	// The first day of the period.
	From Date `yaml:"from" jsonschema:"required"`
	// The last day of the period. Left out, the target holds until further notice.
	To Date `yaml:"to,omitempty"`
	// What the target rests on. A threshold or target of the region's own making is operational.
	Basis Basis `yaml:"basis" jsonschema:"required,enum=plan,enum=report,enum=law,enum=national,enum=operational"`
	// Where to find the sentence: an id in citations.yaml, or the citation itself. Only an operational target may do without.
	Cite string `yaml:"cite,omitempty"`
	// Who is called; a name in oncall.yaml.
	Owner string `yaml:"owner" jsonschema:"required"`
	// Where the warning begins: a share of the expected value, 5%, a distance from it, {by: 2}, or a figure, {at: 36}.
	// With neither warning nor critical, all that is worse than expected is a warning.
	Warning Threshold `yaml:"warning,omitempty"`
	// Where it becomes critical, in the same forms.
	Critical Threshold `yaml:"critical,omitempty"`
	// How long it must last before anyone is called.
	For yamlfile.Duration `yaml:"for,omitempty"`
	// Whether equal to the expected value does not do: the plan wants more, or less, than that.
	Strict bool `yaml:"strict,omitempty"`
	// From when on the figure is judged: a share of the period, 10%, or the amount that is due by then, {at: 30}. Until then it is too early, and nobody is told. Of a figure that accumulates, the period is the year.
	JudgeFrom Threshold `yaml:"judge_from,omitempty"`
	// The day by whose end the value is to be reached. Until then nothing is due.
	DoneBy Date `yaml:"done_by,omitempty"`
	// How the value falls due over the period. Left out, a KPI that accumulates is due evenly and any other in full from the first day.
	Phasing Phasing `yaml:"phasing,omitempty"`
	// The moment at which the value due is reckoned: now, or the figure's own as_of.
	DueBy Moment `yaml:"due_by,omitempty" jsonschema:"enum=now,enum=as_of,default=now"`
}

// origin is where a target is defined, for errors.
type origin struct {
	file *yamlfile.Document
	path string
}

// place is the origin as file and line.
func (o origin) place() string {
	if o.file == nil {
		return "another file"
	}
	return at(o.file, o.path)
}

// Fault places an error about the value at path, such as ".cite", of the
// target in its file. The target comes from Load.
func (t Target) Fault(path, format string, args ...any) error {
	return t.origin.file.Locate(yamlfile.Faultf(t.origin.path+path, format, args...))
}

// Labels are the labels of the target's metrics.
func (t Target) Labels() kpi.Labels {
	pairs := make([]kpi.Label, 0, len(t.Where))
	for name, value := range t.Where {
		pairs = append(pairs, kpi.Label{Name: name, Value: value})
	}
	return kpi.NewLabels(pairs...)
}

// cell is a text that is equal for two targets only if they are for the same
// KPI at the same labels. It includes labels that must be absent, which Labels
// leaves out.
func (t Target) cell() string {
	var b strings.Builder
	b.WriteString(t.KPI)
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		b.WriteString("\xff" + name + "\xff" + t.Where[name])
	}
	return b.String()
}

// selects reports whether a sample of those labels counts towards the target.
func (t Target) selects(labels kpi.Labels) bool {
	for name, value := range t.Where {
		if labels.Get(name) != value {
			return false
		}
	}
	return true
}

// overlaps reports whether the periods of the two have a day in common.
func (t Target) overlaps(other Target) bool {
	return !t.endsBefore(other) && !other.endsBefore(t)
}

func (t Target) endsBefore(other Target) bool { return !t.To.IsZero() && t.To.Before(other.From) }

// inBaseUnit converts an amount from the target's measure to the KPI's base
// unit.
func (t *Target) inBaseUnit(amount decimal.Decimal) float64 {
	if t.factor == nil {
		return amount.Float()
	}
	return amount.FloatTimes(*t.factor)
}
