package web

import (
	"math"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// pictureView draws how a figure went over the past year, beside the plan.
type pictureView struct {
	// Figure and Plan are lines, as the points of SVG's polyline: one for each
	// stretch without a gap.
	Figure, Plan []string
	// X and Y are the newest figure's.
	X, Y string
	// Text says what the picture shows.
	Text string
}

// The size of a picture, in its own units, and the room that a line's width needs
// around it.
const (
	pictureWidth, pictureHeight = 200, 48
	pictureEdge                 = 4
	picturedMonths              = 13
	// picturedSpans are the spans of time of which no more than the lowest and the
	// highest figure can be told apart.
	picturedSpans = 24
)

// dot is a point of a picture: a figure and what was expected, either of which may
// be missing.
type dot struct {
	at               time.Time
	figure, expected *float64
}

// picture draws the row's course up to now; nil where fewer than two figures are
// known.
func picture(r *report.Report, row report.Row, l *language.Language) *pictureView {
	begins := clock.Earlier(r.At, picturedMonths, r.At.Location()).AddDate(0, 0, -1)
	var dots []dot
	known := 0
	for _, p := range row.Course.Points {
		if p.At.Before(begins) {
			continue
		}
		d := dot{p.At, drawable(p.Value), drawable(p.Expected)}
		dots = append(dots, d)
		if d.figure != nil {
			known++
		}
	}
	if known == 0 || row.Actual == nil {
		return nil
	}
	dots = append(dots, dot{r.At, row.Actual, row.Expected})
	place := scale(dots, begins, r.At)
	view := &pictureView{Text: pictureText(dots, r.At, row, l)}
	dots = thinned(dots, begins, r.At)
	view.Figure = lines(dots, place, func(d dot) *float64 { return d.figure })
	view.Plan = lines(dots, place, func(d dot) *float64 { return d.expected })
	view.X, view.Y, _ = strings.Cut(place(r.At, *row.Actual), ",")
	return view
}

// drawable is nil for a value that has no place in a picture.
func drawable(value *float64) *float64 {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return nil
	}
	return value
}

// scale gives the place of a value in the picture.
func scale(dots []dot, begins, ends time.Time) func(time.Time, float64) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, d := range dots {
		for _, value := range []*float64{d.figure, d.expected} {
			if value != nil {
				low, high = min(low, *value), max(high, *value)
			}
		}
	}
	return func(at time.Time, value float64) string {
		x := float64(at.Sub(begins)) / float64(ends.Sub(begins))
		y := 0.5 // all the same: a line in the middle
		if high > low {
			y = (high - value) / (high - low)
		}
		number := func(share, size float64) string {
			return strconv.FormatFloat(pictureEdge+share*(size-2*pictureEdge), 'f', 0, 64)
		}
		return number(x, pictureWidth) + "," + number(y, pictureHeight)
	}
}

// thinned leaves out dots that nobody could tell apart. The first and the last stay, and
// the lowest and the highest of each span, and where there is a gap.
func thinned(dots []dot, begins, ends time.Time) []dot {
	span := ends.Sub(begins)/picturedSpans + 1
	var kept []dot
	for first := 0; first < len(dots); {
		last, low, high := first, -1, -1
		for ; last < len(dots) && dots[last].at.Sub(begins)/span == dots[first].at.Sub(begins)/span; last++ {
			figure := dots[last].figure
			switch {
			case figure == nil:
			case low < 0:
				low, high = last, last
			case *figure < *dots[low].figure:
				low = last
			case *figure > *dots[high].figure:
				high = last
			}
		}
		for i := first; i < last; i++ {
			gap := dots[i].figure == nil && (i == 0 || dots[i-1].figure != nil)
			if i == 0 || i == len(dots)-1 || i == low || i == high || gap || low < 0 && i == last-1 {
				kept = append(kept, dots[i])
			}
		}
		first = last
	}
	return kept
}

// lines are the stretches of dots that have the value.
func lines(dots []dot, place func(time.Time, float64) string, value func(dot) *float64) []string {
	var all []string
	var line []string
	end := func() {
		if len(line) > 1 {
			all = append(all, strings.Join(line, " "))
		}
		line = nil
	}
	var former *float64
	for i, d := range dots {
		v := value(d)
		if v == nil {
			end()
			former = nil
			continue
		}
		// A level stretch is its two ends.
		if level := former != nil && *former == *v && i+1 < len(dots); level {
			if next := value(dots[i+1]); next != nil && *next == *v {
				continue
			}
		}
		line, former = append(line, place(d.at, *v)), v
	}
	end()
	return all
}

// pictureText says where the figure was first, its lowest and highest, and where it
// is.
func pictureText(dots []dot, now time.Time, row report.Row, l *language.Language) string {
	var first, low, high *dot
	for i := range dots {
		d := &dots[i]
		if d.figure == nil {
			continue
		}
		if first == nil {
			first, low, high = d, d, d
		}
		if *d.figure < *low.figure {
			low = d
		}
		if *d.figure > *high.figure {
			high = d
		}
	}
	date := func(d *dot) string { return d.at.In(now.Location()).Format(time.DateOnly) }
	return l.Say("%s on %s; lowest %s on %s, highest %s on %s; now %s",
		row.Figure(l, first.figure), date(first), row.Figure(l, low.figure), date(low), row.Figure(l, high.figure), date(high), row.Figure(l, row.Actual))
}
