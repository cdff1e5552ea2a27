package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/silences"
	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/status"
)

// shownFiring is how many of an event's alerts are shown open.
const shownFiring = 3

// shownHistory is how many entries of an event's history are shown, the newest.
const shownHistory = 50

// eventView holds the page of one event.
type eventView struct {
	page
	Labels []labelView
	// Firing are the alerts that are shown open, and Folded the rest, to keep the
	// answer near; More is their text while folded.
	Firing, Folded []firingView
	More           string
	// Off says why nothing is known of alerts, and Gone that none fires.
	Off, Gone string
	// Fault says that alerts are not evaluated, Unknown that it is not known who
	// has them.
	Fault, Unknown string
	// Problem says why what was sent was not done.
	Problem string
	Held    []silenceView
	// Nobody says of how many alerts it is known that nobody has them.
	Nobody string
	// Writer is who reads the page and may write; ReadOnly says why nobody may.
	Writer, ReadOnly string
	// Silencing is whether alerts can be acknowledged and silenced, and Commenting
	// whether comments are kept; NoComments says why not.
	Silencing, Commenting bool
	NoComments            string
	Untils                []untilView
	At                    atView
	// Action is what was asked for and not done, and Sent what was sent for it, to be
	// mended.
	Action  string
	Sent    form
	History []historyView
	Earlier string
	// Past are the latest of the event's alerts that have ended, and PastURL the page of
	// more of them.
	Past    []pastView
	PastURL string
}

type labelView struct{ Name, Value string }

// firingView is an alert that fires, with its figure and its plan.
type firingView struct {
	messages
	alertView
	Actual, Expected, Forecast, Target string
	// KPI is the page of the KPI that the alert is about, or "".
	KPI string
}

// silenceView is an acknowledgement or a silence in force, in words. ID has the
// ids of all that one answer has set, separated by spaces.
type silenceView struct {
	ID, Text, Why string
	Acknowledged  bool
	Since         moment
}

// untilView is a moment that a silence may end at.
type untilView struct{ Value, Text, Moment string }

// atView are the bounds of a moment that is written.
type atView struct{ Min, Max string }

// historyView is an entry of an event's history.
type historyView struct {
	Moment    moment
	Who, What string
	Text      string
	at        time.Time
}

func (b *board) serveEvent(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	query := r.URL.Query()
	wanted := eventOf(eventLabels(current.Region), query.Get)
	if err := wanted.subject().Validate(); err != nil {
		p := b.page(r, "event", current)
		view := eventView{page: p, Off: p.Say("There is no such event: its labels are none that an event has.")}
		view.Heading = p.Say("Alerts")
		b.renderStatus(w, http.StatusBadRequest, "event", p.Lang, view)
		return
	}
	b.showEvent(w, r, current, wanted, mishap{code: http.StatusOK})
}

// mishap is what was sent and not done, and why.
type mishap struct {
	code    int
	problem string
	action  audit.Action
	sent    form
}

// showEvent writes the event's page, after what went wrong.
func (b *board) showEvent(w http.ResponseWriter, r *http.Request, current *report.Report, wanted event, wrong mishap) {
	region := current.Region
	p := b.page(r, "event", current)
	l, zone := p.Lang, current.At.Location()
	view := eventView{page: p, Problem: wrong.problem, Action: string(wrong.action), Sent: wrong.sent}
	view.At = atView{b.now(zone).Add(time.Minute).Format(localMoment), b.now(zone).Add(longestSilence).Format(localMoment)}
	if region.OnCall == nil {
		view.Heading, view.Off = l.Say("Alerts"), l.Say("Embedded alerting is off: ask Prometheus which alerts are firing.")
		b.render(w, "event", l, view)
		return
	}
	if owner := wanted.labels[naming.LabelOwner]; wrong.code == http.StatusOK && !isOwner(region, owner) && len(find(region, b.content.Alerts().Alerts, wanted).firing) == 0 {
		view.Heading, view.Off = l.Say("Alerts"), l.Say("There is no owner %s.", bounded(owner, shownWords))
		b.renderStatus(w, http.StatusNotFound, "event", l, view)
		return
	}
	view.Heading = wanted.name(region, l)
	view.at(b.now(zone))
	if p.Other != nil {
		view.OtherURL = view.Root + wanted.address(p.Other.Code())
	}
	for _, name := range eventLabels(region) {
		view.Labels = append(view.Labels, labelView{name, wanted.labels[name]})
	}
	now := b.content.Alerts()
	found := find(region, now.Alerts, wanted)
	for _, alert := range found.firing {
		view.Firing = append(view.Firing, b.viewFiring(p, region, alert, zone))
	}
	if more := len(view.Firing) - shownFiring; more > 0 {
		view.Firing, view.Folded, view.More = view.Firing[:shownFiring], view.Firing[shownFiring:], l.Say("%d more", more)
	}
	view.Fault = b.alertsFault(now, zone, l)
	if len(found.firing) == 0 {
		view.Off, view.Gone = b.unknown(now, l), b.gone(now, l)
	}
	view.hold(b, r, found, zone, l)
	view.let(b, r, l)
	view.Untils = b.untils(zone, l)
	view.History, view.Earlier = b.history(wanted, zone, l)
	view.Past, view.PastURL = b.pastOf(p, current, wanted), p.Root+alertsOf(wanted, p.Asked)
	if view.Writer != "" {
		allowForms(w)
	}
	b.renderStatus(w, wrong.code, "event", l, view)
}

