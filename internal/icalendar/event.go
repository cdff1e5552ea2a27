package icalendar

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// event is one event or a series of it.
type event struct {
	line         int
	uid, summary string
	start        time.Time
	span         span
	cancelled    bool
	// replaces is the start of the occurrence of a series, the one with the same
	// uid, that this event takes the place of.
	replaces time.Time
	// series is nil for an event that takes place once.
	series *series
	// except are starts of the series that do not take place, exceptDays whole
	// days, and also are others that do.
	except     map[int64]bool
	exceptDays map[time.Time]bool
	also       []time.Time
}

func newEvent(c component, z zones) (event, error) {
	e := event{line: c.line, except: map[int64]bool{}, exceptDays: map[time.Time]bool{}}
	if uid, ok := c.get("UID"); ok {
		e.uid = uid.value
	}
	if summary, ok := c.get("SUMMARY"); ok {
		e.summary = summary.text()
	}
	if status, ok := c.get("STATUS"); ok {
		e.cancelled = strings.EqualFold(status.value, "CANCELLED")
	}
	dtstart, ok := c.get("DTSTART")
	if !ok {
		return event{}, errors.New("no DTSTART; say when it begins")
	}
	start, err := dtstart.moment(z)
	if err != nil {
		return event{}, err
	}
	e.start = start.Time
	if replaced, ok := c.get("RECURRENCE-ID"); ok {
		if replaced.parameters["RANGE"] != "" {
			return event{}, errors.New("RECURRENCE-ID: RANGE is not followed; end the series (UNTIL) and begin another")
		}
		at, err := replaced.moment(z)
		if err != nil {
			return event{}, err
		}
		e.replaces = at.Time
	}
	if e.cancelled {
		return e, nil
	}
	if e.span, err = spanOf(c, z, start); err != nil {
		return event{}, err
	}
	if !e.end(e.start).After(e.start) {
		return event{}, errors.New("it ends before a minute has passed; give it a later end")
	}
	if err := e.recur(c, z); err != nil {
		return event{}, err
	}
	return e, nil
}

// spanOf returns how long the event takes. A whole day without an end is that
// day.
func spanOf(c component, z zones, start moment) (span, error) {
	if dtend, ok := c.get("DTEND"); ok {
		end, err := dtend.moment(z)
		switch {
		case err != nil:
			return span{}, err
		case end.day != start.day:
			return span{}, errors.New("DTSTART and DTEND: one is a date and the other a time; give both alike")
		}
		return between(start.Time, end.Time), nil
	}
	if duration, ok := c.get("DURATION"); ok {
		return parseDuration(duration.value)
	}
	if start.day {
		return span{days: 1}, nil
	}
	return span{}, errors.New("no DTEND or DURATION; say when it ends")
}

// recur reads how the event recurs.
func (e *event) recur(c component, z zones) error {
	rules := c.all("RRULE")
	switch {
	case len(rules) > 1:
		return errors.New("RRULE: several; give each series an event of its own")
	case len(rules) == 1 && !e.replaces.IsZero():
		return errors.New("RRULE: one occurrence of a series cannot recur")
	case len(rules) == 1:
		var err error
		if e.series, err = newSeries(rules[0].value, e.start); err != nil {
			return fmt.Errorf("RRULE: %w", err)
		}
	}
	if _, ok := c.get("EXRULE"); ok {
		return errors.New("EXRULE: is not followed; give EXDATE")
	}
	for _, p := range c.all("EXDATE") {
		dates, err := p.moments(z)
		if err != nil {
			return err
		}
		for _, date := range dates {
			if date.day {
				e.exceptDays[dayOf(date.Time)] = true
			} else {
				e.except[date.Unix()] = true
			}
		}
	}
	for _, p := range c.all("RDATE") {
		dates, err := p.moments(z)
		if err != nil {
			return err
		}
		for _, date := range dates {
			e.also = append(e.also, date.In(e.start.Location()))
		}
	}
	return nil
}

// end is the end of what begins at start.
func (e *event) end(start time.Time) time.Time { return e.span.after(start) }

// starts returns when the event begins, until it does after to. What has ended
// before from may be left out. Each step of a series takes one of steps.
func (e *event) starts(from, to time.Time, steps *int) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		seen := map[int64]bool{}
		once := func(start time.Time) bool {
			if seen[start.Unix()] || e.except[start.Unix()] || e.exceptDays[dayOf(start)] {
				return true
			}
			seen[start.Unix()] = true
			return yield(start, nil)
		}
		if e.series == nil {
			if !once(e.start) {
				return
			}
		} else if !e.series.endsBefore(from, e.span) {
			for start, err := range e.series.starts(to, steps) {
				if err != nil {
					yield(time.Time{}, err)
					return
				}
				if !once(start) {
					return
				}
			}
		}
		for _, start := range e.also {
			if !once(start) {
				return
			}
		}
	}
}
