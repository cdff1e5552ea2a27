// Package language owns the languages that people read planwatch in: its own
// messages, the texts of a region's definitions, and how numbers, counts and
// dates are written. No other package imports golang.org/x/text.
package language

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	xlanguage "golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

const (
	// NoBreak is a space at which no line breaks.
	NoBreak = "\u00a0"
	// Dash stands where there is nothing to write.
	Dash = "–"
)

// Language is one language. Its methods may be used by many at once.
type Language struct {
	tag      xlanguage.Tag
	code     string
	name     string
	messages map[string]string
	printer  *message.Printer
}

// Code is the language's code, such as sv, by BCP 47.
func (l *Language) Code() string { return l.code }

// Name is what the language is called in itself.
func (l *Language) Name() string { return l.name }

// EnglishName is what the language is called in English.
func (l *Language) EnglishName() string { return display.English.Languages().Name(l.tag) }

// Of is the text in the language, or in another where it is missing.
func (l *Language) Of(t Text) string {
	if text := t[l.code]; text != "" {
		return text
	}
	return t.any()
}

// Say is one of planwatch's own messages in the language. The key is the
// message in English, unless English has a text of its own for it. Arguments
// are formatted as by fmt, numbers as the language writes them, and a count,
// which comes first, chooses the plural. A message that the language does not
// have is said in English.
func (l *Language) Say(key string, args ...any) string {
	if len(args) > 0 {
		return l.printer.Sprintf(key, args...)
	}
	if text, ok := l.messages[key]; ok {
		return text
	}
	return key
}

// Number writes value with that many decimals, in groups of three digits.
func (l *Language) Number(value float64, decimals int) string {
	return l.printer.Sprint(number.Decimal(unsignedZero(value, decimals), number.Scale(decimals)))
}

// ShortNumber writes value with at most that many decimals, without zeros at
// their end.
func (l *Language) ShortNumber(value float64, decimals int) string {
	return l.printer.Sprint(number.Decimal(unsignedZero(value, decimals), number.MinFractionDigits(0), number.MaxFractionDigits(decimals)))
}

// Percent writes ratio, 1 for the whole, as percent with that many decimals.
func (l *Language) Percent(ratio float64, decimals int) string {
	return l.printer.Sprint(number.Percent(unsignedZero(ratio, decimals+2), number.Scale(decimals)))
}

// ShortPercent writes ratio as percent with at most that many decimals.
func (l *Language) ShortPercent(ratio float64, decimals int) string {
	return l.printer.Sprint(number.Percent(unsignedZero(ratio, decimals+2), number.MinFractionDigits(0), number.MaxFractionDigits(decimals)))
}

// DecimalComma reports whether the language writes decimals behind a comma.
func (l *Language) DecimalComma() bool { return strings.Contains(l.Number(0.5, 1), ",") }

// Count writes a whole number.
func (l *Language) Count(n int) string { return l.Number(float64(n), 0) }

// unsignedZero takes the sign from what is rounded to zero.
func unsignedZero(value float64, decimals int) float64 {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'f', decimals, 64), 64); err == nil && rounded == 0 {
		return 0
	}
	return value
}

// Form is one of the plural forms of CLDR.
type Form string

// The plural forms.
const (
	Zero  Form = "zero"
	One   Form = "one"
	Two   Form = "two"
	Few   Form = "few"
	Many  Form = "many"
	Other Form = "other"
)

// Forms are all plural forms.
func Forms() []Form { return []Form{Zero, One, Two, Few, Many, Other} }

// Known reports whether f is one of the plural forms.
func (f Form) Known() bool { return slices.Contains(Forms(), f) }

var forms = map[plural.Form]Form{
	plural.Zero: Zero, plural.One: One, plural.Two: Two, plural.Few: Few, plural.Many: Many, plural.Other: Other,
}

// PluralForm is the form of a word behind value, written with at most that
// many decimals.
func (l *Language) PluralForm(value float64, decimals int) Form {
	text := strconv.FormatFloat(math.Abs(value), 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	whole, fraction, _ := strings.Cut(text, ".")
	digits := make([]byte, 0, len(text))
	for _, c := range []byte(whole + fraction) {
		digits = append(digits, c-'0')
	}
	form := plural.Cardinal.MatchDigits(l.tag, digits, len(whole), len(fraction))
	return forms[form]
}

// Moment writes a date and a time of day, in t's own zone, as ISO 8601 does,
// and a dash for the zero time.
func (l *Language) Moment(t time.Time) string {
	if t.IsZero() {
		return Dash
	}
	return t.Format(Layout)
}

// Layout is how Moment writes, in the notation of package time.
const Layout = "2006-01-02 15:04"

// Heading writes a moment out in full, in t's own zone. golang.org/x/text
// formats no dates, so the layout and the names of days and months are messages
// like others.
func (l *Language) Heading(t time.Time) string {
	text := t.Format(l.Say("Monday 2 January 2006, 15:04"))
	for _, name := range []string{t.Weekday().String(), t.Month().String()} {
		text = strings.ReplaceAll(text, name, l.Say(name))
	}
	return text
}

// shortMonths are the keys of months where there is little room.
var shortMonths = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// ShortMonth writes a month where there is little room, as on an axis.
func (l *Language) ShortMonth(m time.Month) string { return l.Say(shortMonths[m-1]) }

// Age writes how old something is, in the largest unit of time that fits.
func (l *Language) Age(age time.Duration) string {
	count := func(n float64, unit string) string {
		return l.Number(math.Floor(n), 0) + NoBreak + unit
	}
	switch {
	case age < time.Minute:
		return l.Say("now")
	case age < 2*time.Hour:
		return count(age.Minutes(), l.Say("min"))
	case age < 48*time.Hour:
		return count(age.Hours(), l.Say("h"))
	}
	return count(age.Hours()/24, l.Say("d"))
}

// Span writes how long something lasted, in at most two units of time.
func (l *Language) Span(d time.Duration) string {
	count := func(n time.Duration, unit string) string { return l.Number(float64(n), 0) + NoBreak + unit }
	units := []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, l.Say("d (in a sentence)")}, {time.Hour, l.Say("h")}, {time.Minute, l.Say("min")}}
	for i, unit := range units {
		if d < unit.of {
			continue
		}
		text := count(d/unit.of, unit.name)
		if i+1 < len(units) {
			if rest := d % unit.of / units[i+1].of; rest > 0 {
				text += " " + count(rest, units[i+1].name)
			}
		}
		return text
	}
	return l.Say("less than a minute")
}

// Took writes how long something took.
func (l *Language) Took(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d%sms", d.Milliseconds(), NoBreak)
	}
	return fmt.Sprintf("%.0f%ss", d.Seconds(), NoBreak)
}
