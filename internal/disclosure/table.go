// Package disclosure decides what is withheld so that no figure about a few
// people can be computed from what is published: statistical disclosure control
// by suppression, for tables of whole numbers tied together by linear relations.
//
// A reader is taken to know every figure that is shown and every relation. What
// remains unknown is a set of whole, not negative solutions. A figure is
// protected if some solution has it at one person or none and some other above
// the smallest number that may be shown. Both are found, not estimated: the
// proof of a protected figure is two whole tables that fit everything shown.
package disclosure

import "slices"

// Table is what is published, or might be, about one group of people.
type Table struct {
	Cells     []Cell
	Figures   []Figure
	Relations []Relation
	// Known are the labels along which a reader may know sums at once; every figure
	// is protected in each of these cases.
	Known [][]int
}

// Cell is what is shown or withheld as a whole.
type Cell struct {
	// Size is what is lost when the cell is withheld: how many people it is about.
	Size int64
}

// Figure is a count of people. A reader knows it where all of its cells are
// shown.
type Figure struct {
	Value int64
	// AtLeast is what a reader knows of the figure though it is withheld: 1 where
	// a zero would have been shown.
	AtLeast int64
	// MinCount is the smallest number of people that may be shown. A figure from
	// 1 to below it is protected.
	MinCount int64
	// Cells are indexes. Where a figure has to be withheld the last is.
	Cells []int
}

// Relation is a sum of figures, each times its factor, that a reader knows.
type Relation struct {
	Terms []Term
	// Line is set where the sum is not published, but may be known from elsewhere:
	// the cells that it runs over.
	Line []int
	// Label is the one that a line runs along.
	Label int
	// Across is set for a relation between label sets.
	Across bool
}

// Term is a figure, by index, and its factor.
type Term struct {
	Figure int
	Factor int64
}

// protected reports whether the figure is about so few people that it may not
// be found.
func (f Figure) protected() bool { return 0 < f.Value && f.Value < f.MinCount }

// known reports whether a reader knows the figure.
func (f Figure) known(withheld []bool) bool {
	for _, c := range f.Cells {
		if withheld[c] {
			return false
		}
	}
	return true
}

// lines are the lines whose sums a reader may know from elsewhere.
type lines int

const (
	// shownLines are those of which something is shown.
	shownLines lines = iota
	// allLines are also those of which all is withheld, if they are about so many
	// people that their sum can be expected to be known.
	allLines
)

// reader is what somebody is taken to know from elsewhere: the sums of these lines
// along these labels.
type reader struct {
	labels []int
	lines  lines
}

// knows reports whether the reader knows the relation.
func (t *Table) knows(by reader, r Relation, withheld []bool) bool {
	if r.Line == nil {
		return true
	}
	if !slices.Contains(by.labels, r.Label) {
		return false
	}
	for _, c := range r.Line {
		if !withheld[c] && t.Cells[c].Size > 0 {
			return true
		}
	}
	if by.lines == shownLines {
		return false
	}
	sum, many := int64(0), int64(0)
	for _, term := range r.Terms {
		sum, many = sum+t.Figures[term.Figure].Value, many+t.Figures[term.Figure].MinCount
	}
	return sum >= many
}
