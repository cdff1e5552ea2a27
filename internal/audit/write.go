package audit

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
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
		rows := [][]string{columns()}
		for _, e := range entries {
			rows = append(rows, e.cells(inUTC))
		}
		return format.WriteCSV(w, rows)
	case format.Table:
		var rows [][]string
		for _, e := range entries {
			rows = append(rows, e.cells(in(zone)))
		}
		return writeTable(w, columns(), rows)
	}
	return fmt.Errorf("audit: no format %q", f)
}

// OfRegion is an entry of one of several regions.
type OfRegion struct {
	Region string `json:"region"`
	Entry
	// Zone is the region's.
	Zone *time.Location `json:"-"`
}

// WriteRegions writes entries of several regions as Write does, the oldest first and each
// with its region. A table has times in the region's zone.
func WriteRegions(w io.Writer, entries []OfRegion, f format.Format) error {
	entries = slices.SortedStableFunc(slices.Values(entries), func(a, b OfRegion) int { return a.Time.Compare(b.Time) })
	var rows [][]string
	for _, e := range entries {
		moment := in(e.Zone)
		if f == format.CSV {
			moment = inUTC
		}
		rows = append(rows, append([]string{e.Region}, e.cells(moment)...))
	}
	header := append([]string{"region"}, columns()...)
	switch f {
	case format.JSON:
		if entries == nil {
			entries = []OfRegion{}
		}
		return format.WriteJSON(w, entries)
	case format.CSV:
		return format.WriteCSV(w, append([][]string{header}, rows...))
	case format.Table:
		return writeTable(w, header, rows)
	}
	return fmt.Errorf("audit: no format %q", f)
}

func inUTC(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func in(zone *time.Location) func(time.Time) string {
	return func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04:05") }
}

// columns are what cells are of.
func columns() []string {
	return []string{"time", "who", "address", "action", "about", "silence", "matchers", "until", "why", "outcome", "count"}
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

func writeTable(w io.Writer, header []string, rows [][]string) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "nobody has done anything")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, strings.ToUpper(strings.Join(header, "\t")))
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				_, _ = io.WriteString(out, "\t")
			}
			_, _ = io.WriteString(out, format.Cell(cell))
		}
		_, _ = io.WriteString(out, "\n")
	}
	return out.Flush()
}
