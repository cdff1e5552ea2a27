package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

// reportView holds the report of the page.
type reportView struct {
	page
	// News is what is new since the last visit; "" at the first.
	News       string
	Alerts     alertsView
	Statuses   []statusView
	Breakdowns []breakdownView
	Filter     chooserView
	Document   documentView
	Groups     []groupView
	// Found says how many rows were chosen, and None that there is none.
	Found, None string
	// Former and Next are the pages with the rows before and after; "" if there are
	// none.
	Former, Next string
	// Paged says which of the rows these are; "" if they are all.
	Paged string
	// Downloads are the chosen rows to take along.
	Downloads downloadsView
	// Short are the activities and the risks whose effect does not come, where all rows
	// are asked for.
	Short []shortView
}

// statusView is how many rows of all have a status, with those rows' address.
type statusView struct{ Class, Symbol, Name, Count, URL string }

// breakdownView is how the region's parts of a kind stand.
type breakdownView struct {
	Heading, Label string
	Parts          []partOfRegionView
}

// partOfRegionView is how many targets of a part are off plan, with their address.
// Width is their share of the targets, for a bar.
type partOfRegionView struct {
	Title, Text, URL, Width string
	Off, Chosen             bool
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

// rowView is a row in words. All else about it is on its KPI's page.
type rowView struct {
	ID, Title, Where                           string
	Actual, Expected, Target, Margin, Forecast string
	Bar                                        *barView
	Picture                                    *pictureView
	Signal, Assurance                          string
	Age                                        string
	DataTime                                   moment
	Reason, Source                             string
	// URL is the KPI's page at the row's place.
	URL string
}

type detailView struct{ Term, Text string }

// barView draws a margin to the left or right of its axis.
type barView struct{ Side, Begin, Width string }

// fullBar is the margin that fills half of the bar.
const fullBar = 0.5

// rowsOfAPage is how many rows a page has, at most.
const rowsOfAPage = 40

func (b *board) serveReport(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "report", current)
	l := p.Lang
	p.Heading, p.Notices = l.Say("How we stand to the plan"), b.notices(p)
	p.at(current.At)
	p.Reading = b.reading(l)
	chosen := newChosen(r.URL.Query(), current)
	selected, err := chosen.rows(current, l)
	code := http.StatusOK
	if err != nil {
		code = http.StatusBadRequest
		p.Notices = append(p.Notices, unchosen(err, current, l))
		chosen, selected = choiceOfAll(chosen), current
	}
	if p.Other != nil {
		p.OtherURL = chosen.inLanguage(p.Other.Code()).address()
	}
	view := reportView{
		page: p, News: b.news(w, r, current, l), Alerts: b.viewAlerts(r.Context(), p, current, nil),
		Statuses: viewStatuses(current, chosen, l), Breakdowns: viewBreakdowns(current, chosen, l), Filter: chosen.form(current, l), Document: documentForm(current, chosen),
	}
	view.Choice = view.Filter.words(chosen.page, l)
	view.show(selected, chosen)
	view.Downloads = chosen.downloads(p.Root, l)
	if !chosen.chooses() && chosen.page == 1 {
		view.Short = shortOf(current, p)
	}
	allowBoard(w)
	b.renderCached(w, r, code, "report", l, view)
}

// unchosen says why an address chooses nothing, so that all is shown.
func unchosen(err error, current *report.Report, l *language.Language) notice {
	why := err.Error()
	if unknown, ok := errors.AsType[*report.UnknownError](err); ok {
		why = unknown.Words(current.Region, l)
	}
	return notice{Text: l.Say("No rows are chosen by this address: %s", bounded(why, shownWords))}
}

// show adds the rows of the page that was asked for.
func (v *reportView) show(selected *report.Report, chosen chosen) {
	l, all := v.Lang, len(selected.Rows)
	if chosen.chooses() {
		v.Found = l.Say("%d found", all)
	}
	if all == 0 {
		v.None = l.Say("No figure is found.")
		return
	}
	from := min((chosen.page-1)*rowsOfAPage, (all-1)/rowsOfAPage*rowsOfAPage)
	to := min(from+rowsOfAPage, all)
	if all > rowsOfAPage {
		v.Paged = l.Say("%d–%d of %d", from+1, to, all)
	}
	if from > 0 {
		v.Former = chosen.at(from / rowsOfAPage).address()
	}
	if to < all {
		v.Next = chosen.at(from/rowsOfAPage + 2).address()
	}
	counts := map[status.Status]int{}
	for _, row := range selected.Rows {
		counts[row.Status]++
	}
	shown := *selected
	shown.Rows = selected.Rows[from:to]
	for _, group := range shown.Groups() {
		v.Groups = append(v.Groups, viewGroup(selected, group, counts[group.Status], v.page))
	}
}

