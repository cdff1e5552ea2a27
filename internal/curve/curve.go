// Package curve lays out how a figure went over the past year beside the plan and what
// is usual: a small picture without axes, for a page or a document to draw.
package curve

import (
	"math"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// Months is how far back a curve goes.
const Months = 13

// Curve is a row's figure up to now.
type Curve struct {
	// Figure and Plan are lines, one for each stretch without a gap.
	Figure, Plan [][]Point
	// Usual is where the figure may be by chance, by the newest limits of its process
	// chart; nil where these are not known, or are not of the figure itself.
	Usual *Band
	// Events are where something happened that changed how the figure comes about, as
	// shares of the width.
	Events []float64
	// Newest is the figure of now.
	Newest Point
	// Text says what the curve shows.
	Text string
}

// Point is a place in the picture, as shares of its width from the left and of its height
// from the top.
type Point struct{ X, Y float64 }

// Band is a part of the picture that reaches to its right edge.
type Band struct{ From, Top, Bottom float64 }

// Dot is a moment of a course: a figure and what was expected, either of which may be
// missing.
type Dot struct {
	At               time.Time
	Figure, Expected *float64
}

// New lays out the row's course up to now; nil where fewer than two figures are known.
func New(r *report.Report, row report.Row, l *language.Language) *Curve {
	begins := Begins(r.At)
	var dots []Dot
	known := 0
	for _, p := range row.Course.Points {
		if p.At.Before(begins) {
			continue
		}
		d := Dot{p.At, Drawable(p.Value), Drawable(p.Expected)}
		dots = append(dots, d)
		if d.Figure != nil {
			known++
		}
	}
	if known == 0 || row.Actual == nil {
		return nil
	}
	dots = append(dots, Dot{r.At, row.Actual, row.Expected})
	f := frameOf(dots, begins, r.At)
	usual := f.include(r, row)
	made := &Curve{Text: Words(dots, r.At, row, l), Newest: f.place(r.At, *row.Actual)}
	dots = thinned(dots, begins, r.At)
	made.Figure = f.lines(dots, func(d Dot) *float64 { return d.Figure })
	made.Plan = f.lines(dots, func(d Dot) *float64 { return d.Expected })
	if usual != nil {
		made.Usual = f.band(*usual)
	}
	if r.Region.Events != nil {
		for _, e := range r.Region.Events.Of(row.KPI.Collector) {
			if on := e.Begins(r.At.Location()); on.After(begins) && on.Before(r.At) {
				made.Events = append(made.Events, f.place(on, 0).X)
			}
		}
	}
	return made
}

// Begins is the first moment of a curve that ends now.
func Begins(now time.Time) time.Time {
	return clock.Earlier(now, Months, now.Location()).AddDate(0, 0, -1)
}

// Drawable is nil for a value that has no place in a picture.
func Drawable(value *float64) *float64 {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return nil
	}
	return value
}
