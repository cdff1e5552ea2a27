package comment

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a subject, in characters and in labels.
const (
	maxValue  = 300
	maxLabels = 20
)

// Subject is what a comment or an action is about: one KPI, target or event.
type Subject struct {
	// KPI is a KPI's name, and Target a target's id.
	KPI    string `json:"kpi,omitempty"`
	Target string `json:"target,omitempty"`
	// Event is the labels that tell an event from others.
	Event map[string]string `json:"event,omitempty"`
}

// String writes the subject in one line, the same for the same subject.
func (s Subject) String() string {
	switch {
	case s.KPI != "":
		return "kpi " + s.KPI
	case s.Target != "":
		return "target " + s.Target
	case len(s.Event) == 0:
		return ""
	}
	var b strings.Builder
	b.WriteString("event ")
	for i, name := range slices.Sorted(maps.Keys(s.Event)) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s=%q", name, s.Event[name])
	}
	return b.String()
}

// Equal reports whether both are the same; a label that is empty is as one that
// is missing.
func (s Subject) Equal(o Subject) bool {
	if s.KPI != o.KPI || s.Target != o.Target {
		return false
	}
	for name, value := range s.Event {
		if o.Event[name] != value {
			return false
		}
	}
	for name, value := range o.Event {
		if s.Event[name] != value {
			return false
		}
	}
	return true
}

// Validate finds a subject that is none, more than one, or has words that could
// not be shown.
func (s Subject) Validate() error {
	subjects := 0
	for _, given := range []bool{s.KPI != "", s.Target != "", len(s.Event) > 0} {
		if given {
			subjects++
		}
	}
	if subjects != 1 {
		return fmt.Errorf("about %d of a KPI, a target and an event; a comment is about one", subjects)
	}
	if len(s.Event) > maxLabels {
		return fmt.Errorf("an event of %d labels; at most %d", len(s.Event), maxLabels)
	}
	words := []string{s.KPI, s.Target}
	for name, value := range s.Event {
		words = append(words, name, value)
	}
	for _, word := range words {
		if err := checkText(word, maxValue, ""); err != nil {
			return fmt.Errorf("about %.40q: %w", word, err)
		}
	}
	return nil
}

// checkText finds a text that is not UTF-8, longer than limit characters, or
// with control characters other than those allowed.
func checkText(text string, limit int, allowed string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("not UTF-8")
	}
	if n := utf8.RuneCountInString(text); n > limit {
		return fmt.Errorf("%d characters; at most %d", n, limit)
	}
	for _, r := range text {
		if unicode.IsControl(r) && !strings.ContainsRune(allowed, r) {
			return fmt.Errorf("the control character %U; leave it out", r)
		}
	}
	return nil
}
