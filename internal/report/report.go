// Package report puts the key figures beside what the plan wants of them:
// which figures, in which order, and written as people or programs read them.
package report

import (
	"cmp"
	"math"
	"slices"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// NoTarget is the reason of a row without a target.
const NoTarget plan.Reason = "no_target"

// Report is how a region stands at one moment.
type Report struct {
	// Region as people call it.
	Region string
	// At is the moment, in the region's time zone.
	At time.Time
	// Rows are the worst first; those without a target are last.
	Rows []Row
}

// Row is one target, or a KPI that has none, added up over all its labels. A
// figure that is not known, or does not apply, is nil. Figures are in the
// KPI's unit.
type Row struct {
	KPI kpi.KPI
	// Collector that gives the KPI.
	Collector      string
	CollectorTitle kpi.Text
	// Labels select what the figures speak of, and Where has their values in
	// the collector's order.
	Labels kpi.Labels
	Where  []string
	// Target that is held against; nil where the KPI has none.
	Target *plan.Target
	// Actual, Expected by now, Full at the period's end, Forecast at the
	// present pace.
	Actual, Expected, Full, Forecast *float64
	// Margin is the distance from Expected to Actual as a share of Expected,
	// positive where the actual is the better.
	Margin *float64
	// Warning and Critical are where those severities begin.
	Warning, Critical *float64
	// Status is Unknown where there is no target.
	Status plan.Status
	// Reason is why the status is Unknown, or empty.
	Reason plan.Reason
	// DataTime is the moment that the oldest figure used speaks of; zero
	// without a figure.
	DataTime time.Time
	// Cite is where to find the sentence behind the target, or else behind
	// the KPI.
	Cite string
}

// Input is what a Report is made of.
type Input struct {
	Region     string
	Collectors []*collectors.Definition
	// Targets as they were assessed.
	Targets []plan.Assessment
	// Samples give the figures of KPIs without a target.
	Samples []kpi.Sample
	At      time.Time
	// Location is the region's time zone.
	Location *time.Location
}

// New makes a Report with a row for each assessed target, and one for each
// KPI that no target speaks of.
func New(in Input) *Report {
	r := &Report{Region: in.Region, At: in.At.In(in.Location)}
	origins := map[string]*collectors.Definition{}
	for _, definition := range in.Collectors {
		for _, k := range definition.KPIs {
			origins[k.Name] = definition
		}
	}
	aimed := map[string]bool{}
	for _, assessment := range in.Targets {
		aimed[assessment.KPI.Name] = true
		r.Rows = append(r.Rows, ofTarget(assessment, origins[assessment.KPI.Name], in.Location))
	}
	slices.SortStableFunc(r.Rows, worstFirst)
	figures := plan.NewFigures(in.Samples)
	for _, definition := range in.Collectors {
		for _, k := range definition.KPIs {
			if !aimed[k.Name] {
				r.Rows = append(r.Rows, ofKPI(k, definition, figures, in.Location))
			}
		}
	}
	return r
}

func ofTarget(a plan.Assessment, d *collectors.Definition, location *time.Location) Row {
	row := Row{
		KPI: a.KPI, Labels: a.Labels, Target: &a.Target,
		Actual: finite(a.Actual), Expected: finite(a.Expected), Full: finite(a.Full), Forecast: finite(a.Forecast), Margin: finite(a.Margin),
		Warning: finite(a.Warning), Critical: finite(a.Critical),
		Status: a.Status, Reason: a.Reason, Cite: cmp.Or(a.Target.Cite, a.KPI.Cite),
	}
	row.from(d)
	row.dated(a.DataTime, location)
	return row
}

func ofKPI(k kpi.KPI, d *collectors.Definition, figures plan.Figures, location *time.Location) Row {
	row := Row{KPI: k, Status: plan.Unknown, Reason: NoTarget, Cite: k.Cite}
	row.from(d)
	figure, ok := figures.At(k, nil)
	switch {
	case figure.Withheld:
		row.Reason = plan.Withheld
		return row
	case !ok:
		row.Reason = plan.NoFigure
		return row
	}
	row.Actual = finite(&figure.Value)
	row.dated(figure.AsOf, location)
	return row
}

func (r *Row) from(d *collectors.Definition) {
	if d == nil {
		return
	}
	r.Collector, r.CollectorTitle = d.Collector, d.Title
	for _, name := range d.Labels {
		if value := r.Labels.Get(name); value != "" {
			r.Where = append(r.Where, value)
		}
	}
}

func (r *Row) dated(moment time.Time, location *time.Location) {
	if !moment.IsZero() {
		r.DataTime = moment.In(location)
	}
}

// finite keeps a figure that no one can write out of the report.
func finite(value *float64) *float64 {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return nil
	}
	return value
}

// severity is the order of the statuses in a report.
var severity = map[plan.Status]int{plan.Critical: 0, plan.Warning: 1, plan.Unknown: 2, plan.OnPlan: 3}

// worstFirst orders rows by status and then by margin; where there is none,
// by reason and name.
func worstFirst(a, b Row) int {
	return cmp.Or(
		cmp.Compare(severity[a.Status], severity[b.Status]),
		compareMargins(a.Margin, b.Margin),
		cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.KPI.Name, b.KPI.Name),
		a.Labels.Compare(b.Labels),
	)
}

func compareMargins(a, b *float64) int {
	switch {
	case a != nil && b != nil:
		return cmp.Compare(*a, *b)
	case a != nil:
		return -1
	case b != nil:
		return 1
	}
	return 0
}

// Group is the rows of one status, or those without a target.
type Group struct {
	// Status of the rows; Unknown where they have no target.
	Status plan.Status
	// Aimed tells whether the rows have targets.
	Aimed bool
	Rows  []Row
}

// Groups are the report's rows by status, the worst first, those without a
// target last. A group may be empty.
func (r *Report) Groups() []Group {
	groups := []Group{
		{Status: plan.Critical, Aimed: true}, {Status: plan.Warning, Aimed: true}, {Status: plan.Unknown, Aimed: true}, {Status: plan.OnPlan, Aimed: true},
		{Status: plan.Unknown},
	}
	for _, row := range r.Rows {
		i := len(groups) - 1
		if row.Target != nil {
			i = severity[row.Status]
		}
		groups[i].Rows = append(groups[i].Rows, row)
	}
	return groups
}

// Age is how old the row's figure is; ok is false without one.
func (r *Report) Age(row Row) (age time.Duration, ok bool) {
	if row.DataTime.IsZero() {
		return 0, false
	}
	return max(r.At.Sub(row.DataTime), 0), true
}
