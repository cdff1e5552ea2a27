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

// finding is what was found of a part.
type finding struct {
	part part
	// unmet are the demands that no solution was found for.
	unmet []demand
	// decided is whether the part was small enough to be searched.
	decided bool
}

// findings are those of parts by the part's text: most stay as they are when one
// more cell is withheld.
type findings map[string]finding

// failing are the findings of the parts with demands that are not met when these
// cells are withheld.
func (t *Table) failing(known lines, withheld []bool, found findings) []finding {
	var all []finding
	for _, labels := range t.Known {
		for _, p := range t.parts(reader{labels, known}, withheld) {
			key := fmt.Sprint(p)
			f, met := found[key]
			if !met {
				f = t.search(p)
				found[key] = f
			}
			if len(f.unmet) > 0 {
				all = append(all, f)
			}
		}
	}
	return all
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
// protected figures of one relation that together are still too few. all is
// whether there are no more groups than are looked at.
func (t *Table) demands(p part) (demands []demand, all bool) {
	for _, f := range p.figures {
		if t.Figures[f].protected() {
			demands = append(demands, t.demand([]int{f}))
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
		groups := t.groups(protected)
		if len(groups) > mostGroups {
			return demands, false
		}
		for _, group := range groups {
			if key := fmt.Sprint(group); !seen[key] {
				seen[key] = true
				demands = append(demands, t.demand(group))
			}
		}
	}
	return demands, true
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
// number that may be shown, or more of them than are looked at.
func (t *Table) groups(figures []int) [][]int {
	var all [][]int
	var extend func(group []int, sum, minCount int64, from int)
	extend = func(group []int, sum, minCount int64, from int) {
		for i := from; i < len(figures) && len(all) <= mostGroups; i++ {
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

// A part with more figures, or with a relation of more groups, is not searched, so
// that a search takes seconds at most.
const (
	largestPart = 1000
	mostGroups  = 2000
)

// search looks for solutions that meet the part's demands. Of a part that is too
// large all are unmet.
func (t *Table) search(p part) finding {
	demands, all := t.demands(p)
	undecided := finding{part: p, unmet: demands}
	if len(demands) == 0 {
		return finding{part: p, decided: true}
	}
	if !all || len(p.figures) > largestPart {
		return undecided
	}
	s, at, err := t.system(p)
	if err != nil {
		return undecided
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
				return undecided
			}
			see()
		}
		if !low[i] {
			if _, err := s.raise(weights(d, at, -1), -d.low); err != nil {
				return undecided
			}
			see()
		}
	}
	found := finding{part: p, decided: true}
	for i, d := range demands {
		if !low[i] || !high[i] {
			found.unmet = append(found.unmet, d)
		}
	}
	return found
}

// system is the part's, at the true figures; at is where each is in it.
func (t *Table) system(p part) (s *system, at map[int]int, err error) {
	at = make(map[int]int, len(p.figures))
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
	s, err = newSystem(p.figures, value, least, relations)
	return s, at, err
}

// weights are the demand's figures among the variables, each with the sign.
func weights(d demand, at map[int]int, sign int64) []int64 {
	all := make([]int64, len(at))
	for _, f := range d.figures {
		all[at[f]] = sign
	}
	return all
}
