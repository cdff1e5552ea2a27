package history

import (
	"slices"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/clock"
)

// settling is how long figures about people are waited for. What is kept of them
// is not revised, so it must not be read before the warehouse has it all.
const settling = 72 * time.Hour

// revisits are the ages at which a moment is read again, since the warehouse
// corrects itself.
var revisits = []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour, 92 * 24 * time.Hour, 366 * 24 * time.Hour}

// stages are the moments to read of a collector, those that tell most first: the
// same date a month and a year earlier, then the months, with those of earlier years
// where forecasts rest on them, the weeks, the other months of earlier years, and the
// days. A moment may be in several.
func stages(d *collectors.Definition, settings config.History, now time.Time) [][]time.Time {
	earlier := func(months int) time.Time { return clock.Earlier(now, months, d.Location()) }
	recent, early := earlier(settings.Months), earlier(12*settings.Years)
	var compared []time.Time
	for _, date := range []time.Time{earlier(1), earlier(12)} {
		if m, ok := Latest(d, date); ok {
			compared = append(compared, m)
		}
	}
	before := d.Moments(collectors.EachMonth, early, recent)
	foreseen, others := before, []time.Time(nil)
	if !d.Accumulates() {
		foreseen, others = nil, before
	}
	return [][]time.Time{
		compared,
		d.Moments(collectors.EachMonth, recent, now),
		foreseen,
		d.Moments(collectors.EachWeek, recent, now),
		others,
		d.Moments(collectors.EachDay, recent, now),
	}
}

// coarse is how many of the stages a reader needs to see how a figure went and where
// it is heading.
const coarse = 3

// Latest is the last moment of the collector's history that is not after t.
func Latest(d *collectors.Definition, t time.Time) (time.Time, bool) {
	every := d.History().Every
	moments := d.Moments(every, clock.Earlier(t, 1, d.Location()).AddDate(0, 0, -1), t)
	if len(moments) == 0 {
		return time.Time{}, false
	}
	return moments[0], true
}

// due reports whether a moment is to be read now: it has not been, or the
// warehouse may have changed since.
func due(d *collectors.Definition, at, read, now time.Time) bool {
	switch age := now.Sub(at); {
	case read.IsZero():
		return d.Revised() || age >= settling
	case !d.Revised():
		return false
	default:
		return slices.ContainsFunc(revisits, func(r time.Duration) bool { return age >= r && read.Before(at.Add(r)) })
	}
}
