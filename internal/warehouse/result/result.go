// Package result reads the rows of a query: their columns, values and
// moments. It does not depend on a server; it reads what the text protocol of MySQL gives.
package result

import (
	"database/sql"
	"errors"
	"fmt"
)

// ErrTooManyRows is a query that gave more rows than it may.
var ErrTooManyRows = errors.New("too many rows")

// Result is what a query gave: each row has one value for each column.
type Result struct {
	Columns []Column
	Rows    [][]Value
}

// ValueError is about a value of the database that is no valid number or
// moment.
type ValueError struct {
	Row    int // from 1
	Column string
	Err    error
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("row %d: column %s: %v", e.Row, e.Column, e.Err)
}

// Unwrap is what is wrong with the value.
func (e *ValueError) Unwrap() error { return e.Err }

// Read reads all rows, and leaves it to the caller to close them. It fails
// with ErrTooManyRows at row maxRows+1, unless maxRows is 0, and with a
// ValueError where a value is not valid.
func Read(rows *sql.Rows, zones TimeZones, maxRows int) (*Result, error) {
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
			if row[i], err = parseValue(column, raw[i], zones); err != nil {
				return nil, &ValueError{Row: len(result.Rows) + 1, Column: column.Name, Err: err}
			}
		}
		result.Rows = append(result.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return result, nil
}
