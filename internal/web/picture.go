package web

import (
	"strconv"
	"strings"

	"planwatch/internal/curve"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// pictureView draws how a figure went over the past year, beside the plan.
type pictureView struct {
	// Figure and Plan are lines, as the points of SVG's polyline: one for each
	// stretch without a gap.
	Figure, Plan []string
	// Usual is where the figure may be by chance; nil where that is not known.
	Usual *rectangleView
	// Events are where something happened.
	Events []string
	// X and Y are the newest figure's.
	X, Y string
	// Text says what the picture shows.
	Text string
}

type rectangleView struct{ X, Y, Width, Height string }

// The size of a picture, in its own units, and the room that a line's width needs
// around it.
const (
	pictureWidth, pictureHeight = 200, 48
	pictureEdge                 = 4
)

// picture draws the row's course up to now; nil where fewer than two figures are
// known.
func picture(r *report.Report, row report.Row, l *language.Language) *pictureView {
	c := curve.New(r, row, l)
	if c == nil {
		return nil
	}
	view := &pictureView{Text: c.Text, Figure: polylines(c.Figure), Plan: polylines(c.Plan), X: across(c.Newest.X), Y: down(c.Newest.Y)}
	for _, x := range c.Events {
		view.Events = append(view.Events, across(x))
	}
	if b := c.Usual; b != nil {
		view.Usual = &rectangleView{across(b.From), down(b.Top), number((1 - b.From) * (pictureWidth - 2*pictureEdge)), number((b.Bottom - b.Top) * (pictureHeight - 2*pictureEdge))}
	}
	return view
}

func polylines(lines [][]curve.Point) []string {
	var all []string
	for _, line := range lines {
		points := make([]string, len(line))
		for i, p := range line {
			points[i] = across(p.X) + "," + down(p.Y)
		}
		all = append(all, strings.Join(points, " "))
	}
	return all
}

func across(share float64) string { return number(pictureEdge + share*(pictureWidth-2*pictureEdge)) }

func down(share float64) string { return number(pictureEdge + share*(pictureHeight-2*pictureEdge)) }

func number(n float64) string { return strconv.FormatFloat(n, 'f', 0, 64) }
