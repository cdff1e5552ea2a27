package check

import (
	"strings"

	"planwatch/internal/language"
)

// summary says what there is in the region.
func (r *Report) summary(l *language.Language) string {
	parts := make([]string, len(r.parts))
	for i, p := range r.parts {
		parts[i] = l.Say(p.key, p.n)
	}
	return r.region + ": " + strings.Join(parts, ", ")
}

// verdict is the last line: what was found where.
func (r *Report) verdict(l *language.Language) string {
	var found []string
	if r.plan.Checked > 0 {
		text := l.Say("%d differences in the plan", r.Differences())
		if n := len(r.plan.Groups); n > 0 {
			text += " " + l.Say("in %d groups", n)
		}
		found = append(found, text)
	}
	if c := r.controls; c != nil {
		text := l.Say("%d differences between plan and warehouse", len(c.differing))
		if c.unknown > 0 {
			text += ", " + l.Say("%d figures missing in the warehouse", c.unknown)
		}
		found = append(found, text)
	}
	return strings.Join(append(found, l.Say("%d faults in the configuration", r.faults)), "; ")
}
