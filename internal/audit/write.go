package audit

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"planwatch/internal/format"
)

// Formats are those that entries are written in.
func Formats() []format.Format { return []format.Format{format.Table, format.CSV, format.JSON} }

// Write writes entries in one of Formats. A table has times in the zone, the
// others as RFC 3339.
func Write(w io.Writer, entries []Entry, f format.Format, zone *time.Location) error {
	switch f {
	case format.JSON:
		if entries == nil {
			entries = []Entry{}
		}
		return format.WriteJSON(w, entries)
	case format.CSV:
		rows := [][]string{{"time", "who", "address", "action", "about", "silence", "matchers", "until", "why", "outcome", "count"}}
		for _, e := range entries {
			rows = append(rows, e.cells(func(t time.Time) string { return t.UTC().Format(time.RFC3339) }))
		}
		return format.WriteCSV(w, rows)
	case format.Table:
		return writeTable(w, entries, zone)
	}
	return fmt.Errorf("audit: no format %q", f)
}

// cells are the entry's, with times as moment writes them.
func (e Entry) cells(moment func(time.Time) string) []string {
	until, count := "", ""
	if !e.Until.IsZero() {
		until = moment(e.Until)
	}
	if e.Count > 0 {
		count = strconv.Itoa(e.Count)
	}
	return []string{moment(e.Time), e.Who, e.Address, string(e.Action), e.About.String(), e.Silence, e.Matchers, until, e.Why, e.Outcome, count}
}

func writeTable(w io.Writer, entries []Entry, zone *time.Location) error {
	if len(entries) == 0 {
		_, err := fmt.Fprintln(w, "nobody has done anything")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "TIME\tWHO\tADDRESS\tACTION\tABOUT\tSILENCE\tMATCHERS\tUNTIL\tWHY\tOUTCOME\tCOUNT")
	for _, e := range entries {
		for i, cell := range e.cells(func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04:05") }) {
			if i > 0 {
				_, _ = io.WriteString(out, "\t")
			}
			_, _ = io.WriteString(out, format.Cell(cell))
		}
		_, _ = io.WriteString(out, "\n")
	}
	return out.Flush()
}
