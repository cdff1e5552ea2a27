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
func (a *Attention) consequence() int {
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
func (a *Attention) pastThreshold() *float64 {
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
func (a *Assessment) attention(money bool) Attention {
	return Attention{
		Status: a.Status, Law: a.Target.Basis == ByLaw, Money: money,
		Actual: a.Actual, Expected: a.Expected, Margin: a.Margin, Warning: a.Warning, Critical: a.Critical,
	}
}

// sort sets the cells' order by KPI and labels, by which those are ranked that are as
// urgent as one another.
func (x *Assessor) sort() {
	compare := func(a, b *cell) int {
		return cmp.Or(cmp.Compare(a.targets[0].KPI, b.targets[0].KPI), a.targets[0].labels.Compare(b.targets[0].labels))
	}
	sorted := make([]*cell, len(x.cells))
	for i := range x.cells {
		sorted[i] = &x.cells[i]
	}
	slices.SortFunc(sorted, compare)
	for i := 1; i < len(sorted); i++ {
		sorted[i].order = sorted[i-1].order
		if compare(sorted[i-1], sorted[i]) != 0 {
			sorted[i].order++
		}
	}
}

// ranked is what Attention.Compare compares, of one assessment.
type ranked struct {
	// urgency is the places of the status and of the consequence, as one number.
	urgency int32
	// past and margin are infinite where they are not known: those come last.
	past, margin float64
	order        int32
	// at is the assessment's place.
	at int32
}

// ranked is what the assessment at a place is ranked by.
func (x *Assessor) ranked(assessments []Assessment, at int) ranked {
	a := assessments[at].attention(x.cells[at].money)
	r := ranked{
		urgency: int32(slices.Index(urgency, a.Status)<<2 | a.consequence()),
		past:    math.Inf(1), margin: math.Inf(1), order: x.cells[at].order, at: int32(at),
	}
	if past := a.pastThreshold(); past != nil {
		r.past = -*past
	}
	if a.Margin != nil {
		r.margin = *a.Margin
	}
	return r
}

func compareRanked(a, b ranked) int {
	switch {
	case a.urgency != b.urgency:
		return cmp.Compare(a.urgency, b.urgency)
	case a.past != b.past:
		return cmp.Compare(a.past, b.past)
	case a.margin != b.margin:
		return cmp.Compare(a.margin, b.margin)
	case a.order != b.order:
		return cmp.Compare(a.order, b.order)
	}
	return cmp.Compare(a.at, b.at)
}

// rank sets the Rank of each of the Assessor's assessments: 1 for the first to look at.
func (x *Assessor) rank(assessments []Assessment) {
	order := make([]ranked, len(assessments))
	for i := range assessments {
		order[i] = x.ranked(assessments, i)
	}
	slices.SortFunc(order, compareRanked)
	for i := range order {
		assessments[order[i].at].Rank = i + 1
	}
}

// rankAnew is rank where only those at some places have changed since all were ranked: the
// others are in order already.
func (x *Assessor) rankAnew(assessments []Assessment, former []Assessment, anew []int) {
	kept := make([]int, len(assessments))
	for i := range former {
		kept[former[i].Rank-1] = i
	}
	changed := make([]ranked, len(anew))
	for i, at := range anew {
		changed[i] = x.ranked(assessments, at)
		kept[former[at].Rank-1] = -1
	}
	kept = slices.DeleteFunc(kept, func(at int) bool { return at < 0 })
	slices.SortFunc(changed, compareRanked)
	rank := 0
	next := func(at int) {
		rank++
		assessments[at].Rank = rank
	}
	for _, c := range changed {
		// How many of the others come before it.
		n, _ := slices.BinarySearchFunc(kept, c, func(at int, c ranked) int { return compareRanked(x.ranked(assessments, at), c) })
		for _, at := range kept[:n] {
			next(at)
		}
		kept = kept[n:]
		next(int(c.at))
	}
	for _, at := range kept {
		next(at)
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
