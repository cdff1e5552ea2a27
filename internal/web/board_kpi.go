package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"planwatch/alerts/runbook"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/comment"
	"planwatch/internal/kpi"
	"planwatch/internal/kpisdoc"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/status"
)

// kpiPages serves the pages of KPIs.
type kpiPages struct {
	*board
	books *runbooks
}

// kpiView holds the page of one KPI, of which one place is chosen.
type kpiView struct {
	page
	Name, Title, Place string
	Class, Symbol      string
	Status, Reason     string
	// Actual is the figure of now; Figures are those beside it, and Said is what they say.
	Actual string
	// Counted is what the figure counts, where the report leaves that to the title.
	Counted       string
	Figures, Said []detailView
	Chart, Added  *chartView
	// NoChart says why there is no picture.
	NoChart string
	Marks   []markView
	// Targets are the report's rows of the KPI, and Places its figures at other labels.
	Targets, Places []placeView
	// Downloads are the KPI's figures, and how the chosen one went, to take along.
	Downloads []downloadsView
	// Count is how many places there are, and Unfolded whether they are shown at once.
	Count    string
	Unfolded bool
	// More says how many places are not shown, and Elsewhen which targets are of other
	// periods.
	More     string
	Elsewhen []string
	// AlertsFault says why alerts are not known.
	AlertsFault string
	Alerts      []kpiAlertView

	// Field and Value say what a comment here is about, as forms send it, and About says
	// it to people.
	Field, Value, About          string
	Writer, ReadOnly, NoComments string
	Sent                         form
	History                      []historyView
	Earlier, EarlierURL          string

	// Facts are what the KPI is, and Parts the KPIs that it is made of.
	Facts     []detailView
	Parts     []linkView
	Collector *kpiCollectorView
	Links     []linkView
	Statement kpiQueryView
}

// kpiQueryView is the query that the figures come from.
type kpiQueryView struct{ File, Text string }

// kpiCollectorView is the collector's state, with when it runs.
type kpiCollectorView struct {
	stateView
	Schedule string
}

