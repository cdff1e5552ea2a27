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
	for {
		demands, parts := t.failing(withheld, known)
		if len(demands) == 0 {
			break
		}
		extended := map[int]bool{} // one cell a part, since it may serve all its demands
		more := false
		for i, d := range demands {
			if extended[parts[i].figures[0]] {
				continue
			}
			extended[parts[i].figures[0]] = true
			if cell := t.complement(d, parts[i], withheld); cell >= 0 {
				withheld[cell] = true
				more = true
			}
		}
		if !more {
			break
		}
	}
	t.giveBack(withheld, needed, known)
	return withheld
}

// complement is the cell to withhold next for a demand: of those that share a
// relation with the part, the one that ties into most of what is unknown, and of
// these the smallest, so that least is lost. It is -1 where none is left.
func (t *Table) complement(d demand, p part, withheld []bool) int {
	unknown := map[int]bool{}
	for _, f := range p.figures {
		unknown[f] = true
	}
	score := map[int]int64{}
	for _, i := range p.relations {
		alone := 0
		near := false
		for _, term := range t.Relations[i].Terms {
			if unknown[term.Figure] {
				alone++
				near = near || slices.Contains(d.figures, term.Figure)
			}
		}
		points := int64(1)
		if alone == 1 {
			points += 8 // the relation gives its one unknown figure away
		}
		if near {
			points += 4
		}
		for _, term := range t.Relations[i].Terms {
			figure := t.Figures[term.Figure]
			if unknown[term.Figure] {
				continue
			}
			for _, c := range figure.Cells {
				if !withheld[c] {
					score[c] += points
					if figure.Value > 0 {
						score[c] += points // a zero cannot make room for another figure
					}
				}
			}
		}
	}
	best := -1
	for c := range t.Cells {
		if score[c] == 0 {
			continue
		}
		if best < 0 || cmp.Or(cmp.Compare(score[best], score[c]), cmp.Compare(t.Cells[c].Size, t.Cells[best].Size)) < 0 {
			best = c
		}
	}
	return best
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
	for _, c := range extra {
		withheld[c] = false
		if demands, _ := t.failing(withheld, known); len(demands) > 0 {
			withheld[c] = true
		}
	}
}
