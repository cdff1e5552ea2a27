package boardreport

import (
	"cmp"
	"slices"
	"strings"

	"planwatch/internal/document"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// definitions say what each KPI of the report counts.
func (w *writer) definitions() {
	l := w.l
	seen := map[string]bool{}
	var entries []kpi.Entry
	for _, row := range w.Report.Rows {
		if !seen[row.KPI.Name] {
			seen[row.KPI.Name] = true
			entries = append(entries, row.KPI)
		}
	}
	if len(entries) == 0 {
		return
	}
	slices.SortStableFunc(entries, func(a, b kpi.Entry) int {
		return cmp.Compare(strings.ToLower(l.Of(a.Title)), strings.ToLower(l.Of(b.Title)))
	})
	t := &document.Table{Title: l.Say("Definitions"), Columns: []document.Column{
		{Title: l.Say("KPI"), Width: 28}, {Title: l.Say("Definition"), Width: 50}, {Title: l.Say("Follows"), Width: 27},
	}}
	for _, e := range entries {
		t.Rows = append(t.Rows, document.Row{{Text: language.OneLine(l.Of(e.Title)), Under: e.Name}, {Text: language.OneLine(l.Of(e.Definition))}, {Text: language.OneLine(e.Standard)}})
	}
	w.heading(1, t.Title)
	w.document.Add(t)
}

// sources say from when the figures are, and what the report leaves out.
func (w *writer) sources() {
	l, r := w.l, w.Report
	t := &document.Table{Title: l.Say("The figures' moments"), Columns: []document.Column{
		{Title: l.Say("Collector"), Width: 40}, {Title: l.Say("Oldest figure"), Width: 25}, {Title: l.Say("Newest figure"), Width: 25}, {Title: l.Say("Key figures"), Width: 15, Figures: true},
	}}
	for _, d := range r.Region.Collectors {
		rows := slices.DeleteFunc(slices.Clone(r.Rows), func(row report.Row) bool { return row.KPI.Collector != d.Collector })
		if len(rows) == 0 {
			continue
		}
		from, until := language.Dash, language.Dash
		if oldest, newest, ok := dataTimes(rows); ok {
			from, until = l.Moment(oldest), l.Moment(newest)
		}
		t.Rows = append(t.Rows, document.Row{{Text: language.OneLine(l.Of(d.Title))}, {Text: from}, {Text: until}, {Text: l.Count(len(rows))}})
	}
	w.heading(1, l.Say("About this report"))
	w.text(l.Say("Made by %s of the figures as they were at %s.", w.program(), l.Moment(r.At)))
	w.text(l.Say("A curve shows the past year: the figure as a line, the plan dashed, what is usual as an area, and dotted lines where something happened that changed how the figure comes about."))
	w.text(l.Say("↑ and ↓ say that the newest period is higher or lower than chance explains, by the figure's own past; whether it is on plan is another question. A figure that counts from January is held against its past by what was added in each month, and its change since the last report is what was added since."))
	if r.LeftOut > 0 {
		w.note(l.Say("%d parts of other key figures, without a target, are left out", r.LeftOut) + ".")
	}
	if len(t.Rows) > 0 {
		w.heading(2, t.Title)
		w.document.Add(t)
	}
}
