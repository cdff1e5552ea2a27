package report

import (
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

	// all are the rows, those that have changed and the others.
	all []Row
}

// Then is what a row was at an earlier moment.
type Then struct {
	Status status.Status
	// Figure is set where there was one.
	Figure bool
}

// Since gives the report of the rows that have changed since an earlier one: their
// status has, or whether there is a figure. Each says what it was.
func (r *Report) Since(earlier *Report) *Report {
	before := map[course.Cell]Row{}
	for _, row := range earlier.Rows {
		before[row.cell()] = row
	}
	changed := *r
	changed.Compared, changed.Rows = &Since{At: earlier.At}, nil
	add := func(row, was Row) {
		row.Then = &Then{Status: was.Status, Figure: was.Actual != nil}
		changed.Compared.all = append(changed.Compared.all, row)
		if row.Then.Status != row.Status || row.Then.Figure != (row.Actual != nil) {
			changed.Compared.count(row)
			changed.Rows = append(changed.Rows, row)
		}
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
	return &changed
}

// of are the same moment and all rows, with the counts of some that have changed.
func (s *Since) of(rows []Row) *Since {
	some := &Since{At: s.At, all: s.all}
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

func (s *Since) count(row Row) {
	then, now := row.Then.Status, row.Status
	switch {
	case then.Judged() && now.Judged() && now < then:
		s.Worse++
	case then.Judged() && now.Judged() && now > then:
		s.Better++
	case now.Judged() && !then.Judged():
		s.Judged++
	case then.Judged() && !now.Judged():
		s.Unjudged++
	default:
		s.Others++
	}
}

// Words are the moment and the counts; those of what is neither worse nor better are left
// out where they are zero.
func (s *Since) Words(l *language.Language) string {
	counts := []string{l.Say("worse") + " " + l.Count(s.Worse), l.Say("better") + " " + l.Count(s.Better)}
	for _, other := range []struct {
		word string
		n    int
	}{{l.Say("newly judged"), s.Judged}, {l.Say("no longer judged"), s.Unjudged}, {l.Say("otherwise changed"), s.Others}} {
		if other.n > 0 {
			counts = append(counts, other.word+" "+l.Count(other.n))
		}
	}
	return l.Say("Only what has changed since %s: %s", l.Moment(s.At), strings.Join(counts, ", "))
}

// ThenWords says what the row was at the earlier moment; "" where none was asked for.
func (r Row) ThenWords(l *language.Language) string {
	switch {
	case r.Then == nil:
		return ""
	case r.Then.Status != r.Status:
		return l.Say("was %s", strings.ToLower(r.Then.Status.Name(l)))
	case r.Then.Figure:
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
