// Package calendar has the public holidays of countries.
package calendar

import (
	"slices"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/rickar/cal/v2"
)

// Calendar is the name of the country whose public holidays count, in lower
// case.
type Calendar string

// None is a calendar without holidays.
const None Calendar = ""

// Countries returns the names of the supported countries, sorted.
func Countries() []string {
	var names []string
	for c := range countries {
		names = append(names, string(c))
	}
	slices.Sort(names)
	return names
}

// Known reports whether c is None or one of Countries.
func (c Calendar) Known() bool { return c == None || countries[c] != nil }

// JSONSchema lists the countries for editors.
func (Calendar) JSONSchema() *jsonschema.Schema {
	schema := &jsonschema.Schema{Type: "string"}
	for _, name := range Countries() {
		schema.Enum = append(schema.Enum, name)
	}
	return schema
}

// Holiday is a public holiday.
type Holiday struct {
	// Name in a language of the country.
	Name string
	// Date at midnight, UTC.
	Date time.Time
}

// Holidays returns the holidays of a year, in order of date. A holiday whose
// day off is moved, as from a Sunday to the Monday, is on both days.
func (c Calendar) Holidays(year int) []Holiday {
	var holidays []Holiday
	// The day off of the next New Year's Day may be in this year.
	for _, h := range countries[c] {
		var dates []time.Time
		for y := year - 1; y <= year+1; y++ {
			actual, observed := h.Calc(y)
			dates = append(dates, date(actual), date(observed))
		}
		slices.SortFunc(dates, time.Time.Compare)
		for _, d := range slices.Compact(dates) {
			if d.Year() == year {
				holidays = append(holidays, Holiday{h.Name, d})
			}
		}
	}
	slices.SortStableFunc(holidays, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	return holidays
}

// Between is how many working days there are from one day to another, both counted:
// Monday to Friday but for holidays. The days are read in their own zones.
func (c Calendar) Between(from, to time.Time) int {
	from, to = date(from), date(to)
	days := 0
	holidays := map[time.Time]bool{}
	for year := from.Year(); year <= to.Year(); year++ {
		for _, h := range c.Holidays(year) {
			holidays[h.Date] = true
		}
	}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		if day.Weekday() != time.Saturday && day.Weekday() != time.Sunday && !holidays[day] {
			days++
		}
	}
	return days
}

// date returns t's date at midnight, UTC. Package cal gives times in the
// machine's zone.
func date(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Some zones have days without a midnight; UTC has none.
func init() { cal.DefaultLoc = time.UTC }
