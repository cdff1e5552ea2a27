package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"planwatch/internal/format"
	"planwatch/internal/language"
)

// tableWidth is the most columns of a terminal that a table uses.
const tableWidth = 120

// column is a column of the table. Columns with a weight hold text: they share
// the remaining width by weight, and text that does not fit is cut.
type column struct {
	right  bool
	weight int
	cut    func(text string, width int) string
}

// columns are those of status, KPI, where, actual, expected, target, margin,
// forecast, age and source.
var columns = []column{
	{},
	{weight: 26, cut: cutEnd},
	{weight: 17, cut: cutBeginning},
	{right: true},
	{right: true},
	{right: true},
	{right: true},
	{right: true},
	{right: true},
	{weight: 12, cut: cutEnd},
}

func headings(l *language.Language) []string {
	all := []string{
		"", l.Say("KPI"), l.Say("Where"), l.Say("Actual"), l.Say("Expected"), l.Say("Target"), l.Say("Margin"),
		l.Say("Forecast"), l.Say("Age"), l.Say("Source"),
	}
	for i, text := range all {
		all[i] = strings.ToUpper(text)
	}
	return all
}

func (r *Report) cells(row Row, l *language.Language) []string {
	return []string{
		row.Status.Symbol(), row.Title(l), row.Place(l),
		row.Figure(l, row.Actual), row.bare(l, row.Expected), row.bare(l, row.Full), row.MarginFigure(l), row.bare(l, row.Forecast),
		r.Old(row, l), row.shortSource(l),
	}
}

// writeTable prints one line for each row, none longer than tableWidth.
func (r *Report) writeTable(w io.Writer, l *language.Language) error {
	lines := [][]string{headings(l)}
	for _, row := range r.Rows {
		cells := r.cells(row, l)
		for i := range cells {
			cells[i] = format.Cell(cells[i])
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

// gap returns the space before a column. Right-aligned figures need less.
func gap(i int) int {
	switch {
	case i == 0:
		return 0
	case columns[i].right && columns[i-1].right || i == 1:
		return 1
	}
	return 2
}

// columnWidths returns the widths of the longest cells. If they do not fit,
// columns of text are made narrower, first the one with the largest width for
// its weight.
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

// cutBeginning keeps the end, since the last label is the most specific. It
// cuts between labels if it can.
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
