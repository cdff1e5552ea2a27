package comment

import (
	"fmt"
	"io"
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
		rows := [][]string{{"time", "author", "kpi", "target", "event", "text"}}
		for _, c := range comments {
			rows = append(rows, []string{c.Time.UTC().Format(time.RFC3339), c.Author, c.About.KPI, c.About.Target, c.event(), c.Text})
		}
		return format.WriteCSV(w, rows)
	case format.Table:
		return writeTable(w, comments, zone)
	}
	return fmt.Errorf("comments: no format %q", f)
}

// event writes the event that c is about, or "".
func (c Comment) event() string {
	if len(c.About.Event) == 0 {
		return ""
	}
	return strings.TrimPrefix(c.About.String(), "event ")
}

func writeTable(w io.Writer, comments []Comment, zone *time.Location) error {
	if len(comments) == 0 {
		_, err := fmt.Fprintln(w, "no comments")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "TIME\tAUTHOR\tABOUT\tTEXT")
	for _, c := range comments {
		text := strings.ReplaceAll(c.Text, "\n", " / ")
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", c.Time.In(zone).Format("2006-01-02 15:04"), format.Cell(c.Author), format.Cell(c.About.String()), format.Cell(text))
	}
	return out.Flush()
}
