package plan

import (
	"fmt"
	"time"

	"planwatch/internal/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Date is a day of the calendar, without a zone. The zero Date is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date such as 2025-03-18.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date such as 2025-03-18", text)
	}
	return dateOf(t), nil
}

func dateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.number() < other.number() }

// Begins is the first moment of the day in location.
func (d Date) Begins(location *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, location)
}

// Ends is the first moment of the day after, in location.
func (d Date) Ends(location *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, location)
}

// number counts days, so that the distance of two dates does not depend on
// daylight saving.
func (d Date) number() int {
	return int(d.Begins(time.UTC).Unix() / (24 * 60 * 60))
}

func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText writes the date in the form that ParseDate reads.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what ParseDate does.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// UnmarshalYAML reads the date. Errors have the line.
func (d *Date) UnmarshalYAML(node ast.Node) error {
	return yamlfile.At(node, d.UnmarshalText([]byte(yamlfile.Scalar(node))))
}

// dayOf is at as days since 1970 in local time, with the fraction of its own
// day that has passed. A day of 23 or 25 hours counts as one day like any other.
func dayOf(at time.Time, location *time.Location) float64 {
	date := dateOf(at.In(location))
	begins, ends := date.Begins(location), date.Ends(location)
	passed := float64(at.Sub(begins)) / float64(ends.Sub(begins))
	return float64(date.number()) + min(max(passed, 0), 1)
}
