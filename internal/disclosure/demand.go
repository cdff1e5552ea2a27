package disclosure

import (
	"fmt"
	"slices"
)

// demand is what a reader must not be able to tell of some withheld figures: the
// whole solutions must have their sum at most at low, and at least at high.
type demand struct {
	figures   []int // of the table
	low, high int64
}

// part is a set of withheld figures that relations tie together.
type part struct {
	figures   []int
	relations []int
}

// failing are the demands that are not met when these cells are withheld, and
// with each the part of the table that it lies in. Most parts stay as they are
// when one more cell is withheld, so what was found of a part is kept in known.
func (t *Table) failing(more bool, withheld []bool, known map[string][]demand) (demands []demand, parts []part) {
	for _, labels := range t.Known {
		for _, p := range t.parts(reader{labels, more}, withheld) {
			key := fmt.Sprint(p)
			unmet, met := known[key]
			if !met {
				unmet = t.unmet(p)
				known[key] = unmet
			}
			for _, d := range unmet {
				demands, parts = append(demands, d), append(parts, p)
			}
		}
	}
	return demands, parts
}

// parts splits what is unknown into parts that have no relation in common.
// Figures without a relation could be anything, and are left out.
func (t *Table) parts(by reader, withheld []bool) []part {
	parent := map[int]int{}
	var root func(int) int
	root = func(f int) int {
		if parent[f] != f {
			parent[f] = root(parent[f])
		}
		return parent[f]
	}
	first := make([]int, len(t.Relations))
	for i, r := range t.Relations {
		first[i] = -1
		if !t.knows(by, r, withheld) {
			continue
		}
		for _, term := range r.Terms {
			if t.Figures[term.Figure].known(withheld) {
				continue
			}
			if _, seen := parent[term.Figure]; !seen {
				parent[term.Figure] = term.Figure
			}
			if first[i] < 0 {
				first[i] = term.Figure
			}
			parent[root(term.Figure)] = root(first[i])
		}
	}
	byRoot := map[int]*part{}
	var order []*part
	for f := range t.Figures {
		if _, tied := parent[f]; !tied {
			continue
		}
		p := byRoot[root(f)]
		if p == nil {
			p = &part{}
			byRoot[root(f)] = p
			order = append(order, p)
		}
		p.figures = append(p.figures, f)
	}
	for i, f := range first {
		if f >= 0 {
			p := byRoot[root(f)]
			p.relations = append(p.relations, i)
		}
	}
	all := make([]part, len(order))
	for i, p := range order {
		all[i] = *p
	}
	return all
}

// demands are those of the part's protected figures, one by one and as groups:
// protected figures of one relation that together are still too few.
func (t *Table) demands(p part) []demand {
	var all []demand
	for _, f := range p.figures {
		if t.Figures[f].protected() {
			all = append(all, t.demand([]int{f}))
		}
	}
	seen := map[string]bool{}
	for _, i := range p.relations {
		var protected []int
		for _, term := range t.Relations[i].Terms {
			if t.Figures[term.Figure].protected() && term.Factor > 0 && slices.Contains(p.figures, term.Figure) {
				protected = append(protected, term.Figure)
			}
		}
		for _, group := range t.groups(protected) {
			if key := fmt.Sprint(group); !seen[key] {
				seen[key] = true
				all = append(all, t.demand(group))
			}
		}
	}
	return all
}

// demand is what a reader must not be able to tell of the figures' sum: that it is
// not the least it can be, nor that it is not by MinCount more.
func (t *Table) demand(figures []int) demand {
	least, minCount := int64(0), int64(0)
	for _, f := range figures {
		least, minCount = least+t.Figures[f].AtLeast, max(minCount, t.Figures[f].MinCount)
	}
	low := max(least, 1)
	return demand{figures: figures, low: low, high: low + minCount}
}

// groups are the sets of two figures and more whose sum is below the smallest
// number that may be shown.
func (t *Table) groups(figures []int) [][]int {
	var all [][]int
	var extend func(group []int, sum, minCount int64, from int)
	extend = func(group []int, sum, minCount int64, from int) {
		for i := from; i < len(figures) && len(all) < mostGroups; i++ {
			f := t.Figures[figures[i]]
			if total, smallest := sum+f.Value, max(minCount, f.MinCount); total < smallest {
				larger := append(slices.Clone(group), figures[i])
				if len(larger) > 1 {
					all = append(all, larger)
				}
				extend(larger, total, smallest, i+1)
			}
		}
	}
	extend(nil, 0, 0, 0)
	return all
}

// mostGroups is the most groups of a relation that are looked at.
const mostGroups = 1000

// largestPart is the most figures that a part may have, so that a check takes
// seconds at most.
const largestPart = 1000

// unmet are the demands of the part that no solution was found for. A part that
// is too large to compute with is unmet as a whole.
func (t *Table) unmet(p part) []demand {
	demands := t.demands(p)
	if len(demands) == 0 {
		return nil
	}
	if len(p.figures) > largestPart {
		return demands
	}
	at := make(map[int]int, len(p.figures))
	value, least := make([]int64, len(p.figures)), make([]int64, len(p.figures))
	for i, f := range p.figures {
		at[f] = i
		value[i], least[i] = t.Figures[f].Value, t.Figures[f].AtLeast
	}
	relations := make([][]int64, len(p.relations))
	for i, r := range p.relations {
		relations[i] = make([]int64, len(p.figures))
		for _, term := range t.Relations[r].Terms {
			if j, unknown := at[term.Figure]; unknown {
				relations[i][j] += term.Factor
			}
		}
	}
	s, err := newSystem(p.figures, value, least, relations)
	if err != nil {
		return demands
	}
	low, high := make([]bool, len(demands)), make([]bool, len(demands))
	see := func() {
		for i, d := range demands {
			if low[i] && high[i] {
				continue
			}
			sum := int64(0)
			for _, f := range d.figures {
				sum += s.value[at[f]]
			}
			low[i], high[i] = low[i] || sum <= d.low, high[i] || sum >= d.high
		}
	}
	see()
	for i, d := range demands {
		if !high[i] {
			if _, err := s.raise(weights(d, at, 1), d.high); err != nil {
				return demands
			}
			see()
		}
		if !low[i] {
			if _, err := s.raise(weights(d, at, -1), -d.low); err != nil {
				return demands
			}
			see()
		}
	}
	var unmet []demand
	for i, d := range demands {
		if !low[i] || !high[i] {
			unmet = append(unmet, d)
		}
	}
	return unmet
}

// weights are the demand's figures among the variables, each with the sign.
func weights(d demand, at map[int]int, sign int64) []int64 {
	all := make([]int64, len(at))
	for _, f := range d.figures {
		all[at[f]] = sign
	}
	return all
}
