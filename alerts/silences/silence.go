// Package silences is what people have said about alerts, kept as silences of an
// Alertmanager: of the one within planwatch, or of the configured ones.
package silences

import (
	"regexp"
	"time"

	"planwatch/internal/naming"
)

// severity is the label whose change is told of though an alert has been
// acknowledged.
const severity = naming.LabelSeverity

// Matcher is a condition on a label, as Alertmanager has it.
type Matcher struct {
	Name, Value     string
	Regex, Negative bool
}

// matches reports whether a label's value meets the condition; a label that is
// not there is empty.
func (m Matcher) matches(value string) bool {
	if !m.Regex {
		return (value == m.Value) != m.Negative
	}
	expression, err := regexp.Compile("^(?:" + m.Value + ")$")
	return err == nil && expression.MatchString(value) != m.Negative
}

// Silence keeps messages about alerts from being sent.
type Silence struct {
	// ID is Alertmanager's.
	ID       string
	Matchers []Matcher
	// StartsAt and EndsAt are by the system's clock.
	StartsAt, EndsAt   time.Time
	CreatedBy, Comment string
	// UntilResolved marks an acknowledgement: it ends when its alerts have
	// resolved, and is extended until then.
	UntilResolved bool
}

// Matches reports whether the silence concerns an alert with those labels.
func (s Silence) Matches(labels map[string]string) bool {
	for _, m := range s.Matchers {
		if !m.matches(labels[m.Name]) {
			return false
		}
	}
	return len(s.Matchers) > 0
}
