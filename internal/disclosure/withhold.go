package disclosure

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Withhold returns which cells to withhold: those marked in always, those with
// protected figures, and so many others that every protected figure, and every
// group of them, could as well be of one person or none, or of more than the
// smallest number that may be shown.
//
// It always ends, and the same table always gives the same answer. Where all
// cells are withheld nothing is known, so there is always an answer; it is not
// always the one that withholds least. The error is ctx's.
func (t *Table) Withhold(ctx context.Context, always []bool) ([]bool, error) {
	withheld := slices.Clone(always)
	for _, f := range t.Figures {
		if f.protected() && f.known(withheld) && len(f.Cells) > 0 {
			withheld[f.Cells[len(f.Cells)-1]] = true
		}
	}
	needed := slices.Clone(withheld)
	found := findings{}
	for _, known := range []lines{allLines, shownLines} {
		if err := t.extend(ctx, known, withheld, found); err != nil {
			return nil, err
		}
	}
	if err := t.giveBack(ctx, withheld, needed, found); err != nil {
		return nil, err
	}
	return withheld, nil
}

// extend withholds more cells until every demand is met, or no cell is left that
// could help.
func (t *Table) extend(ctx context.Context, known lines, withheld []bool, found findings) error {
	for added := true; added; {
		if err := ctx.Err(); err != nil {
			return err
		}
		added = false
		extended := map[int]bool{} // parts that overlap begin with the same figure
		for _, f := range t.failing(known, withheld, found) {
			if first := f.part.figures[0]; !extended[first] && t.extendPart(f, known, withheld) {
				extended[first], added = true, true
			}
		}
	}
	return nil
}

// extendPart withholds one more cell, since one may serve all demands of a part;
// of a part that cannot be decided, all that is tied to it. It reports whether
// there was one.
func (t *Table) extendPart(f finding, known lines, withheld []bool) bool {
	added := false
	if !f.decided {
		for _, c := range t.tied(f.part, known) {
			added = added || !withheld[c]
			withheld[c] = true
		}
		return added
	}
	for _, d := range f.unmet {
		if c := t.complement(d, f.part, known, withheld); c >= 0 {
			withheld[c] = true
			return true
		}
	}
	return false
}

// tied are the cells of the relations of a part that may be withheld for it.
func (t *Table) tied(p part, known lines) []int {
	var cells []int
	for _, i := range p.relations {
		if !helps(t.Relations[i], known) {
			continue
		}
		for _, term := range t.Relations[i].Terms {
			cells = append(cells, t.Figures[term.Figure].Cells...)
		}
	}
	return cells
}

// helps reports whether a cell of the relation may be withheld against a reader
// of the lines. Against one who knows those of which all is withheld, only what
// is of the same kind is: the rest of a line that cannot be protected in full is
// not worth all that is tied to it.
func helps(r Relation, known lines) bool { return known == shownLines || r.Across || r.Line != nil }

// complement is the cell to withhold next for a demand, or -1 where none is left.
// It lies in a relation that ties the demand's figures to others: the one that
// ranks first, and of its cells the one that does.
func (t *Table) complement(d demand, p part, known lines, withheld []bool) int {
	distance := t.distances(d, p)
	best, bestRank := -1, []int64{}
	for _, i := range p.relations {
		r := t.Relations[i]
		if !helps(r, known) {
			continue
		}
		relationRank := t.rankRelation(r, distance)
		for _, term := range r.Terms {
			figure := t.Figures[term.Figure]
			if _, unknown := distance[term.Figure]; unknown {
				continue
			}
			for _, c := range figure.Cells {
				if withheld[c] {
					continue
				}
				rank := slices.Concat(relationRank, []int64{roomOf(figure), -t.ties(c, p), t.Cells[c].Size, int64(c)})
				if best < 0 || slices.Compare(rank, bestRank) < 0 {
					best, bestRank = c, rank
				}
			}
		}
	}
	return best
}

// The order of relations to withhold a cell of: first those between label sets
// that give their only unknown figure away, last those within a label set.
const (
	givesAway int64 = iota
	betweenLabelSets
	withinLabelSet
)

// rankRelation is the relation's place in that order, and then how near it is to
// what has to be protected.
func (t *Table) rankRelation(r Relation, distance map[int]int64) []int64 {
	unknown, near := 0, int64(len(t.Relations))
	for _, term := range r.Terms {
		if far, is := distance[term.Figure]; is {
			unknown++
			near = min(near, far)
		}
	}
	order := betweenLabelSets
	switch between := r.Across || r.Line != nil; {
	case !between:
		order = withinLabelSet
	case unknown == 1:
		order = givesAway
	}
	return []int64{order, near}
}

// The order of figures to withhold: first those with room for what the protected
// figure may be, last those that are zero.
const (
	hasRoom int64 = iota
	hasLittleRoom
	isZero
)

func roomOf(f Figure) int64 {
	switch {
	case f.Value > f.MinCount:
		return hasRoom
	case f.Value == 0:
		return isZero
	}
	return hasLittleRoom
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
func (t *Table) giveBack(ctx context.Context, withheld, needed []bool, found findings) error {
	// Where a demand cannot be met, all that is tied to it stays withheld.
	kept := slices.Clone(needed)
	for _, f := range t.failing(shownLines, withheld, found) {
		for _, c := range t.tied(f.part, shownLines) {
			kept[c] = true
		}
	}
	var extra []int
	for c := range withheld {
		if withheld[c] && !kept[c] {
			extra = append(extra, c)
		}
	}
	slices.SortStableFunc(extra, func(a, b int) int { return cmp.Compare(t.Cells[b].Size, t.Cells[a].Size) })
	before := t.unmet(withheld, found)
	for _, c := range extra {
		if err := ctx.Err(); err != nil {
			return err
		}
		withheld[c] = false
		now := t.unmet(withheld, found)
		for d := range now {
			withheld[c] = withheld[c] || !before[d]
		}
		if !withheld[c] {
			before = now
		}
	}
	return nil
}

// unmet are the demands that some reader's knowledge does not meet, as text.
func (t *Table) unmet(withheld []bool, found findings) map[string]bool {
	all := map[string]bool{}
	for _, known := range []lines{shownLines, allLines} {
		for _, f := range t.failing(known, withheld, found) {
			for _, d := range f.unmet {
				all[fmt.Sprint(known, d)] = true
			}
		}
	}
	return all
}
