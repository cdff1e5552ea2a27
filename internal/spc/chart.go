// Package spc is statistical process control with XmR charts, as NHS England's
// "Making Data Count" and its R package NHSRplotthedots 0.2.2 do it
// (https://github.com/nhs-r-community/NHSRplotthedots). It tells how far a
// figure varies by itself (common cause) from what has another cause (special
// cause), and whether a target is within what the process can do.
//
// Everything is computed from the points alone: the same points give the same
// chart, on any day.
package spc

import (
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// MinimumPoints is how many points a part needs before it has limits, if
	// Options say nothing else. NHSRplotthedots' vignette "Number of points
	// required" quotes Wheeler, Understanding Variation, p. 60: useful limits
	// may be constructed with as few as five or six values.
	MinimumPoints = 5

	// TrialPoints is how many points a part needs before its limits are more
	// than trial limits. NHSRplotthedots warns of parts with fewer than this.
	TrialPoints = 13

	// minimumFix is the least that limits may be fixed after, as in
	// NHSRplotthedots.
	minimumFix = 12
)

// Direction says which way a figure improves.
type Direction int8

// The directions of improvement. Neither is the zero value: then nothing is
// called better or worse.
const (
	Neither        Direction = 0
	HigherIsBetter Direction = 1
	LowerIsBetter  Direction = -1
)

// Point is one figure of a series.
type Point struct {
	Time  time.Time
	Value float64 // in the figure's own unit

	// Target is what the plan wants at this time, in the same unit, or nil.
	Target *float64

	// Ghosted leaves the point out of the mean, the limits and the rules: a
	// person knows what caused it, and that it says nothing of the process. It
	// is still on the chart.
	Ghosted bool
}

// Options say how a series is judged.
type Options struct {
	Improvement Direction

	// Target is the target of all points that have none of their own, or nil.
	Target *float64

	// Rebases are the moments at which the process is known to have changed.
	// A part with a mean and limits of its own starts with the first point at
	// or after each. Their order does not matter.
	Rebases []time.Time

	// FixAfter makes the mean and the limits of each part from its first
	// points only, this many; 0 makes them from all, other numbers are 12 or
	// more. Ghosted points are not counted.
	FixAfter int

	// KeepOutliers keeps all moving ranges, as the Excel tools of Making Data
	// Count do. Without it, those that are 3.267 times their mean or more are
	// left out of it, as in NHSRplotthedots.
	KeepOutliers bool

	// MinimumPoints is how many points, not counting ghosted ones, a part
	// needs before it has limits; 0 is the constant MinimumPoints.
	MinimumPoints int
}

// Chart is a series that is judged.
type Chart struct {
	Points []Judged // in the order of time, one for each Point
	Parts  []Part   // in the order of time; none without points

	// Variation is that of the latest point that is not ghosted, if the last
	// part has limits.
	Variation Variation

	// Assurance compares the limits of the last part with the target of the
	// latest point.
	Assurance Assurance
}

// Part is what lies between two rebases.
type Part struct {
	First, End int // the part is Points[First:End]

	// Rebased is the moment that starts the part; nil for the first part, if
	// no rebase starts it.
	Rebased *time.Time

	// Counted is the number of points that are not ghosted.
	Counted int

	// Limits is nil for a part that is too short to have any.
	Limits *Limits
}

// TooShort says that the part has no limits, and its points are not judged.
func (p Part) TooShort() bool { return p.Limits == nil }

// Trial says that the part has limits, of so few points that these will still
// move with each point that is added.
func (p Part) Trial() bool { return p.Limits != nil && p.Counted < TrialPoints }

// Judged is a point with what is said of it.
type Judged struct {
	Point

	Part int // the index in Chart.Parts

	// MovingRange is the distance from the point before, in the figure's unit;
	// nil for the first point of a part, and on both sides of a ghosted point.
	MovingRange *float64

	// Screened says that the moving range is left out of the mean moving
	// range, as an outlier.
	Screened bool

	Signals   Signals // each rule that holds for the point
	Variation Variation
}

