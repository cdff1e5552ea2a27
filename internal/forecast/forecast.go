// Package forecast says where a figure that accumulates over a year will end,
// and when a budget is spent. It knows a series of numbers and nothing of what
// they count.
//
// The forecast is seasonal: what there is by now, times what the years before
// grew by from this date to the end. Without a whole year in the past it is the
// pace against the share that is due. docs/forecasts.md has the method and how
// good it is.
package forecast

import (
	"math"
	"slices"
	"time"
)

// Point is the value of a series at a moment: what has accumulated since
// 1 January of that moment's year.
type Point struct {
	At    time.Time
	Value float64
}

// Series is what is known of a figure.
type Series struct {
	// History are points of the past and of this year, in any order. Those that
	// are not before Now are left out, and so are values that are no numbers.
	History []Point
	// Now is the latest point.
	Now Point
	// End is the first moment after the period: 1 January of the next year if it is zero.
	End time.Time
	// Due is the share of the full value that the plan wants by a moment, from 0
	// to 1. It is what the pace is measured against where no past year is whole.
	// nil is for no plan.
	Due func(time.Time) float64
	// Full is the value whose date is asked for, such as a budget; 0 for none.
	Full float64
	// Location has the days of the year. nil is UTC.
	Location *time.Location
}

// Method is what a forecast rests on.
type Method string

// The methods.
const (
	// Seasonal: the course of past years.
	Seasonal Method = "seasonal"
	// Pace: the share that is due by the plan.
	Pace Method = "pace"
)

// Forecast is where a figure will end.
type Forecast struct {
	// Value at the period's end.
	Value float64
	// Low and High hold nine of ten values at the end, if years go on to differ as
	// the past ones did. They are nil, both, if NoInterval is set.
	Low, High *float64
	// NoInterval is why there is no interval.
	NoInterval Reason
	// Method is what the forecast rests on.
	Method Method
	// Share is the part of the value at the end that is there by now in a year like
	// the past ones, or that is due by now.
	Share float64
	// Years are the past years that the forecast was made from, in order.
	Years []int
	// SetAside are whole years that were left out: their course is unlike that of the rest.
	SetAside []int
	// SpentOn is the first moment of the day on which Full is reached, which may
	// have been; zero if it is not reached before the period's end.
	SpentOn time.Time
}

// Reason is why there is no forecast, or no interval.
type Reason string

// The reasons.
const (
	// NoFigure: the value is no number.
	NoFigure Reason = "no_figure"
	// Ended: this is the period's last day, or later. What there is is not a forecast.
	Ended Reason = "ended"
	// NothingYet: the value is zero. Any multiple of it is.
	NothingYet Reason = "nothing_yet"
	// NoPast: there is no whole year in the past, and no plan to measure the pace against.
	NoPast Reason = "no_past"
	// NothingDue: the plan wants nothing yet.
	NothingDue Reason = "nothing_due"
	// AllDue: the plan wants the full value already, and has no say in what is to come.
	AllDue Reason = "all_due"
	// AllDone: past years were complete by this date. The forecast would be the value itself.
	AllDone Reason = "all_done"
	// TooEarly: less than MinShare is done by now in a year like the past ones, or is due.
	TooEarly Reason = "too_early"
	// Standing: the value has not moved for most of the year so far.
	Standing Reason = "standing"
	// Unsteady: past years differ so much that the forecast would typically be
	// wrong by more than half, or the figure goes up and down.
	Unsteady Reason = "unsteady"
	// NotRead: the past has not been read yet. Of does not give it; whoever reads the
	// past does.
	NotRead Reason = "not_read"
	// FewYears: fewer than MinYears past years, too few to say how far off a forecast may be.
	FewYears Reason = "few_years"
)

const (
	// MinShare is the least share of a year from which the rest is told. A
	// forecast divides by the share, so whatever is odd about the part that is
	// done counts twelvefold at a twelfth; and a month is the least that has a
	// whole round of pay days, bookings and weekends in it.
	MinShare = 1.0 / 12
	// MinYears is how many past years an interval takes. Of fewer, Student's
	// quantile makes most of the width: with three years the interval is more than
	// twice as wide as the same spread over many would make it, and with two more
	// than four times.
	MinYears = 4
	// MaxYears is how many past years are looked at, the latest: what is older
	// tells little of this year.
	MaxYears = 10
)

// mostWrong is the typical error, as a logarithm, beyond which a forecast is
// none: half as much again.
var mostWrong = math.Log(1.5)

