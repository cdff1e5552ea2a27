package alerts

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

func (h Hours) validate(place string) []error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(place+path, "hours %s: "+format, append([]any{h.ID}, args...)...))
	}
	if len(h.Weekdays) == 0 {
		fault("", "weekdays: missing; without a day they never come")
	}
	for i, day := range h.Weekdays {
		if !slices.Contains(weekdays, day) {
			fault(fmt.Sprintf(".weekdays[%d]", i), "weekdays: %q is not one of %s", day, strings.Join(weekdays, ", "))
		}
	}
	sound := true
	for _, end := range []struct{ key, value string }{{"from", h.From}, {"to", h.To}} {
		if !timePattern.MatchString(end.value) {
			fault("."+end.key, "%s: %q is not a time such as 07:00", end.key, end.value)
			sound = false
		}
	}
	if sound && h.From >= h.To {
		fault(".to", "to: %s is not after %s, so they never come; hours across midnight are two", h.To, h.From)
	}
	return faults
}
