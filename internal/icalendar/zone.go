package icalendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// zones are the time zones that a calendar may name.
type zones struct {
	// region is the region's, in which what names none is.
	region *time.Location
	// defined are the calendar's own, by their names.
	defined map[string]definition
}

// definition is a VTIMEZONE: what its clocks differ from UTC by, in seconds,
// in winter and in summer. A zone without summer time has the same twice.
type definition struct{ standard, daylight int }

// definitions returns the time zones that the calendar defines. The last of
// several standard or daylight times is that of now.
func definitions(components []component) map[string]definition {
	defined := map[string]definition{}
	for _, c := range components {
		id, named := c.get("TZID")
		if c.name != "VTIMEZONE" || !named {
			continue
		}
		standard, ok := offset(c, "STANDARD")
		if !ok {
			continue
		}
		daylight, ok := offset(c, "DAYLIGHT")
		if !ok {
			daylight = standard
		}
		defined[id.value] = definition{standard, daylight}
	}
	return defined
}

// offset is the newest offset of that kind in a VTIMEZONE.
func offset(zone component, kind string) (seconds int, ok bool) {
	newest := ""
	for _, c := range zone.children {
		to, has := c.get("TZOFFSETTO")
		start, _ := c.get("DTSTART")
		if c.name != kind || !has || ok && start.value < newest {
			continue
		}
		parsed, err := parseOffset(to.value)
		if err != nil {
			continue
		}
		seconds, newest, ok = parsed, start.value, true
	}
	return seconds, ok
}

// parseOffset reads +0100.
func parseOffset(text string) (seconds int, err error) {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) != len("+0100") {
		return 0, fmt.Errorf("%q is not an offset such as +0100", text)
	}
	return n/100*3600 + n%100*60, nil
}

// of returns the zone by the name that a calendar gives it. Outlook and others
// call zones by names of their own, and define them in the calendar; one that
// shows the region's time is the region's.
func (z zones) of(id string) (*time.Location, error) {
	if id == "" {
		return z.region, nil
	}
	if !strings.EqualFold(id, "Local") {
		if zone, err := time.LoadLocation(id); err == nil {
			return zone, nil
		}
	}
	if d, ok := z.defined[id]; ok && d == of(z.region) {
		return z.region, nil
	}
	return nil, fmt.Errorf("TZID: neither a time zone such as Europe/Stockholm nor one that the calendar defines as the region's %s", z.region)
}

// of is the zone as a calendar would define it, with the rules of a year for
// which all zones have theirs.
func of(zone *time.Location) definition {
	var offsets []int
	for _, month := range []time.Month{time.January, time.July} {
		_, seconds := time.Date(2025, month, 1, 12, 0, 0, 0, zone).Zone()
		offsets = append(offsets, seconds)
	}
	return definition{slices.Min(offsets), slices.Max(offsets)}
}
