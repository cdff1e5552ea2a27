package web

import (
	"time"

	"planwatch/internal/language"
)

// longestSilence is how long an alert may be silenced: longer would be a way of
// taking a target out of the plan.
const longestSilence = 30 * 24 * time.Hour

// morning is the hour of the day at which people are at work.
const morning = 7

// The moments that a silence may end at.
const (
	untilHour    = "1h"
	untilHours   = "4h"
	untilMorning = "morning"
	untilMonday  = "monday"
	// untilAt is the moment of another field.
	untilAt = "at"
)

// localMoment is how a browser writes a date and a time of day.
const localMoment = "2006-01-02T15:04"

// ends are the moments that a silence may end at, seen from now, in now's zone.
func ends(now time.Time) map[string]time.Time {
	day := func(days int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, morning, 0, 0, 0, now.Location())
	}
	first := func(at func(days int) bool) time.Time {
		for days := 0; ; days++ {
			if day(days).After(now) && at(days) {
				return day(days)
			}
		}
	}
	return map[string]time.Time{
		untilHour: now.Add(time.Hour), untilHours: now.Add(4 * time.Hour),
		untilMorning: first(func(int) bool { return true }),
		untilMonday:  first(func(days int) bool { return day(days).Weekday() == time.Monday }),
	}
}

// until is when a silence ends that was asked for now, in now's zone. What is
// wrong with it is said in the language, or "".
func (f form) until(now time.Time, l *language.Language) (end time.Time, wrong string) {
	choice := f[fieldUntil]
	if end, ok := ends(now)[choice]; ok {
		return end, ""
	}
	if choice != untilAt {
		return time.Time{}, l.Say("Say until when.")
	}
	end, err := time.ParseInLocation(localMoment, f[fieldAt], now.Location())
	switch {
	case err != nil || end.Format(localMoment) != f[fieldAt]: // or an hour that spring leaves out
		return time.Time{}, l.Say("Say until when, as a date and a time of day: %s", now.Add(time.Hour).Format(localMoment))
	case !end.After(now):
		return time.Time{}, l.Say("That moment is past.")
	case end.After(now.Add(longestSilence)):
		return time.Time{}, l.Say("No alert is silenced for longer than %d days.", int(longestSilence.Hours()/24))
	}
	return end, ""
}
