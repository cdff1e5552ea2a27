package oncall

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"planwatch/internal/yamlfile"
)

// Hours are times of the week that recur.
type Hours struct {
	// The name that severities and quiet domains call the hours by.
	ID string `yaml:"id" jsonschema:"required"`
	// Days of the week, monday to sunday.
	Weekdays []string `yaml:"weekdays" jsonschema:"required,minItems=1"`
	// When they begin on those days: 07:00.
	From string `yaml:"from" jsonschema:"required,pattern=^[0-9]{2}:[0-9]{2}$"`
	// When they end on the same day: 16:00, at the latest 24:00.
	To string `yaml:"to" jsonschema:"required,pattern=^[0-9]{2}:[0-9]{2}$"`
	// Whether they come on public holidays too.
	OnHolidays bool `yaml:"on_holidays,omitempty"`
}

var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

var timePattern = regexp.MustCompile(`^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`)

func (h Hours) validate(f *yamlfile.Faults) {
	if len(h.Weekdays) == 0 {
		f.Add("", "weekdays: missing; name at least one")
	}
	for i, day := range h.Weekdays {
		if !slices.Contains(weekdays, day) {
			f.Add(fmt.Sprintf(".weekdays[%d]", i), "weekdays: %q is not one of %s", day, strings.Join(weekdays, ", "))
		}
	}
	sound := true
	for _, end := range []struct{ key, value string }{{"from", h.From}, {"to", h.To}} {
		if !timePattern.MatchString(end.value) {
			f.Add("."+end.key, "%s: %q is not a time such as 07:00", end.key, end.value)
			sound = false
		}
	}
	if sound && h.From >= h.To {
		f.Add(".to", "to: %s is not after from, %s; write hours across midnight as two", h.To, h.From)
	}
}
