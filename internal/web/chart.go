package web

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/curve"
	"planwatch/internal/language"
	"planwatch/internal/unit"
)

// chart is what a large picture draws: lines over time, in the KPI's unit.
type chart struct {
	begins, now, ends time.Time
	lines             []chartLine
	// rings are around the periods that are more than chance.
	rings []spot
	// newest is the figure of now, and forecast where it is heading; nil where there is
	// none. low and high hold nine of ten forecasts.
	newest, forecast *spot
	low, high        *spot
	marks            []chartMark
}

// spot is a value at a moment.
type spot struct {
	at    time.Time
	value float64
}

// chartLine is a line with gaps, which class draws in a pattern of its own.
type chartLine struct {
	class     string
	stretches [][]spot
	// clipped is set of a line that may leave the picture: process limits go below zero
	// where figures cannot.
	clipped bool
}

// chartMark is something that happened or was said.
type chartMark struct {
	at     time.Time
	class  string
	number int
}

// stretch adds a line of the values of dots, with a gap where one has none.
func (c *chart) stretch(class string, dots []curve.Dot, value func(curve.Dot) *float64) {
	line := chartLine{class: class}
	var run []spot
	end := func() {
		if len(run) > 0 {
			line.stretches = append(line.stretches, run)
		}
		run = nil
	}
	for _, d := range dots {
		v := value(d)
		if v == nil {
			end()
			continue
		}
		run = append(run, spot{d.At, *v})
	}
	end()
	c.add(line)
}

// level adds a line at one value.
func (c *chart) level(class string, from, until time.Time, value float64) {
	c.add(chartLine{class: class, stretches: [][]spot{{{from, value}, {until, value}}}})
}

// add adds a line unless it is empty, and joins it to one of the same class.
func (c *chart) add(line chartLine) {
	if len(line.stretches) == 0 {
		return
	}
	if i := slices.IndexFunc(c.lines, func(other chartLine) bool { return other.class == line.class }); i >= 0 {
		c.lines[i].stretches = append(c.lines[i].stretches, line.stretches...)
		return
	}
	c.lines = append(c.lines, line)
}

// has reports whether there is a line of the class.
func (c *chart) has(class string) bool {
	return slices.ContainsFunc(c.lines, func(line chartLine) bool { return line.class == class })
}

// extent are the least and the largest value; those of clipped lines are no less than
// zero where the others' are not.
func (c *chart) extent() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	take := func(value float64) { low, high = min(low, value), max(high, value) }
	each := func(clipped bool, take func(float64)) {
		for _, line := range c.lines {
			for _, run := range line.stretches {
				for _, s := range run {
					if line.clipped == clipped {
						take(s.value)
					}
				}
			}
		}
	}
	each(false, take)
	for _, s := range []*spot{c.newest, c.forecast, c.low, c.high} {
		if s != nil {
			take(s.value)
		}
	}
	floor := math.Inf(-1)
	if low >= 0 {
		floor = 0
	}
	each(true, func(value float64) { take(max(value, floor)) })
	return low, high
}

// drawingView is a chart as SVG draws it, in its own units.
type drawingView struct {
	Class         string
	Width, Height string
	// Left, Right, Top and Bottom are the edges of the plot.
	Left, Right, Top, Bottom string
	// Unit stands over the vertical axis.
	Unit           string
	Values, Months []tickView
	Lines          []polylineView
	Rings          []placedView
	Newest, Ahead  *placedView
	Range          *rangeView
	// Today is where now is, unless the chart ends there, and Now says so.
	Today, Now string
	Marks      []placedMarkView
}

// tickView is a line of the grid and what it stands for. Year stands under the month.
type tickView struct{ At, Label, Text, Year string }

type polylineView struct {
	Class  string
	Points []string
}

type placedView struct{ X, Y string }

type rangeView struct{ X, Low, High string }

// placedMarkView is a mark over the plot: X, Y is its middle.
type placedMarkView struct {
	Class, X, Y, TextY, From string
	Left, Up                 string
	Number                   int
}

// chartSize is the room that a chart has, in its own units.
type chartSize struct {
	class         string
	width, height float64
	// months and values are the most labels of the axes.
	months, values int
}

// The sizes: one for a phone, whose letters are not to be smaller than others.
var chartSizes = []chartSize{{"wide", 960, 380, 15, 6}, {"narrow", 360, 320, 5, 6}}

