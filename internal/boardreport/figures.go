package boardreport

import (
	"unicode"
	"unicode/utf8"

	"planwatch/internal/curve"
	"planwatch/internal/document"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// chapter is that of one who answers for targets.
func (w *writer) chapter(c report.Chapter) {
	w.heading(1, c.Title)
	if c.Judged > 0 {
		var rows []report.Row
		for _, s := range c.Sections {
			rows = append(rows, s.Rows...)
		}
		w.text(w.offWords(offOf(rows)) + ".")
	}
	for _, s := range c.Sections {
		w.heading(2, s.Title)
		w.figures(s.Rows, false)
		if lines := w.said.about(s.Rows, w.Report, w.l); len(lines) > 0 {
			w.heading(3, w.l.Say("Comments"))
			w.document.Add(&document.List{Lines: lines})
		}
	}
}

// figures are a table of rows. Those of several owners say whose they are.
func (w *writer) figures(rows []report.Row, mixed bool) {
	l := w.l
	targets, curves := false, false
	drawn := make([]*document.Curve, len(rows))
	for i, row := range rows {
		targets = targets || row.Target != nil
		drawn[i] = w.curve(row)
		curves = curves || drawn[i] != nil
	}
	t := &document.Table{Title: l.Say("Figures"), Columns: []document.Column{{Title: l.Say("KPI"), Width: 27}}}
	add := func(title string, width int, figures bool) {
		t.Columns = append(t.Columns, document.Column{Title: title, Width: width, Figures: figures})
	}
	if curves {
		add(l.Say("Past year"), 14, false)
	}
	add(l.Say("Actual"), 12, true)
	if targets {
		add(l.Say("Expected"), 12, true)
		add(l.Say("Target"), 12, true)
		add(l.Say("Margin"), 14, true)
		add(l.Say("Status"), 14, false)
	}
	compared := !w.since().IsZero()
	if compared {
		add(l.Say("Since the last report"), 14, true)
	}
	if w.Report.Past {
		add(l.Say("Since last year"), 14, true)
	}
	for i, row := range rows {
		measure := row.Measure()
		name := document.Cell{Text: row.Title(l), Under: joined(", ", row.Place(l), measure.Suffix(l))}
		if mixed && row.Target != nil {
			name.Under = joined(" · ", name.Under, row.OwnerName(w.Report.Region, l))
		}
		cells := document.Row{name}
		if curves {
			cell := document.Cell{Curve: drawn[i]}
			if symbol := row.SignalSymbol(); symbol == "↑" || symbol == "↓" {
				cell.Under = symbol + language.NoBreak + row.SignalWords(l)
			}
			cells = append(cells, cell)
		}
		actual := document.Cell{Text: row.Number(l, row.Actual)}
		if row.Actual == nil {
			actual.Under = row.Why(l)
		}
		cells = append(cells, actual)
		if targets {
			cells = append(cells, w.plan(row)...)
		}
		if compared {
			cell := w.change(row, w.Report.SinceThen(row))
			cell.Under = joined(", ", cell.Under, w.thenStatus(row))
			cells = append(cells, cell)
		}
		if w.Report.Past {
			cells = append(cells, w.change(row, row.SinceYear))
		}
		t.Rows = append(t.Rows, cells)
	}
	w.document.Add(t)
}

// plan is what the plan wants of the row, and how it does.
func (w *writer) plan(row report.Row) []document.Cell {
	l := w.l
	if row.Target == nil {
		return []document.Cell{{Text: language.Dash}, {Text: language.Dash}, {Text: language.Dash}, {Text: language.Dash}}
	}
	target := document.Cell{Text: row.Number(l, row.Full)}
	if row.Forecast != nil {
		target.Under = l.Say("Forecast") + " " + row.Number(l, row.Forecast)
	}
	state := document.Cell{Text: row.Status.Symbol() + language.NoBreak + row.Status.Name(l), Tone: toneOf(row.Status)}
	if row.Actual != nil {
		state.Under = row.Why(l)
	}
	return []document.Cell{{Text: row.Number(l, row.Expected)}, target, w.margin(row), state}
}

// thenStatus says what the row's status was, where it was another.
func (w *writer) thenStatus(row report.Row) string {
	if row.Then == nil || row.Target == nil || row.Then.Status == row.Status {
		return ""
	}
	return row.ThenWords(w.l)
}

// curve is the row's past year; nil where it is not known.
func (w *writer) curve(row report.Row) *document.Curve {
	c := curve.New(w.Report, row, w.l)
	if c == nil {
		return nil
	}
	drawn := &document.Curve{Figure: points(c.Figure), Plan: points(c.Plan), Events: c.Events, Newest: document.Point(c.Newest), Text: c.Text}
	if c.Usual != nil {
		drawn.Usual = new(document.Area(*c.Usual))
	}
	return drawn
}

func points(lines [][]curve.Point) [][]document.Point {
	var all [][]document.Point
	for _, line := range lines {
		var some []document.Point
		for _, p := range line {
			some = append(some, document.Point(p))
		}
		all = append(all, some)
	}
	return all
}

// change is by how much a figure has changed.
func (w *writer) change(row report.Row, by *float64) document.Cell {
	cell := document.Cell{Text: row.ChangeNumber(w.l, by)}
	if by != nil {
		cell.Text += w.points(row)
	}
	return cell
}

// margin is how far the row is from the plan, in percent of that or as a change is told.
func (w *writer) margin(row report.Row) document.Cell {
	cell := document.Cell{Text: row.MarginNumber(w.l)}
	if cell.Text != row.MarginFigure(w.l) {
		cell.Text += w.points(row)
	}
	return cell
}

// points stand after a change of a share, in short: the columns are narrow.
func (w *writer) points(row report.Row) string {
	if row.ChangeMeasure(w.l) == "" {
		return ""
	}
	return language.NoBreak + w.l.Say("pp")
}

// sentence is the words as a sentence begins.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}
