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

// parseValue reads what the server wrote; nil is NULL. An error does not quote
// it.
func parseValue(column Column, raw sql.RawBytes, zones TimeZones) (Value, error) {
	v := Value{Type: column.Type}
	if raw == nil {
		v.Null = true
		return v, nil
	}
	if len(raw) > maxCell {
		return v, fmt.Errorf("has %d bytes; a cell has at most %d", len(raw), maxCell)
	}
	text := string(raw)
	var err error
	switch column.Type {
	case Number:
		if v.Number, err = strconv.ParseFloat(text, 64); err != nil {
			return v, errors.New("is not a number")
		}
	case Time:
		if v.Time, err = zones.parse(column.DatabaseType, text); err != nil {
			return v, err
		}
	default:
		v.Text = text
	}
	return v, nil
}
