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

// The most columns of a terminal that a table uses: more where it says how figures
// went.
const (
	tableWidth     = 120
	pastTableWidth = 140
)

// column is a column of the table. Columns with a weight hold text: they share
// the remaining width by weight, and text that does not fit is cut.
type column struct {
	right  bool
	weight int
	cut    func(text string, width int) string
}

// cell is a cell of the table and its column.
type cell struct {
	column
	text string
}

// The kinds of columns.
var (
	symbolColumn = column{}
	figureColumn = column{right: true}
)

func textColumn(weight int, cut func(string, int) string) column {
	return column{weight: weight, cut: cut}
}

func (r *Report) headings(l *language.Language) []cell {
	cells := r.line(l.Say("KPI"), l.Say("Where"), l.Say("Actual"), l.Say("1 month"), l.Say("1 year"), "", l.Say("Expected"), l.Say("Target"), l.Say("Margin"),
		l.Say("Forecast"), l.Say("Age"), l.Say("Source"), "")
	for i := range cells {
		cells[i].text = strings.ToUpper(cells[i].text)
	}
	return cells
}

func (r *Report) cells(row Row, l *language.Language) []cell {
	return r.line(row.Title(l), row.Place(l), row.Figure(l, row.Actual), row.bareChange(l, row.SinceMonth), row.bareChange(l, row.SinceYear), row.SignalSymbol(),
		row.bare(l, row.Expected), row.bare(l, row.Full), row.bareMargin(l), row.bare(l, row.Forecast), r.Old(row, l), row.shortSource(l), row.Status.Symbol())
}

// line is a line of the table; the columns of the past are left out where the
// report says nothing of it.
func (r *Report) line(title, where, actual, month, year, signal, expected, full, margin, forecast, age, source, status string) []cell {
	cells := []cell{{symbolColumn, status}, {textColumn(26, cutEnd), title}, {textColumn(17, cutBeginning), where}, {figureColumn, actual}}
	if r.Past {
		cells = append(cells, cell{figureColumn, month}, cell{figureColumn, year}, cell{symbolColumn, signal})
	}
	return append(cells, cell{figureColumn, expected}, cell{figureColumn, full}, cell{figureColumn, margin}, cell{figureColumn, forecast},
		cell{figureColumn, age}, cell{textColumn(12, cutEnd), source})
}

// writeTable prints one line for each row, none longer than tableWidth.
func (r *Report) writeTable(w io.Writer, l *language.Language) error {
	lines := [][]cell{r.headings(l)}
	for _, row := range r.Rows {
		cells := r.cells(row, l)
		for i := range cells {
			cells[i].text = format.Cell(cells[i].text)
		}
		lines = append(lines, cells)
	}
	most := tableWidth
	if r.Past {
		most = pastTableWidth
	}
	widths := columnWidths(lines, most)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n%s\n\n", r.Headline(l), r.Counts(l))
	for _, cells := range lines {
		fmt.Fprintln(out, aligned(cells, widths))
	}
	return out.Flush()
}

// gap returns the space before a cell of a line. Right-aligned figures need less.
func gap(cells []cell, i int) int {
	switch {
	case i == 0:
		return 0
	case cells[i].right && cells[i-1].right || i == 1:
		return 1
	case cells[i].weight == 0 && !cells[i].right:
		return 1
	}
	return 2
}

// columnWidths returns the widths of the longest cells. If they do not fit into
// most, columns of text are made narrower, first the one with the largest width for
// its weight.
func columnWidths(lines [][]cell, most int) []int {
	columns := lines[0]
	widths := make([]int, len(columns))
	for _, cells := range lines {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	total := 0
	for i, width := range widths {
		total += gap(columns, i) + width
	}
	for ; total > most; total-- {
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

func aligned(cells []cell, widths []int) string {
	var line strings.Builder
	for i, c := range cells {
		text := c.text
		if utf8.RuneCountInString(text) > widths[i] {
			text = c.cut(text, widths[i])
		}
		space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
		line.WriteString(strings.Repeat(" ", gap(cells, i)))
		if c.right {
			line.WriteString(space + text)
		} else {
			line.WriteString(text + space)
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
