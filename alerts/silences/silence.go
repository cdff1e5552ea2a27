// Package silences is what people have said about alerts, kept as silences of an
// Alertmanager: of the one within planwatch, or of the configured ones.
package silences

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
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

// String returns the matchers as amtool writes them.
func (s Silence) String() string {
	all := make([]string, len(s.Matchers))
	for i, m := range s.Matchers {
		operator := map[[2]bool]string{{false, false}: "=", {false, true}: "!=", {true, false}: "=~", {true, true}: "!~"}[[2]bool{m.Regex, m.Negative}]
		all[i] = m.Name + operator + strconv.Quote(m.Value)
	}
	return strings.Join(all, " ")
}

// Answer is the silences that one person set at one time, in one go.
type Answer []Silence

// Matches reports whether one of the silences concerns an alert with those
// labels.
func (a Answer) Matches(labels map[string]string) bool {
	return slices.ContainsFunc(a, func(s Silence) bool { return s.Matches(labels) })
}

// atOnce is how long setting the silences of one answer takes at most.
const atOnce = 10 * time.Second

// SameAnswer reports whether two silences were set in one go.
func SameAnswer(a, b Silence) bool {
	return a.CreatedBy == b.CreatedBy && a.Comment == b.Comment && a.UntilResolved == b.UntilResolved &&
		(a.UntilResolved || a.EndsAt.Equal(b.EndsAt)) && a.StartsAt.Sub(b.StartsAt).Abs() < atOnce
}

// Answers returns which of the silences were set in one go, in their order.
func Answers(all []Silence) []Answer {
	var answers []Answer
	for _, s := range all {
		i := slices.IndexFunc(answers, func(a Answer) bool { return SameAnswer(a[0], s) })
		if i < 0 {
			answers = append(answers, Answer{s})
		} else {
			answers[i] = append(answers[i], s)
		}
	}
	return answers
}
