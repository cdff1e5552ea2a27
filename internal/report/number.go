package report

import (
	"math"
	"strconv"
	"time"

	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

const (
	// noBreak is a space at which no line breaks.
	noBreak = "\u00a0"
	// none stands for a figure that there is not.
	none = "–"
)

// Number writes a figure in its measure, without the measure's name; nil is a
// dash.
func (l Language) Number(value *float64, m Measure) string {
	if finite(value) == nil {
		return none
	}
	if m.counted && *value == math.Trunc(*value) {
		return l.decimal(*value, 0)
	}
	return l.decimal(*value/m.factor, m.decimals)
}

// Figure is Number with the measure's name.
func (l Language) Figure(value *float64, m Measure) string {
	text := l.Number(value, m)
	name := l.Of(m.name)
	switch {
	case finite(value) == nil || name == "":
		return text
	case m.percent && l == English:
		return text + name
	}
	return text + noBreak + name
}

// Beside is Number for a figure that stands beside another one with the
// measure's name: only a percent sign is written again.
func (l Language) Beside(value *float64, m Measure) string {
	if m.percent {
		return l.Figure(value, m)
	}
	return l.Number(value, m)
}

// Margin writes a margin with its sign, in percent. Where nothing is expected
// there is no share to tell, only the direction.
func (l Language) Margin(row Row) string {
	margin := finite(row.Margin)
	switch {
	case margin == nil:
		return none
	case row.Expected != nil && *row.Expected == 0 && *margin > 0:
		return l.Words().Better
	case row.Expected != nil && *row.Expected == 0 && *margin < 0:
		return l.Words().Worse
	}
	text := l.Figure(margin, Measure{factor: 0.01, decimals: 1, name: international("%"), percent: true})
	if *margin >= 0.0005 {
		text = "+" + text
	}
	return text
}

// Count writes a whole number.
func (l Language) Count(n int) string { return l.decimal(float64(n), 0) }

func (l Language) decimal(value float64, decimals int) string {
	// A rounded zero has no sign.
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'f', decimals, 64), 64); err == nil && rounded == 0 {
		value = 0
	}
	return message.NewPrinter(l.tag()).Sprint(number.Decimal(value, number.Scale(decimals)))
}

// Age writes how old a figure is, in its largest unit.
func (l Language) Age(age time.Duration) string {
	w := l.Words()
	count := func(n float64, unit string) string { return l.decimal(math.Floor(n), 0) + noBreak + unit }
	switch {
	case age < time.Minute:
		return w.Now
	case age < 2*time.Hour:
		return count(age.Minutes(), "min")
	case age < 48*time.Hour:
		return count(age.Hours(), l.Of(hours))
	}
	return count(age.Hours()/24, w.Days)
}

// Moment writes a date and a time of day.
func (l Language) Moment(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.Format("2006-01-02 15:04")
}

var (
	monthsSwedish = []string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"}
	daysSwedish   = []string{"söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"}
)

// Heading writes a moment out in full, for the top of a page.
func (l Language) Heading(t time.Time) string {
	if l == English {
		return t.Format("Monday 2 January 2006, 15:04")
	}
	return daysSwedish[t.Weekday()] + " " + strconv.Itoa(t.Day()) + " " + monthsSwedish[t.Month()-1] + " " + t.Format("2006 kl."+noBreak+"15.04")
}
