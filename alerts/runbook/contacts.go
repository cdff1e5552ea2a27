package runbook

import (
	"slices"
	"strings"

	"planwatch/alerts/oncall"
	"planwatch/alerts/rules"
	"planwatch/internal/naming"
)

// contacts returns who answers, where the alert goes, and when it is sent: whom a reader
// can call.
func (w writer) contacts() []string {
	var paragraphs []string
	for _, owner := range w.owners() {
		paragraphs = append(paragraphs, w.language.Say("**%s** answers. The alert is sent by %s.", w.language.Of(owner.Name), w.receivers(owner)))
	}
	if len(paragraphs) == 0 {
		paragraphs = append(paragraphs, w.language.Say("The alert goes to the owner of the target."))
	}
	if times := w.times(); times != "" {
		paragraphs = append(paragraphs, times)
	}
	return paragraphs
}

// owners returns those who answer for the alert's targets, in the plan's order, or for
// what is about planwatch. There is none where each series has its own.
func (w writer) owners() []oncall.Owner {
	var ids []string
	if w.alert.kpi == nil {
		ids = append(ids, w.alert.rules[0].Labels[naming.LabelOwner])
	} else {
		for _, t := range w.alert.kpi.Targets {
			if !w.alert.isForecast() || rules.IsStated(t) {
				ids = append(ids, t.Owner)
			}
		}
	}
	var owners []oncall.Owner
	for i, id := range ids {
		if owner, ok := w.region.OnCall.Owner(id); ok && slices.Index(ids, id) == i {
			owners = append(owners, owner)
		}
	}
	return owners
}

// receivers returns where messages to the owner go, in words.
func (w writer) receivers(owner oncall.Owner) string {
	words := make([]string, len(owner.Receivers))
	for i, id := range owner.Receivers {
		switch receiver, _ := w.region.OnCall.Receiver(id); {
		case receiver.Email != nil:
			words[i] = w.language.Say("e-mail (`%s`)", id)
		case receiver.Teams != nil:
			words[i] = w.language.Say("Teams (`%s`)", id)
		default:
			words[i] = w.language.Say("webhook (`%s`)", id)
		}
	}
	return strings.Join(words, ", ")
}

// times returns when alerts of each severity that the alert has are sent.
func (w writer) times() string {
	onCall := w.region.OnCall
	quiet := ""
	if w.alert.kpi != nil {
		domain := w.alert.kpi.Definition.Collector
		for _, q := range onCall.Quiet {
			if slices.Contains(q.Domains, domain) {
				quiet = q.Hours
			}
		}
	}
	var sentences []string
	for _, s := range []struct{ severity, hours, always, within string }{
		{naming.SeverityCritical, onCall.Severities.Critical.Hours, "Critical alerts are sent at once, at any hour.", "Critical alerts are sent between %s and %s (`%s`)."},
		{naming.SeverityWarning, onCall.Severities.Warning.Hours, "Warnings are sent at once, at any hour.", "Warnings are sent between %s and %s (`%s`)."},
	} {
		if !w.alert.hasSeverity(s.severity) {
			continue
		}
		id := s.hours
		if s.severity == naming.SeverityCritical && quiet != "" {
			id = quiet
		}
		if hours, ok := onCall.HoursOf(id); ok {
			sentences = append(sentences, w.language.Say(s.within, hours.From, hours.To, hours.ID))
		} else {
			sentences = append(sentences, w.language.Say(s.always))
		}
	}
	return strings.Join(sentences, " ")
}
