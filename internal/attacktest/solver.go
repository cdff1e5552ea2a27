package attacktest

import (
	"errors"
	"slices"
)

// errUndecided is returned where a search has not come to its end.
var errUndecided = errors.New("the system is not decided within the bound of the search")

// maxNodes and maxDepth bound a search for whole numbers between fractions.
const (
	maxNodes = 4000
	maxDepth = 60
)

// maxKept bounds how many solutions are kept to be looked at again.
const maxKept = 256

// term is a factor of a figure in an equation.
type term struct {
	figure int
	factor int64
}

// equation says that the terms add up to sum.
type equation struct {
	terms []term
	sum   int64
}

// solver answers what whole solutions of equations there are: of figures that
// are each at least its low.
type solver struct {
	low  []int64
	root *tableau
	// kept are whole solutions that were come by.
	kept [][]int64
	next int
}

// newSolver makes a solver of equations that have a solution.
func newSolver(low []int64, equations []equation) (*solver, error) {
	s := &solver{low: low}
	n, m := len(low), len(equations)
	t := &tableau{row: make([]int, n+m), d: 1}
	for i := range t.row {
		t.row[i] = -1
	}
	// Phase one: each row gets a figure of its own, and these are brought to zero.
	invented := make([]int, m)
	for i, e := range equations {
		row := make([]int64, n+m+1)
		row[0] = e.sum
		for _, term := range e.terms {
			row[0] -= term.factor * low[term.figure]
			row[term.figure+1] += term.factor
		}
		if row[0] < 0 {
			for j := range row {
				row[j] = -row[j]
			}
		}
		if row[0] > largest {
			return nil, errTooLarge
		}
		row[n+i+1] = 1
		invented[i] = n + i
		t.rows = append(t.rows, row)
		t.basic = append(t.basic, n+i)
		t.row[n+i] = i
	}
	if _, err := t.maximize(invented, -1, func() bool { return false }); err != nil {
		return nil, err
	}
	for r := 0; r < len(t.rows); r++ {
		if t.basic[r] < n {
			continue
		}
		if t.rows[r][0] != 0 {
			return nil, errors.New("the equations have no solution")
		}
		if column := slices.IndexFunc(t.rows[r][1:n+1], func(v int64) bool { return v != 0 }); column >= 0 {
			if err := t.pivot(r, column); err != nil {
				return nil, err
			}
			continue
		}
		// The row says nothing that the others do not say.
		t.rows = slices.Delete(t.rows, r, r+1)
		t.basic = slices.Delete(t.basic, r, r+1)
		for i, f := range t.basic[r:] {
			t.row[f] = r + i
		}
		r--
	}
	for i, row := range t.rows {
		t.rows[i] = slices.Clone(row[:n+1])
	}
	t.row = slices.Clone(t.row[:n])
	s.root = t
	return s, nil
}

// keep keeps the vertex of t, which is whole.
func (s *solver) keep(t *tableau) {
	solution := make([]int64, len(s.low))
	for i := range solution {
		solution[i] = s.low[i] + t.value(i)/t.d
	}
	if len(s.kept) < maxKept {
		s.kept = append(s.kept, solution)
		return
	}
	s.kept[s.next] = solution
	s.next = (s.next + 1) % maxKept
}

// reaches tells whether a whole solution has sign*sum(figures) of limit or more.
func (s *solver) reaches(figures []int, sign, limit int64) (bool, error) {
	for _, solution := range s.kept {
		var sum int64
		for _, f := range figures {
			sum += solution[f]
		}
		if sign*sum >= limit {
			return true, nil
		}
	}
	// From here on without the lows, which the tableau does not know.
	rest := limit
	for _, f := range figures {
		rest -= sign * s.low[f]
	}
	t := s.root
	sum := func() int64 {
		var sum int64
		for _, f := range figures {
			sum += t.value(f)
		}
		return sign * sum
	}
	out, err := t.maximize(figures, sign, func() bool {
		if !t.whole() {
			return false
		}
		s.keep(t)
		return sum() >= rest*t.d
	})
	switch {
	case err != nil:
		return false, err
	case out == stopped:
		return true, nil
	case out == unbounded:
		// Whole steps along the direction, from the solution that is true.
		return true, nil
	case sum() < rest*t.d:
		return false, nil
	}
	branch := t.clone()
	feasible, err := branch.bound(figures, -sign, -rest)
	if err != nil || !feasible {
		return false, err
	}
	nodes := 0
	return s.search(branch, 0, &nodes)
}

// search looks for a whole solution in t: a figure that is none is either not
// above the whole number below it, or not below the one above.
func (s *solver) search(t *tableau, depth int, nodes *int) (bool, error) {
	if *nodes++; *nodes > maxNodes || depth > maxDepth {
		return false, errUndecided
	}
	fraction := slices.IndexFunc(t.rows, func(row []int64) bool { return row[0]%t.d != 0 })
	if fraction < 0 {
		s.keep(t)
		return true, nil
	}
	figure, below := t.basic[fraction], t.rows[fraction][0]/t.d
	for _, side := range []struct{ sign, limit int64 }{{1, below}, {-1, -(below + 1)}} {
		branch := t.clone()
		feasible, err := branch.bound([]int{figure}, side.sign, side.limit)
		if err != nil {
			return false, err
		}
		if !feasible {
			continue
		}
		if found, err := s.search(branch, depth+1, nodes); found || err != nil {
			return found, err
		}
	}
	return false, nil
}
