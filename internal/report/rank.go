package report

import (
	"cmp"
	"math"

	"planwatch/internal/status"
	"planwatch/plan"
)

// worstFirst orders rows by status, then those that are off by consequence, and then by
// how far they are past their own threshold: a share a little past its limit does not
// stand above an amount that is twice as far past its own. Without a figure the order is
// that of reason and name.
func worstFirst(a, b Row) int {
	return cmp.Or(
		cmp.Compare(a.Status, b.Status),
		cmp.Compare(a.consequence(), b.consequence()),
		leastFirst(negative(a.pastThreshold()), negative(b.pastThreshold())),
		leastFirst(a.Margin, b.Margin),
		cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.KPI.Name, b.KPI.Name),
		a.Labels.Compare(b.Labels),
	)
}

// consequence is what missing the target leads to, the gravest first: the law is broken,
// money is missing, and all else. Rows that are not off have none.
func (r Row) consequence() int {
	switch {
	case r.Status > status.Warning:
		return 0
	case r.Target != nil && r.Target.Basis == plan.ByLaw:
		return 1
	case r.KPI.Base.Money:
		return 2
	}
	return 3
}

// pastThreshold is how far the figure is off, as a multiple of the distance at which its
// severity begins: 1 at the threshold itself; nil of one that is not off, and without a
// threshold that is worse than what is expected.
func (r Row) pastThreshold() *float64 {
	threshold := r.Warning
	if threshold == nil || r.Status == status.Critical && r.Critical != nil {
		threshold = r.Critical
	}
	if r.Status > status.WithinTolerance || r.Margin == nil || r.Actual == nil || r.Expected == nil || threshold == nil || *threshold == *r.Expected {
		return nil
	}
	return new(math.Abs(*r.Actual-*r.Expected) / math.Abs(*threshold-*r.Expected))
}

func negative(value *float64) *float64 {
	if value == nil {
		return nil
	}
	return new(-*value)
}

// leastFirst orders figures, and what is known before what is not.
func leastFirst(a, b *float64) int {
	switch {
	case a != nil && b != nil:
		return cmp.Compare(*a, *b)
	case a != nil:
		return -1
	case b != nil:
		return 1
	}
	return 0
}
