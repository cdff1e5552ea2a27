package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/past"
	"planwatch/alerts/routing"
	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/format"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

// alertsPageView holds the page of alerts: those of now, and those that have ended.
type alertsPageView struct {
	page
	Alerts alertsView
	Filter alertChooserView
	// Period is the days that are shown, and Count how many alerts ended in them.
	Period, Count string
	Past          []pastView
	// Note says why there are none.
	Note string
	// Former and Next are the pages with the alerts after and before, and Paged says which
	// these are.
	Former, Next, Paged string
}

// pastView is an alert that has ended, in words.
type pastView struct {
	alertView
	Ended  moment
	Lasted string
	// Owner answers for it, and Told is who is told of the owner's alerts.
	Owner, Told          string
	EventURL, EventTitle string
	KPI                  string
	// Deeds are what was said and done about its event while it fired, the oldest first;
	// More says how many more.
	Deeds []historyView
	More  string
}

// Bounds of the page.
const (
	pastOfAPage = 40
	shownDeeds  = 4
)

func (b *board) serveAlerts(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "alerts", current)
	l, now := p.Lang, b.now(current.At.Location())
	p.Heading = l.Say("Alerts")
	p.at(now)
	choice := newAlertChoice(r.URL.Query(), current, now, l)
	code := http.StatusOK
	for _, problem := range choice.problems {
		p.Notices = append(p.Notices, notice{Text: problem})
		code = http.StatusBadRequest
	}
	if p.Other != nil {
		p.OtherURL = choice.address(choice.page, p.Other.Code())
	}
	view := alertsPageView{page: p, Period: l.Say("%s to %s", choice.from.Format(time.DateOnly), choice.until.AddDate(0, 0, -1).Format(time.DateOnly))}
	var keep func(evaluator.Alert) bool
	if choice.choosesAlerts() {
		keep = func(a evaluator.Alert) bool { return choice.fits(a.Labels) }
	}
	view.Alerts = b.viewAlerts(r.Context(), p, current, keep)
	ended, known := b.pastAlerts()
	kpis := map[string]bool{}
	for _, a := range b.content.Alerts().Alerts {
		kpis[a.Labels[naming.LabelKPI]] = true
	}
	for _, a := range ended {
		kpis[a.Labels[naming.LabelKPI]] = true
	}
	view.Filter = choice.form(current, kpis, p)
	view.Choice = view.Filter.words(choice, view.Period, l)
	if !known {
		view.Note = l.Say("Which alerts have ended is not known here: planwatch keeps those whose rules it evaluates itself, where it can write; the log says if it cannot.")
	} else {
		view.list(b, current, choice, ended)
	}
	allowSearch(w)
	b.renderStatus(w, code, "alertspage", l, view)
}

// pastAlerts are the alerts that have ended and of which somebody was told, the latest
// first; known is false where they are not known.
func (b *board) pastAlerts() (ended []past.Alert, known bool) {
	if b.content.PastAlerts == nil {
		return nil, false
	}
	all, known := b.content.PastAlerts()
	criticals := map[string][]past.Alert{}
	key := func(a past.Alert) string {
		return strings.Join([]string{a.Labels[naming.LabelAlertName], a.Labels[naming.LabelDomain], a.Labels[naming.LabelSource], a.Labels[naming.LabelTarget]}, "\x00")
	}
	for _, a := range all {
		if a.Labels[naming.LabelSeverity] == naming.SeverityCritical {
			criticals[key(a)] = append(criticals[key(a)], a)
		}
	}
	// Of a warning nobody is told while the same is critical.
	all = slices.DeleteFunc(slices.Clone(all), func(a past.Alert) bool {
		return a.Labels[naming.LabelSeverity] == naming.SeverityWarning && slices.ContainsFunc(criticals[key(a)], func(c past.Alert) bool {
			return !c.StartsAt.After(a.StartsAt) && !c.EndsAt.Before(a.EndsAt)
		})
	})
	slices.Reverse(all)
	return all, known
}

// list adds those of the alerts that are chosen, of the page that was asked for.
func (v *alertsPageView) list(b *board, current *report.Report, choice alertChoice, ended []past.Alert) {
	l := v.Lang
	chosen := slices.DeleteFunc(ended, func(a past.Alert) bool {
		at := b.content.Clock.At(a.EndsAt)
		return at.Before(choice.from) || !at.Before(choice.until) || !choice.fits(a.Labels)
	})
	v.Count = l.Count(len(chosen))
	if len(chosen) == 0 {
		v.Note = l.Say("No alert ended in these days.")
		return
	}
	from := min((choice.page-1)*pastOfAPage, (len(chosen)-1)/pastOfAPage*pastOfAPage)
	to := min(from+pastOfAPage, len(chosen))
	if len(chosen) > pastOfAPage {
		v.Paged = l.Say("%d–%d of %d", from+1, to, len(chosen))
	}
	if from > 0 {
		v.Former = choice.address(from/pastOfAPage, "")
	}
	if to < len(chosen) {
		v.Next = choice.address(from/pastOfAPage+2, "")
	}
	withheld := withheldTargets(current)
	for _, a := range chosen[from:to] {
		v.Past = append(v.Past, b.viewPast(v.page, current, a, withheld))
	}
}

