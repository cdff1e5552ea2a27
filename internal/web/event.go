package web

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/silences"
	"planwatch/config"
	"planwatch/internal/comment"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// event is what one message is about: the alerts of one owner that have the same
// value of each label that alerts are grouped by.
type event struct {
	// labels has the owner, and what there is of the other labels.
	labels map[string]string
	// firing are the event's alerts that fire, the worst first.
	firing []evaluator.Alert
}

// eventLabels are the names of the labels that tell one event from another, the
// owner's first. It is nil where nobody is on call.
func eventLabels(region *config.Region) []string {
	if region.OnCall == nil {
		return nil
	}
	return append([]string{naming.LabelOwner}, region.OnCall.GroupBy...)
}

// eventOf is the event, without alerts, that has those of labels that are named.
func eventOf(names []string, labels func(name string) string) event {
	e := event{labels: map[string]string{naming.LabelOwner: ""}}
	for _, name := range names {
		if value := labels(name); value != "" {
			e.labels[name] = value
		}
	}
	return e
}

// subject is what a comment about the event is about.
func (e event) subject() comment.Subject { return comment.Subject{Event: e.labels} }

// events are those of which alerts fire, the worst first: by severity, then by
// since when. Alerts that need no action, such as the watchdog, are of none.
func events(region *config.Region, alerts []evaluator.Alert) []event {
	names := eventLabels(region)
	var all []event
	places, criticals := map[string]int{}, criticalsOf(alerts)
	for _, severity := range severities {
		for _, alert := range alerts {
			if alert.State != naming.StateFiring || alert.Labels[naming.LabelSeverity] != severity.name || isHeldBack(alert, criticals) {
				continue
			}
			e := eventOf(names, func(name string) string { return alert.Labels[name] })
			key := e.subject().String()
			at, known := places[key]
			if !known {
				at, places[key] = len(all), len(all)
				all = append(all, e)
			}
			all[at].firing = append(all[at].firing, alert)
		}
	}
	slices.SortStableFunc(all, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.since().ActiveAt.Compare(b.since().ActiveAt))
	})
	return all
}

// criticalsOf are those that fire and are critical, by which warnings are held back.
func criticalsOf(alerts []evaluator.Alert) []evaluator.Alert {
	var criticals []evaluator.Alert
	for _, a := range alerts {
		if a.State == naming.StateFiring && a.Labels[naming.LabelSeverity] == naming.SeverityCritical {
			criticals = append(criticals, a)
		}
	}
	return criticals
}

// isHeldBack reports whether the alert is a warning of something that is
// critical too: nobody is told of it meanwhile.
func isHeldBack(alert evaluator.Alert, all []evaluator.Alert) bool {
	if alert.Labels[naming.LabelSeverity] != naming.SeverityWarning {
		return false
	}
	return slices.ContainsFunc(all, func(other evaluator.Alert) bool {
		same := func(label string) bool { return other.Labels[label] == alert.Labels[label] }
		return other.State == naming.StateFiring && other.Labels[naming.LabelSeverity] == naming.SeverityCritical &&
			same(naming.LabelAlertName) && same(naming.LabelDomain) && same(naming.LabelSource) && same(naming.LabelTarget)
	})
}

// find returns the event with the labels, with what fires of it.
func find(region *config.Region, alerts []evaluator.Alert, wanted event) event {
	for _, e := range events(region, alerts) {
		if e.subject().Equal(wanted.subject()) {
			return e
		}
	}
	return wanted
}

// rank is the index of the worst severity.
func (e event) rank() int {
	for i, severity := range severities {
		if e.firing[0].Labels[naming.LabelSeverity] == severity.name {
			return i
		}
	}
	return len(severities)
}

// since is the alert that has fired the longest.
func (e event) since() evaluator.Alert {
	return slices.MinFunc(e.firing, func(a, b evaluator.Alert) int { return a.ActiveAt.Compare(b.ActiveAt) })
}

// firingLabels are the labels of each alert that fires.
func (e event) firingLabels() []map[string]string {
	all := make([]map[string]string, len(e.firing))
	for i, alert := range e.firing {
		all[i] = maps.Clone(alert.Labels)
	}
	return all
}

// of are the silences that are about an alert of the event which fires.
func (e event) of(all []silences.Silence) []silences.Silence {
	var about []silences.Silence
	for _, silence := range all {
		if slices.ContainsFunc(e.firing, func(alert evaluator.Alert) bool { return silence.Matches(alert.Labels) }) {
			about = append(about, silence)
		}
	}
	return about
}

// name is what people call the event: the owner, and the other labels' values.
func (e event) name(region *config.Region, l *language.Language) string {
	owner := e.labels[naming.LabelOwner]
	if known, ok := region.OnCall.Owner(owner); ok {
		owner = l.Of(known.Name)
	}
	parts := []string{owner}
	for _, name := range region.OnCall.GroupBy {
		parts = append(parts, e.labels[name])
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	if len(parts) == 0 {
		return l.Say("Alerts of nobody")
	}
	return bounded(strings.Join(parts, " · "), shownWords)
}

// address is the event's page, from the pages' root. The language is "" unless
// it is asked for.
func (e event) address(language string) string {
	query := url.Values{}
	for name, value := range e.labels {
		query.Set(name, value)
	}
	if language != "" {
		query.Set(config.LanguageQuery, language)
	}
	return "event?" + query.Encode()
}
