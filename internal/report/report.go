// Package report compares the key figures with the plan, and writes the result
// for people and for programs.
package report

import (
	"math"
	"slices"
	"time"

	"planwatch/config"
	"planwatch/internal/course"
	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/status"
	"planwatch/plan"
)

// Report is how a region's figures compare with its plan at one moment.
type Report struct {
	Region *config.Region
	// At is the moment, in the region's time zone.
	At time.Time
	// Rows are the worst first; those without a target are last.
	Rows []Row
	// Past is set where the rows say how their figures went.
	Past bool
	// Selection says which rows of all these are.
	Selection Selection
	// Compared says what has changed since an earlier moment; nil where the rows are not
	// those that have.
	Compared *Since
	// Incomplete is set where some collectors gave no figures of the moment.
	Incomplete bool
	// LeftOut counts the rows that WithoutParts has left out.
	LeftOut int
	// Activities and Risks are all those of the region, whichever rows there are.
	Activities []Activity
	Risks      []Risk

	samples plan.Samples
}

// Row is one target, or a KPI that has none, added up over all its labels. A
// figure that is not known, or does not apply, is nil. Figures are in the
// KPI's unit.
type Row struct {
	KPI            kpi.Entry
	CollectorTitle language.Text
	// Labels are the labels of the figures, and Where has their values in the
	// collector's order.
	Labels kpi.Labels
	Where  []string
	// Target that the figures are compared with; nil where the KPI has none.
	Target *plan.Target
	// Actual, Expected by now, Full at the period's end, and Forecast of
	// the figure then.
	Actual, Expected, Full, Forecast *float64
	// Margin is the distance from Expected to Actual as a share of Expected,
	// positive where the actual is the better.
	Margin *float64
	// Warning and Critical are where those severities begin.
	Warning, Critical *float64
	Status            status.Status
	// Outlook is what is known of the forecast, and NoForecast why there is none.
	Outlook    *forecast.Forecast
	NoForecast forecast.Reason
	// Reason is why the status is Unknown, or why a KPI without a target has
	// no figure.
	Reason plan.Reason
	// DataTime is the as-of of the oldest figure used; zero without a figure.
	DataTime time.Time
	// Cite is the citation of the target, or where there is none of the KPI.
	Cite string
	// Course is how the figure went.
	Course course.Course
	// SinceMonth and SinceYear are by how much the figure has changed since the same
	// date a month and a year before.
	SinceMonth, SinceYear *float64
	// Then is what the row was at an earlier moment; nil where none was asked for.
	Then *Then
}

// New makes a Report with a row for each assessed target, and one for each KPI
// without a target, from the samples. An assessment of a KPI that the region
// does not have is left out: it comes from another configuration. past may be nil:
// the rows then say nothing of how their figures went.
func New(region *config.Region, assessments plan.Assessments, samples []kpi.Sample, past *course.Book) *Report {
	r := &Report{Region: region, At: assessments.At.In(region.Location), Past: past != nil}
	hasTarget := map[string]bool{}
	for _, a := range assessments.Targets {
		entry, ok := region.KPIs.Get(a.KPI.Name)
		if !ok {
			continue
		}
		hasTarget[entry.Name] = true
		r.Rows = append(r.Rows, r.rowOfTarget(a, entry))
	}
	slices.SortStableFunc(r.Rows, worstFirst)
	r.samples = plan.NewSamples(samples)
	for _, entry := range region.KPIs.Entries() {
		if !hasTarget[entry.Name] {
			r.Rows = append(r.Rows, r.rowsOfKPI(entry, r.samples)...)
		}
	}
	for i := range r.Rows {
		r.Rows[i].follow(past)
	}
	r.holdActions()
	return r
}

func (r *Report) rowOfTarget(a plan.Assessment, entry kpi.Entry) Row {
	row := Row{
		KPI: entry, CollectorTitle: r.collectorTitle(entry), Labels: a.Labels, Target: a.Target,
		Actual: finite(a.Actual), Expected: finite(a.Expected), Full: finite(a.Full), Forecast: finite(a.Forecast), Margin: finite(a.Margin),
		Outlook: a.Outlook, NoForecast: a.NoForecast,
		Warning: finite(a.Warning), Critical: finite(a.Critical),
		Status: status.Of(a.Status), Reason: a.Reason, DataTime: r.local(a.DataTime), Cite: a.Target.Cite,
	}
	for _, name := range entry.Labels {
		if value := a.Labels.Get(name); value != "" {
			row.Where = append(row.Where, value)
		}
	}
	return row
}

// rowsOfKPI are the rows of a KPI without targets: one, or one for each value of the
// labels over which it does not add up.
func (r *Report) rowsOfKPI(entry kpi.Entry, samples plan.Samples) []Row {
	places := samples.Separate(entry.KPI)
	if len(places) == 0 {
		places = []kpi.Labels{{}}
	}
	var rows []Row
	for _, place := range places {
		rows = append(rows, r.rowOfKPI(entry, place, samples))
	}
	return rows
}

func (r *Report) rowOfKPI(entry kpi.Entry, labels kpi.Labels, samples plan.Samples) Row {
	row := Row{KPI: entry, CollectorTitle: r.collectorTitle(entry), Labels: labels, Status: status.NoTarget, Cite: entry.Cite}
	where := map[string]string{}
	for _, label := range labels {
		where[label.Name] = label.Value
		row.Where = append(row.Where, label.Value)
	}
	figure, ok := samples.Aggregate(entry.KPI, where)
	switch {
	case figure.Withheld:
		row.Reason = plan.Withheld
	case !ok:
		row.Reason = plan.NoFigure
	default:
		row.Actual, row.DataTime = finite(&figure.Value), r.local(figure.AsOf)
	}
	return row
}

// follow sets how the row's figure went.
func (r *Row) follow(past *course.Book) {
	var where map[string]string
	switch {
	case r.Target != nil:
		where = r.Target.Where
	case len(r.Labels) > 0:
		return // no course is kept of what has no target and does not add up
	}
	r.Course = past.Of(course.CellOf(r.KPI.Name, where))
	r.SinceMonth, r.SinceYear = finite(r.Course.SinceMonth(r.Actual, r.DataTime)), finite(r.Course.SinceYear(r.Actual, r.DataTime))
}

func (r *Report) collectorTitle(entry kpi.Entry) language.Text {
	if d := r.Region.Collector(entry.Collector); d != nil {
		return d.Title
	}
	return nil
}

// local returns the moment in the region's time zone; the zero time stays zero.
func (r *Report) local(moment time.Time) time.Time {
	if moment.IsZero() {
		return moment
	}
	return moment.In(r.Region.Location)
}

// finite returns nil for a figure that JSON cannot write.
func finite(value *float64) *float64 {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return nil
	}
	return value
}

// Group is the rows of one status.
type Group struct {
	Status status.Status
	Rows   []Row
}

// Groups returns the rows by status, the worst first and those without a target
// last. A group may be empty.
func (r *Report) Groups() []Group {
	groups := make([]Group, len(status.All()))
	for i, s := range status.All() {
		groups[i].Status = s
	}
	for _, row := range r.Rows {
		groups[row.Status].Rows = append(groups[row.Status].Rows, row)
	}
	return groups
}

// Age returns the age of the row's figure; ok is false without one.
func (r *Report) Age(row Row) (age time.Duration, ok bool) {
	if row.DataTime.IsZero() {
		return 0, false
	}
	return max(r.At.Sub(row.DataTime), 0), true
}
