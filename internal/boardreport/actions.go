package boardreport

import (
	"strings"

	"planwatch/internal/action"
	"planwatch/internal/document"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// activities are the plan's, first those whose effect does not come.
func (w *writer) activities() {
	l, r := w.l, w.Report
	if len(r.Activities) == 0 {
		return
	}
	w.heading(1, l.Say("Activities"))
	list := make([]listed, len(r.Activities))
	for i, a := range r.Activities {
		list[i] = listed{document.Cell{Text: language.OneLine(l.Of(a.Name)), Under: r.OwnerName(a.Owner, l)}, l.Of(a.Activity.Expected), a.Action, a.Outcome}
	}
	w.list(list, l.Say("Activity"), l.Say("Expected effect"))
}

// risks are the register's.
func (w *writer) risks() {
	l, r := w.l, w.Report
	if len(r.Risks) == 0 {
		return
	}
	w.heading(1, l.Say("Risks"))
	list := make([]listed, len(r.Risks))
	for i, k := range r.Risks {
		name := document.Cell{Text: l.Count(k.Number) + ". " + strings.TrimSuffix(l.Of(k.Risk.Risk), "."), Under: joined(" · ", r.OwnerName(k.Owner, l), l.Of(k.Level))}
		list[i] = listed{name, l.Of(k.Measure), k.Action, k.Outcome}
	}
	w.list(list, l.Say("Risk"), l.Say("Measure"))
}

// listed is an activity or a risk.
type listed struct {
	name    document.Cell
	about   string
	action  action.Action
	outcome report.Outcome
}

func (w *writer) list(list []listed, what, about string) {
	l := w.l
	counts := map[report.Effect]int{}
	for _, one := range list {
		counts[one.outcome.Effect]++
	}
	w.text(report.EffectCounts(counts, l) + ".")
	for _, effect := range report.Effects() {
		t := &document.Table{Title: effect.Words(l), Columns: []document.Column{{Title: what, Width: 34}, {Title: about, Width: 34}, {Title: l.Say("Progress and comment"), Width: 26}}}
		if effect == report.Missing {
			t.Columns = append(t.Columns, document.Column{Title: l.Say("Off plan"), Width: 34})
		}
		for _, one := range list {
			if one.outcome.Effect != effect {
				continue
			}
			row := document.Row{one.name, {Text: one.about}, {Text: one.action.Progress.Words(l), Under: l.Of(one.action.Comment)}}
			if effect == report.Missing {
				row = append(row, document.Cell{Text: strings.Join(one.outcome.ShortWords(l), "\n")})
			}
			t.Rows = append(t.Rows, row)
		}
		if len(t.Rows) > 0 {
			w.heading(2, effect.Words(l))
			w.document.Add(t)
		}
	}
}
