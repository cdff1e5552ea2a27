package web

import (
	"math"
	"slices"
	"testing"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/spc"
)

// A picture of many figures has few points, and still the highest, the lowest and each
// gap.
func TestThinned(t *testing.T) {
	begins := time.Date(2024, 2, 18, 0, 0, 0, 0, time.UTC)
	ends := begins.AddDate(1, 1, 0)
	var dots []dot
	for at := begins; !at.After(ends); at = at.Add(6 * time.Hour) {
		n := len(dots)
		d := dot{at: at, figure: new(30 + 5*math.Sin(float64(n)/7)), expected: new(38.0)}
		switch {
		case n == 700:
			d.figure = new(99.0)
		case n == 900:
			d.figure = new(-99.0)
		case n >= 1000 && n < 1010:
			d.figure = nil
		}
		dots = append(dots, d)
	}
	kept := thinned(dots, begins, ends)
	if len(kept) > 2*picturedSpans+5 {
		t.Errorf("%d dots of %d", len(kept), len(dots))
	}
	if kept[0] != dots[0] || kept[len(kept)-1] != dots[len(dots)-1] {
		t.Error("the first or the last is not there")
	}
	for name, want := range map[string]func(dot) bool{
		"highest": func(d dot) bool { return d.figure != nil && *d.figure == 99 },
		"lowest":  func(d dot) bool { return d.figure != nil && *d.figure == -99 },
		"gap":     func(d dot) bool { return d.figure == nil },
	} {
		if !slices.ContainsFunc(kept, want) {
			t.Errorf("the %s is not there", name)
		}
	}
	if !slices.IsSortedFunc(kept, func(a, b dot) int { return a.at.Compare(b.at) }) {
		t.Error("not in order of time")
	}
	all := lines(kept, scale(kept, begins, ends), func(d dot) *float64 { return d.figure })
	if len(all) != 2 {
		t.Errorf("%d lines, want one on each side of the gap", len(all))
	}
	if level := lines(kept, scale(kept, begins, ends), func(d dot) *float64 { return d.expected }); len(level) != 1 || len(level[0]) > 15 {
		t.Errorf("a level plan is %q", level)
	}
}

// What was added in a period stands at the period's end, not where it was read.
func TestPeriodsStandAtTheirEnds(t *testing.T) {
	read := time.Date(2025, 3, 1, 6, 0, 0, 0, time.UTC)
	end := time.Date(2025, 1, 31, 23, 59, 0, 0, time.UTC)
	unknown := read.AddDate(0, 1, 0)
	made := &course.Chart{Added: true, Chart: &spc.Chart{Points: []spc.Judged{{Point: spc.Point{Time: read, Value: 27.4}}, {Point: spc.Point{Time: unknown, Value: 1}}}}}
	got := atTheirEnds(made, []course.Point{{At: read.In(time.FixedZone("", 3600)), AsOf: end}, {At: unknown}})
	if !got.Points[0].Time.Equal(end) || got.Points[0].Value != 27.4 || !got.Points[1].Time.Equal(unknown) || !got.Added {
		t.Errorf("%+v", got.Points)
	}
	if !made.Points[0].Time.Equal(read) {
		t.Error("the course's own chart has changed")
	}
}
