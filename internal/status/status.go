// Package status says how people read a figure's status against the plan: in
// words, and by a symbol that distinguishes it without colour.
package status

import (
	"planwatch/internal/language"
	"planwatch/plan"
)

// Status is a plan.Status, or that there is no target.
type Status int

// The statuses, the worst first.
const (
	Critical Status = iota
	Warning
	Unknown
	WithinTolerance
	OnPlan
	TooEarly
	NoTarget
)

// message returns one of planwatch's own messages in a language.
type message func(*language.Language) string

var statuses = [...]struct {
	plan          plan.Status
	symbol, class string
	name, plural  message
}{
	Critical: {
		plan.Critical, "■", "critical",
		func(l *language.Language) string { return l.Say("Critical") },
		func(l *language.Language) string { return l.Say("Critical (several)") },
	},
	Warning: {
		plan.Warning, "▲", "warning",
		func(l *language.Language) string { return l.Say("Warning") },
		func(l *language.Language) string { return l.Say("Warnings") },
	},
	Unknown: {
		plan.Unknown, "?", "unknown",
		func(l *language.Language) string { return l.Say("Unknown") },
		func(l *language.Language) string { return l.Say("Unknown (several)") },
	},
	WithinTolerance: {
		plan.WithinTolerance, "≈", "within-tolerance",
		func(l *language.Language) string { return l.Say("Within tolerance") },
		func(l *language.Language) string { return l.Say("Within tolerance") },
	},
	OnPlan: {
		plan.OnPlan, "✓", "on-plan",
		func(l *language.Language) string { return l.Say("On plan") },
		func(l *language.Language) string { return l.Say("On plan") },
	},
	TooEarly: {
		plan.TooEarly, "…", "too-early",
		func(l *language.Language) string { return l.Say("Too early") },
		func(l *language.Language) string { return l.Say("Too early") },
	},
	NoTarget: {
		plan.Unknown, "·", "no-target",
		func(l *language.Language) string { return l.Say("No target") },
		func(l *language.Language) string { return l.Say("No target") },
	},
}

// All are the statuses, the worst first.
func All() []Status {
	return []Status{Critical, Warning, Unknown, WithinTolerance, OnPlan, TooEarly, NoTarget}
}

// Of is the status of a figure that has a target.
func Of(p plan.Status) Status {
	for s := range NoTarget {
		if statuses[s].plan == p {
			return s
		}
	}
	return Unknown
}

// Plan is the status as the plan's metrics have it; without a target it is
// unknown.
func (s Status) Plan() plan.Status { return statuses[s].plan }

// Symbol stands before the status.
func (s Status) Symbol() string { return statuses[s].symbol }

// Class is the status in the anchors and the style of pages.
func (s Status) Class() string { return statuses[s].class }

// Name is the status of one target.
func (s Status) Name(l *language.Language) string { return statuses[s].name(l) }

// Plural is the status of several targets.
func (s Status) Plural(l *language.Language) string { return statuses[s].plural(l) }
