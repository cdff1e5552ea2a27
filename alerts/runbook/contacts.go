package runbook

import (
	"slices"
	"strings"
	"time"

	"planwatch/alerts/oncall"
	"planwatch/alerts/rules"
	"planwatch/internal/naming"
)

// contacts returns who answers, where the alert goes, and when it is sent: whom a reader
// can call.
func (w writer) contacts() []string {
	var paragraphs []string
	for _, owner := range w.owners() {
		paragraphs = append(paragraphs, strings.Join(append(
			[]string{w.language.Say("**%s** answers. The alert is sent by %s.", w.language.Of(owner.Name), w.receivers(owner.Receivers))}, w.others(owner)...), " "))
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

// others returns who else is told of what is critical: whoever is on duty, and
// others when nobody answers. What waits for its hours is the owner's alone.
func (w writer) others(owner oncall.Owner) []string {
	if !w.alert.hasSeverity(naming.SeverityCritical) || w.quiet() != "" {
		return nil
	}
	var sentences []string
	if owner.Duty != "" {
		sentences = append(sentences, w.language.Say("Critical alerts also go to whoever is on duty (`%s`).", owner.Duty))
	}
	for _, e := range owner.Escalation {
		sentences = append(sentences, w.language.Say("When nobody has acknowledged within %s: %s.", w.language.Age(time.Duration(e.After)), w.receivers(e.Receivers)))
	}
	return sentences
}

// receivers returns where messages go, in words, by ids of receivers and rotas.
func (w writer) receivers(ids []string) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		receiver, _ := w.region.OnCall.Receiver(id)
		_, rota := w.region.OnCall.Rota(id)
		switch {
		case rota:
			words[i] = w.language.Say("whoever is on duty (`%s`)", id)
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

// quiet returns the name of the hours that even what is critical waits for, or "".
func (w writer) quiet() string {
	if w.alert.kpi == nil {
		return ""
	}
	for _, q := range w.region.OnCall.Quiet {
		if slices.Contains(q.Domains, w.alert.kpi.Definition.Collector) {
			return q.Hours
		}
	}
	return ""
}

// times returns when alerts of each severity that the alert has are sent.
func (w writer) times() string {
	onCall, quiet := w.region.OnCall, w.quiet()
	var sentences []string
	for _, s := range []struct{ severity, hours, always, within string }{
		{naming.SeverityCritical, onCall.Severities.Critical.Hours, "Critical alerts are sent at once, at any hour.", "Critical alerts are sent between %s and %s (`%s`)."},
		{naming.SeverityWarning, onCall.Severities.Warning.Hours, "Warnings are sent at once, at any hour.", "Warnings are sent between %s and %s (`%s`)."},
	} {
		if !w.alert.hasSeverity(s.severity) {
			continue
		}
		if weekly := onCall.Severities.Warning.Weekly; weekly != nil && s.severity == naming.SeverityWarning {
			sentences = append(sentences, w.language.Say("Warnings are sent once a week, together: on %s at %s.", w.language.Say(strings.ToUpper(weekly.Day[:1])+weekly.Day[1:]), weekly.Time))
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