// viewStatuses counts all rows by status.
func viewStatuses(current *report.Report, chosen chosen, l *language.Language) []statusView {
	var all []statusView
	for _, group := range current.Groups() {
		name := group.Status.Plural(l)
		if len(group.Rows) == 1 {
			name = group.Status.Name(l)
		}
		all = append(all, statusView{
			Class: group.Status.Class(), Symbol: group.Status.Symbol(), Name: name, Count: l.Count(len(group.Rows)),
			URL: chosen.only(fieldStatus, group.Status.Class()).address(),
		})
	}
	return all
}

// viewBreakdowns counts the targets that are off plan by the parts of the region.
func viewBreakdowns(current *report.Report, chosen chosen, l *language.Language) []breakdownView {
	fields := map[report.PartKind]string{report.Areas: fieldArea, report.Owners: fieldOwner}
	var all []breakdownView
	for _, d := range current.Breakdowns(l) {
		view := breakdownView{Heading: d.Heading, Label: l.Say("Off plan by %s", strings.ToLower(d.Heading))}
		for _, part := range d.Parts {
			view.Parts = append(view.Parts, partOfRegionView{
				Title: part.Title, Text: l.Say("%d of %d", part.Off, part.Judged), Off: part.Off > 0,
				URL: chosen.only(fields[d.Kind], part.ID).address(), Width: strconv.FormatFloat(100*float64(part.Off)/float64(max(part.Judged, 1)), 'f', 0, 64),
				Chosen: slices.Contains(chosen.query[fields[d.Kind]], part.ID),
			})
		}
		all = append(all, view)
	}
	return all
}

// notices returns the reasons why the report is not complete.
func (b *board) notices(p page) []notice {
	var notices []notice
	if err := b.content.Ready(); err != nil {
		notices = append(notices, notice{p.Say("Collecting has just begun: not all figures are in yet."), ""})
	}
	states := b.content.Collectors()
	for _, source := range silentSources(states) {
		notices = append(notices, notice{p.Say("The data source %s does not answer", source), "collectors" + p.Query})
	}
	var failing []string
	for _, state := range states {
		if state.Err != nil {
			failing = append(failing, p.Lang.Of(state.Definition.Title))
		}
	}
	if len(failing) > 0 {
		notices = append(notices, notice{p.Say("The last run failed: %s", strings.Join(failing, ", ")), "collectors" + p.Query})
	}
	return notices
}

// viewGroup has those of a status' rows that are on the page; count is of them all.
func viewGroup(r *report.Report, group report.Group, count int, p page) groupView {
	l := p.Lang
	view := groupView{
		Class: group.Status.Class(), Symbol: group.Status.Symbol(), Name: group.Status.Name(l),
		Count: l.Count(count), HasTarget: group.Status != status.NoTarget, Rows: len(group.Rows) > 0,
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
		last.Rows = append(last.Rows, viewRow(r, row, p.Asked, l))
	}
	return view
}

func viewRow(r *report.Report, row report.Row, asked string, l *language.Language) rowView {
	view := rowView{
		ID: "kpi-" + row.KPI.Name, Title: row.Title(l), Where: bounded(row.Place(l), shownWords),
		Actual: row.Figure(l, row.Actual), Expected: row.Number(l, row.Expected), Target: row.Number(l, row.Full), Forecast: row.Number(l, row.Forecast),
		Margin: breakable(row.MarginFigure(l)), Bar: bar(row.Margin), Picture: picture(r, row, l), Age: r.Old(row, l),
		Reason: row.Why(l), Source: row.Locator(), URL: rowAddress(row, asked),
	}
	if !row.DataTime.IsZero() {
		view.DataTime = moment{row.DataTime.Format(time.RFC3339), l.Moment(row.DataTime)}
	}
	if symbol := row.SignalSymbol(); symbol != "" {
		view.Signal, view.Assurance = symbol+" "+row.SignalWords(l), row.AssuranceWords(l)
	}
	if row.Target != nil {
		view.ID = "target-" + row.Target.ID
	}
	return view
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
