package disclosure_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"planwatch/internal/disclosure"
)

// builder makes tables of which every figure is a cell of its own.
type builder struct{ disclosure.Table }

// count adds figures of people of whom fewer than five may not be shown.
func (b *builder) count(values ...int64) []int {
	var figures []int
	for _, v := range values {
		b.Cells = append(b.Cells, disclosure.Cell{Size: v})
		b.Figures = append(b.Figures, disclosure.Figure{Value: v, AtLeast: min(v, 1), MinCount: 5, Cells: []int{len(b.Cells) - 1}})
		figures = append(figures, len(b.Figures)-1)
	}
	return figures
}

// line ties figures by a sum that a reader may know.
func (b *builder) line(figures ...int) { b.along(0, figures...) }

func (b *builder) along(label int, figures ...int) {
	r := disclosure.Relation{Line: figures, Label: label}
	for _, f := range figures {
		r.Terms = append(r.Terms, disclosure.Term{Figure: f, Factor: 1})
	}
	b.Relations = append(b.Relations, r)
}

// total ties a figure that is published to its parts.
func (b *builder) total(total int, parts ...int) {
	r := disclosure.Relation{Terms: []disclosure.Term{{Figure: total, Factor: -1}}}
	for _, f := range parts {
		r.Terms = append(r.Terms, disclosure.Term{Figure: f, Factor: 1})
	}
	b.Relations = append(b.Relations, r)
}

// grid is a table of rows and columns whose sums may be known.
func (b *builder) grid(rows ...[]int64) {
	var figures [][]int
	for _, row := range rows {
		figures = append(figures, b.count(row...))
		b.line(figures[len(figures)-1]...)
	}
	for i := range rows[0] {
		var column []int
		for _, row := range figures {
			column = append(column, row[i])
		}
		b.along(1, column...)
	}
}

func TestWithhold(t *testing.T) {
	tests := []struct {
		name  string
		table func(b *builder)
		want  []int // the cells that are withheld
	}{
		{"enough people everywhere", func(b *builder) { b.grid([]int64{9, 8}, []int64{7, 6}) }, nil},
		{"nobody is shown", func(b *builder) { b.grid([]int64{0, 8}, []int64{7, 6}) }, nil},
		{"a small cell alone takes its line with it", func(b *builder) { b.line(b.count(3, 8, 20)...) }, []int{0, 1}},
		{"a rectangle in rows and columns", func(b *builder) {
			b.grid([]int64{3, 8, 20}, []int64{7, 9, 30}, []int64{40, 50, 60})
		}, []int{0, 1, 3, 4}},
		{"two that hide each other", func(b *builder) { b.line(b.count(3, 4, 90)...) }, []int{0, 1}},
		{"two whose sum is two are both one", func(b *builder) { b.line(b.count(1, 1, 90, 70)...) }, []int{0, 1, 3}},
		{"two whose sum leaves too little room", func(b *builder) { b.line(b.count(2, 4, 90, 70)...) }, []int{0, 1, 3}},
		{"a sum of a few people is not known either", func(b *builder) { b.line(b.count(3, 0, 0)...) }, []int{0}},
		{"a total that is published takes a part or itself", func(b *builder) {
			n := b.count(160, 3, 163)
			b.total(n[2], n[0], n[1])
		}, []int{0, 1}},
		{"a total of two small parts is known to be theirs", func(b *builder) {
			n := b.count(2, 2, 4)
			b.total(n[2], n[0], n[1])
		}, []int{0, 1, 2}},
		{"two blocks that one cell joins", func(b *builder) {
			// Rows less columns of the first block leave the cell between the two.
			b.grid([]int64{4, 4, 30, 31}, []int64{4, 4, 3, 32}, []int64{33, 34, 4, 4}, []int64{35, 36, 4, 4})
		}, []int{0, 1, 2, 4, 5, 6, 10, 11, 14, 15}},
		{"more groups than are looked at take all that is tied to them", func(b *builder) {
			b.line(b.count(append(slices.Repeat([]int64{1}, 16), 50, 60)...)...)
			b.line(b.count(70, 80)...)
		}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}},
		{"figures too large to compute with take all that is tied to them", func(b *builder) {
			b.line(b.count(3, 1<<40, 1<<41)...)
		}, []int{0, 1, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b builder
			tt.table(&b)
			b.Known = [][]int{{0, 1}}
			var got []int
			all, err := b.Withhold(t.Context(), make([]bool, len(b.Cells)))
			if err != nil {
				t.Fatal(err)
			}
			for cell, withheld := range all {
				if withheld {
					got = append(got, cell)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("withheld %v, want %v", got, tt.want)
			}
		})
	}
}

// Who waits no longer is told so, and not given a table that is half withheld.
func TestWithholdEnds(t *testing.T) {
	var b builder
	b.line(b.count(3, 8, 20)...)
	b.Known = [][]int{{0}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if withheld, err := b.Withhold(ctx, make([]bool, len(b.Cells))); !errors.Is(err, context.Canceled) || withheld != nil {
		t.Errorf("got %v, %v", withheld, err)
	}
}
