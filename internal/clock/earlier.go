package clock

import "time"

// Earlier is the same date and time of day so many months before, by the clocks of
// location. Where that month has no such day it is the month's last: a month before
// 31 March is the last of February, and a year before 29 February is 28 February.
func Earlier(at time.Time, months int, location *time.Location) time.Time {
	local := at.In(location)
	year, month, day := local.Date()
	month -= time.Month(months)
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month, min(day, last), local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), location)
}
