package disclosure

import (
	"cmp"
	"slices"
)

// Withhold returns which cells to withhold: those marked in always, those with
// protected figures, and so many others that every protected figure, and every
// group of them, could as well be of one person or none, or of more than the
// smallest number that may be shown.
//
// It always ends, and the same table always gives the same answer. Where all
// cells are withheld nothing is known, so there is always an answer; it is not
// always the one that withholds least.
func (t *Table) Withhold(always []bool) []bool {
	withheld := slices.Clone(always)
	for _, f := range t.Figures {
		if f.protected() && f.known(withheld) && len(f.Cells) > 0 {
			withheld[f.Cells[len(f.Cells)-1]] = true
		}
	}
	needed := slices.Clone(withheld)
	known := map[string][]demand{}
	t.extend(true, withheld, known)
	t.extend(false, withheld, known)
	t.giveBack(withheld, needed, known)
	return withheld
}

// extend withholds more cells until every demand is met, or no cell is left that
// could help. Against a reader who knows more it withholds only what is of the
// same kind: the rest of a line that cannot be protected in full is not worth all
// that is tied to it.
func (t *Table) extend(more bool, withheld []bool, known map[string][]demand) {
	for added := true; added; {
		added = false
		demands, parts := t.failing(more, withheld, known)
		extended := map[int]bool{} // one cell a part, since it may serve all its demands
		for i, d := range demands {
			first := parts[i].figures[0]
			if extended[first] {
				continue
			}
			if cell := t.complement(d, parts[i], withheld, more); cell >= 0 {
				withheld[cell] = true
				extended[first], added = true, true
			}
		}
	}
}

// complement is the cell to withhold next for a demand, or -1 where none is left.
// It lies in a relation that ties the demand's figures to others: first one that
// gives its only unknown figure away, and of these the nearest. Of the relation's
// cells it is one that has room for what the protected figure may be, that ties
// into most of what is unknown, and of these the smallest, so that least is lost.
func (t *Table) complement(d demand, p part, withheld []bool, acrossOnly bool) int {
	distance := t.distances(d, p)
	best, bestRank := -1, []int64{}
	for _, i := range p.relations {
		r := t.Relations[i]
		unknown, near := 0, int64(len(t.Relations))
		for _, term := range r.Terms {
			if far, is := distance[term.Figure]; is {
				unknown++
				near = min(near, far)
			}
		}
		kind := int64(1)
		switch across := r.Across || r.Line != nil; {
		case across && unknown == 1:
			kind = 0
		case !across:
			kind = 2
		}
		if kind == 2 && acrossOnly {
			continue
		}
		for _, term := range r.Terms {
			figure := t.Figures[term.Figure]
			if _, is := distance[term.Figure]; is {
				continue
			}
			for _, c := range figure.Cells {
				if withheld[c] {
					continue
				}
				room := int64(1)
				if figure.Value > figure.MinCount {
					room = 0
				} else if figure.Value == 0 {
					room = 2
				}
				rank := []int64{kind, near, room, -t.ties(c, p), t.Cells[c].Size, int64(c)}
				if best < 0 || slices.Compare(rank, bestRank) < 0 {
					best, bestRank = c, rank
				}
			}
		}
	}
	return best
}

// distances are, for the part's figures, over how many relations they are tied to
// those of the demand.
func (t *Table) distances(d demand, p part) map[int]int64 {
	distance := make(map[int]int64, len(p.figures))
	for _, f := range p.figures {
		distance[f] = int64(len(t.Relations))
	}
	for _, f := range d.figures {
		distance[f] = 0
	}
	for again := true; again; {
		again = false
		for _, i := range p.relations {
			near := int64(len(t.Relations))
			for _, term := range t.Relations[i].Terms {
				if far, is := distance[term.Figure]; is {
					near = min(near, far)
				}
			}
			for _, term := range t.Relations[i].Terms {
				if far, is := distance[term.Figure]; is && far > near+1 {
					distance[term.Figure] = near + 1
					again = true
				}
			}
		}
	}
	return distance
}

// ties counts the part's relations that a figure of the cell is in.
func (t *Table) ties(cell int, p part) int64 {
	n := int64(0)
	for _, i := range p.relations {
		if slices.ContainsFunc(t.Relations[i].Terms, func(term Term) bool { return slices.Contains(t.Figures[term.Figure].Cells, cell) }) {
			n++
		}
	}
	return n
}

// giveBack shows cells again that turn out not to be needed, the largest first.
func (t *Table) giveBack(withheld, needed []bool, known map[string][]demand) {
	var extra []int
	for c := range withheld {
		if withheld[c] && !needed[c] {
			extra = append(extra, c)
		}
	}
	slices.SortStableFunc(extra, func(a, b int) int { return cmp.Compare(t.Cells[b].Size, t.Cells[a].Size) })
	open, _ := t.failing(true, withheld, known)
	for _, c := range extra {
		withheld[c] = false
		unmet, _ := t.failing(false, withheld, known)
		more, _ := t.failing(true, withheld, known)
		if len(unmet) > 0 || len(more) > len(open) {
			withheld[c] = true
		} else {
			open = more
		}
	}
}
