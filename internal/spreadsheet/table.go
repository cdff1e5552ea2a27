// Package spreadsheet writes tables so that Excel opens them right: as a workbook, and
// as CSV in the form of the reader's language.
package spreadsheet

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"planwatch/internal/format"
	"planwatch/internal/language"
)

// Table is rows of cells under headings, all in one language.
type Table struct {
	// Name is the sheet's.
	Name    string
	Columns []Column
	// Rows have a cell for each of the columns.
	Rows [][]Cell
}

// Column is the head of a column, and what it means.
type Column struct{ Heading, Note string }

// kind is what a cell holds.
type kind int

const (
	blank kind = iota
	text
	number
	moment
	date
)

// Cell is a text, a number, a moment or a date. The zero Cell is blank.
type Cell struct {
	kind   kind
	text   string
	number float64
	format NumberFormat
	at     time.Time
}

// NumberFormat is how Excel shows a number, as its own format codes have it. Excel puts
// the reader's own signs in the place of point and comma.
type NumberFormat string

// Decimals shows a number in groups of three digits, with so many decimals.
func Decimals(n int) NumberFormat { return NumberFormat("#,##0" + decimals(n)) }

// Percent shows a ratio, 1 for the whole, as the language writes percentages.
func Percent(l *language.Language, n int) NumberFormat {
	if strings.HasSuffix(l.Percent(1, 0), language.NoBreak+"%") {
		return NumberFormat("0" + decimals(n) + `\ %`)
	}
	return NumberFormat("0" + decimals(n) + "%")
}

func decimals(n int) string {
	if n <= 0 {
		return ""
	}
	return "." + strings.Repeat("0", n)
}

// Text is a cell of text; "" is blank. What no text can hold, such as control characters
// and marks that turn the direction of what follows, is shown by a sign.
func Text(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{kind: text, text: cut(format.Cell(strings.ToValidUTF8(s, "\ufffd")))}
}

// mostText is how long a text Excel's cells take, in units of UTF-16.
const mostText = 32_767

// cut ends a text where a cell is full.
func cut(s string) string {
	if len(s) <= mostText {
		return s
	}
	units := utf16.Encode([]rune(s))
	if len(units) <= mostText {
		return s
	}
	return string(utf16.Decode(units[:mostText-2])) + "…"
}

// Number is a cell with a figure; nil, and what is no number, is blank.
func Number(value *float64, f NumberFormat) Cell {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return Cell{}
	}
	return Cell{kind: number, number: *value, format: f}
}

// Moment is a cell with a moment in t's own zone; the zero time is blank.
func Moment(t time.Time) Cell {
	if t.IsZero() {
		return Cell{}
	}
	return Cell{kind: moment, at: t}
}

// Date is a cell with the day of t in its own zone; the zero time is blank.
func Date(t time.Time) Cell {
	if t.IsZero() {
		return Cell{}
	}
	return Cell{kind: date, at: t}
}

// layout is how a moment or a date is written where it is text. Excel reads both in any
// language.
func (c Cell) layout() string {
	if c.kind == date {
		return time.DateOnly
	}
	return language.Layout
}

// numberRoom is what decimals and a sign take beside the whole of a number.
const numberRoom = 4

// width is about how many characters the cell takes.
func (c Cell) width() int {
	switch c.kind {
	case text:
		return len([]rune(c.text))
	case number:
		whole, _, _ := strings.Cut(strconv.FormatFloat(c.number, 'f', -1, 64), ".")
		return len(whole) + len(whole)/3 + numberRoom
	case moment, date:
		return len(c.layout())
	}
	return 0
}
