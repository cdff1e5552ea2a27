package report

import (
	"slices"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/status"
	"planwatch/plan"
)

// Of are the rows of a KPI, in the report's order.
func (r *Report) Of(kpiName string) []Row {
	var rows []Row
	for _, row := range r.Rows {
		if row.KPI.Name == kpiName {
			rows = append(rows, row)
		}
	}
	return rows
}

// Place is a row of one published figure of a KPI, at its own labels: it has no target
// and no past.
func (r *Report) Place(entry kpi.Entry, s kpi.Sample) Row {
	row := Row{KPI: entry, CollectorTitle: r.collectorTitle(entry), Labels: s.Labels, Status: status.NoTarget, Cite: entry.Cite}
	for _, name := range entry.Labels {
		if value := s.Labels.Get(name); value != "" {
			row.Where = append(row.Where, value)
		}
	}
	switch {
	case s.Withheld:
		row.Reason = plan.Withheld
		return row
	case s.Histogram != nil && s.Histogram.Count == 0:
		row.Reason = plan.NoFigure
		return row
	case s.Histogram != nil:
		row.Actual = finite(new(s.Histogram.Sum / float64(s.Histogram.Count)))
	default:
		row.Actual = finite(&s.Value)
	}
	row.DataTime = r.local(s.AsOf)
	return row
}

// Places are rows of a KPI's published figures at their own labels, in order of these,
// without those at the labels of a row of the report.
func (r *Report) Places(entry kpi.Entry, samples []kpi.Sample) []Row {
	known := map[string]bool{}
	for _, row := range r.Of(entry.Name) {
		known[row.Labels.Key()] = true
	}
	var rows []Row
	for _, s := range samples {
		if s.KPI == entry.Name && !known[s.Labels.Key()] {
			rows = append(rows, r.Place(entry, s))
		}
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return slices.Compare(a.Where, b.Where) })
	return rows
}

// Due is what the plan wants at a moment.
type Due struct {
	At    time.Time
	Value float64
}

// Ends is the end of the period that Full and Forecast are of: of a figure that accumulates
// no later than the end of its year. It is zero where there is none.
func (r Row) Ends(location *time.Location) time.Time {
	if r.Target == nil {
		return time.Time{}
	}
	end := r.Target.To
	if r.KPI.Accumulates == kpi.Year && !r.DataTime.IsZero() {
		if year := (plan.Date{Year: r.DataTime.In(location).Year(), Month: time.December, Day: 31}); end.IsZero() || year.Before(end) {
			end = year
		}
	}
	if end.IsZero() {
		return time.Time{}
	}
	return end.Ends(location)
}

// Ahead is what the plan wants from a moment until another: at both, at the beginning of
// each month between, and where it goes up in steps. It is nil where that is not known, as of a target that is held
// against another figure.
func (r Row) Ahead(from, until time.Time) []Due {
	if r.Target == nil || r.Target.Value == nil {
		return nil
	}
	moments := []time.Time{from, until}
	add := func(at time.Time) {
		if at.After(from) && at.Before(until) {
			moments = append(moments, at)
		}
	}
	for month := firstOfMonth(from).AddDate(0, 1, 0); month.Before(until); month = month.AddDate(0, 1, 0) {
		add(month)
	}
	for _, m := range r.Target.Phasing.Milestones { // where steps go up
		add(m.On.Ends(from.Location()).Add(-time.Second))
		add(m.On.Ends(from.Location()))
	}
	slices.SortFunc(moments, time.Time.Compare)
	var due []Due
	for _, at := range slices.CompactFunc(moments, time.Time.Equal) {
		if value, ok := r.Target.Expected(&r.KPI.KPI, at, from.Location()); ok && finite(&value) != nil {
			due = append(due, Due{at, value})
		}
	}
	return due
}

func firstOfMonth(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}

// Band is the least and the most that the row's target wants, in the KPI's unit; ok is
// false where it wants one value.
func (r Row) Band() (low, high float64, ok bool) {
	if r.Target == nil || r.Target.Between == nil {
		return 0, 0, false
	}
	factor, err := r.KPI.Base.Factor(r.Target.Unit)
	if err != nil {
		return 0, 0, false
	}
	return r.Target.Between.Low.Mul(factor).Float(), r.Target.Between.High.Mul(factor).Float(), true
}
