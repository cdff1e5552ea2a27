package course

import (
	"math"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
)

// increases are what was added, and what was to be added, between one point and the
// next. A figure that accumulates over a year begins at zero with the year. Where a
// period was not read, what was added in it and in the next is of two, and left out.
func (r reading) increases(k kpi.KPI, every collectors.Interval, points []Point) []period {
	var added []period
	var before *Point
	for _, p := range fresh(points) {
		value, expected := *p.Value, p.Expected
		year := r.yearOf(p)
		since, begins := year, year
		known := k.Accumulates != ""
		if before != nil && (k.Accumulates == "" || r.yearOf(*before).Equal(year)) {
			value -= *before.Value
			expected = difference(expected, before.Expected)
			since, known = before.AsOf, true
			begins = r.dayAfter(since)
		}
		before = &p
		if known && ofOne(every, since, p.AsOf) {
			added = append(added, period{Point{At: p.At, AsOf: p.AsOf, Value: &value, Expected: expected}, begins})
		}
	}
	return added
}

// yearOf is the beginning of the year that a point is about.
func (r reading) yearOf(p Point) time.Time {
	return time.Date(p.AsOf.In(r.region.Location).Year(), time.January, 1, 0, 0, 0, 0, r.region.Location)
}

// dayAfter is the beginning of the day after a moment's.
func (r reading) dayAfter(at time.Time) time.Time {
	year, month, day := at.In(r.region.Location).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, r.region.Location)
}

// ofOne reports whether about one period lies between two moments: figures end on
// other days than calendar months and weeks do.
func ofOne(every collectors.Interval, since, until time.Time) bool {
	days := math.Round(until.Sub(since).Hours() / 24)
	if every == collectors.EachWeek {
		return days >= 4 && days <= 10
	}
	return days >= 20 && days <= 45
}

func difference(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	return new(*a - *b)
}
