// Package result reads the rows of a query: their columns, values and
// moments. It does not depend on a server; it reads what the text protocol of MySQL gives.
package result

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// ErrTooManyRows is a query that gave more rows than it may.
var ErrTooManyRows = errors.New("too many rows")

// Result is what a query gave: each row has one value for each column.
type Result struct {
	Columns []Column
	Rows    [][]Value
	// Taken is how many rows Limits.Take was given, instead of Rows.
	Taken int
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

// maxCell is the longest text that is kept, in bytes.
const maxCell = 64 << 10

// Limits say how much of a result is kept.
type Limits struct {
	// Rows is how many rows there may be; 0 is any number.
	Rows int
	// Columns are the names of the columns that are kept; nil is all.
	Columns []string
	// Take, unless it is nil, is given the columns and each row, which is not its own: the
	// next takes its place. The result then has no rows. What follows may still be an error.
	Take func(columns []Column, row []Value)
}

// Read reads all rows, and leaves it to the caller to close them. It fails
// with ErrTooManyRows at a row more than there may be, and with a ValueError
// where a value is not valid. Where one of the columns to keep is not there, it
// gives the columns that are, and no rows.
func Read(rows *sql.Rows, zones TimeZones, limits Limits) (*Result, error) {
	columns, err := columnsOf(rows)
	if err != nil {
		return nil, err
	}
	kept, complete := limits.keep(columns)
	if !complete {
		return &Result{Columns: columns}, nil
	}
	raw := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
	for i := range raw {
		into[i] = &raw[i]
	}
	result := &Result{}
	parsers := make([]parser, len(kept))
	for i, at := range kept {
		result.Columns = append(result.Columns, columns[at])
		parsers[i] = newParser(columns[at], zones)
	}
	var spare []Value
	for count := 0; rows.Next(); count++ {
		if limits.Rows > 0 && count == limits.Rows {
			return nil, fmt.Errorf("%w: more than %d rows; raise max_series or aggregate in the query", ErrTooManyRows, limits.Rows)
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if len(spare) < len(kept) {
			spare = make([]Value, valuesFor(len(result.Rows))*len(kept))
		}
		row := spare[:len(kept):len(kept)]
		for i := range row {
			row[i] = Value{}
			if err := parsers[i].parse(raw[kept[i]], &row[i]); err != nil {
				return nil, &ValueError{Row: count + 1, Column: result.Columns[i].Name, Err: err}
			}
		}
		if limits.Take != nil {
			limits.Take(result.Columns, row)
			result.Taken++
			continue
		}
		spare = spare[len(kept):]
		result.Rows = append(result.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return result, nil
}

// valuesFor is for how many rows there are to be values once so many have been read: few
// at first, as most results are small.
func valuesFor(rows int) int { return min(max(rows, 4), 256) }

// keep gives the indexes of the columns to keep; complete is false if one of
// them is not there.
func (l Limits) keep(columns []Column) (kept []int, complete bool) {
	found := map[string]bool{}
	for i, column := range columns {
		if l.Columns == nil || slices.Contains(l.Columns, column.Name) {
			kept = append(kept, i)
			found[column.Name] = true
		}
	}
	for _, name := range l.Columns {
		if !found[name] {
			return nil, false
		}
	}
	return kept, true
}
