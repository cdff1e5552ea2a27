package plan

import (
	"math"

	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
)

// Kind is what a target wants of the figure.
type Kind string

// The kinds.
const (
	AtLeast Kind = "at_least"
	AtMost  Kind = "at_most"
	// Equal wants the expected value: more and less are both off.
	Equal Kind = "equal"
	// Within wants the figure between two values.
	Within Kind = "within"
)

// Between is a band: its ends are in it.
type Between struct {
	// The least that the figure is to be.
	Low *decimal.Decimal `yaml:"low" jsonschema:"required"`
	// The most that the figure is to be.
	High *decimal.Decimal `yaml:"high" jsonschema:"required"`
}

// Kind is what the target wants of the KPI.
func (t Target) Kind(k kpi.KPI) Kind { return kindOf(t.Between, k.Better) }

// kind is what the target wants, without copying target and KPI.
func (a *Assessment) kind() Kind { return kindOf(a.Target.Between, a.KPI.Better) }

func kindOf(band *Between, better kpi.Direction) Kind {
	switch {
	case band != nil:
		return Within
	case better == kpi.AsPlanned:
		return Equal
	case better == kpi.Higher:
		return AtLeast
	}
	return AtMost
}

// TwoSided reports whether a figure can be off in both directions.
func (k Kind) TwoSided() bool { return k == Equal || k == Within }

// nearest is the end of the band that a value is nearer to, in the KPI's unit.
func (t *Target) nearest(value float64) float64 {
	low, high := t.inBaseUnit(*t.Between.Low), t.inBaseUnit(*t.Between.High)
	if math.Abs(value-low) < math.Abs(high-value) {
		return low
	}
	return high
}

// better is how much better the actual is than the expected value, in the KPI's unit;
// negative where it is worse. In a band it is the distance to the nearer end.
func (a *Assessment) better() float64 {
	difference := *a.Actual - *a.Expected
	switch a.kind() {
	case AtMost:
		return -difference
	case Equal:
		return -math.Abs(difference)
	case Within:
		if inside := -difference * a.worse(); inside >= 0 {
			return inside
		}
		return -math.Abs(difference)
	}
	return difference
}

// worse is the direction in which the figure gets worse, 1 or -1: where it can be off
// both ways, the one in which the actual lies.
func (a *Assessment) worse() float64 {
	switch a.kind() {
	case AtLeast:
		return -1
	case Equal:
		if *a.Actual < *a.Expected {
			return -1
		}
	case Within:
		if *a.Expected == a.Target.inBaseUnit(*a.Target.Between.Low) {
			return -1
		}
	}
	return 1
}