// withheldTargets are the ids of the targets whose figure is withheld now.
func withheldTargets(current *report.Report) map[string]bool {
	withheld := map[string]bool{}
	for _, row := range current.Rows {
		if row.Target != nil && (row.Reason == plan.Withheld || row.Reason == plan.ReferenceWithheld) {
			withheld[row.Target.ID] = true
		}
	}
	return withheld
}

func (b *board) viewPast(p page, current *report.Report, a past.Alert, withheld map[string]bool) pastView {
	l, region, zone := p.Lang, current.Region, current.At.Location()
	annotations := a.Annotations
	if withheld[a.Labels[naming.LabelTarget]] {
		// What may not be shown now is not shown as it was either: the subject alone stays.
		annotations = map[string]string{}
		for _, language := range region.Languages.All() {
			name := naming.AnnotationSummary(region.Languages.Suffix(language))
			annotations[name] = a.Annotations[name]
		}
	}
	severity := status.Warning
	if a.Labels[naming.LabelSeverity] == naming.SeverityCritical {
		severity = status.Critical
	}
	as := evaluator.Alert{Labels: a.Labels, Annotations: annotations, State: naming.StateFiring, ActiveAt: a.StartsAt}
	view := pastView{
		alertView: b.viewAlert(p, region, as, severity, zone), Ended: momentOf(b.content.Clock.At(a.EndsAt).In(zone), l), Lasted: l.Span(a.EndsAt.Sub(a.StartsAt)),
		KPI: kpiOf(p, region, as),
	}
	if region.OnCall == nil {
		return view
	}
	e := eventOf(eventLabels(region), func(name string) string { return a.Labels[name] })
	view.EventURL, view.EventTitle = p.Root+e.address(p.Asked), e.name(region, l)
	if owner := a.Labels[naming.LabelOwner]; owner != "" {
		view.Owner = bounded(ownerName(region, owner, l), shownWords)
	}
	view.Told = toldOf(region, a)
	view.Deeds = b.deedsWhile(p, a, e, zone)
	if more := len(view.Deeds) - shownDeeds; more > 0 {
		view.Deeds, view.More = view.Deeds[:shownDeeds], l.Say("%d more", more)
	}
	return view
}

// shownPast is how many alerts that have ended the page of an event has.
const shownPast = 10

// pastOf are the latest alerts of an event that have ended.
func (b *board) pastOf(p page, current *report.Report, wanted event) []pastView {
	ended, _ := b.pastAlerts()
	withheld := withheldTargets(current)
	var views []pastView
	for _, a := range ended {
		if len(views) == shownPast {
			break
		}
		if e := eventOf(eventLabels(current.Region), func(name string) string { return a.Labels[name] }); e.subject().Equal(wanted.subject()) {
			views = append(views, b.viewPast(p, current, a, withheld))
		}
	}
	return views
}

// alertsOf is the page of the alerts of an event's owner, from the pages' root.
func alertsOf(e event, language string) string {
	query := url.Values{fieldOwner: {e.labels[naming.LabelOwner]}}
	if language != "" {
		query.Set(config.LanguageQuery, language)
	}
	return "alerts?" + query.Encode()
}

// toldOf is the ids of the receivers that such an alert is sent to, as oncall.yaml has
// them now.
func toldOf(region *config.Region, a past.Alert) string {
	return bounded(strings.Join(routing.Tells(region.OnCall, a.Labels).Receivers, ", "), shownWords)
}

// deedsWhile is what was said and done about the alert's event while it fired, the oldest
// first. Others' alerts of the event that were answered are left out.
func (b *board) deedsWhile(p page, a past.Alert, e event, zone *time.Location) []historyView {
	var deeds []historyView
	l := p.Lang
	add := func(at time.Time, who, what, text string) {
		deeds = append(deeds, historyView{momentOf(b.content.Clock.At(at).In(zone), l), format.Cell(bounded(who, shownWords)), what, bounded(text, markWords), at})
	}
	during := func(at time.Time) bool { return !at.Before(a.StartsAt.Truncate(time.Second)) && !at.After(a.EndsAt) }
	if b.content.Audit != nil {
		for _, entry := range b.content.Audit.About(e.subject()) {
			silenced := entry.Action == audit.Silence && entry.Until.After(a.StartsAt) && !entry.Time.After(a.EndsAt)
			if entry.Outcome != audit.Done || entry.Action != audit.Acknowledge && !silenced || !silenced && !during(entry.Time) || !answers(entry, a) {
				continue
			}
			add(entry.Time, entry.Who, b.deed(entry, false, zone, l), entry.Why)
		}
	}
	if b.content.Comments != nil {
		for _, c := range b.content.Comments.About(e.subject()) {
			if during(c.Time) {
				add(c.Time, c.Author, l.Say("commented"), c.Text)
			}
		}
	}
	slices.SortStableFunc(deeds, func(a, b historyView) int { return a.at.Compare(b.at) })
	return deeds
}

// answers reports whether what somebody did was about the alert. Of very many alerts at
// once, the log names some.
func answers(entry audit.Entry, a past.Alert) bool {
	return len(entry.Alerts) == 0 || len(entry.Alerts) >= audit.MaxAlerts || slices.ContainsFunc(entry.Alerts, func(labels map[string]string) bool {
		return labels[naming.LabelAlertName] == a.Labels[naming.LabelAlertName] && labels[naming.LabelTarget] == a.Labels[naming.LabelTarget] &&
			labels[naming.LabelDomain] == a.Labels[naming.LabelDomain] && labels[naming.LabelSource] == a.Labels[naming.LabelSource]
	})
}
