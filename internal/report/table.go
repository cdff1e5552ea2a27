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
// the remaining width by weight. Text that does not fit goes on in the next line, or is
// cut.
type column struct {
	right  bool
	weight int
	cut    bool
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
	titleColumn  = column{weight: 26}
	placeColumn  = column{weight: 17}
	thenColumn   = column{weight: 16}
	sourceColumn = column{weight: 12, cut: true}
)

func (r *Report) headings(l *language.Language) []cell {
	cells := r.line(l.Say("KPI"), l.Say("Where"), l.Say("Then"), l.Say("Actual"), l.Say("1 month"), l.Say("1 year"), "", l.Say("Expected"), l.Say("Target"), l.Say("Margin"),
		l.Say("Forecast"), l.Say("Age"), l.Say("Source"), "")
	for i := range cells {
		cells[i].text = strings.ToUpper(cells[i].text)
	}
	return cells
}

func (r *Report) cells(row Row, l *language.Language) []cell {
	return r.line(row.Title(l), row.Place(l), row.ThenWords(l), row.Figure(l, row.Actual), row.ChangeNumber(l, row.SinceMonth), row.ChangeNumber(l, row.SinceYear), row.SignalSymbol(),
		row.bare(l, row.Expected), row.bare(l, row.Full), row.MarginNumber(l), row.bare(l, row.Forecast), r.Old(row, l), row.shortSource(l), row.Status.Symbol())
}

// line is a line of the table; the columns of the past, and of what was then, are left
// out where the report says nothing of it.
func (r *Report) line(title, where, then, actual, month, year, signal, expected, full, margin, forecast, age, source, status string) []cell {
	cells := []cell{{symbolColumn, status}, {titleColumn, title}, {placeColumn, where}}
	if r.Compared != nil {
		cells = append(cells, cell{thenColumn, then})
	}
	cells = append(cells, cell{figureColumn, actual})
	if r.Past {
		cells = append(cells, cell{figureColumn, month}, cell{figureColumn, year}, cell{symbolColumn, signal})
	}
	return append(cells, cell{figureColumn, expected}, cell{figureColumn, full}, cell{figureColumn, margin}, cell{figureColumn, forecast},
		cell{figureColumn, age}, cell{sourceColumn, source})
}

// writeTable prints the rows, in lines that are not longer than tableWidth.
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
	for _, line := range r.heading(l) {
		fmt.Fprintln(out, format.Cell(line))
	}
	fmt.Fprintln(out)
	r.writeTallies(out, l)
	for _, cells := range lines {
		for _, line := range aligned(cells, widths) {
			fmt.Fprintln(out, line)
		}
	}
	if words := r.LeftOutWords(l); words != "" {
		fmt.Fprintf(out, "\n%s\n", words)
	}
	r.writeShort(out, l, most)
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

// longWord is as much of a word as columns are kept wide for.
const longWord = 24

// columnWidths returns the widths of the longest cells. If they do not fit into
// most, columns of text are made narrower, first the one with the largest width for
// its weight, and none that is not cut than its longest word if that fits.
func columnWidths(lines [][]cell, most int) []int {
	columns := lines[0]
	widths := make([]int, len(columns))
	words := make([]int, len(columns))
	for _, cells := range lines {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
			for word := range strings.FieldsSeq(c.text) {
				words[i] = max(words[i], min(utf8.RuneCountInString(word), longWord))
			}
		}
	}
	total := 0
	for i, width := range widths {
		total += gap(columns, i) + width
	}
	for ; total > most; total-- {
		widest := widestColumn(columns, widths, words)
		if widest < 0 {
			widest = widestColumn(columns, widths, make([]int, len(columns)))
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// widestColumn is the column of text with the largest width for its weight, of those that
// are wider than its words; -1 if there is none.
func widestColumn(columns []cell, widths, words []int) int {
	widest := -1
	for i, c := range columns {
		least := max(words[i], 1)
		if c.cut {
			least = 4
		}
		if c.weight > 0 && widths[i] > least && (widest < 0 || widths[i]*columns[widest].weight > widths[widest]*c.weight) {
			widest = i
		}
	}
	return widest
}

// aligned returns the lines of a row: one, and more where the row's name needs them.
func aligned(cells []cell, widths []int) []string {
	parts := make([][]string, len(cells))
	height := 1
	for i, c := range cells {
		switch {
		case c.cut && utf8.RuneCountInString(c.text) > widths[i]:
			parts[i] = []string{cutEnd(c.text, widths[i])}
		default:
			parts[i] = wrapped(c.text, widths[i])
		}
		height = max(height, len(parts[i]))
	}
	lines := make([]string, height)
	for n := range lines {
		var line strings.Builder
		for i, c := range cells {
			text := ""
			if n < len(parts[i]) {
				text = parts[i][n]
			}
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			line.WriteString(strings.Repeat(" ", gap(cells, i)))
			if c.right {
				line.WriteString(space + text)
			} else {
				line.WriteString(text + space)
			}
		}
		lines[n] = strings.TrimRight(line.String(), " ")
	}
	return lines
}

// wrapped returns the text in lines of the width, broken between words if they fit.
func wrapped(text string, width int) []string {
	var lines []string
	line := []rune{}
	for word := range strings.SplitSeq(text, " ") {
		letters := []rune(word)
		if len(line) > 0 && len(line)+1+len(letters) <= width {
			line = append(append(line, ' '), letters...)
			continue
		}
		if len(line) > 0 {
			lines = append(lines, string(line))
		}
		for len(letters) > width {
			lines = append(lines, string(letters[:width]))
			letters = letters[width:]
		}
		line = letters
	}
	return append(lines, string(line))
}

func cutEnd(text string, width int) string {
	return strings.TrimRight(string([]rune(text)[:width-1]), " ,:") + "…"
}
