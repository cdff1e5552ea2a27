package web

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/silences"
	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/status"
)

// Of the firing alerts so many are shown open, of critical ones more, and so many
// more are folded, to keep the page short. All are on the page of events.
const (
	shownAlerts    = 8
	shownCriticals = 24
	foldedAlerts   = 40
)

// severities are those of alerts that need action, the worst first, so not the
// watchdog's.
var severities = []struct {
	name   string
	status status.Status
}{{naming.SeverityCritical, status.Critical}, {naming.SeverityWarning, status.Warning}}

// alertsView holds the alerts of the report's page.
type alertsView struct {
	Class, Symbol, Heading, Count string
	// Note is shown if there are no alerts, and Fault if they are not evaluated.
	Note, Fault string
	// Unreached say which Alertmanagers alerts do not reach.
	Unreached              []string
	Shown, Folded, Pending alertList
	// More says how many are shown nowhere here; "" if all are. They are on the page Events.
	More, Events string
}

// alertList is a table of alerts. Fold is its text while folded.
type alertList struct {
	messages
	Fold   string
	Alerts []alertView
}

// alertView is an alert in words.
type alertView struct {
	// ID is the alert's on the page.
	ID                      string
	Class, Symbol, Severity string
	Summary, Name           string
	Since                   moment
	// Held says who has it, or that it is silenced; "" if it is not known.
	Held  string
	Links []linkView
}

// linkView is a link of an alert: an address, or a text if it is not an
// address.
type linkView struct{ Term, Text, URL string }

// viewAlerts shows the alerts that keep chooses, or all where it is nil.
func (b *board) viewAlerts(ctx context.Context, p page, current *report.Report, keep func(evaluator.Alert) bool) alertsView {
	l, region, zone, now := p.Lang, current.Region, current.At.Location(), b.content.Alerts()
	if now.Off {
		return alertsView{
			Class: status.NoTarget.Class(), Symbol: status.NoTarget.Symbol(),
			Note: l.Say("Embedded alerting is off: ask Prometheus which alerts are firing."),
		}
	}
	var firing, pending []alertView
	held := b.held(ctx)
	criticals, holding := 0, criticalsOf(now.Alerts)
	for _, severity := range severities {
		for _, alert := range now.Alerts {
			if alert.Labels[naming.LabelSeverity] != severity.name || isHeldBack(alert, holding) || keep != nil && !keep(alert) {
				continue
			}
			shown := b.viewAlert(p, region, alert, severity.status, zone)
			if region.OnCall != nil {
				e := eventOf(eventLabels(region), func(name string) string { return alert.Labels[name] })
				shown.Links = append([]linkView{{l.Say("Who has it"), l.Say("See and answer"), p.Root + e.address(p.Asked)}}, shown.Links...)
			}
			if address := kpiOf(p, region, alert); address != "" {
				shown.Links = append([]linkView{{l.Say("KPI"), alert.Labels[naming.LabelKPI], address}}, shown.Links...)
			}
			if about := b.viewSilences(slices.DeleteFunc(slices.Clone(held), func(s silences.Silence) bool { return !s.Matches(alert.Labels) }), zone, l); len(about) > 0 {
				shown.Held = about[0].Text
			}
			if alert.State == naming.StateFiring {
				firing = append(firing, shown)
			} else {
				pending = append(pending, shown)
			}
		}
		if severity.status == status.Critical {
			criticals = len(firing)
		}
	}
	view := alertsView{Events: p.Root + "events" + p.Query}
	view.Fault = b.alertsFault(now, zone, l)
	for _, am := range now.Unreached {
		view.Unreached = append(view.Unreached, l.Say("Since %s, no alert has reached the Alertmanager %s: %s",
			l.Moment(b.content.Clock.At(am.Since).In(zone)), bounded(am.URL, shownWords), bounded(am.Err.Error(), shownError)))
	}
	for _, u := range b.content.undelivered() {
		view.Unreached = append(view.Unreached, l.Say("Since %s, no message has reached %s (%s): %s",
			l.Moment(b.content.Clock.At(u.Since).In(zone)), bounded(u.Receiver, shownWords), byFile(kindName(u.Kind, l), u.File), bounded(u.Err.Error(), shownError)))
	}
	if len(pending) > 0 {
		fold := l.Say("%d pending: the condition holds, but not for long enough yet", len(pending))
		view.Pending = alertList{messages{l}, fold, pending[:min(len(pending), foldedAlerts)]}
	}
	switch {
	case len(firing) == 0 && now.Err != nil:
		view.Class, view.Symbol, view.Note = status.Unknown.Class(), status.Unknown.Symbol(), view.Fault
		view.Fault = ""
		return view
	case len(firing) == 0 && !now.Evaluated:
		view.Class, view.Symbol, view.Note = status.NoTarget.Class(), status.NoTarget.Symbol(), l.Say("The alerts are being evaluated: in a moment it shows here which are firing.")
		return view
	case len(firing) == 0 && keep != nil:
		view.Class, view.Symbol, view.Note = status.NoTarget.Class(), status.NoTarget.Symbol(), l.Say("No alert of these is firing.")
		return view
	case len(firing) == 0:
		view.Class, view.Symbol, view.Note = status.OnPlan.Class(), status.OnPlan.Symbol(), l.Say("No alert is firing.")
		return view
	}
	view.Class, view.Symbol, view.Heading, view.Count = firing[0].Class, firing[0].Symbol, l.Say("Firing alerts"), l.Count(len(firing))
	open := min(max(min(criticals, shownCriticals), shownAlerts), len(firing))
	view.Shown = alertList{messages: messages{l}, Alerts: firing[:open]}
	folded := firing[open:]
	if more := len(folded) - foldedAlerts; more > 0 {
		folded, view.More = folded[:foldedAlerts], l.Say("%d more", more)
	}
	if len(folded) > 0 {
		view.Folded = alertList{messages{l}, l.Say("%d more", len(folded)), folded}
	}
	return view
}

