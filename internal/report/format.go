package report

import (
	"fmt"
	"io"
	"strings"
)

// Format is a way of printing a report.
type Format string

// The formats. Table and Markdown are for people; JSON and CSV are for
// programs, with figures in the KPI's unit.
const (
	Table    Format = "table"
	JSON     Format = "json"
	CSV      Format = "csv"
	Markdown Format = "markdown"
)

// ParseFormat reads a format's name.
func ParseFormat(name string) (Format, error) {
	switch format := Format(name); format {
	case Table, JSON, CSV, Markdown:
		return format, nil
	}
	return "", fmt.Errorf("format: %q is not table, json, csv or markdown", name)
}

// Write prints the report. JSON is the same in every language.
func (r *Report) Write(w io.Writer, format Format, l Language) error {
	switch format {
	case JSON:
		return r.writeJSON(w)
	case CSV:
		return r.writeCSV(w, l)
	case Markdown:
		return r.writeMarkdown(w, l)
	default:
		return r.writeTable(w, l)
	}
}

// Headline says whose report it is and of when, and how many rows have each
// status.
func (r *Report) Headline(l Language) string {
	var counts []string
	for _, group := range r.Groups() {
		counts = append(counts, Symbol(group.Status, group.Aimed)+" "+strings.ToLower(l.Status(group.Status, group.Aimed))+" "+l.Count(len(group.Rows)))
	}
	return fmt.Sprintf("%s, %s: %s", r.Region, l.Moment(r.At), strings.Join(counts, ", "))
}

// Title is the KPI's, which for a histogram says what its figure is.
func (r Row) Title(l Language) string {
	title := oneLine(l.Of(r.KPI.Title))
	if r.KPI.Histogram != nil {
		return title + " (" + l.Mean() + ")"
	}
	return title
}

// Place is what the row speaks of, in words.
func (r Row) Place(l Language) string {
	if len(r.Where) == 0 {
		return l.Whole()
	}
	return strings.Join(r.Where, ", ")
}

// Source is the citation, and before it why the status is unknown.
func (r Row) Source(l Language) string {
	cite := oneLine(r.Cite)
	switch {
	case r.Reason == "" || r.Reason == NoTarget:
		return cite
	case cite == "":
		return l.Reason(r.Reason)
	}
	return l.Reason(r.Reason) + " · " + cite
}

// Locator is the citation without the name of its document and without the
// quotation: what is left says where in the document to look.
func (r Row) Locator() string {
	cite, _, _ := strings.Cut(oneLine(r.Cite), ": ”")
	cite = strings.TrimRight(cite, ".")
	if _, place, found := strings.Cut(cite, ", "); found && place != "" {
		return place
	}
	return cite
}

// Old is how old the row's figure is, in words.
func (r *Report) Old(row Row, l Language) string {
	if age, ok := r.Age(row); ok {
		return l.Age(age)
	}
	return none
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
