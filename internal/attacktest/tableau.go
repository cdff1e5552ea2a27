package attacktest

import (
	"errors"
	"math"
)

// errTooLarge is returned where the numbers within the tableau no longer fit:
// the system is then undecided, never passed.
var errTooLarge = errors.New("the numbers of the system are too large to decide it")

// tableau is a simplex tableau over equations of figures that are not negative,
// in exact arithmetic: every entry is a whole number over one common
// denominator. The first column of a row is its right-hand side.
//
// With x the basic figure of row r, d the denominator and the sum over the
// figures that are not basic: d*x + sum(row[j+1]*x[j]) = row[0].
type tableau struct {
	rows  [][]int64
	basic []int // the basic figure of each row
	row   []int // the row in which a figure is basic, or -1
	d     int64
}

// largest is how large an entry may be, so that no product overflows.
const largest = math.MaxInt32

// pivot makes the figure column basic in row r.
func (t *tableau) pivot(r, column int) error {
	chosen := t.rows[r]
	p := chosen[column+1]
	if p < 0 {
		for j := range chosen {
			chosen[j] = -chosen[j]
		}
		p = -p
	}
	for i, other := range t.rows {
		if i == r {
			continue
		}
		f := other[column+1]
		if f == 0 && p == t.d {
			continue
		}
		for j, v := range other {
			v = (v*p - f*chosen[j]) / t.d
			if v > largest || v < -largest {
				return errTooLarge
			}
			other[j] = v
		}
	}
	// Row r is divided by p as it stands: its entries are over the new
	// denominator p already.
	t.row[t.basic[r]] = -1
	t.basic[r], t.row[column] = column, r
	t.d = p
	return nil
}

// whole tells whether every figure is a whole number at this vertex.
func (t *tableau) whole() bool {
	for _, row := range t.rows {
		if row[0]%t.d != 0 {
			return false
		}
	}
	return true
}

// value of a figure at this vertex, times the denominator.
func (t *tableau) value(figure int) int64 {
	if r := t.row[figure]; r >= 0 {
		return t.rows[r][0]
	}
	return 0
}

// outcome of a search along one direction.
type outcome int

const (
	optimal outcome = iota
	unbounded
	stopped
)

// maximize moves along the edges of the feasible figures until the sum of
// sign*figure over the figures is largest, or is without bound, or stop says
// that the vertex will do. The tableau must be feasible, and stays so.
func (t *tableau) maximize(figures []int, sign int64, stop func() bool) (outcome, error) {
	n := len(t.row)
	gain := make([]int64, n)
	for step := 0; ; step++ {
		if stop() {
			return stopped, nil
		}
		clear(gain)
		for _, f := range figures {
			if r := t.row[f]; r >= 0 {
				for j := range n {
					gain[j] -= sign * t.rows[r][j+1]
				}
			} else {
				gain[f] += sign * t.d
			}
		}
		// The largest gain is quick, and may go round in a circle; the first
		// one does not.
		enter := -1
		for j := range n {
			if t.row[j] < 0 && gain[j] > 0 && (enter < 0 || step < 200 && gain[j] > gain[enter]) {
				enter = j
			}
		}
		if enter < 0 {
			return optimal, nil
		}
		leave := -1
		for r, row := range t.rows {
			if row[enter+1] <= 0 {
				continue
			}
			if leave >= 0 {
				// row[0]/row[e] against the best so far
				a, b := row[0]*t.rows[leave][enter+1], t.rows[leave][0]*row[enter+1]
				if a > b || a == b && t.basic[r] > t.basic[leave] {
					continue
				}
			}
			leave = r
		}
		if leave < 0 {
			return unbounded, nil
		}
		if err := t.pivot(leave, enter); err != nil {
			return 0, err
		}
	}
}

// bound adds the row sign*sum(figures) <= limit with a figure of its own for
// what is left, and makes the tableau feasible again; false says that it cannot
// be.
func (t *tableau) bound(figures []int, sign, limit int64) (bool, error) {
	for i := range t.rows {
		t.rows[i] = append(t.rows[i], 0)
	}
	slack := len(t.row)
	row := make([]int64, slack+2)
	row[0] = limit * t.d
	row[slack+1] = t.d
	for _, f := range figures {
		r := t.row[f]
		if r < 0 {
			row[f+1] += sign * t.d
			continue
		}
		for j, v := range t.rows[r] {
			if j != f+1 {
				row[j] -= sign * v
			}
		}
	}
	for _, v := range row {
		if v > largest || v < -largest {
			return false, errTooLarge
		}
	}
	t.rows = append(t.rows, row)
	t.basic = append(t.basic, slack)
	t.row = append(t.row, len(t.rows)-1)
	return t.repair()
}

// repair pivots until no right-hand side is negative, always by the first
// figure that will do, so that it ends.
func (t *tableau) repair() (bool, error) {
	for {
		leave := -1
		for r, row := range t.rows {
			if row[0] < 0 && (leave < 0 || t.basic[r] < t.basic[leave]) {
				leave = r
			}
		}
		if leave < 0 {
			return true, nil
		}
		enter := -1
		for j := range t.row {
			if t.row[j] < 0 && t.rows[leave][j+1] < 0 {
				enter = j
				break
			}
		}
		if enter < 0 {
			return false, nil
		}
		if err := t.pivot(leave, enter); err != nil {
			return false, err
		}
	}
}

func (t *tableau) clone() *tableau {
	c := &tableau{rows: make([][]int64, len(t.rows)), basic: append([]int(nil), t.basic...), row: append([]int(nil), t.row...), d: t.d}
	for i, row := range t.rows {
		c.rows[i] = append(make([]int64, 0, len(row)+4), row...)
	}
	return c
}
