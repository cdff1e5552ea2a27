package icalendar

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// firstYear and lastYear are those that an event may be in: before the first,
// zones had seconds.
const firstYear, lastYear = 1970, 2199

// moment is a date or a time as it is written.
type moment struct {
	time.Time
	// day is for a date without a time of the day.
	day bool
}

// moments reads the property's dates or times, which are separated by commas.
func (p property) moments(z zones) ([]moment, error) {
	zone, err := z.of(p.parameters["TZID"])
	if err != nil {
		return nil, err
	}
	var all []moment
	for text := range strings.SplitSeq(p.value, ",") {
		m, err := newMoment(strings.TrimSpace(text), zone)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, m)
	}
	return all, nil
}

// moment reads the property's one date or time.
func (p property) moment(z zones) (moment, error) {
	all, err := p.moments(z)
	if err != nil {
		return moment{}, err
	}
	if len(all) != 1 {
		return moment{}, fmt.Errorf("%s: several values; give one", p.name)
	}
	return all[0], nil
}

var errMoment = errors.New("not a date or time from 1970 to 2199, such as 20250317, 20250317T080000 or 20250317T070000Z")

func newMoment(text string, zone *time.Location) (moment, error) {
	m := moment{}
	var err error
	switch {
	case len(text) == len("20060102"):
		m.day = true
		m.Time, err = time.ParseInLocation("20060102", text, zone)
	case strings.HasSuffix(text, "Z"):
		m.Time, err = time.Parse("20060102T150405Z", text)
	default:
		m.Time, err = time.ParseInLocation("20060102T150405", text, zone)
	}
	if err != nil || m.Year() < firstYear || m.Year() > lastYear {
		return moment{}, errMoment
	}
	if !m.day {
		m.Time = wholeMinute(m.Time)
	}
	return m, nil
}

// wholeMinute is what Alertmanager's intervals can say.
func wholeMinute(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, t.Location())
}

// span is how long an event takes: days as the calendar counts them, and then a
// time as the clock shows it, or an exact one.
type span struct {
	days  int
	clock time.Duration
	exact time.Duration
}

// between is the span from a start to an end as clocks show them, so that a week
// from 08:00 ends at 08:00 though the clocks change in it.
func between(start, end time.Time) span {
	end = end.In(start.Location())
	days := int(dayOf(end).Sub(dayOf(start)) / (24 * time.Hour))
	return span{days: days, clock: sinceMidnight(end) - sinceMidnight(start)}
}

// after returns the end of what begins at start.
func (s span) after(start time.Time) time.Time {
	end := time.Date(start.Year(), start.Month(), start.Day()+s.days, start.Hour(), start.Minute()+int(s.clock/time.Minute), 0, 0, start.Location())
	return end.Add(s.exact)
}

// dayOf is the date, as midnight in UTC: all of its days have 24 hours.
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func sinceMidnight(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

var durationPattern = regexp.MustCompile(`^\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$`)

func parseDuration(text string) (span, error) {
	found := durationPattern.FindStringSubmatch(strings.ToUpper(text))
	if found == nil {
		return span{}, errors.New("DURATION: not a time such as P7D or PT12H")
	}
	number := func(i int) int { n, _ := strconv.Atoi(found[i]); return n }
	return span{
		days:  7*number(1) + number(2),
		exact: (time.Duration(number(3))*time.Hour + time.Duration(number(4))*time.Minute + time.Duration(number(5))*time.Second).Truncate(time.Minute),
	}, nil
}
