package course

import (
	"fmt"
	"math"
	"time"

	"planwatch/collectors"
	"planwatch/internal/event"
	"planwatch/internal/kpi"
	"planwatch/internal/spc"
)

// leastPoints is how many periods a chart needs before it tells signals from
// noise: a year of months. NHSRplotthedots calls limits of fewer than thirteen
// points trial limits.
const leastPoints = 12

// Chart is a process chart of a figure, over whole weeks or months.
type Chart struct {
	// Every is its period. Each point is of the period that ended at its moment; what
	// accumulates is charted by what was added in the period, and a ratio of two such by
	// the share of what was added.
	Every collectors.Interval
	// Added is set where points are of what was added in a period, so that they are not
	// figures of the course.
	Added bool
	*spc.Chart
	// Rebased is the event that the newest part begins with; nil without one.
	Rebased *event.Event
	// seen is set where people would see the newest period differ from the mean, in
	// the measure that they read it in.
	seen bool
}

// Signal is what a chart says of the newest period.
type Signal string

// The signals.
const (
	// TooShort: there are too few periods to tell.
	TooShort Signal = "too_short"
	// Usual: no more than chance.
	Usual Signal = "usual"
	// UnusuallyHigh and UnusuallyLow: more than chance.
	UnusuallyHigh Signal = "unusually_high"
	UnusuallyLow  Signal = "unusually_low"
)

// Signal is that of the newest period.
func (c *Chart) Signal() Signal {
	if c == nil {
		return TooShort
	}
	switch c.Variation {
	case spc.VariationTooShort, spc.VariationGhosted:
		return TooShort
	}
	if !c.seen {
		return Usual
	}
	switch c.Variation {
	case spc.VariationImprovingHigh, spc.VariationConcerningHigh, spc.VariationNeitherHigh:
		return UnusuallyHigh
	case spc.VariationImprovingLow, spc.VariationConcerningLow, spc.VariationNeitherLow:
		return UnusuallyLow
	}
	return Usual
}

// Assured is whether the process meets its plan, by its limits. It is not known where
// the newest period is outside of them: the process that they tell of is over.
func (c *Chart) Assured() spc.Assurance {
	if c == nil || len(c.Points) == 0 || c.Points[len(c.Points)-1].Signals.OutsideLimits != spc.NoSide {
		return spc.AssuranceNoTarget
	}
	return c.Assurance
}

// Limits are those of the newest part; nil where it is too short.
func (c *Chart) Limits() *spc.Limits {
	if c == nil || len(c.Parts) == 0 {
		return nil
	}
	return c.Parts[len(c.Parts)-1].Limits
}

// chart makes the chart of a cell from its points; nil where there are none of the
// newest period or the one before.
func (r reading) chart(c cell, points []Point) (*Chart, error) {
	d := r.definition
	every := d.History().Chart
	periods := map[time.Time]bool{}
	var lately time.Time // the period before the newest: what is older says nothing of now
	for i, at := range d.Moments(every, r.earlier(chartedMonths+1), r.at) {
		periods[at.UTC()] = true
		if i <= 1 {
			lately = at
		}
	}
	var read []Point
	for _, p := range points {
		if periods[p.At.UTC()] {
			read = append(read, p)
		}
	}
	charted := levels(read)
	adds := c.entry.Span() != "" || r.shares(c.entry.KPI)
	if adds {
		charted = r.increases(c.entry.KPI, every, read)
	}
	if len(charted) == 0 || charted[len(charted)-1].At.Before(lately) {
		return nil, nil //nolint:nilnil // no chart is no error
	}
	o := spc.Options{Improvement: spc.LowerIsBetter, MinimumPoints: leastPoints}
	switch c.entry.Better {
	case kpi.Higher:
		o.Improvement = spc.HigherIsBetter
	case kpi.AsPlanned:
		o.Improvement = spc.Neither
	}
	var events []event.Event
	for _, e := range r.region.Events.Of(d.Collector) {
		if moment, ok := rebase(e.Begins(r.region.Location), charted); ok {
			events, o.Rebases = append(events, e), append(o.Rebases, moment)
		}
	}
	in := make([]spc.Point, len(charted))
	for i, p := range charted {
		in[i] = spc.Point{Time: p.At, Value: *p.Value, Target: p.Expected}
	}
	made, err := spc.XmR(in, o)
	if err != nil {
		return nil, fmt.Errorf("chart of %s: %w", c.entry.Name, err)
	}
	chart := &Chart{Every: every, Added: adds, Chart: made}
	if limits := chart.Limits(); limits != nil {
		newest := made.Points[len(made.Points)-1].Value
		m := c.entry.ReadIn()
		if c.entry.Measure == "" {
			m = c.entry.Base.Suited(max(math.Abs(newest), math.Abs(limits.Mean)))
		}
		chart.seen = math.Abs(newest-limits.Mean) >= m.Per()*math.Pow10(-m.Decimals)/2
	}
	if last := made.Parts[len(made.Parts)-1]; last.Rebased != nil {
		for i := range events { // the oldest first: of two in the same period the later is named
			if o.Rebases[i].Equal(*last.Rebased) {
				chart.Rebased = &events[i]
			}
		}
	}
	return chart, nil
}

// period is a point of a chart. All of what it tells of is from begins on: of a level
// that is the moment that it is about.
type period struct {
	Point
	begins time.Time
}

// levels are the points of a figure that does not accumulate.
func levels(points []Point) []period {
	var all []period
	for _, p := range fresh(points) {
		all = append(all, period{p, p.AsOf})
	}
	return all
}

// rebase is the moment of the first period that is all of the time after an event: one
// that was under way then is of both. ok is false where there is none yet.
func rebase(event time.Time, charted []period) (moment time.Time, ok bool) {
	for _, p := range charted {
		if !p.begins.Before(event) {
			return p.At, true
		}
	}
	return time.Time{}, false
}

// fresh are the points that have a value and are about another moment than the
// one before: a figure that is booked once a month is one period's, however often
// it is read.
func fresh(points []Point) []Point {
	var kept []Point
	for _, p := range points {
		if p.Value != nil && (len(kept) == 0 || p.AsOf.After(kept[len(kept)-1].AsOf)) {
			kept = append(kept, p)
		}
	}
	return kept
}