// Of is the forecast of a series, or the reason why there is none, which is
// empty otherwise. Values may be of either sign. A series that is scaled has a
// forecast that is scaled.
func Of(s Series) (Forecast, Reason) {
	if s.Location == nil {
		s.Location = time.UTC
	}
	now := s.Now.At.In(s.Location)
	if s.End.IsZero() {
		s.End = time.Date(now.Year()+1, 1, 1, 0, 0, 0, 0, s.Location)
	}
	switch {
	case !finite(s.Now.Value):
		return Forecast{}, NoFigure
	case !now.AddDate(0, 0, 1).Before(s.End):
		return Forecast{}, Ended
	}
	f, reason := s.forecast(now)
	if reason != "" {
		return Forecast{}, reason
	}
	if !finite(f.Value) || f.Low != nil && !(finite(*f.Low) && finite(*f.High)) {
		return Forecast{}, Unsteady
	}
	return f, ""
}

func (s Series) forecast(now time.Time) (Forecast, Reason) {
	if first := s.End.Add(-1).In(s.Location); first.Year() == now.Year() {
		span := span{from: position(now, s.Location), to: position(s.End.Add(-1), s.Location)}
		if past := shapes(pastYears(s.History, now.Year(), s.Location), span); len(past.shares) > 0 {
			if s.Now.Value == 0 {
				return Forecast{}, NothingYet
			}
			return s.seasonal(past, span)
		}
	}
	return s.pace(now)
}

// pace is the value over the share of it that is due.
func (s Series) pace(now time.Time) (Forecast, Reason) {
	if s.Due == nil {
		return Forecast{}, NoPast
	}
	share := s.Due(now)
	switch {
	case !(share > 0): // NaN too
		return Forecast{}, NothingDue
	case share >= 1:
		return Forecast{}, AllDue
	case s.Now.Value == 0:
		return Forecast{}, NothingYet
	case share < MinShare:
		return Forecast{}, TooEarly
	case s.standing(now):
		return Forecast{}, Standing
	}
	f := Forecast{Value: s.Now.Value / share, NoInterval: FewYears, Method: Pace, Share: share}
	f.SpentOn = s.spentOn(now, func(at time.Time) float64 { return s.Due(at) / share })
	return f, ""
}

// standsFor is how long a value must be the same to be called standing: longer
// than a figure that is booked monthly is from one booking to the next but one.
const standsFor = 62 * 24 * time.Hour

// standing reports whether the value has been the same for long, and for more
// than half of the year so far.
func (s Series) standing(now time.Time) bool {
	since := now
	for _, p := range slices.Backward(s.thisYear(now)) {
		if p.Value != s.Now.Value {
			break
		}
		since = p.At
	}
	begins := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, s.Location)
	stands := now.Sub(since)
	return stands > standsFor && stands > now.Sub(begins)/2
}

// thisYear are the points of this year before now, in order of time.
func (s Series) thisYear(now time.Time) []Point {
	var points []Point
	for _, p := range s.History {
		if finite(p.Value) && p.At.Before(now) && p.At.In(s.Location).Year() == now.Year() {
			points = append(points, p)
		}
	}
	slices.SortStableFunc(points, func(a, b Point) int { return a.At.Compare(b.At) })
	return points
}

// spentOn is the day on which Full is reached: among this year's points if it
// has been, otherwise the first day at whose end the value, grown by what
// growth gives, is there.
func (s Series) spentOn(now time.Time, growth func(time.Time) float64) time.Time {
	if s.Full == 0 || !finite(s.Full) || (s.Full > 0) != (s.Now.Value > 0) {
		return time.Time{}
	}
	// A little less is enough, so that a budget which the forecast hits exactly is spent.
	full := math.Abs(s.Full) * (1 - 1e-12)
	reached := func(v float64) bool { return (v > 0) == (s.Full > 0) && math.Abs(v) >= full }
	if reached(s.Now.Value) {
		for _, p := range s.thisYear(now) {
			if reached(p.Value) {
				return startOfDay(p.At.In(s.Location))
			}
		}
		return startOfDay(now)
	}
	for day := startOfDay(now); day.Before(s.End); day = startOfDay(day.AddDate(0, 0, 1)) {
		ends := startOfDay(day.AddDate(0, 0, 1))
		if ends.After(s.End) {
			ends = s.End
		}
		if reached(s.Now.Value * growth(ends.Add(-1))) {
			return day
		}
	}
	return time.Time{}
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
