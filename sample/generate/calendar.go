package main

import "time"

// Days are dates of the region's wall clock. They are in UTC, so that every day
// has 24 hours.

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func isWeekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// isSummer tells whether wards are closed for the summer, from midsummer to
// mid August.
func isSummer(day time.Time) bool {
	return !day.Before(date(day.Year(), time.June, 24)) && day.Before(date(day.Year(), time.August, 18))
}

// isChristmas tells whether wards are closed over Christmas and New Year.
func isChristmas(day time.Time) bool {
	return !day.Before(date(day.Year(), time.December, 22)) || day.Before(date(day.Year(), time.January, 7))
}
