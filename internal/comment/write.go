package comment

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"planwatch/internal/format"
)

// Formats are those that comments are written in.
func Formats() []format.Format { return []format.Format{format.Table, format.CSV, format.JSON} }

// Write writes comments in one of Formats. A table has times in the zone, the
// others as RFC 3339.
func Write(w io.Writer, comments []Comment, f format.Format, zone *time.Location) error {
	switch f {
	case format.JSON:
		if comments == nil {
			comments = []Comment{}
		}
		return format.WriteJSON(w, comments)
	case format.CSV:
		rows := [][]string{columns()}
		for _, c := range comments {
			rows = append(rows, c.cells())
		}
		return format.WriteCSV(w, rows)
	case format.Table:
		var rows []string
		for _, c := range comments {
			rows = append(rows, c.row(zone))
		}
		return writeTable(w, tableHeader, rows)
	}
	return fmt.Errorf("comments: no format %q", f)
}

// OfRegion is a comment of one of several regions.
type OfRegion struct {
	Region string `json:"region"`
	Comment
	// Zone is the region's.
	Zone *time.Location `json:"-"`
}

// WriteRegions writes comments of several regions as Write does, the oldest first and each
// with its region. A table has times in the region's zone.
func WriteRegions(w io.Writer, comments []OfRegion, f format.Format) error {
	comments = slices.SortedStableFunc(slices.Values(comments), func(a, b OfRegion) int { return a.Time.Compare(b.Time) })
	switch f {
	case format.JSON:
		if comments == nil {
			comments = []OfRegion{}
		}
		return format.WriteJSON(w, comments)
	case format.CSV:
		rows := [][]string{append([]string{"region"}, columns()...)}
		for _, c := range comments {
			rows = append(rows, append([]string{c.Region}, c.cells()...))
		}
		return format.WriteCSV(w, rows)
	case format.Table:
		var rows []string
		for _, c := range comments {
			rows = append(rows, format.Cell(c.Region)+"\t"+c.row(c.Zone))
		}
		return writeTable(w, "REGION\t"+tableHeader, rows)
	}
	return fmt.Errorf("comments: no format %q", f)
}

// columns are those of CSV, and cells what is in them.
func columns() []string { return []string{"time", "author", "kpi", "target", "event", "text"} }

func (c Comment) cells() []string {
	return []string{c.Time.UTC().Format(time.RFC3339), c.Author, c.About.KPI, c.About.Target, c.event(), c.Text}
}

// tableHeader is what is above the rows of a table.
const tableHeader = "TIME\tAUTHOR\tABOUT\tTEXT"

func (c Comment) row(zone *time.Location) string {
	text := strings.ReplaceAll(c.Text, "\n", " / ")
	return fmt.Sprintf("%s\t%s\t%s\t%s", c.Time.In(zone).Format("2006-01-02 15:04"), format.Cell(c.Author), format.Cell(c.About.String()), format.Cell(text))
}

// event writes the event that c is about, or "".
func (c Comment) event() string {
	if len(c.About.Event) == 0 {
		return ""
	}
	return strings.TrimPrefix(c.About.String(), "event ")
}

func writeTable(w io.Writer, header string, rows []string) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "no comments")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([]string{header}, rows...) {
		_, _ = fmt.Fprintln(out, row)
	}
	return out.Flush()
}
