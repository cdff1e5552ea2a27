package clock

import (
	"fmt"
	"time"
)

// momentLayouts are the ways of writing a moment. Those without an offset are in the
// configured zone.
var momentLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// ParseMoment reads the moment as of which collectors are run. A date alone
// means the last second of that day, or now if the day is not over. What is to
// come is an error, and so is what is farther away than Farthest: a figure is of
// something that has been, and the farther away a moment is the longer some
// queries take.
func ParseMoment(text string, location *time.Location, now time.Time) (time.Time, error) {
	moment, err := parseMoment(text, location, now)
	switch {
	case err != nil:
		return time.Time{}, err
	case moment.After(now):
		return time.Time{}, fmt.Errorf("%q is later than planwatch's clock, %s; name a moment that has been", text, now.Format(time.RFC3339))
	case moment.Before(now.Add(-Farthest)):
		return time.Time{}, fmt.Errorf("%q is more than 100 years before planwatch's clock, %s; name a later moment", text, now.Format(time.RFC3339))
	}
	return moment, nil
}

func parseMoment(text string, location *time.Location, now time.Time) (time.Time, error) {
	if day, err := time.ParseInLocation(time.DateOnly, text, location); err == nil {
		end := day.AddDate(0, 0, 1).Add(-time.Second)
		if !day.After(now) && end.After(now) {
			return now, nil
		}
		return end, nil
	}
	for _, layout := range momentLayouts {
		if moment, err := time.ParseInLocation(layout, text, location); err == nil {
			return moment.In(location), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a moment such as 2024-11-15, 2024-11-15T08:00 or 2024-11-15T08:00+01:00", text)
}
