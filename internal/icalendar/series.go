package icalendar

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// maxSteps is how many occurrences of its series are gone through in a calendar,
// those before the time asked for too.
const maxSteps = 100_000

// series is how an event recurs.
type series struct {
	rule  *rrule.RRule
	until time.Time // zero for none
}

// The parts of a rule that are followed. The others are of no use to shifts, and
// some of them together never come true, which takes until the year 9999 to find.
var frequencies = map[string]rrule.Frequency{"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}

var weekdays = map[string]rrule.Weekday{"MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR, "SA": rrule.SA, "SU": rrule.SU}

// newSeries reads a rule such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO.
func newSeries(text string, start time.Time) (*series, error) {
	o := rrule.ROption{Freq: -1, Dtstart: start, Interval: 1}
	s := &series{}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.Trim(strings.ToUpper(strings.TrimSpace(text)), ";"), ";") {
		key, value, _ := strings.Cut(part, "=")
		if seen[key] {
			return nil, errors.New("a part is given twice")
		}
		seen[key] = true
		if err := s.part(&o, key, value); err != nil {
			return nil, err
		}
	}
	if err := followed(o); err != nil {
		return nil, err
	}
	var err error
	s.rule, err = rrule.NewRRule(o)
	return s, err
}

// part reads one part of a rule.
func (s *series) part(o *rrule.ROption, key, value string) error {
	var err error
	switch key {
	case "FREQ":
		var ok bool
		if o.Freq, ok = frequencies[value]; !ok {
			return errors.New("FREQ: not DAILY, WEEKLY or MONTHLY")
		}
	case "INTERVAL":
		o.Interval, err = number(value, 1, 366)
	case "COUNT":
		o.Count, err = number(value, 1, maxSteps)
	case "UNTIL":
		s.until, err = until(value, o.Dtstart.Location())
		o.Until = s.until
	case "WKST":
		var ok bool
		if o.Wkst, ok = weekdays[value]; !ok {
			return errors.New("WKST: not a day such as MO")
		}
	case "BYDAY":
		o.Byweekday, err = days(value)
	case "BYMONTHDAY":
		o.Bymonthday, err = numbers(value, -31, 31)
	case "BYSETPOS":
		o.Bysetpos, err = numbers(value, -4, 4)
	default:
		return errors.New("a part that is not followed; give FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYSETPOS and WKST only")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// followed returns why the parts of a rule are not followed together, or nil.
// What passes comes true again within some years.
func followed(o rrule.ROption) error {
	numbered := false
	for _, day := range o.Byweekday {
		numbered = numbered || day.N() != 0
	}
	monthly := o.Freq == rrule.MONTHLY
	switch {
	case o.Freq < 0:
		return errors.New("no FREQ; give DAILY, WEEKLY or MONTHLY")
	case o.Freq == rrule.DAILY && o.Interval > 1 && len(o.Byweekday) > 0:
		return errors.New("BYDAY and INTERVAL with FREQ=DAILY; give FREQ=WEEKLY")
	case monthly && o.Interval > 11:
		return errors.New("INTERVAL: more than 11 months; give each an event of its own")
	case !monthly && (numbered || len(o.Bymonthday) > 0 || len(o.Bysetpos) > 0):
		return errors.New("days of the month without FREQ=MONTHLY; give FREQ=MONTHLY")
	case len(o.Bymonthday) > 0 && len(o.Byweekday) > 0:
		return errors.New("BYDAY and BYMONTHDAY; give one of them")
	case len(o.Bysetpos) > 0 && (numbered || len(o.Byweekday) == 0):
		return errors.New("BYSETPOS: it goes with days such as BYDAY=MO")
	}
	return nil
}

// until is the last moment of a series; a date is that whole day.
func until(text string, zone *time.Location) (time.Time, error) {
	m, err := newMoment(text, zone)
	if err == nil && m.day {
		return m.AddDate(0, 0, 1).Add(-time.Second), nil
	}
	return m.Time, err
}

// days reads MO,TU or 1MO.
func days(text string) ([]rrule.Weekday, error) {
	var all []rrule.Weekday
	for day := range strings.SplitSeq(text, ",") {
		name := day[max(0, len(day)-2):]
		weekday, ok := weekdays[name]
		if !ok || len(all) == 35 {
			return nil, errors.New("not days such as MO,TU")
		}
		if before := strings.TrimSuffix(day, name); before != "" {
			n, err := number(before, -5, 5)
			if err != nil {
				return nil, err
			}
			weekday = weekday.Nth(n)
		}
		all = append(all, weekday)
	}
	return all, nil
}

func numbers(text string, least, most int) ([]int, error) {
	var all []int
	for one := range strings.SplitSeq(text, ",") {
		n, err := number(one, least, most)
		if err != nil {
			return nil, err
		}
		if all = append(all, n); len(all) > most-least {
			return nil, errors.New("too many numbers")
		}
	}
	return all, nil
}

func number(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most || n == 0 {
		return 0, fmt.Errorf("not a number from %d to %d other than 0", least, most)
	}
	return n, nil
}

// endsBefore reports whether the last occurrence, which takes as long as span
// says, has ended before from.
func (s *series) endsBefore(from time.Time, takes span) bool {
	return !s.until.IsZero() && takes.after(s.until).Before(from)
}

// starts returns when occurrences begin, until one does at to or later.
func (s *series) starts(to time.Time, steps *int) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		next := s.rule.Iterator()
		for {
			start, ok := next()
			if !ok || !start.Before(to) {
				return
			}
			if *steps--; *steps < 0 {
				yield(time.Time{}, fmt.Errorf("the calendar's series have more than %d occurrences; begin them later", maxSteps))
				return
			}
			if !yield(start, nil) {
				return
			}
		}
	}
}
