package plan

import (
	"time"

	"planwatch/internal/kpi"
)

// targetPeriod says which figures are of a target's period: on its first days that of before
// may still be the latest. One that accumulates is of a year; a ratio is of its parts.
type targetPeriod struct {
	begins time.Time
	// year is the last whose figures that accumulate are of the period, and yearEnds the
	// first moment after it. It is 0 for a target that holds until further notice.
	year     int
	yearEnds time.Time
	location *time.Location
}

func newTargetPeriod(t Target, location *time.Location) targetPeriod {
	p := targetPeriod{begins: t.From.Begins(location), location: location}
	if !t.To.IsZero() {
		p.year, p.yearEnds = t.To.Year, Date{t.To.Year, time.December, 31}.Ends(location)
	}
	return p
}

// has reports whether a sample is of the period; accumulates is whether its KPI does.
func (p *targetPeriod) has(s *kpi.Sample, accumulates bool) bool {
	return !s.AsOf.Before(p.begins) && (!accumulates || p.hasYear(s.AsOf))
}

// hasYear reports whether the moment's year is not after the period's.
func (p *targetPeriod) hasYear(moment time.Time) bool {
	if p.year == 0 {
		return true
	}
	// Around New Year the calendar decides: where clocks change then, a day may begin at
	// another moment than its midnight.
	if distance := moment.Sub(p.yearEnds); distance < -48*time.Hour {
		return true
	} else if distance > 48*time.Hour {
		return false
	}
	return moment.In(p.location).Year() <= p.year
}

// newest is the latest moment of the samples that are of the period; zero without any.
func (p *targetPeriod) newest(f *figures, accumulates bool) time.Time {
	newest := f.newest()
	if newest.Before(p.begins) {
		return time.Time{}
	}
	if !accumulates || p.hasYear(newest) {
		return newest
	}
	newest = time.Time{}
	for i := range f.samples {
		if s := &f.samples[i]; s.AsOf.After(newest) && p.has(s, accumulates) {
			newest = s.AsOf
		}
	}
	return newest
}
