// Package document is a text with headings, tables and small curves, and writes it as a
// page that prints, for Word, and as Markdown. The same document gives the same bytes.
package document

import (
	"time"
)

// Document is a text to be read from the beginning.
type Document struct {
	// Title is on the cover and in the file's properties, and Cover are the lines under it.
	Title string
	Cover []string
	// Creator and Created are in the file's properties.
	Creator string
	Created time.Time
	// Language is the tag of the text's language, such as sv.
	Language string
	// Contents stands above the list of chapters.
	Contents string
	// Footer stands on each page of paper.
	Footer string
	Blocks []Block
}

// Block is a part of a document: a *Heading, *Paragraph, *List or *Table.
type Block interface{ block() }

// Heading begins a chapter, at level 1, or a part of one, at level 2 or 3. Chapters are in
// the contents.
type Heading struct {
	Level int
	Text  string
	// number is the heading's place among all, from 1.
	number int
}

// Paragraph is text; its lines stay lines.
type Paragraph struct {
	Text string
	// Note is set for what is about the text before it.
	Note bool
}

// List is lines with a dash before each.
type List struct{ Lines []string }

// Table has a row of headings, which paper repeats on each page.
type Table struct {
	// Title says what the table is, to who cannot see where it stands.
	Title   string
	Columns []Column
	Rows    []Row
}

// Column is one of a table.
type Column struct {
	Title string
	// Width is its share of the table's width, in no unit.
	Width int
	// Figures is set where the column has numbers, which stand to the right.
	Figures bool
}

// Row has a cell for each column.
type Row []Cell

// Cell is a text, with a second one under it, or a curve.
type Cell struct {
	Text  string
	Under string
	// Tone is that of the text.
	Tone  Tone
	Curve *Curve
}

// Tone is a colour that stands beside words that say the same.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Critical
	Warning
	Good
)

// Curve is a small picture of lines. Places are shares of its width from the left and of its
// height from the top.
type Curve struct {
	Figure, Plan [][]Point
	// Usual is an area up to the right edge; nil where there is none.
	Usual *Area
	// Events are places from the left.
	Events []float64
	Newest Point
	// Text says what the curve shows.
	Text string
}

// Point is a place in a curve.
type Point struct{ X, Y float64 }

// Area is a part of a curve that reaches to its right edge.
type Area struct{ From, Top, Bottom float64 }

func (*Heading) block()   {}
func (*Paragraph) block() {}
func (*List) block()      {}
func (*Table) block()     {}

// Add appends blocks.
func (d *Document) Add(blocks ...Block) { d.Blocks = append(d.Blocks, blocks...) }

// headings numbers all headings, and gives those of the contents.
func (d *Document) headings() []*Heading {
	var all []*Heading
	n := 0
	for _, b := range d.Blocks {
		if h, ok := b.(*Heading); ok {
			n++
			h.number = n
			if h.Level == 1 {
				all = append(all, h)
			}
		}
	}
	return all
}
