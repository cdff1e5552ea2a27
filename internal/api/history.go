package api

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/spreadsheet"
	"planwatch/internal/status"
)

// MaxPoints is how many past figures an answer has, at most.
const MaxPoints = 25_000

// History is how the figures of the rows that are chosen went, in the report's order.
type History struct {
	Head
	Series []Series `json:"series"`
}

// Series is how the figure of one row of the report went.
type Series struct {
	// The key figure's title.
	Title string `json:"title"`
	// The part of the region, in words.
	Place string `json:"place"`
	// The key figure's name.
	KPI string `json:"kpi"`
	// The name of the target that holds now; null where the key figure has none.
	Target *string           `json:"target"`
	Labels map[string]string `json:"labels"`
	// What the figures are in.
	Unit string `json:"unit"`
	// What is kept of the past, the oldest first; none where no past is kept.
	Points []Point `json:"points"`

	row report.Row
}

// Point is a figure at a past moment. What is not known is null.
type Point struct {
	// The moment that was asked about.
	At time.Time `json:"at"`
	// The moment that the figure is about; null without a figure.
	DataTime *time.Time `json:"data_time"`
	// The figure; null where there was none, or it is withheld.
	Value *float64 `json:"value"`
	// What the plan wanted then.
	Expected *float64 `json:"expected"`
	// Where the warning began then.
	Warning *float64 `json:"warning"`
	// Where it became critical then.
	Critical *float64 `json:"critical"`
	// Whether the figure is withheld, since it is about too few people.
	Withheld bool `json:"withheld"`
}

// Span is from which moment on, and until which, the past is asked for; the zero moment
// is no bound. Both bounds belong to it.
type Span struct{ From, To time.Time }

func (s Span) has(t time.Time) bool {
	return (s.From.IsZero() || !t.Before(s.From)) && (s.To.IsZero() || !t.After(s.To))
}

// NewHistory answers with the courses of a report's rows within a span. More than MaxPoints
// are an error, which says how to ask for fewer.
func NewHistory(head Head, r *report.Report, span Span, l *language.Language) (History, error) {
	answer := History{head, make([]Series, len(r.Rows))}
	points := 0
	for i, row := range r.Rows {
		object := row.Object()
		series := Series{Title: row.Title(l), Place: row.Place(l), KPI: object.KPI, Target: object.Target, Labels: object.Labels, Unit: object.Unit, Points: []Point{}, row: row}
		for _, p := range row.Course.Points {
			if span.has(p.At) {
				series.Points = append(series.Points, pointOf(p, r.At.Location()))
			}
		}
		points += len(series.Points)
		answer.Series[i] = series
	}
	if points > MaxPoints {
		return History{}, fmt.Errorf("%d past figures, and an answer has %d at most; choose fewer rows, as with kpi, owner or area, or a shorter time, with from", points, MaxPoints)
	}
	return answer, nil
}

func pointOf(p course.Point, location *time.Location) Point {
	point := Point{
		At: p.At.In(location), Expected: finite(p.Expected), Warning: finite(p.Warning), Critical: finite(p.Critical), Withheld: p.Withheld,
	}
	if !p.Withheld {
		point.Value = finite(p.Value)
	}
	if point.Value != nil {
		point.DataTime = optional(p.AsOf.In(location))
	}
	return point
}

// finite is nil for what JSON has no number for.
func finite(value *float64) *float64 {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return nil
	}
	return value
}