// byFile is the kind of a recipient, and the name of the file with its address.
func byFile(kind, file string) string {
	if file == "" {
		return kind
	}
	return kind + ", " + bounded(file, shownWords)
}

// held is what people have said about alerts; nil where that is not known.
func (b *board) held(ctx context.Context) []silences.Silence {
	if b.content.Silences == nil {
		return nil
	}
	all, err := b.content.Silences.InForce(ctx)
	if err != nil {
		return nil // the page of events says so
	}
	return all
}

// alertsFault says why alerts are not evaluated, or "".
func (b *board) alertsFault(now evaluator.Overview, zone *time.Location, l *language.Language) string {
	if now.Err == nil {
		return ""
	}
	why := bounded(now.Err.Error(), shownError)
	if now.Evaluated && !now.AsOf.IsZero() {
		return l.Say("As of %s, since alerts cannot be evaluated: %s", l.Moment(b.content.Clock.At(now.AsOf).In(zone)), why)
	}
	return l.Say("Alerts cannot be evaluated: %s", why)
}

func (b *board) viewAlert(p page, region *config.Region, a evaluator.Alert, severity status.Status, zone *time.Location) alertView {
	l := p.Lang
	since := b.content.Clock.At(a.ActiveAt).In(zone)
	view := alertView{
		ID: alertID(a.Labels), Class: severity.Class(), Symbol: severity.Symbol(), Severity: severity.Name(l), Name: bounded(a.Name(), shownWords),
		Summary: bounded(cmp.Or(b.content.Summary(a, l), a.Name()), shownWords), Since: moment{since.Format(time.RFC3339), l.Moment(since)},
	}
	runbook, dashboard := a.Annotations[naming.AnnotationRunbook], a.Annotations[naming.AnnotationDashboard]
	ours := false
	if region.OnCall != nil {
		first := region.Languages.First()
		// The rules link to the first language's.
		if runbook == region.RunbookURL(a.Name(), first) {
			ours, runbook = !region.HasRunbookAddress(), region.RunbookURL(a.Name(), l)
		}
		if domain := a.Labels[naming.LabelDomain]; dashboard == region.DashboardURL(domain, first) {
			dashboard = region.DashboardURL(domain, l)
		}
	}
	if ours {
		// Relative, since a proxy may have planwatch elsewhere than web.external_url says.
		view.Links = append(view.Links, linkView{l.Say("Runbook"), view.Name, p.Root + "runbook/" + url.PathEscape(a.Name()) + p.Query})
	} else {
		view.link(l.Say("Runbook"), runbook)
	}
	view.link(l.Say("Graphs"), dashboard)
	return view
}

// alertID is the id of an alert on a page, the same as long as it fires.
func alertID(labels map[string]string) string {
	hash := fnv.New64a()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		_, _ = fmt.Fprintf(hash, "%q=%q,", name, labels[name]) // it never fails
	}
	return "alert-" + strconv.FormatUint(hash.Sum64(), 36)
}

// link adds the link of an annotation. Only an HTTP address becomes a link.
func (v *alertView) link(term, annotation string) {
	annotation = strings.TrimSpace(annotation)
	if annotation == "" {
		return
	}
	link := linkView{Term: term, Text: bounded(annotation, shownWords)}
	address, err := url.Parse(annotation)
	if err == nil && address.Host != "" && (address.Scheme == "http" || address.Scheme == "https") && len(annotation) <= shownError {
		link.URL = annotation
	}
	v.Links = append(v.Links, link)
}
