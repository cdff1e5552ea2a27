package boardreport

import (
	"strings"

	"planwatch/internal/document"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/plan"
)

// promises are the targets that rest on a director's report, and what became of them.
func (w *writer) promises() {
	l := w.l
	t := &document.Table{Title: l.Say("What the reports have promised"), Columns: []document.Column{
		{Title: l.Say("Promise"), Width: 40}, {Title: l.Say("KPI"), Width: 28}, {Title: l.Say("The target holds until"), Width: 13},
		{Title: l.Say("Actual"), Width: 12, Figures: true}, {Title: l.Say("Expected"), Width: 12, Figures: true}, {Title: l.Say("Status"), Width: 15},
	}}
	for _, chapter := range w.Report.Chapters(l) {
		for _, s := range chapter.Sections {
			for _, row := range s.Rows {
				if row.Target != nil && row.Target.Basis == plan.ByReport {
					t.Rows = append(t.Rows, w.promise(row))
				}
			}
		}
	}
	if len(t.Rows) == 0 {
		return
	}
	w.heading(1, t.Title)
	w.text(l.Say("The targets that rest on a sentence of a director's report, and how they stand."))
	w.document.Add(t)
}

func (w *writer) promise(row report.Row) document.Row {
	l := w.l
	by := language.Dash
	if !row.Target.To.IsZero() {
		by = row.Target.To.String()
	}
	measure := row.Measure()
	return document.Row{
		quoted(row), {Text: row.Title(l), Under: joined(", ", row.Place(l), measure.Suffix(l))}, {Text: by},
		{Text: row.Number(l, row.Actual)}, {Text: row.Number(l, row.Expected)},
		{Text: row.Status.Symbol() + language.NoBreak + row.Status.Name(l), Under: row.Why(l), Tone: toneOf(row.Status)},
	}
}

// quoted is the sentence that a target rests on, and under it where that stands.
func quoted(row report.Row) document.Cell {
	cite := language.OneLine(row.Cite)
	place, quotation, found := strings.Cut(cite, ": ”")
	if !found {
		return document.Cell{Text: cite}
	}
	return document.Cell{Text: "”" + quotation, Under: place}
}