// WriteCSV writes a line for each moment of each series, for programs.
func (h History) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"kpi", "title", "target", "labels", "unit", "at", "data_time", "value", "expected", "warning", "critical", "withheld"}); err != nil {
		return err
	}
	for _, s := range h.Series {
		target := ""
		if s.Target != nil {
			target = *s.Target
		}
		for _, p := range s.Points {
			dataTime := ""
			if p.DataTime != nil {
				dataTime = p.DataTime.Format(time.RFC3339)
			}
			if err := out.Write([]string{
				s.KPI, format.Guarded(s.Title), target, s.row.Labels.String(), s.Unit, p.At.Format(time.RFC3339), dataTime,
				plain(p.Value), plain(p.Expected), plain(p.Warning), plain(p.Critical), strconv.FormatBool(p.Withheld),
			}); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// plain is a figure for programs; nil is "".
func plain(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

// Spreadsheet has a row for each moment of each series: figures in the series' unit. The
// columns are the same whichever rows are chosen.
func (h History) Spreadsheet(r *report.Report, l *language.Language) spreadsheet.Table {
	var dimensions []string
	if r.Region.Dimensions != nil {
		dimensions = r.Region.Dimensions.Dimensions
	}
	table := spreadsheet.Table{Name: l.Say("History"), Columns: []spreadsheet.Column{
		{Heading: l.Say("KPI"), Note: l.Say("The key figure's title.")},
		{Heading: l.Say("Where"), Note: l.Say("The part of the region that the row is about.")},
	}}
	for _, label := range dimensions {
		table.Columns = append(table.Columns, spreadsheet.Column{Heading: r.Region.Dimensions.Title(label, l), Note: l.Say("Its value in the row; blank where the row is about all of them.")})
	}
	table.Columns = append(table.Columns,
		spreadsheet.Column{Heading: l.Say("Read"), Note: l.Say("The moment that was asked about.")},
		spreadsheet.Column{Heading: l.Say("Data time"), Note: l.Say("The moment that the figure is of.")},
		spreadsheet.Column{Heading: l.Say("Actual"), Note: l.Say("The figure.")},
		spreadsheet.Column{Heading: l.Say("Expected"), Note: l.Say("What was due then by the plan.")},
		spreadsheet.Column{Heading: l.Say("%s from", status.Warning.Name(l)), Note: l.Say("Where that severity began then.")},
		spreadsheet.Column{Heading: l.Say("%s from", status.Critical.Name(l)), Note: l.Say("Where that severity began then.")},
		spreadsheet.Column{Heading: l.Say("Note"), Note: l.Say("Whether the figure is withheld.")},
		spreadsheet.Column{Heading: l.Say("Unit"), Note: l.Say("What the figures of the row are in, by the name that programs use.")},
		spreadsheet.Column{Heading: l.Say("Read in"), Note: l.Say("The measure that people read the figures in.")},
		spreadsheet.Column{Heading: l.Say("Divide by"), Note: l.Say("The figures of the row, divided by this, are in the measure that people read.")},
		spreadsheet.Column{Heading: l.Say("The key figure's name"), Note: l.Say("As programs have it, in /api/v1 too.")},
		spreadsheet.Column{Heading: l.Say("The target's name"), Note: l.Say("As programs have it, in /api/v1 too.")},
		spreadsheet.Column{Heading: l.Say("Labels"), Note: l.Say("As programs have it, in /api/v1 too.")},
	)
	for _, s := range h.Series {
		before, after := s.cells(dimensions, l)
		shown := s.row.NumberFormat(l)
		for _, p := range s.Points {
			cells := make([]spreadsheet.Cell, 0, len(table.Columns))
			cells = append(append(cells, before...), spreadsheet.Moment(p.At))
			if p.DataTime != nil {
				cells = append(cells, spreadsheet.Moment(*p.DataTime))
			} else {
				cells = append(cells, spreadsheet.Cell{})
			}
			for _, value := range []*float64{p.Value, p.Expected, p.Warning, p.Critical} {
				cells = append(cells, spreadsheet.Number(value, shown))
			}
			note := spreadsheet.Cell{}
			if p.Withheld {
				note = spreadsheet.Text(l.Say("withheld"))
			}
			table.Rows = append(table.Rows, append(append(cells, note), after...))
		}
	}
	return table
}

// cells are those that stand before and after what is of a moment, alike in every row of
// the series.
func (s Series) cells(dimensions []string, l *language.Language) (before, after []spreadsheet.Cell) {
	before = []spreadsheet.Cell{spreadsheet.Text(s.Title), spreadsheet.Text(s.Place)}
	for _, label := range dimensions {
		before = append(before, spreadsheet.Text(s.row.Labels.Get(label)))
	}
	target := spreadsheet.Cell{}
	if s.Target != nil {
		target = spreadsheet.Text(*s.Target)
	}
	m := s.row.Measure()
	return before, []spreadsheet.Cell{
		spreadsheet.Text(s.Unit), spreadsheet.Text(m.Heading(l)), report.Divisor(m), spreadsheet.Text(s.KPI), target, spreadsheet.Text(s.row.Labels.String()),
	}
}
