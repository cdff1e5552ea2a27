package course

import (
	"math"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// increases are what was added, and what was to be added, between one point and the
// next. A figure that accumulates over a year begins at zero with the year. Where a
// period was not read, what was added in it and in the next is of two, and left out. A
// ratio of figures that accumulate is the share of what was added.
func (r reading) increases(k kpi.KPI, every collectors.Interval, points []Point) []period {
	added := added
	anew := k.Accumulates != ""
	if r.shares(k) {
		added, anew = shareOfAdded, true
	}
	var all []period
	var before *Point
	for _, p := range fresh(points) {
		year := r.yearOf(p)
		since, begins, known := year, year, anew
		earlier := Point{Value: new(float64), Expected: new(float64)}
		if before != nil && (!anew || r.yearOf(*before).Equal(year)) {
			earlier, since, begins, known = *before, before.AsOf, r.dayAfter(before.AsOf), true
		}
		before = &p
		if !known || !ofOne(every, since, p.AsOf) {
			continue
		}
		if value, expected, ok := added(earlier, p); ok {
			all = append(all, period{Point{At: p.At, AsOf: p.AsOf, Value: &value, Expected: expected}, begins})
		}
	}
	return all
}

// added is what a figure grew by from one point to another, and was to grow by.
func added(from, to Point) (value float64, expected *float64, ok bool) {
	return *to.Value - *from.Value, difference(to.Expected, from.Expected), true
}

// shareOfAdded is the ratio of what its parts grew by from one point to another, beside
// what is expected of it. ok is false where the divisor did not grow: nothing is a share
// of that.
func shareOfAdded(from, to Point) (value float64, expected *float64, ok bool) {
	divisor := plan.Change(to.to, from.to)
	if divisor*to.to <= 0 {
		return 0, nil, false
	}
	return plan.Change(to.of, from.of) / divisor, to.Expected, true
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