// isOwner reports whether alerts may be of the owner: of one that is known, or of
// nobody.
func isOwner(region *config.Region, owner string) bool {
	_, known := region.OnCall.Owner(owner)
	return known || owner == ""
}

func (b *board) now(zone *time.Location) time.Time { return b.content.Clock.Now().In(zone) }

// unknown says why it is not known whether other alerts fire than those that are
// known to, or "". A failure to evaluate them is told apart.
func (b *board) unknown(now evaluator.Overview, l *language.Language) string {
	switch {
	case now.Off:
		return l.Say("Embedded alerting is off: ask Prometheus which alerts are firing.")
	case !now.Evaluated && now.Err == nil:
		return l.Say("The alerts are being evaluated: in a moment it shows here which are firing.")
	}
	return ""
}

// gone says that no alert of an event fires, or "" where that is not known.
func (b *board) gone(now evaluator.Overview, l *language.Language) string {
	if now.Up() {
		return l.Say("No alert of this event fires now.")
	}
	return ""
}

// viewFiring adds to an alert its figure and its plan.
func (b *board) viewFiring(p page, region *config.Region, a evaluator.Alert, zone *time.Location) firingView {
	l := p.Lang
	severity := status.Warning
	for _, s := range severities {
		if a.Labels[naming.LabelSeverity] == s.name {
			severity = s.status
		}
	}
	figure := func(annotation string) string {
		return bounded(inMeasure(region, a.Annotations[annotation], l), shownWords)
	}
	return firingView{
		messages: messages{l}, alertView: b.viewAlert(p, region, a, severity, zone),
		Actual: figure(naming.AnnotationActual), Expected: figure(naming.AnnotationExpected),
		Forecast: figure(naming.AnnotationForecast), Target: figure(naming.AnnotationTarget),
		KPI: kpiOf(p, region, a),
	}
}

// kpiOf is the page of the KPI that an alert is about, or "".
func kpiOf(p page, region *config.Region, a evaluator.Alert) string {
	entry, ok := region.KPIs.Get(a.Labels[naming.LabelKPI])
	if !ok {
		return ""
	}
	return p.Root + kpiAddress(entry.Name, a.Labels[naming.LabelTarget], nil, p.Asked)
}

// inMeasure writes an alert's figure, a number and the name of its measure, for
// people. Other text is returned as it is.
func inMeasure(region *config.Region, annotation string, l *language.Language) string {
	number, name, _ := strings.Cut(annotation, " ")
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || region.Units == nil {
		return annotation
	}
	measure, ok := region.Units.Measure(name)
	if !ok {
		return annotation
	}
	return measure.PhraseOf(l, value)
}

// hold adds who has the event's alerts.
func (v *eventView) hold(b *board, r *http.Request, e event, zone *time.Location, l *language.Language) {
	if b.content.Silences == nil || len(e.firing) == 0 {
		return
	}
	all, err := b.content.Silences.InForce(r.Context())
	if err != nil {
		v.Unknown = l.Say("Who has these alerts is not known: %s", bounded(err.Error(), shownError))
		return
	}
	v.Held = b.viewSilences(e.of(all), zone, l)
	v.Nobody = nobodyHas(e, all, l)
}

// nobodyHas says how many of the event's alerts nobody has, or "".
func nobodyHas(e event, all []silences.Silence, l *language.Language) string {
	free := 0
	for _, alert := range e.firing {
		if !slices.ContainsFunc(all, func(s silences.Silence) bool { return s.Matches(alert.Labels) }) {
			free++
		}
	}
	switch free {
	case 0:
		return ""
	case len(e.firing):
		return l.Say("Nobody has this yet.")
	}
	return l.Say("%d alerts of these nobody has yet.", free)
}