// The measures of a drawing. A letter is about letterWidth wide.
const (
	letterWidth = 7.5
	lineHeight  = 17.0
	markSize    = 18.0
	markGap     = 3.0
	dash        = 6.0
)

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// draw places a chart in its size.
func (c *chart) draw(size chartSize, m unit.Measure, l *language.Language) drawingView {
	low, high := c.extent()
	axis := newAxis(m.In(low), m.In(high), size.values)
	view := drawingView{Class: size.class, Width: coordinate(size.width), Height: coordinate(size.height)}
	widest := 0
	for _, value := range axis.ticks {
		view.Values = append(view.Values, tickView{Text: axis.text(value, m, l)})
		widest = max(widest, len([]rune(view.Values[len(view.Values)-1].Text)))
	}
	left, right := float64(widest)*letterWidth+8, size.width-14
	x := func(at time.Time) float64 {
		return left + (right-left)*float64(at.Sub(c.begins))/float64(c.ends.Sub(c.begins))
	}
	marks, rows := placeMarks(c.marks, x)
	top := 10 + float64(rows)*(markSize+markGap)
	if !m.Percent {
		view.Unit = m.Suffix(l)
	}
	if view.Unit != "" {
		top += lineHeight
	}
	bottom := size.height - 2*lineHeight - 6
	y := func(value float64) float64 {
		return bottom - (bottom-top)*(m.In(value)-axis.from)/(axis.until-axis.from)
	}
	view.Left, view.Right, view.Top, view.Bottom = coordinate(left), coordinate(right), coordinate(top), coordinate(bottom)
	for i, value := range axis.ticks {
		at := bottom - (bottom-top)*(value-axis.from)/(axis.until-axis.from)
		view.Values[i].At, view.Values[i].Label = coordinate(at), coordinate(at+4.5)
	}
	view.Months = c.months(size.months, x, right, l)
	for _, line := range c.lines {
		drawn := polylineView{Class: line.class}
		for _, run := range line.stretches {
			if line.clipped && slices.ContainsFunc(run, func(s spot) bool { return m.In(s.value) < axis.from }) {
				continue
			}
			points := make([]string, len(run))
			for i, s := range run {
				points[i] = coordinate(x(s.at)) + "," + coordinate(y(s.value))
			}
			if len(run) == 1 { // a point by itself is a dash
				points = []string{coordinate(x(run[0].at)-dash) + "," + coordinate(y(run[0].value)), coordinate(x(run[0].at)+dash) + "," + coordinate(y(run[0].value))}
			}
			drawn.Points = append(drawn.Points, strings.Join(points, " "))
		}
		view.Lines = append(view.Lines, drawn)
	}
	place := func(s *spot) *placedView {
		if s == nil {
			return nil
		}
		return &placedView{coordinate(x(s.at)), coordinate(y(s.value))}
	}
	for i := range c.rings {
		view.Rings = append(view.Rings, *place(&c.rings[i]))
	}
	view.Newest, view.Ahead = place(c.newest), place(c.forecast)
	if c.low != nil && c.high != nil {
		view.Range = &rangeView{coordinate(x(c.low.at)), coordinate(y(c.low.value)), coordinate(y(c.high.value))}
	}
	if c.ends.After(c.now) {
		view.Today, view.Now = coordinate(x(c.now)), l.Say("now")
	}
	for i, mark := range marks {
		middle := top - 8 - markSize/2 - float64(mark.row)*(markSize+markGap)
		view.Marks = append(view.Marks, placedMarkView{
			Class: c.marks[i].class, Number: c.marks[i].number, X: coordinate(mark.x), Y: coordinate(middle), TextY: coordinate(middle + 4.5),
			From: coordinate(middle + markSize/2), Left: coordinate(mark.x - markSize/2), Up: coordinate(middle - markSize/2),
		})
	}
	return view
}

// placedMark is where a mark stands: row counts upwards.
type placedMark struct {
	x   float64
	row int
}

// mostRows is how many rows of marks there are at most; marks that would need more
// stand over others.
const mostRows = 3

// placeMarks places marks, which are in order of time, so that none covers another.
func placeMarks(marks []chartMark, x func(time.Time) float64) (placed []placedMark, rows int) {
	var ends []float64
	for _, mark := range marks {
		at := x(mark.at)
		row := slices.IndexFunc(ends, func(end float64) bool { return end+markGap <= at-markSize/2 })
		switch {
		case row >= 0:
		case len(ends) < mostRows:
			row = len(ends)
			ends = append(ends, 0)
		default:
			row = mostRows - 1
		}
		ends[row] = at + markSize/2
		placed = append(placed, placedMark{at, row})
	}
	return placed, len(ends)
}

// months are the ticks of the horizontal axis: every first of so many months that there
// are few enough.
func (c *chart) months(most int, x func(time.Time) float64, right float64, l *language.Language) []tickView {
	zone := c.now.Location()
	begins := c.begins.In(zone)
	whole := int(c.ends.Sub(c.begins).Hours()/24/30) + 1
	every := 1
	for _, every = range []int{1, 2, 3, 4, 6, 12} {
		if whole/every <= most {
			break
		}
	}
	var ticks []tickView
	for n := 1; ; n++ {
		month := time.Date(begins.Year(), begins.Month()+time.Month(n), 1, 0, 0, 0, 0, zone)
		if month.After(c.ends) || n > 12*100 {
			return ticks
		}
		at := x(month)
		if int(month.Month()-1)%every != 0 || at > right-10 {
			continue
		}
		tick := tickView{At: coordinate(at), Label: coordinate(at), Text: l.ShortMonth(month.Month())}
		if len(ticks) == 0 || month.Month() == time.January {
			tick.Year = month.Format("2006")
		}
		ticks = append(ticks, tick)
	}
}

// axis is a vertical axis, in the measure.
type axis struct {
	from, until float64
	ticks       []float64
	decimals    int
}

// newAxis is the axis that holds low and high, with round ticks, some fewer than most.
func newAxis(low, high float64, most int) axis {
	if low == high {
		room := max(math.Abs(low)/10, 0.5)
		if low >= 0 {
			low = max(low-room, 0)
		} else {
			low -= room
		}
		high += room
	}
	raw := (high - low) / float64(most-1)
	step := math.Pow10(int(math.Floor(math.Log10(raw))))
	for _, times := range []float64{1, 2, 5, 10} {
		if step*times >= raw {
			step *= times
			break
		}
	}
	a := axis{from: math.Floor(low/step) * step, until: math.Ceil(high/step) * step, decimals: max(-int(math.Floor(math.Log10(step)+1e-9)), 0)}
	for n := 0; n <= 2*most; n++ {
		value := a.from + float64(n)*step
		if value > a.until+step/2 {
			break
		}
		a.ticks = append(a.ticks, value)
	}
	return a
}

// text writes a value of the axis.
func (a axis) text(value float64, m unit.Measure, l *language.Language) string {
	if m.Percent {
		return l.Percent(value/100, a.decimals)
	}
	return l.Number(value, a.decimals)
}
