package web

import (
	"math"
	"slices"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/spc"
	"planwatch/internal/unit"
)

// The classes of the limits of a funnel plot, each drawn in a pattern of its own.
const (
	lineInner = "inner-line"
	lineOuter = "outer-line"
)

// funnelDrawing is a funnel plot as SVG draws it, in its own units.
type funnelDrawing struct {
	Class         string
	Width, Height string
	// Left, Right, Top and Bottom are the edges of the plot.
	Left, Right, Top, Bottom string
	// Unit stands over the vertical axis, and Of under the horizontal one.
	Unit, Of      string
	Values, Sizes []tickView
	Lines         []polylineView
	Places        []funnelPlace
}

// funnelPlace is a place in a funnel plot: a mark, whose shape says where it stands, and
// its number.
type funnelPlace struct {
	Class, Shape string
	Number       int
	TextX, TextY string
}

// funnelMeasures are those of the axes.
type funnelMeasures struct{ value, of unit.Measure }

// limitSteps is of how many straight pieces the line of a limit is.
const limitSteps = 72

// markRadius is about how large the mark of a place is, labelGap how far its number is from
// it, and digitWidth and digitHeight how large a digit of that.
const (
	markRadius  = 5.0
	labelGap    = 4.0
	digitWidth  = 7.0
	digitHeight = 11.0
)

// drawFunnel places a funnel plot in its size.
func drawFunnel(f *spc.Funnel, better kpi.Direction, size chartSize, measures funnelMeasures, l *language.Language) funnelDrawing {
	smallest, largest := math.Inf(1), 0.0
	low, high := f.Common, f.Common
	for _, p := range f.Points {
		smallest, largest = min(smallest, p.Of), max(largest, p.Of)
		low, high = min(low, p.Value, p.Limits.OuterLower), max(high, p.Value, p.Limits.OuterUpper)
	}
	view := funnelDrawing{Class: size.class, Width: coordinate(size.width), Height: coordinate(size.height)}
	values := newAxis(measures.value.In(low), measures.value.In(high), size.values)
	widest := 0
	for _, value := range values.ticks {
		text := values.text(value, measures.value, l)
		view.Values = append(view.Values, tickView{Text: text})
		widest = max(widest, len([]rune(text)))
	}
	left, top, bottom := float64(widest)*letterWidth+8, 12.0, size.height-lineHeight-8
	if !measures.value.Percent {
		view.Unit = measures.value.Suffix(l)
	}
	if view.Unit != "" {
		top += lineHeight
	}
	if view.Of = measures.of.Suffix(l); view.Of != "" {
		bottom -= lineHeight
	}
	sizes := newAxis(0, measures.of.In(largest), min(size.months, 6))
	last := sizes.text(sizes.until, measures.of, l)
	right := size.width - max(14, float64(len([]rune(last)))*letterWidth/2)
	x := func(of float64) float64 {
		return left + (right-left)*(measures.of.In(of)-sizes.from)/(sizes.until-sizes.from)
	}
	y := func(value float64) float64 {
		return bottom - (bottom-top)*(measures.value.In(value)-values.from)/(values.until-values.from)
	}
	view.Left, view.Right, view.Top, view.Bottom = coordinate(left), coordinate(right), coordinate(top), coordinate(bottom)
	for i, value := range values.ticks {
		at := bottom - (bottom-top)*(value-values.from)/(values.until-values.from)
		view.Values[i].At, view.Values[i].Label = coordinate(at), coordinate(at+4.5)
	}
	for _, of := range sizes.ticks {
		at := coordinate(left + (right-left)*(of-sizes.from)/(sizes.until-sizes.from))
		view.Sizes = append(view.Sizes, tickView{At: at, Label: at, Text: sizes.text(of, measures.of, l)})
	}
	end := largest + (largest-smallest)/limitSteps
	if measures.of.In(end) > sizes.until {
		end = largest
	}
	view.Lines = append(view.Lines, polylineView{lineMean, []string{coordinate(left) + "," + coordinate(y(f.Common)) + " " + coordinate(right) + "," + coordinate(y(f.Common))}})
	view.Lines = append(view.Lines, limitLines(f, smallest, end, x, y)...)
	view.Places = placePlaces(f, better, x, y, [4]float64{left, top, right, bottom})
	return view
}

