package disclosure

import (
	"math"
	"slices"
)

// system is a set of withheld figures that relations tie together, at a whole
// solution of these. It begins at the truth and moves from solution to solution,
// so that each that it reaches is a proof.
type system struct {
	// figures are the table's, by index; value and least are theirs.
	figures      []int
	value, least []int64
	// rows say how a basic variable follows the free ones: row i is of the
	// variable basic[i], and has a factor for each of free.
	basic, free []int
	rows        [][]fraction
}

// newSystem solves the relations, given as rows of factors, for as many variables
// as they determine.
func newSystem(figures []int, value, least []int64, relations [][]int64) (*system, error) {
	if slices.ContainsFunc(value, func(v int64) bool { return v > largest || v < -largest }) {
		return nil, errTooLarge
	}
	s := &system{figures: figures, value: value, least: least}
	n := len(figures)
	matrix := rows(len(relations), n)
	for i, relation := range relations {
		for j, factor := range relation {
			matrix[i][j] = fraction{factor, 1}
		}
	}
	pivots := make([]int, 0, len(matrix))
	rank := 0
	for column := 0; column < n && rank < len(matrix); column++ {
		pivot := slices.IndexFunc(matrix[rank:], func(row []fraction) bool { return !row[column].zero() })
		if pivot < 0 {
			continue
		}
		matrix[rank], matrix[rank+pivot] = matrix[rank+pivot], matrix[rank]
		if err := eliminate(matrix, rank, column); err != nil {
			return nil, err
		}
		pivots = append(pivots, column)
		rank++
	}
	for j := range n {
		if !slices.Contains(pivots, j) {
			s.free = append(s.free, j)
		}
	}
	s.basic = pivots
	s.rows = rows(rank, len(s.free))
	for i := range rank {
		for j, column := range s.free {
			factor := matrix[i][column]
			s.rows[i][j] = fraction{-factor.num, factor.den}
		}
	}
	return s, nil
}

// rows are so many rows of n, in one piece.
func rows(count, n int) [][]fraction {
	all := make([]fraction, count*n)
	matrix := make([][]fraction, count)
	for i := range matrix {
		matrix[i] = all[i*n : (i+1)*n : (i+1)*n]
	}
	return matrix
}

