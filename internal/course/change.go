package course

import (
	"math"
	"time"

	"planwatch/plan"
)

// SinceMonth is by how much a figure has changed since the same date a month before;
// asOf is the moment that the figure is about. It is nil where one of the two is not
// known, and of a figure that accumulates also where they are not about a month apart
// or the count has begun again: a figure that is held back is of a shorter span.
func (c Course) SinceMonth(value *float64, asOf time.Time) *float64 {
	if c.MonthEarlier != nil && c.accumulates {
		then := c.MonthEarlier.AsOf
		if days := math.Round(asOf.Sub(then).Hours() / 24); days < 25 || days > 35 {
			return nil
		}
		if c.anew && asOf.In(c.location).Year() != then.In(c.location).Year() {
			return nil
		}
	}
	return change(value, c.MonthEarlier)
}

// SinceYear is by how much a figure has changed since the same date a year before;
// asOf is the moment that the figure is about. It is nil where one of the two is not
// known, and of a figure that accumulates also where they are not of the same day of
// the year, give or take one.
func (c Course) SinceYear(value *float64, asOf time.Time) *float64 {
	if c.YearEarlier != nil && c.accumulates {
		now, then := asOf.In(c.location), c.YearEarlier.AsOf.In(c.location)
		if days := dayOfYear(now) - dayOfYear(then); now.Year() != then.Year()+1 || days < -1 || days > 1 {
			return nil
		}
	}
	return change(value, c.YearEarlier)
}

// change leaves out what is but rounding errors.
func change(value *float64, then *Point) *float64 {
	if value == nil || then == nil || then.Value == nil {
		return nil
	}
	return new(plan.Change(*value, *then.Value))
}

// dayOfYear counts days from 1 to 365; 29 February is as 28 February.
func dayOfYear(at time.Time) int {
	month, day := at.Month(), at.Day()
	if month == time.February && day == 29 {
		day = 28
	}
	return time.Date(2001, month, day, 0, 0, 0, 0, time.UTC).YearDay()
}
