package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/report"
	"planwatch/plan"
)

// reportView is the report as its page shows it.
type reportView struct {
	page
	Alerts alertsView
	Groups []groupView
}

// groupView is the rows of one status.
type groupView struct {
	Class, Symbol, Name, Count string
	Aimed                      bool
	Parts                      []partView
	Rows                       bool
}

// partView is the rows of one collector, or all of a group.
type partView struct {
	Collector, Title string
	Rows             []rowView
}

// rowView is a row in words.
type rowView struct {
	ID, Title, Where                           string
	Actual, Expected, Target, Margin, Forecast string
	Bar                                        *barView
	Age                                        string
	DataTime                                   moment
	Reason, Short                              string
	Details                                    []detailView
	Collector, CollectorTitle                  string
}

type detailView struct{ Term, Text string }

// barView draws a margin to the left or right of its axis.
type barView struct{ Side, Begin, Width string }

// fullBar is the margin that fills half of the bar.
const fullBar = 0.5

// classes name the statuses in anchors and in the style.
var classes = map[plan.Status]string{plan.Critical: "critical", plan.Warning: "warning", plan.Unknown: "unknown", plan.OnPlan: "on-plan"}

// classNoTarget is that of what has no status.
const classNoTarget = "no-target"

func (b *board) serveReport(w http.ResponseWriter, r *http.Request) {
	current := b.report()
	p := b.page(r, "report", current)
	p.Heading, p.Notices = p.Text.Standing, b.notices(p)
	p.at(current.At)
	active, embedded := b.alerts()
	view := reportView{page: p, Alerts: viewAlerts(active, embedded, b.clock, current.At.Location(), p.Text, p.Lang)}
	for _, group := range current.Groups() {
		view.Groups = append(view.Groups, viewGroup(current, group, p.Text, p.Lang))
	}
	b.render(w, "report", p.Lang, view)
}

// notices tell what makes the report less than whole.
func (b *board) notices(p page) []notice {
	var notices []notice
	if err := b.ready(); err != nil {
		notices = append(notices, notice{p.Text.Starting, ""})
	}
	var failing []string
	for _, state := range b.collectors() {
		if state.Err != nil {
			failing = append(failing, p.Lang.Of(state.Definition.Title))
		}
	}
	if len(failing) > 0 {
		notices = append(notices, notice{p.Text.Failing + " " + strings.Join(failing, ", "), "collectors" + p.Query})
	}
	return notices
}

func viewGroup(r *report.Report, group report.Group, t text, l report.Language) groupView {
	view := groupView{
		Class: classes[group.Status], Symbol: report.Symbol(group.Status, group.Aimed), Name: l.Status(group.Status, group.Aimed),
		Count: l.Count(len(group.Rows)), Aimed: group.Aimed, Rows: len(group.Rows) > 0,
	}
	if !group.Aimed {
		view.Class = classNoTarget
	}
	for _, row := range group.Rows {
		part := partView{}
		if !group.Aimed {
			part = partView{Collector: row.Collector, Title: l.Of(row.CollectorTitle)}
		}
		if n := len(view.Parts); n == 0 || view.Parts[n-1].Collector != part.Collector {
			view.Parts = append(view.Parts, part)
		}
		last := &view.Parts[len(view.Parts)-1]
		last.Rows = append(last.Rows, viewRow(r, row, t, l))
	}
	return view
}

func viewRow(r *report.Report, row report.Row, t text, l report.Language) rowView {
	m := row.Measure()
	view := rowView{
		ID: "kpi-" + row.KPI.Name, Title: row.Title(l), Where: row.Place(l),
		Actual: l.Figure(row.Actual, m), Expected: l.Beside(row.Expected, m), Target: l.Beside(row.Full, m), Forecast: l.Beside(row.Forecast, m),
		Margin: l.Margin(row), Bar: bar(row.Margin), Age: r.Old(row, l),
		Short: row.Locator(), Collector: row.Collector, CollectorTitle: l.Of(row.CollectorTitle),
	}
	if !row.DataTime.IsZero() {
		view.DataTime = moment{row.DataTime.Format(time.RFC3339), l.Moment(row.DataTime)}
	}
	if view.Short == "" {
		view.Short = t.More
	}
	if row.Reason != report.NoTarget {
		view.Reason = l.Reason(row.Reason)
	}
	view.detail(t.Quotation, row.Cite)
	view.detail(t.Definition, l.Of(row.KPI.Definition))
	view.detail(t.Standard, row.KPI.Standard)
	if row.Target != nil {
		view.ID = "target-" + row.Target.ID
		view.detail(t.Period, period(*row.Target))
		view.detail(t.Limits, limits(row, m, l))
		view.detail(t.Owner, row.Target.Owner)
	}
	return view
}

// detail adds what there is to say.
func (v *rowView) detail(term, text string) {
	if text = strings.Join(strings.Fields(text), " "); text != "" {
		v.Details = append(v.Details, detailView{term, text})
	}
}

func period(t plan.Target) string { return t.From.String() + " – " + toDate(t.To) }

func toDate(d plan.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// limits are where the severities begin.
func limits(row report.Row, m report.Measure, l report.Language) string {
	var parts []string
	for _, limit := range []struct {
		status plan.Status
		value  *float64
	}{{plan.Warning, row.Warning}, {plan.Critical, row.Critical}} {
		if limit.value != nil {
			parts = append(parts, report.Symbol(limit.status, true)+" "+l.Status(limit.status, true)+": "+l.Figure(limit.value, m))
		}
	}
	return strings.Join(parts, ", ")
}

func bar(margin *float64) *barView {
	if margin == nil {
		return nil
	}
	length := 50 * min(max(*margin/fullBar, -1), 1)
	one := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	if length < 0 {
		return &barView{"worse", one(length), one(-length)}
	}
	return &barView{"better", "0.0", one(length)}
}
