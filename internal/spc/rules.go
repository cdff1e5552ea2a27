package spc

// Side is a side of the mean, or for a trend its way.
type Side int8

// The sides. A trend is High when it rises, and Low when it falls.
const (
	Low    Side = -1
	NoSide Side = 0
	High   Side = 1
)

// Rule is one of the four rules for special cause variation.
type Rule int8

// The rules, in the order in which they decide on a point for which several
// hold, as in NHSRplotthedots.
const (
	// NoRule says that none holds.
	NoRule Rule = iota
	// OutsideLimits is a single point beyond a process limit.
	OutsideLimits
	// Trend is a point of seven or more that rise, or fall, each from the one
	// before.
	Trend
	// TwoOfThree is a point close to a limit, of three successive points on
	// one side of the mean of which two or more are close to the limit.
	TwoOfThree
	// Shift is a point of seven or more on one side of the mean.
	Shift
)

// String is the rule in plain words.
func (r Rule) String() string {
	switch r {
	case OutsideLimits:
		return "outside the limits"
	case Trend:
		return "trend"
	case TwoOfThree:
		return "two of three close to a limit"
	case Shift:
		return "shift"
	}
	return "no rule"
}

// Signals are the rules that hold for a point, each with its side; NoSide where
// one does not hold.
type Signals struct{ OutsideLimits, Trend, TwoOfThree, Shift Side }

// First is the rule that decides, and its side.
func (s Signals) First() (Rule, Side) {
	switch {
	case s.OutsideLimits != NoSide:
		return OutsideLimits, s.OutsideLimits
	case s.Trend != NoSide:
		return Trend, s.Trend
	case s.TwoOfThree != NoSide:
		return TwoOfThree, s.TwoOfThree
	case s.Shift != NoSide:
		return Shift, s.Shift
	}
	return NoRule, NoSide
}

// run is how many successive points make a trend or a shift.
const run = 7

// rules marks the points of a part for which the rules hold. Points that are
// ghosted are not among them: the points on both sides are successive.
func rules(points []*Judged, l Limits) {
	for i, p := range points {
		if l.outside(p.Value) {
			p.Signals.OutsideLimits = l.side(p.Value)
		}
		if i+1 >= 3 {
			twoOfThree(points[i-2:i+1], l)
		}
		if i+1 >= run {
			trend(points[i+1-run : i+1])
			shift(points[i+1-run:i+1], l)
		}
	}
}

// trend marks seven points that rise or fall. A point on which a trend turns
// belongs to both; it is marked with the later one, since that is marked last.
func trend(points []*Judged) {
	step := func(i int) Side {
		switch before, value := points[i-1].Value, points[i].Value; {
		case value > before:
			return High
		case value < before:
			return Low
		}
		return NoSide
	}
	way := step(1)
	for i := 2; i < len(points); i++ {
		if step(i) != way {
			return
		}
	}
	if way == NoSide {
		return
	}
	for _, p := range points {
		p.Signals.Trend = way
	}
}

// shift marks seven points on one side of the mean. A point on the mean ends
// the run.
func shift(points []*Judged, l Limits) {
	side, same := oneSide(points, l)
	if !same {
		return
	}
	for _, p := range points {
		p.Signals.Shift = side
	}
}

// twoOfThree marks those of three points that are close to a limit. A point
// outside is not close, though it may be the third.
func twoOfThree(points []*Judged, l Limits) {
	side, same := oneSide(points, l)
	if !same {
		return
	}
	var marked []*Judged
	for _, p := range points {
		if l.near(p.Value) {
			marked = append(marked, p)
		}
	}
	if len(marked) < 2 {
		return
	}
	for _, p := range marked {
		p.Signals.TwoOfThree = side
	}
}

// oneSide says whether all points are on one side of the mean, and on which.
func oneSide(points []*Judged, l Limits) (Side, bool) {
	side := l.side(points[0].Value)
	for _, p := range points[1:] {
		if l.side(p.Value) != side {
			return NoSide, false
		}
	}
	return side, side != NoSide
}
