package curve

import (
	"math"
	"time"

	"planwatch/internal/report"
)

// frame is the span of time and of values that a picture shows.
type frame struct {
	begins, ends time.Time
	low, high    float64
}

func frameOf(dots []Dot, begins, ends time.Time) frame {
	f := frame{begins, ends, math.Inf(1), math.Inf(-1)}
	for _, d := range dots {
		for _, value := range []*float64{d.Figure, d.Expected} {
			if value != nil {
				f.low, f.high = min(f.low, *value), max(f.high, *value)
			}
		}
	}
	return f
}

// usual is where a figure may be by chance, from a moment on.
type usual struct {
	from       time.Time
	lower, top float64
}

// include makes room for what is usual; nil where it is not known, or is that of what
// is added in a period.
func (f *frame) include(r *report.Report, row report.Row) *usual {
	chart := row.Course.Chart
	limits := chart.Limits()
	if limits == nil || chart.Added || Drawable(&limits.Lower) == nil || Drawable(&limits.Upper) == nil {
		return nil
	}
	u := &usual{chart.Points[chart.Parts[len(chart.Parts)-1].First].Time, limits.Lower, limits.Upper}
	if !row.KPI.AllowNegative {
		u.lower = max(u.lower, 0)
	}
	if !u.from.Before(r.At) {
		return nil
	}
	if u.from.Before(f.begins) {
		u.from = f.begins
	}
	f.low, f.high = min(f.low, u.lower), max(f.high, u.top)
	return u
}

func (f frame) band(u usual) *Band {
	upper, lower := f.place(u.from, u.top), f.place(u.from, u.lower)
	return &Band{upper.X, upper.Y, lower.Y}
}

func (f frame) place(at time.Time, value float64) Point {
	p := Point{X: float64(at.Sub(f.begins)) / float64(f.ends.Sub(f.begins)), Y: 0.5} // all the same: a line in the middle
	if f.high > f.low {
		p.Y = (f.high - value) / (f.high - f.low)
	}
	return p
}

// lines are the stretches of dots that have the value.
func (f frame) lines(dots []Dot, value func(Dot) *float64) [][]Point {
	var all [][]Point
	var line []Point
	end := func() {
		if len(line) > 1 {
			all = append(all, line)
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
		line, former = append(line, f.place(d.At, *v)), v
	}
	end()
	return all
}
