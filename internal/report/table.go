package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// tableWidth is how many columns of a terminal a table takes at most.
const tableWidth = 120

// column is one of the table's. Those with a weight hold text: they share
// what the others leave, in proportion to it, and cut what does not fit.
type column struct {
	heading func(Words) string
	cell    func(*Report, Row, Language, Measure) string
	right   bool
	weight  int
	cut     func(text string, width int) string
}

var columns = []column{
	{heading: func(Words) string { return "" }, cell: func(_ *Report, row Row, _ Language, _ Measure) string { return Symbol(row.Status, row.Target != nil) }},
	{heading: func(w Words) string { return w.KPI }, weight: 26, cut: cutEnd, cell: func(_ *Report, row Row, l Language, _ Measure) string { return row.Title(l) }},
	{heading: func(w Words) string { return w.Where }, weight: 17, cut: cutBeginning, cell: func(_ *Report, row Row, l Language, _ Measure) string { return row.Place(l) }},
	{heading: func(w Words) string { return w.Actual }, right: true, cell: func(_ *Report, row Row, l Language, m Measure) string { return l.Figure(row.Actual, m) }},
	{heading: func(w Words) string { return w.Expected }, right: true, cell: func(_ *Report, row Row, l Language, m Measure) string { return l.Number(row.Expected, m) }},
	{heading: func(w Words) string { return w.Target }, right: true, cell: func(_ *Report, row Row, l Language, m Measure) string { return l.Number(row.Full, m) }},
	{heading: func(w Words) string { return w.Margin }, right: true, cell: func(_ *Report, row Row, l Language, _ Measure) string { return l.Margin(row) }},
	{heading: func(w Words) string { return w.Forecast }, right: true, cell: func(_ *Report, row Row, l Language, m Measure) string { return l.Number(row.Forecast, m) }},
	{heading: func(w Words) string { return w.Age }, right: true, cell: func(r *Report, row Row, l Language, _ Measure) string { return r.Old(row, l) }},
	{heading: func(w Words) string { return w.Cite }, weight: 12, cut: cutEnd, cell: func(_ *Report, row Row, l Language, _ Measure) string { return row.shortSource(l) }},
}

// writeTable prints a line a row, none longer than tableWidth.
func (r *Report) writeTable(w io.Writer, l Language) error {
	heading := make([]string, len(columns))
	for i, c := range columns {
		heading[i] = strings.ToUpper(c.heading(l.Words()))
	}
	lines := [][]string{heading}
	for _, row := range r.Rows {
		cells, m := make([]string, len(columns)), row.Measure()
		for i, c := range columns {
			cells[i] = c.cell(r, row, l, m)
		}
		lines = append(lines, cells)
	}
	widths := columnWidths(lines)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n\n", r.Headline(l))
	for _, cells := range lines {
		fmt.Fprintln(out, aligned(cells, widths))
	}
	return out.Flush()
}

// gap is the space before a column: figures, set to the right, need less.
func gap(i int) int {
	switch {
	case i == 0:
		return 0
	case columns[i].right && columns[i-1].right || i == 1:
		return 1
	}
	return 2
}

// columnWidths are those of the longest cells, where that fits. Where it does
// not, the columns of text give way, first the one that has most of its share.
func columnWidths(lines [][]string) []int {
	widths := make([]int, len(columns))
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	total := 0
	for i, width := range widths {
		total += gap(i) + width
	}
	for ; total > tableWidth; total-- {
		widest := -1
		for i, c := range columns {
			if c.weight > 0 && widths[i] > 1 && (widest < 0 || widths[i]*columns[widest].weight > widths[widest]*c.weight) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

func aligned(cells []string, widths []int) string {
	var line strings.Builder
	for i, cell := range cells {
		if utf8.RuneCountInString(cell) > widths[i] {
			cell = columns[i].cut(cell, widths[i])
		}
		space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		line.WriteString(strings.Repeat(" ", gap(i)))
		if columns[i].right {
			line.WriteString(space + cell)
		} else {
			line.WriteString(cell + space)
		}
	}
	return strings.TrimRight(line.String(), " ")
}

func cutEnd(text string, width int) string {
	return strings.TrimRight(string([]rune(text)[:width-1]), " ,:") + "…"
}

// cutBeginning keeps the end, since the last label says most. It cuts between
// labels where it can.
func cutBeginning(text string, width int) string {
	for rest := text; ; {
		_, after, found := strings.Cut(rest, ", ")
		if !found {
			break
		}
		if utf8.RuneCountInString(after)+2 <= width {
			return "… " + after
		}
		rest = after
	}
	letters := []rune(text)
	return "…" + string(letters[len(letters)-width+1:])
}

// shortSource is the locator, and before it why the status is unknown.
func (r Row) shortSource(l Language) string {
	r.Cite = r.Locator()
	return r.Source(l)
}