// viewSilences puts silences in words, acknowledgements first.
func (b *board) viewSilences(all []silences.Silence, zone *time.Location, l *language.Language) []silenceView {
	views := []silenceView{}
	local := func(wall time.Time) time.Time { return b.content.Clock.At(wall).In(zone) }
	seen := map[string]bool{}
	var shown []silences.Silence // those of views
	for _, s := range all {
		if seen[s.ID] { // of several alerts
			continue
		}
		seen[s.ID] = true
		if i := slices.IndexFunc(shown, func(other silences.Silence) bool { return silences.SameAnswer(other, s) }); i >= 0 {
			views[i].ID += " " + s.ID
			continue
		}
		shown = append(shown, s)
		by, since := format.Cell(bounded(cmp.Or(s.CreatedBy, l.Say("somebody")), shownWords)), local(s.StartsAt)
		view := silenceView{
			ID: s.ID, Why: bounded(s.Comment, shownError), Acknowledged: s.UntilResolved,
			Since: moment{since.Format(time.RFC3339), l.Moment(since)},
		}
		if s.UntilResolved {
			view.Text = l.Say("%s has this, until it is resolved", by)
		} else {
			view.Text = l.Say("Silenced by %s until %s", by, l.Moment(local(s.EndsAt)))
		}
		views = append(views, view)
	}
	slices.SortStableFunc(views, func(a, b silenceView) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	return views
}

func rankOf(v silenceView) int {
	if v.Acknowledged {
		return 0
	}
	return 1
}

// let adds who may write, or why nobody may.
func (v *eventView) let(b *board, r *http.Request, l *language.Language) {
	v.Silencing, v.Commenting = b.content.Silences != nil, b.content.Comments != nil
	v.Writer, v.ReadOnly = b.may(b.writing.persons.viewer(r), l)
	if !v.Silencing && !v.Commenting {
		v.Writer = ""
	}
	if !v.Silencing {
		v.Unknown = cmp.Or(v.Unknown, l.Say("Alerts cannot be acknowledged or silenced here: there is no Alertmanager to keep it."))
	}
	if !v.Commenting {
		v.NoComments = l.Say("Comments are not kept, since the storage cannot be written to.")
	}
}

// may says who answers, or why nobody may.
func (b *board) may(reader viewer, l *language.Language) (writer, readOnly string) {
	switch {
	case b.content.Audit == nil:
		return "", l.Say("Nobody can answer an alert here: what is done cannot be kept, since the storage cannot be written to.")
	case !reader.Possible:
		return "", l.Say("Nobody can answer or comment here: no users are set up. Whoever runs planwatch can change that.")
	case reader.Name == "":
		return "", l.Say("You are not signed in, so you can read and not answer.")
	}
	return reader.Name, ""
}

// untils are the moments that a silence may end at, in the order of the page.
func (b *board) untils(zone *time.Location, l *language.Language) []untilView {
	at := ends(b.now(zone))
	var views []untilView
	for _, choice := range []struct{ value, text string }{
		{untilHour, l.Say("1 hour")}, {untilHours, l.Say("4 hours")}, {untilMorning, l.Say("until 07:00")}, {untilMonday, l.Say("until Monday 07:00")},
	} {
		views = append(views, untilView{choice.value, choice.text, l.Moment(at[choice.value])})
	}
	return views
}

// history is what was said and done about the event, the newest first, and says
// that there is more.
func (b *board) history(e event, zone *time.Location, l *language.Language) (views []historyView, earlier string) {
	add := func(at time.Time, who, what, text string) {
		local := b.content.Clock.At(at).In(zone)
		views = append(views, historyView{moment{local.Format(time.RFC3339), l.Moment(local)}, format.Cell(bounded(who, shownWords)), what, bounded(text, shownError), at})
	}
	if comments := b.content.Comments; comments != nil {
		for _, c := range comments.About(e.subject()) {
			add(c.Time, c.Author, l.Say("commented"), c.Text)
		}
	}
	if b.content.Audit != nil {
		acknowledged := map[string]bool{}
		for _, entry := range b.content.Audit.About(e.subject()) {
			ids := strings.Fields(entry.Silence)
			for _, id := range ids {
				acknowledged[id] = acknowledged[id] || entry.Action == audit.Acknowledge
			}
			// What is said about a comment stands among the comments.
			if what := b.deed(entry, slices.ContainsFunc(ids, func(id string) bool { return acknowledged[id] }), zone, l); what != "" && (entry.Action != audit.Comment || entry.Outcome != audit.Done) {
				add(entry.Time, entry.Who, what, entry.Why)
			}
		}
	}
	slices.SortStableFunc(views, func(a, b historyView) int { return b.at.Compare(a.at) })
	if more := len(views) - shownHistory; more > 0 {
		views, earlier = views[:shownHistory], l.Say("%d earlier", more)
	}
	return views, earlier
}

// deed says what somebody did, or tried to.
func (b *board) deed(e audit.Entry, acknowledged bool, zone *time.Location, l *language.Language) string {
	switch {
	case e.Outcome != audit.Done:
		return l.Say("tried to answer, in vain: %s", format.Cell(bounded(e.Outcome, shownWords)))
	case e.Action == audit.Acknowledge:
		return l.Say("took this")
	case e.Action == audit.Silence:
		return l.Say("silenced this until %s", l.Moment(b.content.Clock.At(e.Until).In(zone)))
	case e.Action == audit.End && acknowledged:
		return l.Say("ended the acknowledgement")
	case e.Action == audit.End:
		return l.Say("ended the silence")
	}
	return ""
}
