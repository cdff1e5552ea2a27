package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"planwatch/internal/format"
	"planwatch/internal/language"
)

// tally is how many targets of a part of the region are off plan, of those that are
// judged; then is how many were at the moment that the report compares with.
type tally struct {
	id, title         string
	off, judged, then int
}

func (t *tally) add(row Row) {
	if row.Status.Judged() {
		t.judged++
	}
	if row.Status.Off() {
		t.off++
	}
	if row.Then != nil && row.Then.Status.Off() {
		t.then++
	}
}

// tallies are those of a kind of parts: areas, or owners.
type tallies struct {
	kind    PartKind
	heading string
	// off are those with targets that are off plan, or were, most of them first, and fine
	// are the others that have targets.
	off, fine []tally
}

func (ts *tallies) add(t tally) {
	switch {
	case t.off > 0 || t.then > 0:
		ts.off = append(ts.off, t)
	case t.judged > 0:
		ts.fine = append(ts.fine, t)
	}
}

// tallies are those of the areas, and of the owners of targets: many a target of a part of
// the region has no label that says so. There are none where rows are chosen by status: all of them would be off, or none.
func (r *Report) tallies(l *language.Language) []tallies {
	if len(r.Selection.statuses) > 0 {
		return nil
	}
	return r.counted(l)
}

// counted counts the targets of each part of the region.
func (r *Report) counted(l *language.Language) []tallies {
	rows := r.Rows
	if r.Compared != nil {
		rows = r.Compared.all
	}
	byArea := tallies{kind: Areas, heading: l.Say("Area")}
	for _, a := range areas(r.Region) {
		t := tally{id: a.id, title: language.OneLine(l.Of(a.title))}
		for _, row := range rows {
			if row.Target != nil && a.has(row) {
				t.add(row)
			}
		}
		byArea.add(t)
	}
	all := []tallies{byArea}
	if r.Region.OnCall != nil {
		byOwner := tallies{kind: Owners, heading: l.Say("Owner")}
		for _, owner := range r.Region.OnCall.Owners {
			t := tally{id: owner.ID, title: language.OneLine(l.Of(owner.Name))}
			for _, row := range rows {
				if row.Target != nil && row.Target.Owner == owner.ID {
					t.add(row)
				}
			}
			byOwner.add(t)
		}
		all = append(all, byOwner)
	}
	for _, ts := range all {
		slices.SortStableFunc(ts.off, func(a, b tally) int { return cmp.Compare(b.off, a.off) })
	}
	return slices.DeleteFunc(all, func(ts tallies) bool { return len(ts.off) == 0 && len(ts.fine) == 0 })
}

// counts are a tally in words.
func (r *Report) counts(t tally, l *language.Language) string {
	if r.Compared != nil {
		return l.Say("%d of %d, was %d", t.off, t.judged, t.then)
	}
	return l.Say("%d of %d", t.off, t.judged)
}

// fineWords name the parts in which nothing is off plan; "" where there are none.
func (ts tallies) fineWords(l *language.Language) string {
	if len(ts.fine) == 0 {
		return ""
	}
	titles := make([]string, len(ts.fine))
	for i, t := range ts.fine {
		titles[i] = t.title
	}
	return l.Say("%s with nothing off plan: %s", ts.heading, strings.Join(titles, ", "))
}

// writeTallies prints the tallies side by side, and under them what is on plan.
func (r *Report) writeTallies(out io.Writer, l *language.Language) {
	var blocks [][]string
	var fine []string
	for _, ts := range r.tallies(l) {
		if len(ts.off) > 0 {
			blocks = append(blocks, r.block(ts, l))
		}
		if words := ts.fineWords(l); words != "" {
			fine = append(fine, wrapped(format.Cell(words), tableWidth)...)
		}
	}
	height := 0
	for _, block := range blocks {
		height = max(height, len(block))
	}
	for n := range height {
		var line strings.Builder
		for _, block := range blocks {
			text := strings.Repeat(" ", utf8.RuneCountInString(block[0]))
			if n < len(block) {
				text = block[n]
			}
			line.WriteString(text + "    ")
		}
		fmt.Fprintln(out, strings.TrimRight(line.String(), " "))
	}
	for _, line := range fine {
		fmt.Fprintln(out, line)
	}
	if height > 0 || len(fine) > 0 {
		fmt.Fprintln(out)
	}
}

// block is the lines of tallies, all of one width.
func (r *Report) block(ts tallies, l *language.Language) []string {
	titles, counts := []string{strings.ToUpper(ts.heading)}, []string{strings.ToUpper(l.Say("Off plan"))}
	for _, t := range ts.off {
		titles, counts = append(titles, t.title), append(counts, r.counts(t, l))
	}
	left, right := 0, 0
	for i := range titles {
		titles[i] = format.Cell(titles[i])
		if utf8.RuneCountInString(titles[i]) > mostTitle {
			titles[i] = cutEnd(titles[i], mostTitle)
		}
		left, right = max(left, utf8.RuneCountInString(titles[i])), max(right, utf8.RuneCountInString(counts[i]))
	}
	lines := make([]string, len(titles))
	for i := range titles {
		lines[i] = titles[i] + strings.Repeat(" ", left-utf8.RuneCountInString(titles[i])+2+right-utf8.RuneCountInString(counts[i])) + counts[i]
	}
	return lines
}

// mostTitle is the width of the longest title of a tally: two blocks fit beside each other.
const mostTitle = 34
