package warehouse

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ColumnType is what kind of values a column holds, by its type in the
// database and not by what the values look like.
type ColumnType int

// The column types.
const (
	// Other is a type that no figure, label or moment is made of: TIME, BIT,
	// BLOB, or a column that is nothing but NULL.
	Other ColumnType = iota
	// Number is any integer, DECIMAL, FLOAT or DOUBLE.
	Number
	// Text is CHAR, VARCHAR, TEXT, ENUM, SET or JSON.
	Text
	// Time is DATE, DATETIME or TIMESTAMP.
	Time
)

func (t ColumnType) String() string {
	switch t {
	case Number:
		return "a number"
	case Text:
		return "a text"
	case Time:
		return "a time"
	}
	return "neither number, text nor time"
}

// Column is one column of a result.
type Column struct {
	Name string
	Type ColumnType
	// DatabaseType is the type's name in the database, such as DECIMAL.
	DatabaseType string
}

// Value is one cell. Of Number, Text and Time the one that Type says is set,
// and none where Null is; an Other value is in Text as the server wrote it.
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

// Result is what a query gave: each row has a value a column.
type Result struct {
	Columns []Column
	Rows    [][]Value
}

// zones are the time zones that a result's moments are written in.
type zones struct {
	local     *time.Location // DATE and DATETIME
	timestamp *time.Location // TIMESTAMP
	asOf      time.Time      // decides what an hour that clocks show twice means
}

// moment is when the location's clocks show the date and time that wall has.
// Clocks that are set back show an hour twice: the later moment is meant,
// unless it lies after asOf. Clocks that are set forward leave an hour out;
// what stands there was computed with the offset from before or from after
// it, and is read by the same rule.
func (z zones) moment(wall time.Time, location *time.Location) time.Time {
	// Not time.Date, which gives the one or the other, and does not say which.
	reading := func(day time.Time) (t time.Time, shown bool) {
		_, offset := day.In(location).Zone()
		t = wall.Add(-time.Duration(offset) * time.Second).In(location)
		_, actual := t.Zone()
		return t, actual == offset
	}
	before, shownBefore := reading(wall.AddDate(0, 0, -1))
	after, shownAfter := reading(wall.AddDate(0, 0, 1))
	switch {
	case shownBefore && !shownAfter:
		return before
	case shownAfter && !shownBefore:
		return after
	}
	earlier, later := before, after
	if later.Before(earlier) {
		earlier, later = later, earlier
	}
	if later.After(z.asOf) {
		return earlier
	}
	return later
}

// readRows reads all rows, and gives up at one more than maxRows unless that
// is 0.
func readRows(rows *sql.Rows, z zones, maxRows int) (*Result, error) {
	columns, err := columnsOf(rows)
	if err != nil {
		return nil, err
	}
	result := &Result{Columns: columns}
	raw := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
	for i := range raw {
		into[i] = &raw[i]
	}
	for rows.Next() {
		if maxRows > 0 && len(result.Rows) == maxRows {
			return nil, fmt.Errorf("%w: more than %d rows; raise max_series or aggregate in the query", ErrTooManyRows, maxRows)
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]Value, len(columns))
		for i, column := range columns {
			if row[i], err = z.value(column, raw[i]); err != nil {
				return nil, &valueError{row: len(result.Rows) + 1, column: column.Name, err: err}
			}
		}
		result.Rows = append(result.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return result, nil
}

// valueError is a value that the server gave and that is no value.
type valueError struct {
	row    int
	column string
	err    error
}

func (e *valueError) Error() string {
	return fmt.Sprintf("row %d: column %s: %v", e.row, e.column, e.err)
}

func (e *valueError) Unwrap() error { return e.err }

func columnsOf(rows *sql.Rows) ([]Column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]Column, len(types))
	for i, t := range types {
		columns[i] = Column{Name: t.Name(), Type: typeOf(t.DatabaseTypeName()), DatabaseType: t.DatabaseTypeName()}
	}
	return columns, nil
}

func typeOf(databaseType string) ColumnType {
	switch strings.TrimPrefix(databaseType, "UNSIGNED ") {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR", "DECIMAL", "FLOAT", "DOUBLE":
		return Number
	case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET", "JSON":
		return Text
	case "DATE", "DATETIME", "TIMESTAMP":
		return Time
	}
	return Other
}

var errZeroDate = errors.New("is no date; NULL says that there is none")

// value turns what the server wrote into a Value.
func (z zones) value(column Column, raw sql.RawBytes) (Value, error) {
	v := Value{Type: column.Type}
	if raw == nil {
		v.Null = true
		return v, nil
	}
	text := string(raw)
	var err error
	switch column.Type {
	case Number:
		if v.Number, err = strconv.ParseFloat(text, 64); err != nil {
			return v, fmt.Errorf("%q is not a number", text)
		}
	case Time:
		location, layout := z.local, time.DateTime
		switch column.DatabaseType {
		case "DATE":
			layout = time.DateOnly
		case "TIMESTAMP":
			location = z.timestamp
		}
		wall, err := time.Parse(layout, text)
		if err != nil {
			return v, fmt.Errorf("%q %w", text, errZeroDate)
		}
		v.Time = z.moment(wall, location)
	default:
		v.Text = text
	}
	return v, nil
}