// XmR judges a series. Points are in the order of time, no two of the same
// time, and their values and targets are numbers; anything else is an error. A
// series that is too short is no error: it has parts without limits.
func XmR(points []Point, o Options) (*Chart, error) {
	if o.MinimumPoints == 0 {
		o.MinimumPoints = MinimumPoints
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	if err := validate(points); err != nil {
		return nil, err
	}

	chart := &Chart{Points: make([]Judged, len(points)), Parts: split(points, o.Rebases)}
	for i, p := range points {
		chart.Points[i] = Judged{Point: p}
	}
	for i := range chart.Parts {
		part := &chart.Parts[i]
		judged := chart.Points[part.First:part.End]
		for j := range judged {
			judged[j].Part = i
		}
		if err := part.judge(judged, o); err != nil {
			return nil, fmt.Errorf("points from %s: %w", written(judged[0].Time), err)
		}
	}
	chart.Variation = latest(chart)
	chart.Assurance = assure(chart, o)
	return chart, nil
}

func (o Options) validate() error {
	switch {
	case o.Improvement < LowerIsBetter || o.Improvement > HigherIsBetter:
		return fmt.Errorf("direction %d: want HigherIsBetter, LowerIsBetter or Neither", o.Improvement)
	case o.Target != nil && !finite(*o.Target):
		return fmt.Errorf("target is %v: want a finite number", *o.Target)
	case o.FixAfter != 0 && o.FixAfter < minimumFix:
		return fmt.Errorf("limits fixed after %d points: want %d or more, or 0 for all", o.FixAfter, minimumFix)
	case o.MinimumPoints < 2:
		return fmt.Errorf("minimum of %d points: want 2 or more, a moving range needs two", o.MinimumPoints)
	case o.FixAfter != 0 && o.MinimumPoints > o.FixAfter:
		return fmt.Errorf("minimum of %d points: want no more than the %d that limits are fixed after", o.MinimumPoints, o.FixAfter)
	}
	return nil
}

func validate(points []Point) error {
	for i, p := range points {
		if !finite(p.Value) {
			return fmt.Errorf("value of %s is %v: want a finite number", written(p.Time), p.Value)
		}
		if p.Target != nil && !finite(*p.Target) {
			return fmt.Errorf("target of %s is %v: want a finite number", written(p.Time), *p.Target)
		}
		if i > 0 && !p.Time.After(points[i-1].Time) {
			return fmt.Errorf("%s comes after %s: want points in the order of time, one for each time",
				written(p.Time), written(points[i-1].Time))
		}
	}
	return nil
}

// split finds the parts. A rebase at or before the first point, or after the
// last, splits nothing; several with no point between them start one part, at
// the latest of them.
func split(points []Point, rebases []time.Time) []Part {
	if len(points) == 0 {
		return nil
	}
	moments := slices.SortedFunc(slices.Values(rebases), time.Time.Compare)
	parts := []Part{{}}
	for _, moment := range moments {
		first, _ := slices.BinarySearchFunc(points, moment, func(p Point, m time.Time) int { return p.Time.Compare(m) })
		if first == len(points) {
			break
		}
		if last := &parts[len(parts)-1]; last.First == first {
			last.Rebased = &moment
			continue
		}
		parts[len(parts)-1].End = first
		parts = append(parts, Part{First: first, Rebased: &moment})
	}
	parts[len(parts)-1].End = len(points)
	return parts
}

// judge computes the part's limits and says of each point what it is.
func (p *Part) judge(points []Judged, o Options) error {
	var counted []*Judged
	for i := range points {
		if points[i].Ghosted {
			points[i].Variation = VariationGhosted
			continue
		}
		counted = append(counted, &points[i])
		if i > 0 && !points[i-1].Ghosted {
			r := math.Abs(points[i].Value - points[i-1].Value)
			if !finite(r) {
				return errTooLarge
			}
			points[i].MovingRange = &r
		}
	}
	p.Counted = len(counted)
	baseline := counted
	if o.FixAfter != 0 && len(counted) > o.FixAfter {
		baseline = counted[:o.FixAfter]
	}
	limits, err := limitsOf(baseline, o)
	if err != nil || limits == nil {
		return err
	}
	p.Limits = limits
	rules(counted, *limits)
	for _, point := range counted {
		_, side := point.Signals.First()
		point.Variation = variationOf(side, o.Improvement)
	}
	return nil
}

// latest is the variation of the last point that is judged, of the last part.
func latest(c *Chart) Variation {
	if len(c.Parts) == 0 {
		return VariationTooShort
	}
	last := c.Parts[len(c.Parts)-1]
	if last.TooShort() {
		return VariationTooShort
	}
	for i := last.End - 1; ; i-- { // a part with limits has such a point
		if !c.Points[i].Ghosted {
			return c.Points[i].Variation
		}
	}
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func written(t time.Time) string { return t.Format(time.RFC3339) }
