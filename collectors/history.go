package collectors

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

// Interval is how far apart the moments of a collector's history are.
type Interval string

// The intervals. A week's moment is on Monday and a month's on the first, so that
// both are among the days'.
const (
	EachDay   Interval = "1d"
	EachWeek  Interval = "1w"
	EachMonth Interval = "1mo"
)

// History says which moments make a collector's history.
type History struct {
	// How far apart the moments are that figures are kept of: a day, a week or a month. Left out, it follows from the schedule.
	Every Interval `yaml:"every" jsonschema:"enum=1d,enum=1w,enum=1mo"`
	// The time of day of these moments, in the configuration's time zone.
	At string `yaml:"at" jsonschema:"default=06:00,pattern=^([01][0-9]|2[0-3]):[0-5][0-9]$"`
	// The periods of the process charts that tell signals from noise: a week or a month.
	Chart Interval `yaml:"chart" jsonschema:"default=1mo,enum=1w,enum=1mo"`
}

const timeOfDay = "15:04"

func defaultHistory() History { return History{At: "06:00", Chart: EachMonth} }

func (h History) validate(f *yamlfile.Faults) {
	if h.Every != "" && h.Every != EachDay && h.Every != EachWeek && h.Every != EachMonth {
		f.Add(".history.every", "history: every: %q is not 1d, 1w or 1mo", h.Every)
	}
	if at, err := time.Parse(timeOfDay, h.At); err != nil || at.Format(timeOfDay) != h.At {
		f.Add(".history.at", "history: at: %q is not a time of day such as 06:00", h.At)
	}
	switch {
	case h.Chart != EachWeek && h.Chart != EachMonth:
		f.Add(".history.chart", "history: chart: %q is not 1w or 1mo", h.Chart)
	case h.Chart == EachWeek && h.Every == EachMonth:
		f.Add(".history.chart", "history: chart: 1w needs figures of each week; set every to 1w or 1d")
	}
}

// every is the interval that the schedule gives: figures of a collector that runs
// once a month do not change from day to day.
func (s Schedule) every(t time.Time) Interval {
	const day = 24 * time.Hour
	first := s.Next(t)
	switch gap := s.Next(first).Sub(first); {
	case gap > 8*day:
		return EachMonth
	case gap > 6*day:
		return EachWeek
	}
	return EachDay
}

// History says which moments make the collector's history.
func (d *Definition) History() History {
	h := d.HistorySettings
	h.Every = cmp.Or(h.Every, d.schedule.every(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)))
	return h
}

// Location is whose clocks the collector goes by: the configuration's time zone.
func (d *Definition) Location() *time.Location { return d.schedule.location }

// Moments are the moments of the interval in the collector's history that are
// after from and not after to, the latest first. There are none of an interval
// that is shorter than the history's own.
func (d *Definition) Moments(interval Interval, from, to time.Time) []time.Time {
	at, err := time.Parse(timeOfDay, d.HistorySettings.At)
	if err != nil || interval.shorterThan(d.History().Every) {
		return nil
	}
	location := d.schedule.location
	local := to.In(location)
	var moments []time.Time
	for n := 0; ; n++ {
		day := time.Date(local.Year(), local.Month(), local.Day()-n, 0, 0, 0, 0, time.UTC)
		// A time that the clocks skip is the moment of the change.
		moment := clock.FirstShowing(day.Add(time.Duration(at.Hour())*time.Hour+time.Duration(at.Minute())*time.Minute), location)
		switch {
		case !moment.After(from):
			return moments
		case moment.After(to), interval == EachWeek && day.Weekday() != time.Monday, interval == EachMonth && day.Day() != 1:
		default:
			moments = append(moments, moment)
		}
	}
}

// shorterThan reports whether i is the shorter of the two.
func (i Interval) shorterThan(other Interval) bool { return i.days() < other.days() }

func (i Interval) days() int {
	switch i {
	case EachMonth:
		return 31
	case EachWeek:
		return 7
	}
	return 1
}

// Replays returns nil if the collector can be asked as of a past moment, or why it
// cannot.
func (d *Definition) Replays() error {
	if !d.statement.UsesAsOf() {
		return fmt.Errorf("%s: the query does not use :as_of, so it knows only the present", d.statement.File())
	}
	return nil
}

// Revised reports whether what is kept of the past follows the warehouse when that
// is corrected. Figures about people stay as they were first published: the
// difference between two would be about the few that were added.
func (d *Definition) Revised() bool {
	for _, k := range d.KPIs {
		if k.Guarded {
			return false
		}
	}
	return true
}

// Accumulates reports whether a KPI of the collector accumulates over the year, so that
// where it is heading is told from past years.
func (d *Definition) Accumulates() bool {
	return slices.ContainsFunc(d.KPIs, func(k kpi.KPI) bool { return k.Accumulates != "" })
}
