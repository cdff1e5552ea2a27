package forecast

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// year is one past year: its points by their position in the year.
type year struct {
	number int
	// points are in order, each at its own position. The first is at 0.
	points []known
}

type known struct{ position, value float64 }

const (
	// wholeYear is the position at which every year ends.
	wholeYear = 365.0
	// endsWithin is how many days before the year's end a whole year's last point may be: a week's
	// figures are known to the last whole week.
	endsWithin = 7
	// near is how many days from a date a point may be that tells of it: half of a
	// month, so that months will do.
	near = 16
	// beginsLate is the day after which a year's first point is late.
	beginsLate = 3 * near
	// fallsBack is how much of its total a year may lose again to corrections and
	// still be one that accumulates.
	fallsBack = 0.25
)

// monthBegins are the positions of the months' first days.
var monthBegins = [12]float64{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// position is a moment's place in the year, in days of a year of 365: each
// month has its usual length. In a leap year, the 29 days of February are as
// long as 28, and no date is off by a day. A day of 23 or 25 hours is one day.
func position(at time.Time, location *time.Location) float64 {
	at = at.In(location)
	year, month, day := at.Date()
	hour, minute, second := at.Clock()
	days := float64(day-1) + (float64(hour*3600+minute*60+second)+float64(at.Nanosecond())/1e9)/86400
	if month == time.February && isLeap(year) {
		days *= 28.0 / 29
	}
	return monthBegins[month-1] + days
}

func isLeap(year int) bool { return time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay() == 366 }

// pastYears are the last whole years before the year of that number, in order.
func pastYears(history []Point, before int, location *time.Location) []year {
	sorted := make([]Point, 0, len(history))
	for _, p := range history {
		if finite(p.Value) {
			sorted = append(sorted, Point{p.At.In(location), p.Value})
		}
	}
	inOrder := func(a, b Point) int { return a.At.Compare(b.At) }
	if !slices.IsSortedFunc(sorted, inOrder) {
		slices.SortStableFunc(sorted, inOrder)
	}
	var years []year
	for len(sorted) > 0 {
		number := sorted[0].At.Year()
		next := time.Date(number+1, 1, 1, 0, 0, 0, 0, location)
		i, _ := slices.BinarySearchFunc(sorted, next, func(p Point, t time.Time) int { return p.At.Compare(t) })
		if number >= before-MaxYears && number < before {
			if y := newYear(number, sorted[:i], location); y.whole() {
				years = append(years, y)
			}
		}
		sorted = sorted[i:]
	}
	return years
}

// newYear is the year of points that are in order.
func newYear(number int, points []Point, location *time.Location) year {
	y := year{number, make([]known, 1, len(points)+1)} // nothing is there at first
	for _, p := range points {
		k := known{position(p.At, location), p.Value}
		if last := &y.points[len(y.points)-1]; k.position <= last.position {
			last.value = k.value // the later of two that are of one moment
			continue
		}
		y.points = append(y.points, k)
	}
	return y
}

// whole reports whether the year is known to its end, and from its beginning.
// One that was begun to be counted late in the year is not: next to nothing is
// there at its first point, where the pace of the rest would have made much.
func (y year) whole() bool {
	if len(y.points) < 2 {
		return false
	}
	first, last := y.points[1], y.points[len(y.points)-1]
	if last.position < wholeYear-endsWithin {
		return false
	}
	if first.position <= beginsLate || first == last {
		return true
	}
	atPace := (last.value - first.value) / (last.position - first.position) * first.position
	return math.Abs(first.value) >= math.Abs(atPace)/10
}

// at is the value at a position, on a straight line between the points around it.
func (y year) at(position float64) float64 {
	i, found := slices.BinarySearchFunc(y.points, position, func(k known, p float64) int { return cmp.Compare(k.position, p) })
	switch {
	case found:
		return y.points[i].value
	case i == len(y.points):
		return y.points[i-1].value
	}
	a, b := y.points[i-1], y.points[i]
	share := (position - a.position) / (b.position - a.position)
	return a.value*(1-share) + b.value*share
}

// knownAt reports whether a point tells of the position.
func (y year) knownAt(position float64) bool {
	return slices.ContainsFunc(y.points, func(k known) bool { return math.Abs(k.position-position) <= near })
}

// accumulates reports whether the year goes one way, but for corrections.
func (y year) accumulates() bool {
	total := y.points[len(y.points)-1].value
	sign := math.Copysign(1, total)
	var peak, fall float64
	for _, k := range y.points {
		peak = max(peak, k.value*sign)
		fall = max(fall, peak-k.value*sign)
	}
	return fall <= fallsBack*math.Abs(total)
}
