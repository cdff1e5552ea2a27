package runbook

import "planwatch/internal/language"

// section is a part of a runbook with its own heading.
type section int

// The sections, in order.
const (
	// meaning is what the alert means.
	meaning section = iota
	// impact is what follows if nothing is done.
	impact
	// diagnosis is how to find the cause.
	diagnosis
	// mitigation is what to do.
	mitigation
	// escalation is who is responsible, and whom to ask next.
	escalation
)

// headings returns the headings of the sections in the language, in order.
func headings(l *language.Language) []string {
	return []string{
		meaning: l.Say("Meaning"), impact: l.Say("Impact"), diagnosis: l.Say("Diagnosis"), mitigation: l.Say("Mitigation"), escalation: l.Say("Escalation"),
	}
}
