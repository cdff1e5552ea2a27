package collectors

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"planwatch/internal/clock"
)

// Schedule is when a collector is due. When daylight saving begins or ends, a
// daily run is neither skipped nor doubled, as it would be with cron's own.
type Schedule struct {
	spec     *cron.SpecSchedule
	location *time.Location
}

var fiveFields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// everyHour are the bits of cron's hour field that are set in "*".
const everyHour = 1<<24 - 1

// ParseSchedule reads five cron fields, in the time zone of location.
func ParseSchedule(fields string, location *time.Location) (Schedule, error) {
	if strings.Contains(fields, "TZ=") || strings.HasPrefix(strings.TrimSpace(fields), "@") {
		return Schedule{}, fmt.Errorf("%q is not five cron fields such as \"*/5 * * * *\"; the time zone is the configuration's", fields)
	}
	parsed, err := fiveFields.Parse(fields)
	if err != nil {
		return Schedule{}, fmt.Errorf("%q is not five cron fields such as \"*/5 * * * *\": %w", fields, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return Schedule{}, fmt.Errorf("%q is not five cron fields such as \"*/5 * * * *\"", fields)
	}
	spec.Location = time.UTC
	s := Schedule{spec: spec, location: location}
	if s.Next(time.Now()).IsZero() {
		return Schedule{}, fmt.Errorf("%q matches no date", fields)
	}
	return s, nil
}

// Next is the first moment after t at which the collector is due, or the
// zero time if there is none.
//
// A schedule for every hour follows elapsed time. A schedule for certain hours
// follows the local clock: a time that is skipped when clocks are set forward
// is due right after the change, and a time that comes twice when clocks are
// set back is due the first time.
func (s Schedule) Next(t time.Time) time.Time {
	if s.spec.Hour&everyHour == everyHour {
		elapsed := *s.spec
		elapsed.Location = s.location
		return elapsed.Next(t.In(s.location))
	}
	wall := clock.Shown(t.In(s.location))
	for {
		wall = s.spec.Next(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if due := clock.FirstShowing(wall, s.location); due.After(t) {
			return due
		}
	}
}

// Every is the shortest time between two runs in the week after t.
func (s Schedule) Every(t time.Time) (time.Duration, error) {
	first := s.Next(t)
	shortest := time.Duration(0)
	for due := first; due.Before(first.Add(7 * 24 * time.Hour)); {
		next := s.Next(due)
		if next.IsZero() {
			return 0, errors.New("the schedule ends")
		}
		if gap := next.Sub(due); shortest == 0 || gap < shortest {
			shortest = gap
		}
		due = next
	}
	return shortest, nil
}
