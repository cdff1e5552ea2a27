package attacktest

import (
	"fmt"
	"slices"
)

// breach is what the reader learns. Figures names those that were solved for,
// and is empty for what is to be seen without.
type breach struct{ figures, sentence string }

// solve tries each figure, and each group, that is to stay hidden.
func (s *system) solve() ([]breach, error) {
	breaches := slices.Clone(s.breaches)
	unknown, components := s.components()
	fail := func(figures []int, err error) error { return fmt.Errorf("%s: %w", s.together(figures), err) }
	try := func(figures []int, atMost, atLeast int64) error {
		var sum int64
		for _, f := range figures {
			sum += s.figures[f].truth
		}
		c := components[figures[0]]
		if c == nil {
			// It is known.
			breaches = append(breaches, breach{s.together(figures), fmt.Sprintf("%s is %d for certain; it must be able to be %d or less and %d or more", s.together(figures), sum, atMost, atLeast)})
			return nil
		}
		if err := c.prepare(s); err != nil {
			return fail(figures, err)
		}
		local := make([]int, len(figures))
		for i, f := range figures {
			local[i] = unknown[f]
		}
		low, err := c.solver.reaches(local, -1, -atMost)
		if err != nil {
			return fail(figures, err)
		}
		high, err := c.solver.reaches(local, 1, atLeast)
		if err != nil {
			return fail(figures, err)
		}
		if low && high {
			return nil
		}
		from, to := sum, sum
		for more := true; more && from > 0; {
			if more, err = c.solver.reaches(local, -1, -(from - 1)); err != nil {
				return fail(figures, err)
			} else if more {
				from--
			}
		}
		for more := true; more && to <= atLeast; {
			if more, err = c.solver.reaches(local, 1, to+1); err != nil {
				return fail(figures, err)
			} else if more {
				to++
			}
		}
		breaches = append(breaches, breach{s.together(figures), fmt.Sprintf("%s is %d, and lies in [%d, %d] for certain; it must be able to be %d or less and %d or more", s.together(figures), sum, from, to, atMost, atLeast)})
		return nil
	}
	for i, f := range s.figures {
		if f.protected() {
			if err := try([]int{i}, 1, f.demand+1); err != nil {
				return breaches, err
			}
		}
	}
	for _, g := range s.groups {
		least, demand := int64(0), int64(0)
		for _, f := range g {
			least, demand = least+s.figures[f].low, max(demand, s.figures[f].demand)
		}
		least = max(least, 1)
		if !slices.ContainsFunc(g[1:], func(f int) bool { return components[f] != components[g[0]] }) && components[g[0]] != nil {
			if err := try(g, least, least+demand); err != nil {
				return breaches, err
			}
		}
	}
	return breaches, nil
}

// component is hidden figures that equations tie to each other, and to no
// others.
type component struct {
	figures   []int
	equations []equation
	solver    *solver
}

// prepare makes the component's solver, once.
func (c *component) prepare(s *system) error {
	if c.solver != nil {
		return nil
	}
	low := make([]int64, len(c.figures))
	for i, f := range c.figures {
		low[i] = s.figures[f].low
	}
	var err error
	c.solver, err = newSolver(low, c.equations)
	return err
}

// components splits the hidden figures. It gives the number of each figure in
// its component, and the component of each figure, nil for those that are shown.
func (s *system) components() (local []int, of []*component) {
	parent := make([]int, len(s.figures))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	var hidden []equation
	for _, e := range s.equations {
		var h equation
		for _, t := range e.terms {
			if f := s.figures[t.figure]; !f.shown {
				h.terms = append(h.terms, t)
				h.sum += t.factor * f.truth
			}
		}
		if len(h.terms) == 0 {
			continue
		}
		for _, t := range h.terms[1:] {
			parent[root(t.figure)] = root(h.terms[0].figure)
		}
		hidden = append(hidden, h)
	}
	local, of = make([]int, len(s.figures)), make([]*component, len(s.figures))
	for i, f := range s.figures {
		if f.shown {
			continue
		}
		r := root(i)
		if of[r] == nil {
			of[r] = &component{}
		}
		of[i] = of[r]
		local[i] = len(of[i].figures)
		of[i].figures = append(of[i].figures, i)
	}
	for _, h := range hidden {
		c := of[h.terms[0].figure]
		for j := range h.terms {
			h.terms[j].figure = local[h.terms[j].figure]
		}
		c.equations = append(c.equations, h)
	}
	return local, of
}
