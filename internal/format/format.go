// Package format holds the ways in which commands print what they have found.
package format

import (
	"fmt"
	"slices"
	"strings"
)

// Format is a way of printing.
type Format string

// The formats. Table, Markdown, HTML and Docx are for people, the others for programs.
const (
	Table       Format = "table"
	JSON        Format = "json"
	CSV         Format = "csv"
	Markdown    Format = "markdown"
	Prometheus  Format = "prometheus"
	Blocks      Format = "blocks"
	OpenMetrics Format = "openmetrics"
	HTML        Format = "html"
	Docx        Format = "docx"
	// ExcelCSV is CSV as Excel reads it in the reader's language, and XLSX a workbook.
	ExcelCSV Format = "excel-csv"
	XLSX     Format = "xlsx"
	// Files are generated files in a directory, and PrometheusRule manifests of
	// prometheus-operator.
	Files          Format = "files"
	PrometheusRule Format = "prometheusrule"
)

// ForPrograms reports whether programs read the format, rather than people.
func (f Format) ForPrograms() bool {
	return f != Table && f != Markdown && f != HTML && f != Docx
}

// OnTerminals reports whether people read the format on a terminal.
func (f Format) OnTerminals() bool { return f == Table || f == Markdown }

// Binary reports whether the format is no text.
func (f Format) Binary() bool { return f == Docx || f == XLSX }

// Parse reads the name of one of the allowed formats. Errors say which they
// are.
func Parse(name string, allowed ...Format) (Format, error) {
	if f := Format(name); slices.Contains(allowed, f) {
		return f, nil
	}
	return "", fmt.Errorf("format: %q is not %s", name, List(allowed...))
}

// List writes the formats as in a sentence: "table, json or csv".
func List(formats ...Format) string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	last := max(len(names)-2, 0)
	return strings.Join(append(names[:last:last], strings.Join(names[last:], " or ")), ", ")
}
