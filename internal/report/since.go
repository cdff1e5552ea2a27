package report

import (
	"slices"
	"strings"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/language"
	"planwatch/internal/status"
	"planwatch/plan"
)

// Since says what has changed since an earlier moment: in how many rows, and which way.
type Since struct {
	// At is that moment, in the region's time zone.
	At time.Time
	// Worse and Better count the rows that were judged at both moments. Judged are new
	// to be judged, and Unjudged no longer are. Others have got a figure or lost it, or
	// are for another reason not judged.
	Worse, Better, Judged, Unjudged, Others int
	// Incomplete is set where some collectors gave no figures of that moment.
	Incomplete bool

	// all are the rows, those that have changed and the others.
	all []Row
}

// Then is what a row was at an earlier moment.
type Then struct {
	Status status.Status
	// Actual is the figure, and DataTime what it was about; nil and zero without one.
	Actual   *float64
	DataTime time.Time
}

// changed reports whether the row's status is another than it was then, or whether it has
// got or lost its figure.
func (t Then) changed(row Row) bool {
	return t.Status != row.Status || (t.Actual != nil) != (row.Actual != nil)
}

// Changed gives the report of the rows that have changed since the moment that the report
// compares with: their status has, or whether there is a figure. Each says what it was.
func (r *Report) Changed() *Report {
	changed := *r
	changed.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return row.Then == nil || !row.Then.changed(row) })
	changed.Compared = r.Compared.of(changed.Rows)
	return &changed
}

// Against gives the report of all rows, each with what it was in an earlier report. A
// place without a target that has no figure any longer is a row without one.
func (r *Report) Against(earlier *Report) *Report {
	before := map[course.Cell]Row{}
	for _, row := range earlier.Rows {
		before[row.cell()] = row
	}
	against := *r
	against.Compared, against.Rows = &Since{At: earlier.At, Incomplete: earlier.Incomplete}, nil
	add := func(row, was Row) {
		row.Then = &Then{Status: was.Status, Actual: was.Actual, DataTime: was.DataTime}
		against.Rows = append(against.Rows, row)
		against.Compared.count(row)
	}
	for _, row := range r.Rows {
		was, ok := before[row.cell()]
		if !ok { // a place that had no figure then
			was = Row{Status: row.Status}
		}
		add(row, was)
		delete(before, row.cell())
	}
	for _, was := range earlier.Rows {
		if _, gone := before[was.cell()]; gone && was.Target == nil && r.Selection.has(was) {
			row := was // a place that has no figure any longer
			row.Actual, row.Reason, row.DataTime = nil, plan.NoFigure, time.Time{}
			row.Course, row.SinceMonth, row.SinceYear = course.Course{}, nil, nil
			add(row, was)
		}
	}
	against.Compared.all = against.Rows
	return &against
}

// of are the same moment and all rows, with the counts of some that have changed.
func (s *Since) of(rows []Row) *Since {
	some := &Since{At: s.At, Incomplete: s.Incomplete, all: s.all}
	for _, row := range rows {
		some.count(row)
	}
	return some
}

// cell tells rows apart.
func (r Row) cell() course.Cell {
	if r.Target != nil {
		return course.CellOf(r.KPI.Name, r.Target.Where)
	}
	where := map[string]string{}
	for _, label := range r.Labels {
		where[label.Name] = label.Value
	}
	return course.CellOf(r.KPI.Name, where)
}

// Turn is which way a row has changed.
type Turn int

// The turns. Newly is judged now and was not, NoLonger the reverse; Otherwise has got a
// figure or lost it, or is not judged for another reason.
const (
	Worse Turn = iota
	Better
	Newly
	NoLonger
	Otherwise
)

// Words name the rows with the turn.
func (t Turn) Words(l *language.Language) string {
	switch t {
	case Worse:
		return l.Say("worse")
	case Better:
		return l.Say("better")
	case Newly:
		return l.Say("newly judged")
	case NoLonger:
		return l.Say("no longer judged")
	case Otherwise:
	}
	return l.Say("otherwise changed")
}

// Turn is that of a row which has changed since the moment that the report compares with.
func (r Row) Turn() Turn {
	then, now := r.Then.Status, r.Status
	switch {
	case then.Judged() && now.Judged() && now < then:
		return Worse
	case then.Judged() && now.Judged() && now > then:
		return Better
	case now.Judged() && !then.Judged():
		return Newly
	case then.Judged() && !now.Judged():
		return NoLonger
	}
	return Otherwise
}

// count counts a row if it has changed.
func (s *Since) count(row Row) {
	if !row.Then.changed(row) {
		return
	}
	switch row.Turn() {
	case Worse:
		s.Worse++
	case Better:
		s.Better++
	case Newly:
		s.Judged++
	case NoLonger:
		s.Unjudged++
	case Otherwise:
		s.Others++
	}
}

// Words are the moment and the counts.
func (s *Since) Words(l *language.Language) string {
	return l.Say("Only what has changed since %s: %s", l.Moment(s.At), s.Counts(l))
}

// Counts are how many have changed which way; what is neither worse nor better is left out
// where there is none.
func (s *Since) Counts(l *language.Language) string {
	counts := []string{Worse.Words(l) + " " + l.Count(s.Worse), Better.Words(l) + " " + l.Count(s.Better)}
	for _, other := range []struct {
		turn Turn
		n    int
	}{{Newly, s.Judged}, {NoLonger, s.Unjudged}, {Otherwise, s.Others}} {
		if other.n > 0 {
			counts = append(counts, other.turn.Words(l)+" "+l.Count(other.n))
		}
	}
	return strings.Join(counts, ", ")
}

// SinceThen is by how much the row's figure has changed since the moment that the report
// compares with; nil where one of the two is not known, or the count has begun again
// between them.
func (r *Report) SinceThen(row Row) *float64 {
	if row.Then == nil || row.Then.Actual == nil || row.Actual == nil {
		return nil
	}
	if r.Region.KPIs.BeginsAnew(row.KPI.KPI) && row.Then.DataTime.In(r.At.Location()).Year() != row.DataTime.Year() {
		return nil
	}
	return new(plan.Change(*row.Actual, *row.Then.Actual))
}

// ThenWords says what the row was at the earlier moment; "" where none was asked for.
func (r Row) ThenWords(l *language.Language) string {
	switch {
	case r.Then == nil:
		return ""
	case r.Then.Status != r.Status:
		return l.Say("was %s", strings.ToLower(r.Then.Status.Name(l)))
	case r.Then.Actual != nil:
		return l.Say("had a figure")
	}
	return l.Say("had no figure")
}

// then is the row's status at the earlier moment for programs; nil without one, or
// without a target.
func (r Row) then() *string {
	if r.Then == nil || r.Target == nil {
		return nil
	}
	return new(r.Then.Status.Plan().String())
}
