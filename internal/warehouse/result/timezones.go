package result

import (
	"errors"
	"time"
)

// TimeZones say which moments a result's dates and times are.
type TimeZones struct {
	// Local is the zone of DATE and DATETIME values.
	Local *time.Location
	// Timestamp is the zone in which the session writes TIMESTAMP values. They
	// are given in Local, as all values are.
	Timestamp *time.Location
	// AsOf is the moment that the query is run for. It decides which moment a
	// wall-clock time means that clocks show twice or never.
	AsOf time.Time
}

// parse reads a DATE, DATETIME or TIMESTAMP value.
func (z TimeZones) parse(databaseType, text string) (time.Time, error) {
	location, layout := z.Local, time.DateTime
	switch databaseType {
	case "DATE":
		layout = time.DateOnly
	case "TIMESTAMP":
		location = z.Timestamp
	}
	wall, err := time.Parse(layout, text)
	if err != nil {
		// MySQL can store 0000-00-00 and days that do not exist.
		return time.Time{}, errors.New("is not a valid date; use NULL where there is none")
	}
	return z.moment(wall, location).In(z.Local), nil
}

// moment is when the location's clocks show the date and time of wall. When
// clocks are set back they show an hour twice: the later moment is meant,
// unless it lies after AsOf. When clocks are set forward they leave an hour
// out: a time in that hour was computed with the UTC offset from before or
// from after the change, and the same rule decides which.
func (z TimeZones) moment(wall time.Time, location *time.Location) time.Time {
	// time.Date gives one of the two moments, and does not say which.
	withOffsetOf := func(day time.Time) (moment time.Time, shown bool) {
		_, offset := day.In(location).Zone()
		moment = wall.Add(-time.Duration(offset) * time.Second).In(location)
		_, actual := moment.Zone()
		return moment, actual == offset
	}
	before, shownBefore := withOffsetOf(wall.AddDate(0, 0, -1))
	after, shownAfter := withOffsetOf(wall.AddDate(0, 0, 1))
	switch {
	case shownBefore && !shownAfter:
		return before
	case shownAfter && !shownBefore:
		return after
	}
	earlier, later := before, after
	if later.Before(earlier) {
		earlier, later = later, earlier
	}
	if later.After(z.AsOf) {
		return earlier
	}
	return later
}
