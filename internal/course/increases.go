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
func (r reading) increases(k kpi.KPI, every collectors.Interval, points []Point) []Point {
	var added []Point
	var before *Point
	for _, p := range fresh(points) {
		value, expected := *p.Value, p.Expected
		year := r.yearOf(p)
		begins := year
		known := k.Accumulates != ""
		if before != nil && (k.Accumulates == "" || r.yearOf(*before).Equal(year)) {
			value -= *before.Value
			expected = difference(expected, before.Expected)
			begins, known = before.AsOf, true
		}
		before = &p
		if known && ofOne(every, begins, p.AsOf) {
			added = append(added, Point{At: p.At, AsOf: p.AsOf, Value: &value, Expected: expected})
		}
	}
	return added
}

// yearOf is the beginning of the year that a point is about.
func (r reading) yearOf(p Point) time.Time {
	return time.Date(p.AsOf.In(r.region.Location).Year(), time.January, 1, 0, 0, 0, 0, r.region.Location)
}

// ofOne reports whether about one period lies between two moments: figures end on
// other days than calendar months and weeks do.
func ofOne(every collectors.Interval, begins, ends time.Time) bool {
	days := math.Round(ends.Sub(begins).Hours() / 24)
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
