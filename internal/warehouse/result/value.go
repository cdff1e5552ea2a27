package result

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Value is one cell. Type says which of Number, Text and Time is set; none is
// where Null is true. A value of type Other is in Text, as the server wrote it.
type Value struct {
	Type   ColumnType
	Null   bool
	Number float64
	Text   string
	Time   time.Time
}

// String is the value as people write it: a whole number without a decimal
// point, a time by RFC 3339, and NULL.
func (v Value) String() string {
	switch {
	case v.Null:
		return "NULL"
	case v.Type == Number:
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case v.Type == Time:
		return v.Time.Format(time.RFC3339)
	}
	return v.Text
}

// parser reads the values of one column. Those that come again and again, as names and
// moments do, are kept once and read once.
type parser struct {
	column Column
	zones  TimeZones
	texts  map[string]string
	times  map[string]time.Time
	// last is the text of the row before, and met how many were among those kept.
	last string
	met  int
}

// mostKept is how many values a parser keeps. If no more have come again by then, it keeps
// none: they are all different.
const mostKept = 4096

func newParser(column Column, zones TimeZones) parser {
	p := parser{column: column, zones: zones}
	switch column.Type {
	case Number:
	case Time:
		p.times = map[string]time.Time{}
	default:
		p.texts = map[string]string{}
	}
	return p
}

// parse reads what the server wrote into v, which is zero; nil is NULL. An error does not
// quote it.
func (p *parser) parse(raw sql.RawBytes, v *Value) error {
	v.Type = p.column.Type
	if raw == nil {
		v.Null = true
		return nil
	}
	if len(raw) > maxCell {
		return fmt.Errorf("has %d bytes; a cell has at most %d", len(raw), maxCell)
	}
	switch p.column.Type {
	case Number:
		if number, ok := shortNumber(raw); ok {
			v.Number = number
			return nil
		}
		var err error
		if v.Number, err = strconv.ParseFloat(string(raw), 64); err != nil {
			return errors.New("is not a number")
		}
	case Time:
		known, met := p.times[string(raw)]
		if !met {
			text := string(raw)
			var err error
			if known, err = p.zones.parse(p.column.DatabaseType, text); err != nil {
				return err
			}
			if len(p.times) < mostKept {
				p.times[text] = known
			}
		}
		v.Time = known
	default:
		v.Text = p.once(raw)
	}
	return nil
}

// longestKept is the longest text that is kept, in bytes: longer ones are no names.
const longestKept = 256

// once is the text, of which there is one copy as long as not too many differ.
func (p *parser) once(raw sql.RawBytes) string {
	if string(raw) == p.last {
		return p.last
	}
	if known, met := p.texts[string(raw)]; met {
		p.met++
		p.last = known
		return known
	}
	p.last = string(raw)
	switch {
	case p.texts == nil || len(p.last) > longestKept:
	case len(p.texts) < mostKept:
		p.texts[p.last] = p.last
	case p.met < mostKept:
		p.texts = nil
	}
	return p.last
}

// powers are those of ten that floats have exactly, as far as they are needed.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// shortNumber reads a number of up to 15 digits, with a sign or a point: what most columns
// hold. It gives what strconv does, the nearest float, since that is the quotient of two
// that are exact.
func shortNumber(raw []byte) (number float64, ok bool) {
	digits := raw
	negative := len(digits) > 0 && digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > len(powers) {
		return 0, false
	}
	var whole int64
	decimals := -1
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			whole = whole*10 + int64(c-'0')
		case c == '.' && decimals < 0 && i > 0 && i < len(digits)-1:
			decimals = len(digits) - 1 - i
		default:
			return 0, false
		}
	}
	number = float64(whole)
	if decimals > 0 {
		number /= powers[decimals]
	} else if len(digits) == len(powers) {
		return 0, false // sixteen digits
	}
	if negative {
		number = -number
	}
	return number, true
}
