package boardreport

import (
	"planwatch/internal/document"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/reconciliation"
	"planwatch/internal/report"
)

// mostDiffering is how many differences of one cause are written out.
const mostDiffering = 5

// reconciliation is what the plan differs in, from itself and from the warehouse.
func (w *writer) reconciliation() {
	l := w.l
	var off []report.Row
	held := 0
	for _, row := range w.Report.Rows {
		if row.Target == nil || row.KPI.Better != kpi.AsPlanned || !row.Status.Judged() {
			continue
		}
		held++
		if row.Status.Off() {
			off = append(off, row)
		}
	}
	if (w.Plan == nil || w.Plan.Checked == 0) && held == 0 {
		return
	}
	w.heading(1, l.Say("Reconciliation"))
	if w.Plan != nil && w.Plan.Checked > 0 {
		w.heading(2, l.Say("The plan against itself"))
		w.text(l.Say("%d statements checked", w.Plan.Checked) + "; " + l.Say("%d differences in the plan", len(w.Plan.Differences)) + ".")
		w.differences()
	}
	if held > 0 {
		w.heading(2, l.Say("The plan against the warehouse"))
		w.text(l.Say("%d figures of the plan held against the warehouse", held) + "; " + l.Say("%d differences between plan and warehouse", len(off)) + ".")
		if len(off) > 0 {
			w.figures(off, true)
		}
	}
}

func (w *writer) differences() {
	l := w.l
	words := reconciliation.Words{Units: w.Report.Region.Units}
	t := &document.Table{Title: l.Say("The plan against itself"), Columns: []document.Column{
		{Title: l.Say("What"), Width: 40}, {Title: l.Say("Finding"), Width: 40}, {Title: l.Say("Place"), Width: 25},
	}}
	flush := func() {
		if len(t.Rows) > 0 {
			w.document.Add(&document.Table{Title: t.Title, Columns: t.Columns, Rows: t.Rows})
			t.Rows = nil
		}
	}
	for i, g := range w.Plan.Groups {
		w.heading(3, l.Count(i+1)+". "+language.OneLine(words.Heading(l, g)))
		for _, d := range g.Differences[:min(len(g.Differences), mostDiffering)] {
			place := language.Dash
			if d.Table != "" {
				place = reconciliation.Place(d)
			}
			t.Rows = append(t.Rows, document.Row{{Text: language.OneLine(reconciliation.What(l, d))}, {Text: words.Finding(l, d), Under: words.Why(l, d, g)}, {Text: place}})
		}
		flush()
		if more := len(g.Differences) - mostDiffering; more > 0 {
			w.note(l.Say("%d more", more))
		}
	}
}