// limitLines are the limits from the smallest place to the largest; where they bend most,
// among small ones, their pieces are the shortest.
func limitLines(f *spc.Funnel, smallest, end float64, x, y func(float64) float64) []polylineView {
	var points [4][]string
	for step := range limitSteps + 1 {
		part := float64(step) / limitSteps
		of := smallest + (end-smallest)*part*part
		if f.Model == spc.Binomial {
			of = math.Round(of)
		}
		limits := f.Limits(of)
		for i, limit := range []float64{limits.OuterLower, limits.InnerLower, limits.InnerUpper, limits.OuterUpper} {
			points[i] = append(points[i], coordinate(x(of))+","+coordinate(y(limit)))
		}
	}
	line := func(class string, of ...[]string) polylineView {
		drawn := polylineView{Class: class}
		for _, one := range of {
			drawn.Points = append(drawn.Points, strings.Join(slices.Compact(one), " "))
		}
		return drawn
	}
	return []polylineView{line(lineInner, points[1], points[2]), line(lineOuter, points[0], points[3])}
}

// box is a part of the picture that something takes.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(other box) bool {
	return b.left < other.right && other.left < b.right && b.top < other.bottom && other.top < b.bottom
}

// placePlaces draws the places, each with its number beside it where nothing else is, if
// there is such a side.
func placePlaces(f *spc.Funnel, better kpi.Direction, x, y func(float64) float64, plot [4]float64) []funnelPlace {
	taken := []box{{plot[0], y(f.Common) - 1, plot[2], y(f.Common) + 1}}
	for _, p := range f.Points {
		taken = append(taken, box{x(p.Of) - markRadius, y(p.Value) - markRadius, x(p.Of) + markRadius, y(p.Value) + markRadius})
	}
	inside := func(b box) bool {
		return b.left >= plot[0] && b.top >= plot[1]-digitHeight && b.right <= plot[2]+digitWidth && b.bottom <= plot[3]
	}
	var all []funnelPlace
	for i, p := range f.Points {
		at, up := x(p.Of), y(p.Value)
		width := digitWidth
		if i+1 >= 10 {
			width *= 2
		}
		sides := []box{
			{at + markRadius + labelGap, up - digitHeight/2, at + markRadius + labelGap + width, up + digitHeight/2},
			{at - width/2, up - markRadius - labelGap - digitHeight, at + width/2, up - markRadius - labelGap},
			{at - width/2, up + markRadius + labelGap, at + width/2, up + markRadius + labelGap + digitHeight},
			{at - markRadius - labelGap - width, up - digitHeight/2, at - markRadius - labelGap, up + digitHeight/2},
		}
		side := slices.IndexFunc(sides, func(b box) bool {
			return inside(b) && !slices.ContainsFunc(taken, func(other box) bool { return other.meets(b) })
		})
		label := sides[max(side, 0)]
		taken = append(taken, label)
		all = append(all, funnelPlace{
			Class: standingOf(p.Standing, better).class, Shape: markOf(p.Standing, at, up), Number: i + 1,
			TextX: coordinate((label.left + label.right) / 2), TextY: coordinate(label.bottom - 1.5),
		})
	}
	return all
}

// markOf is the shape of a place's mark: a disc within the limits, a diamond outside of the
// inner ones, and a triangle that points away outside of the outer ones.
func markOf(s spc.Standing, x, y float64) string {
	at := "M" + coordinate(x) + "," + coordinate(y)
	switch s {
	case spc.AboveOuter:
		return at + "m0,-7l6.5,11h-13z"
	case spc.BelowOuter:
		return at + "m0,7l6.5,-11h-13z"
	case spc.AboveInner, spc.BelowInner:
		return at + "m0,-6.5l6.5,6.5l-6.5,6.5l-6.5,-6.5z"
	}
	return at + "m-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z"
}
