package format

import (
	"encoding/csv"
	"io"
	"strings"
)

// begins are the characters with which a cell begins that a spreadsheet takes
// for a formula.
const begins = "=+-@\t\r"

// WriteCSV writes rows of texts as RFC 4180 has them. A cell that a spreadsheet
// would run gets an apostrophe in front.
func WriteCSV(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = Guarded(cell)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Guarded is a text as a cell of CSV: what a spreadsheet would run gets an apostrophe in
// front.
func Guarded(text string) string {
	if text != "" && strings.Contains(begins, text[:1]) {
		return "'" + text
	}
	return text
}
