package web

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/plan"
)

// shownAlerts is how many firing alerts stand open; of the critical, all do.
// The rest are folded, so that the report stays within reach.
const shownAlerts = 8

// severities are those of alerts that call someone, the worst first. The
// watchdog's is none of them.
var severities = []struct {
	name   string
	status plan.Status
}{{plan.SeverityCritical, plan.Critical}, {plan.SeverityWarning, plan.Warning}}

// alertsView is the alerts as the report's page shows them.
type alertsView struct {
	Class, Symbol, Heading, Count string
	// Note stands in place of alerts.
	Note                   string
	Shown, Folded, Pending alertList
}

// alertList is a table of alerts. Fold is what stands for it while folded.
type alertList struct {
	Text   text
	Fold   string
	Alerts []alertView
}

// alertView is an alert in words.
type alertView struct {
	Class, Symbol, Severity string
	Summary, Name           string
	Since                   moment
	Links                   []linkView
}

// linkView is where an alert leads: an address, or a text where it is none.
type linkView struct{ Term, Text, URL string }

func viewAlerts(active []evaluator.Alert, embedded bool, c clock.Clock, zone *time.Location, t text, l report.Language) alertsView {
	view := alertsView{Class: classNoTarget, Symbol: report.Symbol(plan.Unknown, false), Heading: t.Firing, Note: t.AlertingOff}
	if !embedded {
		return view
	}
	var firing, pending []alertView
	criticals := 0
	for _, severity := range severities {
		for _, alert := range active {
			switch shown := viewAlert(alert, severity.status, c, zone, t, l); {
			case alert.Labels[alerts.LabelSeverity] != severity.name:
			case alert.State == "firing":
				firing = append(firing, shown)
			default:
				pending = append(pending, shown)
			}
		}
		if severity.status == plan.Critical {
			criticals = len(firing)
		}
	}
	if len(pending) > 0 {
		view.Pending = alertList{t, fmt.Sprintf(t.Pending, l.Count(len(pending))), pending}
	}
	if len(firing) == 0 {
		view.Class, view.Symbol, view.Note = classes[plan.OnPlan], report.Symbol(plan.OnPlan, true), t.NothingFires
		return view
	}
	view.Class, view.Symbol, view.Note, view.Count = firing[0].Class, firing[0].Symbol, "", l.Count(len(firing))
	open := min(max(criticals, shownAlerts), len(firing))
	view.Shown = alertList{Text: t, Alerts: firing[:open]}
	if folded := firing[open:]; len(folded) > 0 {
		view.Folded = alertList{t, fmt.Sprintf(t.MoreAlerts, l.Count(len(folded))), folded}
	}
	return view
}

func viewAlert(a evaluator.Alert, status plan.Status, c clock.Clock, zone *time.Location, t text, l report.Language) alertView {
	view := alertView{
		Class: classes[status], Symbol: report.Symbol(status, true), Severity: l.Status(status, true), Name: a.Name(),
		Summary: l.Of(kpi.Text{SV: a.Annotations[alerts.AnnotationSummary], EN: a.Annotations[alerts.AnnotationSummaryEN]}),
	}
	if view.Summary == "" {
		view.Summary = view.Name
	}
	since := c.At(a.ActiveAt).In(zone)
	view.Since = moment{since.Format(time.RFC3339), l.Moment(since)}
	view.link(t.Runbook, a.Annotations[alerts.AnnotationRunbook])
	view.link(t.Graphs, a.Annotations[alerts.AnnotationDashboard])
	return view
}

// link adds what an annotation leads to: only an address on the web is one
// to follow.
func (v *alertView) link(term, annotation string) {
	annotation = strings.TrimSpace(annotation)
	if annotation == "" {
		return
	}
	link := linkView{Term: term, Text: annotation}
	if address, err := url.Parse(annotation); err == nil && address.Host != "" && (address.Scheme == "http" || address.Scheme == "https") {
		link.URL = annotation
	}
	v.Links = append(v.Links, link)
}
