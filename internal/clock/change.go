package clock

import "time"

// Shown is the date and time that a clock in t's zone shows, as if in UTC.
func Shown(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// FirstShowing is the first moment at which clocks in location show that date and
// time, which is as if in UTC, or, if they skip it, the moment of the change.
func FirstShowing(shown time.Time, location *time.Location) time.Time {
	moment := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), 0, location)
	begin, end := moment.ZoneBounds()
	// For a time that the clocks skip, time.Date gives a moment before or
	// after the change.
	switch shows := Shown(moment); {
	case shows.After(shown):
		return begin
	case shows.Before(shown):
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
