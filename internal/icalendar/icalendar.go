// Package icalendar reads the events of iCalendar files (RFC 5545), as Outlook,
// Google and others write them: when each takes place, in the years asked for.
package icalendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// MaxBytes is how large a calendar may be.
const MaxBytes = 1 << 20

// MaxOccurrences is how many occurrences of its events a calendar may have in
// the time asked for.
const MaxOccurrences = 5000

// Calendar is what a file says. It does not change.
type Calendar struct {
	name   string
	zone   *time.Location
	events []event
	// moved are the occurrences of a series that an event of its own replaces.
	moved map[occurrenceID]bool
}

// occurrenceID is an occurrence of a series as the series has it.
type occurrenceID struct {
	uid string
	at  int64 // seconds since 1970
}

// Occurrence is one time that an event takes place.
type Occurrence struct {
	// From and To are moments on whole minutes; To is after From.
	From, To time.Time
	// Summary is the event's title, without space around it. It may be anything
	// that people write into calendars.
	Summary string
	// Line is where the event begins in the file.
	Line int
}

// Read reads a calendar. Times without a zone of their own, and whole days, are
// in zone. Each fault is one line, with name and the line in the file, and has
// no word of what an event is about.
func Read(name string, data []byte, zone *time.Location) (*Calendar, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%s: larger than the %d bytes that a calendar may have", name, MaxBytes)
	}
	components, err := components(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	c := &Calendar{name: name, zone: zone, moved: map[occurrenceID]bool{}}
	zones := zones{region: zone, defined: definitions(components)}
	var faults []error
	for _, found := range components {
		if found.name != "VEVENT" {
			continue
		}
		e, err := newEvent(found, zones)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: event: %w", name, found.line, err))
			if len(faults) == maxFaults {
				break
			}
			continue
		}
		if !e.replaces.IsZero() {
			c.moved[occurrenceID{e.uid, e.replaces.Unix()}] = true
		}
		if !e.cancelled {
			c.events = append(c.events, e)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

// maxFaults is how many faults are told of one calendar.
const maxFaults = 20

// Name is the name that the calendar was read by.
func (c *Calendar) Name() string { return c.name }

// Summaries returns the titles of all events, in order of the file.
func (c *Calendar) Summaries() []string {
	summaries := make([]string, len(c.events))
	for i, e := range c.events {
		summaries[i] = e.summary
	}
	return summaries
}

// Years returns the first and the last year that the calendar names: in which
// an event begins, ends, or a series ends. They are 0 without events.
func (c *Calendar) Years() (first, last int) {
	for _, e := range c.events {
		from := e.start.In(c.zone).Year()
		if first == 0 || from < first {
			first = from
		}
		last = max(last, e.end(e.start).In(c.zone).Year())
		if e.series != nil && !e.series.until.IsZero() {
			last = max(last, e.series.until.In(c.zone).Year())
		}
		for _, also := range e.also {
			last = max(last, e.end(also).In(c.zone).Year())
		}
	}
	return first, last
}

// Occurrences returns when the events take place, in order, as far as they
// touch the time from a moment to another.
func (c *Calendar) Occurrences(from, to time.Time) ([]Occurrence, error) {
	var all []Occurrence
	steps := maxSteps
	for _, e := range c.events {
		for start, err := range e.starts(from, to, &steps) {
			if err != nil {
				return nil, fmt.Errorf("%s:%d: event: %w", c.name, e.line, err)
			}
			if e.replaces.IsZero() && c.moved[occurrenceID{e.uid, start.Unix()}] {
				continue
			}
			end := e.end(start)
			if !start.Before(to) || !end.After(from) {
				continue
			}
			if !start.Before(end) {
				return nil, fmt.Errorf("%s:%d: event: it ends in the hour that is skipped as the clocks go forward; give it another end", c.name, e.line)
			}
			all = append(all, Occurrence{From: start.In(c.zone), To: end.In(c.zone), Summary: e.summary, Line: e.line})
			if len(all) > MaxOccurrences {
				return nil, fmt.Errorf("%s: more than %d events from %s to %s; give its series an end, or begin them later",
					c.name, MaxOccurrences, from.Format(time.DateOnly), to.Format(time.DateOnly))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Occurrence) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.Line, b.Line))
	})
	return all, nil
}
