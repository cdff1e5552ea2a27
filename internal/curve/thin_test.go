package curve

import (
	"math"
	"slices"
	"testing"
	"time"
)

// A picture of many figures has few points, and still the highest, the lowest and each
// gap.
func TestThinned(t *testing.T) {
	begins := time.Date(2024, 2, 18, 0, 0, 0, 0, time.UTC)
	ends := begins.AddDate(1, 1, 0)
	var dots []Dot
	for at := begins; !at.After(ends); at = at.Add(6 * time.Hour) {
		n := len(dots)
		d := Dot{At: at, Figure: new(30 + 5*math.Sin(float64(n)/7)), Expected: new(38.0)}
		switch {
		case n == 700:
			d.Figure = new(99.0)
		case n == 900:
			d.Figure = new(-99.0)
		case n >= 1000 && n < 1010:
			d.Figure = nil
		}
		dots = append(dots, d)
	}
	kept := thinned(dots, begins, ends)
	if len(kept) > 2*spans+5 {
		t.Errorf("%d dots of %d", len(kept), len(dots))
	}
	if kept[0] != dots[0] || kept[len(kept)-1] != dots[len(dots)-1] {
		t.Error("the first or the last is not there")
	}
	for name, want := range map[string]func(Dot) bool{
		"highest": func(d Dot) bool { return d.Figure != nil && *d.Figure == 99 },
		"lowest":  func(d Dot) bool { return d.Figure != nil && *d.Figure == -99 },
		"gap":     func(d Dot) bool { return d.Figure == nil },
	} {
		if !slices.ContainsFunc(kept, want) {
			t.Errorf("the %s is not there", name)
		}
	}
	if !slices.IsSortedFunc(kept, func(a, b Dot) int { return a.At.Compare(b.At) }) {
		t.Error("not in order of time")
	}
	all := frameOf(kept, begins, ends).lines(kept, func(d Dot) *float64 { return d.Figure })
	if len(all) != 2 {
		t.Errorf("%d lines, want one on each side of the gap", len(all))
	}
	if level := frameOf(kept, begins, ends).lines(kept, func(d Dot) *float64 { return d.Expected }); len(level) != 1 || len(level[0]) > 15 {
		t.Errorf("a level plan is %v", level)
	}
}
