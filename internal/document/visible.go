package document

import (
	"slices"
	"strings"

	"planwatch/internal/format"
)

// visible is the document with what a terminal would obey, or what would turn the direction
// of the text after it, shown as signs. Lines stay.
func (d *Document) visible() *Document {
	shown := *d
	shown.Title, shown.Contents, shown.Footer, shown.Creator = visible(d.Title), visible(d.Contents), visible(d.Footer), visible(d.Creator)
	shown.Cover = visibleAll(d.Cover)
	shown.Blocks = nil
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case *Heading:
			h := *b
			h.Text = visible(b.Text)
			shown.Add(&h)
		case *Paragraph:
			shown.Add(&Paragraph{visible(b.Text), b.Note})
		case *List:
			shown.Add(&List{visibleAll(b.Lines)})
		case *Table:
			shown.Add(b.visible())
		}
	}
	return &shown
}

func (t *Table) visible() *Table {
	shown := &Table{Title: visible(t.Title), Columns: slices.Clone(t.Columns)}
	for i, c := range shown.Columns {
		shown.Columns[i].Title = visible(c.Title)
	}
	for _, row := range t.Rows {
		cells := slices.Clone(row)
		for i, c := range cells {
			cells[i].Text, cells[i].Under = visible(c.Text), visible(c.Under)
			if c.Curve != nil {
				curve := *c.Curve
				curve.Text = visible(curve.Text)
				cells[i].Curve = &curve
			}
		}
		shown.Rows = append(shown.Rows, cells)
	}
	return shown
}

func visibleAll(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = visible(text)
	}
	return shown
}

func visible(text string) string {
	lines := strings.Split(strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD"), "\n")
	for i, line := range lines {
		lines[i] = format.Cell(line)
	}
	return strings.Join(lines, "\n")
}