// eliminate makes the column 1 in the row at rank and 0 in all others. Most of a
// row is 0.
func eliminate(matrix [][]fraction, rank, column int) error {
	row := matrix[rank]
	scale := row[column]
	var filled []int
	var err error
	for j := range row {
		if row[j].zero() {
			continue
		}
		filled = append(filled, j)
		if row[j], err = newFraction(row[j].num*scale.den, row[j].den*scale.num); err != nil {
			return err
		}
	}
	for i := range matrix {
		factor := matrix[i][column]
		if i == rank || factor.zero() {
			continue
		}
		factor.num = -factor.num
		for _, j := range filled {
			if matrix[i][j], err = matrix[i][j].plus(factor, row[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// sum is that of the weighted variables at the present solution.
func (s *system) sum(weights []int64) int64 {
	total := int64(0)
	for i, w := range weights {
		total += w * s.value[i]
	}
	return total
}

// raise moves to solutions with an ever larger sum until that is at least
// target, and reports whether it is. This is the simplex method, but each step
// ends at a whole solution.
func (s *system) raise(weights []int64, target int64) (bool, error) {
	for range 8*len(s.figures) + 50 {
		total := s.sum(weights)
		if total >= target {
			return true, nil
		}
		moved, err := s.step(weights, target-total)
		if err != nil || !moved {
			return false, err
		}
	}
	return false, nil
}

// step changes the first free variable that can raise the sum, and where a basic
// variable stops it, exchanges the two. It reports whether there was one. It may
// go in circles, which the limit of raise ends: a demand is then taken for unmet,
// and more is withheld.
func (s *system) step(weights []int64, want int64) (bool, error) {
	first, along, rate := -1, int64(0), fraction{}
	for j, variable := range s.free {
		if first >= 0 && variable > s.free[first] {
			continue
		}
		gain, err := s.gain(weights, j)
		if err != nil {
			return false, err
		}
		switch {
		case gain.num > 0:
			first, along, rate = j, 1, gain
		case gain.num < 0 && s.value[variable] > s.least[variable]:
			first, along, rate = j, -1, fraction{-gain.num, gain.den}
		}
	}
	if first < 0 {
		return false, nil
	}
	unit, err := s.unit(first)
	if err != nil {
		return false, err
	}
	length, stops := s.reach(first, along)
	steps := length / unit
	if enough := need(want, rate, unit); steps >= enough {
		steps, stops = enough, -1
	}
	if steps > largest/unit {
		return false, errTooLarge
	}
	if err := s.move(first, along*steps*unit); err != nil {
		return false, err
	}
	if stops >= 0 {
		return true, s.exchange(stops, first)
	}
	return steps > 0, nil
}

// gain is by how much the sum grows with the free variable j.
func (s *system) gain(weights []int64, j int) (fraction, error) {
	gain := fraction{weights[s.free[j]], 1}
	var err error
	for i, b := range s.basic {
		if gain, err = gain.plus(fraction{weights[b], 1}, s.rows[i][j]); err != nil {
			return fraction{}, err
		}
	}
	return gain, nil
}

// need is how many steps of the unit's length bring the gain that is wanted.
func need(want int64, gain fraction, unit int64) int64 {
	each := gain.num * unit / gain.den
	if each == 0 {
		return 1
	}
	return (want + each - 1) / each
}

// reach is how far the free variable j can move, and the row of the basic
// variable that stops it; -1 if its own bound does, or none.
func (s *system) reach(j int, direction int64) (length int64, stops int) {
	length, stops = math.MaxInt64, -1
	if variable := s.free[j]; direction < 0 {
		length = s.value[variable] - s.least[variable]
	}
	for i, b := range s.basic {
		factor := s.rows[i][j]
		if factor.num*direction >= 0 {
			continue
		}
		size := factor.num
		if size < 0 {
			size = -size
		}
		if room := (s.value[b] - s.least[b]) * factor.den / size; room < length {
			length, stops = room, i
		}
	}
	return length, stops
}

// unit is the shortest move of the free variable j that keeps all whole.
func (s *system) unit(j int) (int64, error) {
	unit := int64(1)
	for i := range s.rows {
		den := s.rows[i][j].den
		if unit = unit / gcd(unit, den) * den; unit > largest {
			return 0, errTooLarge
		}
	}
	return unit, nil
}

// move moves the free variable j, and with it the basic ones. by is at most
// largest.
func (s *system) move(j int, by int64) error {
	s.value[s.free[j]] += by
	outside := func(v int64) bool { return v > largest || v < -largest }
	bad := outside(s.value[s.free[j]])
	for i, b := range s.basic {
		factor := s.rows[i][j]
		s.value[b] += factor.num * by / factor.den
		bad = bad || outside(s.value[b])
	}
	if bad {
		return errTooLarge
	}
	return nil
}

// exchange makes the basic variable of row i free, and the free variable j basic.
func (s *system) exchange(i, j int) error {
	pivot := s.rows[i][j]
	row := s.rows[i]
	var err error
	for k := range row {
		if k == j {
			row[k], err = newFraction(pivot.den, pivot.num)
		} else {
			row[k], err = newFraction(-row[k].num*pivot.den, row[k].den*pivot.num)
		}
		if err != nil {
			return err
		}
	}
	for other := range s.rows {
		factor := s.rows[other][j]
		if other == i || factor.zero() {
			continue
		}
		for k := range s.rows[other] {
			if k == j {
				s.rows[other][k], err = fraction{0, 1}.plus(factor, row[k])
			} else {
				s.rows[other][k], err = s.rows[other][k].plus(factor, row[k])
			}
			if err != nil {
				return err
			}
		}
	}
	s.basic[i], s.free[j] = s.free[j], s.basic[i]
	return nil
}
