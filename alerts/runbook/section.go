package runbook

import "planwatch/internal/language"

// section is a part of a runbook with its own heading.
type section int

// The sections, in the order of a reader who is woken by the alert.
const (
	// meaning is what the alert means.
	meaning section = iota
	// mitigation is what to do.
	mitigation
	// escalation is who is responsible, and whom to ask next.
	escalation
	// impact is what follows if nothing is done.
	impact
	// diagnosis is how to find the cause.
	diagnosis
	// reference is the targets, and the queries behind the alert.
	reference
)

// headings returns the headings of the sections in the language, in order.
func headings(l *language.Language) []string {
	return []string{
		meaning: l.Say("Meaning"), mitigation: l.Say("Mitigation"), escalation: l.Say("Escalation"), impact: l.Say("Impact"), diagnosis: l.Say("Diagnosis"),
		reference: l.Say("Reference"),
	}
}
