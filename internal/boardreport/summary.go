package boardreport

import (
	"strconv"
	"strings"

	"planwatch/internal/document"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
)

// mostNamed is how many of the worst rows stand in the summary.
const mostNamed = 10

// summary says how many targets are off plan, whose they are, and which are the worst.
func (w *writer) summary() {
	l := w.l
	w.heading(1, l.Say("Summary"))
	w.text(l.Say("By status: %s", w.Report.Counts(l)) + ".")
	exact := 0
	var off []report.Row
	for _, row := range w.Report.Rows {
		if row.Status.Off() {
			off = append(off, row)
		}
		if row.Target != nil && row.KPI.Better == kpi.AsPlanned && row.Status.Judged() {
			exact++
		}
	}
	if exact > 0 {
		w.text(l.Say("%d of the judged targets are frames and budgets that are to be exactly the plan's.", exact))
	}
	if len(off) > mostNamed {
		w.heading(2, l.Say("The %d to look at first", mostNamed))
		off = off[:mostNamed]
	} else if len(off) > 0 {
		w.heading(2, l.Say("Off plan"))
	}
	if len(off) > 0 {
		w.figures(off, true)
	}
	for _, part := range w.Report.Breakdowns(l) {
		w.heading(2, l.Say("Off plan by %s", strings.ToLower(part.Heading)))
		w.breakdown(part)
	}
}

func (w *writer) breakdown(b report.Breakdown) {
	l := w.l
	t := &document.Table{Title: l.Say("Off plan by %s", strings.ToLower(b.Heading)), Columns: []document.Column{
		{Title: b.Heading, Width: 6}, {Title: l.Say("Off plan"), Width: 2, Figures: true}, {Title: l.Say("Judged"), Width: 2, Figures: true},
	}}
	compared := !w.since().IsZero()
	if compared {
		t.Columns = append(t.Columns, document.Column{Title: l.Say("Off plan then"), Width: 2, Figures: true})
	}
	for _, p := range b.Parts {
		row := document.Row{{Text: p.Title}, {Text: l.Count(p.Off)}, {Text: l.Count(p.Judged)}}
		if compared {
			row = append(row, document.Cell{Text: l.Count(p.Then)})
		}
		t.Rows = append(t.Rows, row)
	}
	w.document.Add(t)
}

// news are the rows that have changed since the report that this one compares with.
func (w *writer) news() {
	if w.since().IsZero() {
		return
	}
	l := w.l
	w.heading(1, l.Say("What is new"))
	w.text(l.Say("Since %s: %s", l.Moment(w.since()), w.Report.Compared.Counts(l)) + ".")
	if w.Report.Compared.Incomplete {
		w.text(l.Say("Not all figures of that moment could be read. What they are of stands here as new or otherwise changed, and has no change."))
	}
	changed := w.Report.Changed()
	for _, turn := range []report.Turn{report.Worse, report.Better, report.Newly, report.NoLonger, report.Otherwise} {
		var rows []report.Row
		for _, row := range changed.Rows {
			if row.Turn() == turn {
				rows = append(rows, row)
			}
		}
		if len(rows) == 0 {
			continue
		}
		w.heading(2, sentence(turn.Words(l))+" ("+strconv.Itoa(len(rows))+")")
		w.figures(rows, true)
	}
}
