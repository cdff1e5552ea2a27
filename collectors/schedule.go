package collectors

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule says when a collector is due. Unlike cron's own, it neither skips
// nor doubles a daily run when daylight saving begins or ends.
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
		return Schedule{}, fmt.Errorf("%q never comes", fields)
	}
	return s, nil
}

// Next is the first moment after t at which the collector is due, or the
// zero time if there is none.
//
// A schedule for every hour goes by elapsed time, through both of autumn's
// equal hours. One for certain hours goes by the clock on the wall: a time
// that spring leaves out is due when the clock has jumped past it, and one
// that autumn shows twice is due the first time.
func (s Schedule) Next(t time.Time) time.Time {
	if s.spec.Hour&everyHour == everyHour {
		elapsed := *s.spec
		elapsed.Location = s.location
		return elapsed.Next(t.In(s.location))
	}
	wall := shown(t.In(s.location))
	for {
		wall = s.spec.Next(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if due := onWall(wall, s.location); due.After(t) {
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

// onWall is the first moment at which clocks in location show wall's date
// and time, or, if they never do, the moment at which they jump past it.
func onWall(wall time.Time, location *time.Location) time.Time {
	moment := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, location)
	begin, end := moment.ZoneBounds()
	// Go moves a time that the clocks leave out to either side of the jump.
	switch shows := shown(moment); {
	case shows.After(wall):
		return begin
	case shows.Before(wall):
		return end
	}
	if begin.IsZero() {
		return moment
	}
	_, offset := moment.Zone()
	_, before := begin.Add(-time.Second).Zone()
	if earlier := moment.Add(time.Duration(offset-before) * time.Second); earlier.Before(begin) && offset < before {
		return earlier
	}
	return moment
}

// shown is the date and time that a clock in t's zone shows, free of any zone.
func shown(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
