package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"planwatch/internal/comment"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

// reportView holds the report of the page.
type reportView struct {
	page
	Alerts alertsView
	Groups []groupView
}

// groupView is the rows of one status.
type groupView struct {
	Class, Symbol, Name, Count string
	HasTarget                  bool
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
	Picture                                    *pictureView
	Signal, SignalClass, Assurance             string
	Age                                        string
	DataTime                                   moment
	Reason, Short                              string
	Details                                    []detailView
	Collector, CollectorTitle                  string
	// URL is the KPI's page at the row's place.
	URL string
	// Comments is the page of comments on the target, or else on the KPI.
	Comments string
}

type detailView struct{ Term, Text string }

// barView draws a margin to the left or right of its axis.
type barView struct{ Side, Begin, Width string }

// fullBar is the margin that fills half of the bar.
const fullBar = 0.5

func (b *board) serveReport(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "report", current)
	p.Heading, p.Notices = p.Say("How we stand to the plan"), b.notices(p)
	p.at(current.At)
	p.Reading = b.reading(p.Lang)
	view := reportView{page: p, Alerts: b.viewAlerts(current.Region, current.At.Location(), p.Lang)}
	for _, group := range current.Groups() {
		view.Groups = append(view.Groups, viewGroup(current, group, p.Asked, p.Lang))
	}
	b.render(w, "report", p.Lang, view)
}

// notices returns the reasons why the report is not complete.
func (b *board) notices(p page) []notice {
	var notices []notice
	if err := b.content.Ready(); err != nil {
		notices = append(notices, notice{p.Say("Collecting has just begun: not all figures are in yet."), ""})
	}
	var failing []string
	for _, state := range b.content.Collectors() {
		if state.Err != nil {
			failing = append(failing, p.Lang.Of(state.Definition.Title))
		}
	}
	if len(failing) > 0 {
		notices = append(notices, notice{p.Say("The last run failed: %s", strings.Join(failing, ", ")), "collectors" + p.Query})
	}
	return notices
}

func viewGroup(r *report.Report, group report.Group, asked string, l *language.Language) groupView {
	view := groupView{
		Class: group.Status.Class(), Symbol: group.Status.Symbol(), Name: group.Status.Name(l),
		Count: l.Count(len(group.Rows)), HasTarget: group.Status != status.NoTarget, Rows: len(group.Rows) > 0,
	}
	for _, row := range group.Rows {
		part := partView{}
		if !view.HasTarget {
			part = partView{Collector: row.KPI.Collector, Title: l.Of(row.CollectorTitle)}
		}
		if n := len(view.Parts); n == 0 || view.Parts[n-1].Collector != part.Collector {
			view.Parts = append(view.Parts, part)
		}
		last := &view.Parts[len(view.Parts)-1]
		last.Rows = append(last.Rows, viewRow(r, row, asked, l))
	}
	return view
}

func viewRow(r *report.Report, row report.Row, asked string, l *language.Language) rowView {
	view := rowView{
		URL: rowAddress(row, asked), ID: "kpi-" + row.KPI.Name, Title: row.Title(l), Where: bounded(row.Place(l), shownWords),
		Actual: row.Figure(l, row.Actual), Expected: row.Number(l, row.Expected), Target: row.Number(l, row.Full), Forecast: row.Number(l, row.Forecast),
		Margin: breakable(row.MarginFigure(l)), Bar: bar(row.Margin), Picture: picture(r, row, l), Age: r.Old(row, l),
		Reason: row.Why(l), Short: row.Locator(), Collector: row.KPI.Collector, CollectorTitle: l.Of(row.CollectorTitle),
	}
	if !row.DataTime.IsZero() {
		view.DataTime = moment{row.DataTime.Format(time.RFC3339), l.Moment(row.DataTime)}
	}
	if symbol := row.SignalSymbol(); symbol != "" {
		view.Signal, view.SignalClass, view.Assurance = symbol+" "+row.SignalWords(l), string(row.Signal()), row.AssuranceWords(l)
	}
	if view.Short == "" {
		view.Short = l.Say("About the KPI")
	}
	about := comment.Subject{KPI: row.KPI.Name}
	if row.Target != nil {
		about = comment.Subject{Target: row.Target.ID}
	}
	view.Comments = commentsAddress(about, asked)
	view.detail(l.Say("Since last month"), row.ChangeFigure(l, row.SinceMonth))
	view.detail(l.Say("Since last year"), row.ChangeFigure(l, row.SinceYear))
	view.detail(l.Say("Forecast"), row.ForecastWords(l))
	view.detail(l.Say("Signal"), row.SignalWords(l))
	view.detail(l.Say("Usual"), row.ChartWords(l))
	view.detail(l.Say("Counted anew from"), row.RebasedWords(l))
	view.detail(l.Say("Based on"), row.BasisWords(l))
	view.detail(l.Say("Source"), row.Cite)
	view.detail(l.Say("Definition"), l.Of(row.KPI.Definition))
	view.detail(l.Say("Follows"), row.KPI.Standard)
	if row.Target != nil {
		view.ID = "target-" + row.Target.ID
		view.detail(l.Say("Holds"), period(*row.Target))
		view.detail(l.Say("Limits"), limits(row, l))
		view.detail(l.Say("Owner"), row.Target.Owner)
	}
	return view
}

// detail adds a detail, unless its text is empty.
func (v *rowView) detail(term, text string) {
	if text = language.OneLine(text); text != "" {
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

// limits returns the thresholds in words.
func limits(row report.Row, l *language.Language) string {
	var parts []string
	for _, limit := range []struct {
		status status.Status
		value  *float64
	}{{status.Warning, row.Warning}, {status.Critical, row.Critical}} {
		if limit.value != nil {
			parts = append(parts, limit.status.Symbol()+" "+limit.status.Name(l)+": "+row.Figure(l, limit.value))
		}
	}
	return strings.Join(parts, ", ")
}

// breakable lets a figure's word go on the next line: percentage points are wider than
// their column.
func breakable(figure string) string {
	i := strings.IndexFunc(figure, unicode.IsLetter)
	if i < 0 {
		return figure
	}
	return strings.TrimSuffix(figure[:i], language.NoBreak) + " " + strings.ReplaceAll(figure[i:], language.NoBreak, " ")
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
