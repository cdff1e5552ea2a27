package spreadsheet

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"planwatch/internal/format"
	"planwatch/internal/language"
)

// byteOrderMark tells Excel that a file is UTF-8.
const byteOrderMark = "\ufeff"

// WriteCSV writes a table as Excel reads CSV where its reader's language is l: where that
// has decimal commas, the cells are parted by semicolons. A text that Excel would run gets
// an apostrophe in front; a number never does.
func WriteCSV(w io.Writer, t Table, l *language.Language) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	comma := l.DecimalComma()
	if comma {
		out.Comma = ';'
	}
	cells := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		cells[i] = format.Guarded(format.Cell(column.Heading))
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	for _, row := range t.Rows {
		for i, cell := range row {
			cells[i] = cell.plain(comma)
		}
		if err := out.Write(cells[:len(row)]); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// plain is the cell as text.
func (c Cell) plain(comma bool) string {
	switch c.kind {
	case text:
		return format.Guarded(c.text)
	case number:
		written := strconv.FormatFloat(c.number, 'f', -1, 64)
		if comma {
			return strings.Replace(written, ".", ",", 1)
		}
		return written
	case moment, date:
		return c.at.Format(c.layout())
	}
	return ""
}
