package oncall

import (
	"slices"
	"time"

	"planwatch/internal/yamlfile"
)

// Weekly is the hour of the week at which alerts are told of, all in one
// message.
type Weekly struct {
	// Day of the week, monday to sunday.
	Day string `yaml:"day" jsonschema:"required"`
	// When the hour begins, in the region's time zone: 07:00, at the latest 23:00.
	Time string `yaml:"time" jsonschema:"required,pattern=^[0-9]{2}:[0-9]{2}$"`
}

func (w Weekly) validate(f *yamlfile.Faults) {
	if !slices.Contains(weekdays, w.Day) {
		f.Add(".day", "day: %q is not a day such as monday", w.Day)
	}
	if !timePattern.MatchString(w.Time) || w.Time > "23:00" {
		f.Add(".time", "time: %q is not a time such as 07:00, or is after 23:00", w.Time)
	}
}

// End is when the hour ends: 08:00.
func (w Weekly) End() string {
	begins, err := time.Parse("15:04", w.Time)
	if err != nil || w.Time == "23:00" {
		return "24:00"
	}
	return begins.Add(time.Hour).Format("15:04")
}
