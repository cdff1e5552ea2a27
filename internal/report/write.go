package report

import (
	"fmt"
	"io"

	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/spreadsheet"
)

// Formats are the formats of a report. Table is for people; JSON and CSV are for programs, with figures in the KPI's unit.
// ExcelCSV and XLSX are for spreadsheets, with the same figures.
func Formats() []format.Format {
	return []format.Format{format.Table, format.JSON, format.CSV, format.ExcelCSV, format.XLSX}
}

// Write prints the report in one of Formats. JSON is the same in every
// language.
func (r *Report) Write(w io.Writer, f format.Format, l *language.Language) error {
	switch f {
	case format.Table:
		return r.writeTable(w, l)
	case format.JSON:
		return r.writeJSON(w)
	case format.CSV:
		return r.writeCSV(w, l)
	case format.ExcelCSV:
		return spreadsheet.WriteCSV(w, r.Spreadsheet(l), l)
	case format.XLSX:
		return r.Workbook(l).Write(w)
	}
	return fmt.Errorf("report: no format %q", f)
}