// kpiAddress is the page of a KPI, from the pages' root: of a target, or of labels.
func kpiAddress(name, target string, labels kpi.Labels, language string) string {
	query := url.Values{}
	if target != "" {
		query.Set(fieldTarget, target)
	} else {
		for _, label := range labels {
			query.Set(label.Name, label.Value)
		}
	}
	if language != "" {
		query.Set(config.LanguageQuery, language)
	}
	address := "kpi/" + url.PathEscape(name)
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// rowAddress is the KPI's page at the place of a row.
func rowAddress(row report.Row, language string) string {
	if row.Target != nil {
		return kpiAddress(row.KPI.Name, row.Target.ID, nil, language)
	}
	return kpiAddress(row.KPI.Name, "", row.Labels, language)
}

func (b *kpiPages) serveOne(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	name := r.PathValue("kpi")
	entry, ok := current.Region.KPIs.Get(name)
	if !ok {
		b.serveUnknown(w, r, current, name)
		return
	}
	all := placesOf(current, entry, b.content.Store.Samples())
	row, ok := all.chosen(current, r.URL.Query())
	if !ok {
		b.serveNoPlace(w, r, current, entry)
		return
	}
	p := b.page(r, "kpi", current)
	l := p.Lang
	view := kpiView{
		page: p, Name: entry.Name, Title: row.Title(l), Place: bounded(row.Place(l), shownWords),
		Class: row.Status.Class(), Symbol: row.Status.Symbol(), Status: row.Status.Name(l), Reason: row.Why(l),
	}
	view.Heading = view.Title
	view.at(current.At)
	view.Reading = b.reading(l)
	if p.Other != nil {
		view.OtherURL = view.Root + rowAddress(row, p.Other.Code())
	}
	view.figures(current, row)
	view.said(row)
	comments := b.commentsOn(current, entry)
	view.mark(b, current, row, comments)
	view.picture(current, row)
	view.list(current, all, row)
	view.Downloads = downloadsOf(row, view.Root, l)
	view.alerts(b, current, entry, row)
	view.comment(b, r, current, row, comments)
	view.facts(current, row)
	view.collect(b, current, entry)
	view.link(b, current, entry)
	if view.Writer != "" {
		allowForms(w)
	}
	b.render(w, "kpi", l, view)
}

// add adds a term, unless its text is empty.
func add(to *[]detailView, term, text string) {
	if text != "" {
		*to = append(*to, detailView{term, text})
	}
}

// figures are what the report's row says in figures.
func (v *kpiView) figures(current *report.Report, row report.Row) {
	l := v.Lang
	v.Actual = row.Figure(l, row.Actual)
	if m := row.Measure(); m.Counts() && row.Actual != nil {
		v.Counted = m.WordOf(l, *row.Actual)
	}
	if row.Target != nil {
		add(&v.Figures, l.Say("Expected"), row.Figure(l, row.Expected))
		add(&v.Figures, l.Say("Target"), row.Figure(l, row.Full))
		add(&v.Figures, l.Say("Margin"), breakable(row.MarginFigure(l)))
		if row.Forecast != nil {
			add(&v.Figures, l.Say("Forecast"), row.Figure(l, row.Forecast))
		}
	}
	add(&v.Figures, l.Say("Data time"), l.Moment(row.DataTime))
	add(&v.Figures, l.Say("Age"), current.Old(row, l))
}

// said is what the figures say.
func (v *kpiView) said(row report.Row) {
	l := v.Lang
	add(&v.Said, l.Say("Signal"), row.SignalWords(l))
	add(&v.Said, l.Say("Usual"), row.ChartWords(l))
	add(&v.Said, l.Say("The process"), row.AssuranceWords(l))
	add(&v.Said, l.Say("Counted anew from"), row.RebasedWords(l))
	add(&v.Said, l.Say("Since last month"), row.ChangeFigure(l, row.SinceMonth))
	add(&v.Said, l.Say("Since last year"), row.ChangeFigure(l, row.SinceYear))
	add(&v.Said, l.Say("Forecast"), row.ForecastWords(l))
	add(&v.Said, l.Say("Limits"), limits(row, l))
}

// picture draws how the figure went.
func (v *kpiView) picture(current *report.Report, row report.Row) {
	marks := make([]chartMark, len(v.Marks))
	for i, m := range v.Marks {
		marks[i] = chartMark{m.at, m.Class, m.Number}
	}
	v.Chart = ofCourse(current, row, marks, v.Lang)
	v.Added = ofAdded(current, row, v.Lang)
	switch {
	case v.Chart != nil:
	case len(row.Labels) > 0 && row.Target == nil:
		v.NoChart = v.Say("No past is kept of a single place without a target.")
	default:
		v.NoChart = v.Say("No past figures are known yet.")
	}
}

// facts are what the KPI is, in words that docs/kpis.md has too.
func (v *kpiView) facts(current *report.Report, row report.Row) {
	l, entry := v.Lang, row.KPI
	add(&v.Facts, l.Say("Definition"), l.Of(entry.Definition))
	add(&v.Facts, l.Say("Follows"), entry.Standard)
	add(&v.Facts, l.Say("Source"), row.Cite)
	if row.Cite != entry.Cite {
		add(&v.Facts, l.Say("The KPI's own source"), entry.Cite)
	}
	if t := row.Target; t != nil {
		add(&v.Facts, l.Say("Based on"), row.BasisWords(l))
		add(&v.Facts, l.Say("Holds"), period(*t))
		add(&v.Facts, l.Say("Owner"), ownerName(current.Region, t.Owner, l))
		add(&v.Facts, l.Say("The target's name"), t.ID)
	}
	add(&v.Facts, l.Say("Direction"), kpisdoc.Better(entry.KPI, l))
	release := collectors.Monthly
	if d := current.Region.Collector(entry.Collector); d != nil {
		release = d.Release
	}
	for _, note := range kpisdoc.Notes(entry.KPI, release, l) {
		add(&v.Facts, l.Say("Note"), note)
	}
	add(&v.Facts, l.Say("Metric"), entry.Metric())
	part := func(term, name string) {
		if other, ok := current.Region.KPIs.Get(name); ok {
			v.Parts = append(v.Parts, linkView{term, language.OneLine(l.Of(other.Title)), v.Root + kpiAddress(name, "", nil, v.Asked)})
		}
	}
	if entry.Ratio != nil {
		part(l.Say("Share of"), entry.Ratio.Of)
		part(l.Say("Divided by"), entry.Ratio.To)
	}
	if entry.ForecastFrom != nil {
		part(l.Say("Made of"), entry.ForecastFrom.Of)
		part(l.Say("Less"), entry.ForecastFrom.Less)
	}
	if row.Target != nil && row.Target.ValueFrom != nil && row.Target.ValueFrom.KPI != "" {
		part(l.Say("The target is"), row.Target.ValueFrom.KPI)
	}
	for _, other := range current.Region.KPIs.Entries() {
		if other.Ratio != nil && (other.Ratio.Of == entry.Name || other.Ratio.To == entry.Name) || other.ForecastFrom != nil && (other.ForecastFrom.Of == entry.Name || other.ForecastFrom.Less == entry.Name) {
			part(l.Say("Part of"), other.Name)
		}
	}
}

// ownerName is what people call an owner.
func ownerName(region *config.Region, id string, l *language.Language) string {
	if region.OnCall != nil {
		if owner, ok := region.OnCall.Owner(id); ok {
			return l.Of(owner.Name)
		}
	}
	return id
}

// collect adds the collector's state; its error is whole.
func (v *kpiView) collect(b *kpiPages, current *report.Report, entry kpi.Entry) {
	d := current.Region.Collector(entry.Collector)
	if d == nil {
		return
	}
	l := v.Lang
	state := collectors.Status{Definition: d}
	for _, s := range b.content.Collectors() {
		if s.Definition.Collector == entry.Collector {
			state = s
		}
	}
	view := kpiCollectorView{stateView: viewState(state, l)}
	if state.Err != nil {
		view.Error = bounded(state.Err.Error(), shownFaults)
	}
	view.Schedule = cmp.Or(d.ParsedSchedule().Words(l), l.Say("by cron: %s", d.Schedule))
	v.Collector = &view
	v.Statement = kpiQueryView{d.Statement().File(), d.Statement().Text()}
}

// link adds the runbooks of the KPI's alerts, and where graphs are.
func (v *kpiView) link(b *kpiPages, current *report.Report, entry kpi.Entry) {
	region := current.Region
	books, err := b.books.of(region)
	if err != nil {
		b.logger.Error("page not made", "page", "runbook", "err", err)
	}
	if books != nil {
		for _, alert := range []string{naming.OffPlan(entry.Name), naming.ForecastMissesPlan(entry.Name)} {
			v.runbook(region, books, alert)
		}
	}
	var graphs alertView
	graphs.link(v.Say("Graphs"), region.DashboardURL(entry.Collector, v.Lang))
	v.Links = append(v.Links, slices.DeleteFunc(graphs.Links, func(l linkView) bool { return l.URL == "" })...)
}

func (v *kpiView) runbook(region *config.Region, books *runbook.Books, alert string) {
	title := books.Title(alert, v.Lang)
	if title == "" {
		return
	}
	link := linkView{v.Say("Runbook"), title, v.Root + "runbook/" + url.PathEscape(alert) + v.Query}
	if region.HasRunbookAddress() {
		link.URL = region.RunbookURL(alert, v.Lang)
	}
	v.Links = append(v.Links, link)
}

// serveNoPlace answers that the KPI has no figure and no target there.
func (b *kpiPages) serveNoPlace(w http.ResponseWriter, r *http.Request, current *report.Report, entry kpi.Entry) {
	p := b.page(r, "kpi", current)
	view := kpiView{page: p, Name: entry.Name, Title: language.OneLine(p.Lang.Of(entry.Title)), Class: status.NoTarget.Class(), Symbol: status.NoTarget.Symbol()}
	view.Heading, view.Reason = view.Title, p.Say("The KPI has no target and no figure at what was asked for.")
	if p.Other != nil {
		view.OtherURL = view.Root + kpiAddress(entry.Name, "", nil, p.Other.Code())
	}
	view.list(current, placesOf(current, entry, b.content.Store.Samples()), report.Row{KPI: entry})
	b.renderStatus(w, http.StatusNotFound, "kpi", p.Lang, view)
}

// subjects are what comments on a KPI's page may be about: it and its targets, with the
// place of each.
func subjects(current *report.Report, entry kpi.Entry, l *language.Language) map[string]string {
	about := map[string]string{comment.Subject{KPI: entry.Name}.String(): ""}
	for _, t := range current.Region.Targets(entry.Name) {
		about[comment.Subject{Target: t.ID}.String()] = targetPlace(entry, t, l)
	}
	return about
}
