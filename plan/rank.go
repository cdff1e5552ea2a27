package plan

import (
	"cmp"
	"math"
	"slices"
)

// Attention is what decides how soon somebody is to look at a figure.
type Attention struct {
	Status Status
	// Law is whether the target stands in the law, and Money whether it is of money.
	Law, Money bool
	// The figures of the assessment.
	Actual, Expected, Margin, Warning, Critical *float64
}

// urgency are the statuses, the first to look at first.
var urgency = []Status{Critical, Warning, Unknown, WithinTolerance, OnPlan, TooEarly}

// Compare orders by status, then those that are off by consequence, and then by how far
// they are past their own threshold: a share a little past its limit does not stand above
// an amount that is twice as far past its own.
func (a Attention) Compare(b Attention) int {
	return cmp.Or(
		cmp.Compare(slices.Index(urgency, a.Status), slices.Index(urgency, b.Status)),
		cmp.Compare(a.consequence(), b.consequence()),
		leastFirst(negative(a.pastThreshold()), negative(b.pastThreshold())),
		leastFirst(a.Margin, b.Margin),
	)
}

// consequence is what missing the target leads to, the gravest first: the law is broken,
// money is missing, and all else. What is not off has none.
func (a Attention) consequence() int {
	switch {
	case a.Status < Warning:
		return 0
	case a.Law:
		return 1
	case a.Money:
		return 2
	}
	return 3
}

// pastThreshold is how far the figure is off, as a multiple of the distance at which its
// severity begins: 1 at the threshold itself; nil of one that is not off, and without a
// threshold that is worse than what is expected.
func (a Attention) pastThreshold() *float64 {
	threshold := a.Warning
	if threshold == nil || a.Status == Critical && a.Critical != nil {
		threshold = a.Critical
	}
	if a.Status < Warning || a.Margin == nil || a.Actual == nil || a.Expected == nil || threshold == nil || *threshold == *a.Expected {
		return nil
	}
	return new(math.Abs(*a.Actual-*a.Expected) / math.Abs(*threshold-*a.Expected))
}

// attention is that of an assessment; money is whether its KPI is in a unit of money.
func (a Assessment) attention(money bool) Attention {
	return Attention{
		Status: a.Status, Law: a.Target.Basis == ByLaw, Money: money,
		Actual: a.Actual, Expected: a.Expected, Margin: a.Margin, Warning: a.Warning, Critical: a.Critical,
	}
}

// rank sets the Rank of each assessment: 1 for the first to look at. money is whether a
// KPI, by its name, is in a unit of money.
func rank(assessments []Assessment, money func(kpi string) bool) {
	order := make([]*Assessment, len(assessments))
	for i := range assessments {
		order[i] = &assessments[i]
	}
	slices.SortStableFunc(order, func(a, b *Assessment) int {
		return cmp.Or(
			a.attention(money(a.KPI.Name)).Compare(b.attention(money(b.KPI.Name))),
			cmp.Compare(a.KPI.Name, b.KPI.Name),
			a.Labels.Compare(b.Labels),
		)
	})
	for i, a := range order {
		a.Rank = i + 1
	}
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
