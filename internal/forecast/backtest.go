package forecast

import (
	"math"
	"time"
)

// Trial is a past year that was forecast on one of its days, from what was known on that day.
type Trial struct {
	// At is the moment, and Now the value then.
	Now Point
	// Forecast is what was made, and Reason why none was.
	Forecast Forecast
	Reason   Reason
	// Straight is the straight line by day: the value over the share of the year's days.
	Straight float64
	// Final is the year's value at its end.
	Final float64
}

// Held reports whether the year ended within the forecast's interval. ok is
// false if there was none.
func (t Trial) Held() (held, ok bool) {
	if t.Reason != "" || t.Forecast.Low == nil {
		return false, false
	}
	return *t.Forecast.Low <= t.Final && t.Final <= *t.Forecast.High, true
}

// Error is how far the forecast was off, as a share of the value at the end.
func (t Trial) Error() float64 { return math.Abs(t.Forecast.Value-t.Final) / math.Abs(t.Final) }

// StraightError is that of the straight line.
func (t Trial) StraightError() float64 { return math.Abs(t.Straight-t.Final) / math.Abs(t.Final) }

// BackTest forecasts each whole year of the history, at the end of a day of it,
// from the years before. The value at that moment is on a straight line between
// the points that are known, and a year that is not known then, or that ends
// with zero, is left out. There is no plan to go by, so the first year has none.
func BackTest(history []Point, month time.Month, day int, location *time.Location) []Trial {
	if location == nil {
		location = time.UTC
	}
	last := 0
	for _, p := range history {
		last = max(last, p.At.In(location).Year())
	}
	var trials []Trial
	for _, y := range pastYears(history, last+1, location) {
		at := time.Date(y.number, month, day+1, 0, 0, 0, 0, location).Add(-time.Second)
		begins, ends := time.Date(y.number, 1, 1, 0, 0, 0, 0, location), time.Date(y.number+1, 1, 1, 0, 0, 0, 0, location)
		place := position(at, location)
		t := Trial{Now: Point{at, y.at(place)}, Final: y.at(wholeYear)}
		if !y.knownAt(place) || t.Final == 0 {
			continue
		}
		t.Straight = t.Now.Value * float64(ends.Sub(begins)) / float64(at.Add(time.Second).Sub(begins))
		t.Forecast, t.Reason = Of(Series{History: history, Now: t.Now, Location: location})
		trials = append(trials, t)
	}
	return trials
}
