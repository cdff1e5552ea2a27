package alerts

import (
	"cmp"
	"slices"
	"time"
)

// Calendar names a country's public holidays.
type Calendar string

// The calendars.
const (
	// NoHolidays is a calendar without any.
	NoHolidays Calendar = ""
	// Sweden has the public holidays of Lagen (1989:253) om allmänna
	// helgdagar, and the three eves that people are off on.
	Sweden Calendar = "sweden"
)

func (c Calendar) known() bool { return c == NoHolidays || c == Sweden }

// Holiday is a public holiday.
type Holiday struct {
	// Name in Swedish.
	Name string
	// Date at midnight, UTC.
	Date time.Time
}

// Holidays are a year's, in order of date.
func (c Calendar) Holidays(year int) []Holiday {
	if c == NoHolidays {
		return nil
	}
	easter := easterSunday(year)
	day := func(month time.Month, day int) time.Time { return time.Date(year, month, day, 0, 0, 0, 0, time.UTC) }
	midsummer := onOrAfter(day(time.June, 20), time.Saturday)
	holidays := []Holiday{
		{"Nyårsdagen", day(time.January, 1)},
		{"Trettondedag jul", day(time.January, 6)},
		{"Långfredagen", easter.AddDate(0, 0, -2)},
		{"Påskdagen", easter},
		{"Annandag påsk", easter.AddDate(0, 0, 1)},
		{"Första maj", day(time.May, 1)},
		{"Kristi himmelsfärds dag", easter.AddDate(0, 0, 39)},
		{"Pingstdagen", easter.AddDate(0, 0, 49)},
		{"Nationaldagen", day(time.June, 6)},
		{"Midsommarafton", midsummer.AddDate(0, 0, -1)},
		{"Midsommardagen", midsummer},
		{"Alla helgons dag", onOrAfter(day(time.October, 31), time.Saturday)},
		{"Julafton", day(time.December, 24)},
		{"Juldagen", day(time.December, 25)},
		{"Annandag jul", day(time.December, 26)},
		{"Nyårsafton", day(time.December, 31)},
	}
	slices.SortStableFunc(holidays, func(a, b Holiday) int { return cmp.Compare(a.Date.Unix(), b.Date.Unix()) })
	return holidays
}

// onOrAfter is the first such weekday from the date on.
func onOrAfter(date time.Time, weekday time.Weekday) time.Time {
	return date.AddDate(0, 0, (int(weekday)-int(date.Weekday())+7)%7)
}

// easterSunday is Easter in the Gregorian calendar, by Butcher's algorithm.
func easterSunday(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}
