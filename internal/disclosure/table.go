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

// Table is what is published, or might be, about one group of people.
type Table struct {
	Cells     []Cell
	Figures   []Figure
	Relations []Relation
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
	// the cells that it runs over. It is taken to be known where one of these is
	// shown and is about somebody, or where it is large enough that its figures can
	// be protected all the same. A sum about fewer is known to nobody.
	Line []int
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

// holds reports whether a reader knows the relation.
func (t *Table) holds(r Relation, withheld []bool) bool {
	if r.Line == nil {
		return true
	}
	for _, c := range r.Line {
		if !withheld[c] && t.Cells[c].Size > 0 {
			return true
		}
	}
	sum, least, smallest := int64(0), int64(0), int64(0)
	for _, term := range r.Terms {
		figure := t.Figures[term.Figure]
		sum, least, smallest = sum+figure.Value, least+figure.AtLeast, max(smallest, figure.MinCount)
	}
	return sum >= smallest+least
}
