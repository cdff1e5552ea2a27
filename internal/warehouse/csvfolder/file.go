//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// readTable reads a file into a copy of its empty table.
func (f *folder) readTable(parent context.Context, name string, empty *table) (*table, error) {
	displayName := path.Join(f.name, name)
	file, err := f.files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", displayName, err)
	}
	defer file.Close()
	t := *empty
	if info, err := file.Stat(); err == nil {
		t.bytes = uint64(max(info.Size(), 0))
	}
	limited := &rowLimit{reader: file}
	reader := csv.NewReader(limited)
	reader.ReuseRecord = true
	limited.left = maxRow
	header, err := reader.Read()
	if err != nil {
		return nil, syntaxError(displayName, err)
	}
	fields, omitted, err := t.columnsOf(header)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", displayName, err)
	}
	lineOfKey := map[string]int{}
	ctx := sql.NewContext(parent)
	for {
		if err := context.Cause(parent); err != nil {
			return nil, err
		}
		limited.left = maxRow
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return &t, nil
		}
		if errors.Is(err, errRowTooLong) {
			return nil, fmt.Errorf("%s: the row after %d others: %w", displayName, len(t.rows), err)
		}
		if err != nil {
			return nil, syntaxError(displayName, err)
		}
		line, _ := reader.FieldPos(0)
		row := make(sql.Row, len(t.schema.Schema))
		for index, value := range omitted {
			row[index] = value
		}
		for i, text := range record {
			if row[fields[i].index], err = fields[i].value(ctx, text); err != nil { //nolint:contextcheck // an *sql.Context is one
				return nil, fmt.Errorf("%s:%d: column %s: %w", displayName, line, fields[i].column.Name, err)
			}
		}
		if len(t.schema.PkOrdinals) > 0 {
			key := t.key(row)
			if first, ok := lineOfKey[key]; ok {
				return nil, fmt.Errorf("%s:%d: the same primary key as line %d", displayName, line, first)
			}
			lineOfKey[key] = line
		}
		t.rows = append(t.rows, row)
	}
}

// maxRow is how long a row of a file may be, in bytes. encoding/csv holds a row
// several times over.
const maxRow = 1 << 20

var errRowTooLong = fmt.Errorf("longer than %d MiB; a quotation may not be closed, or a column holds documents", maxRow>>20)

// rowLimit reads a file, and fails within a row that is too long.
type rowLimit struct {
	reader io.Reader
	left   int // of the row that is being read
}

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := l.reader.Read(p)
	l.left -= n
	return n, err
}

// syntaxError names the line of an error of encoding/csv.
func syntaxError(file string, err error) error {
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse) && errors.Is(err, csv.ErrFieldCount):
		return fmt.Errorf("%s:%d: more or fewer fields than the header", file, parse.Line)
	case errors.As(err, &parse):
		return fmt.Errorf("%s:%d: %w", file, parse.Line, parse.Err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s:1: empty; the first line names the columns", file)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// key is the row's primary key as text.
func (t *table) key(row sql.Row) string {
	var b strings.Builder
	for _, index := range t.schema.PkOrdinals {
		fmt.Fprintf(&b, "%v\x00", row[index])
	}
	return b.String()
}

// columnsOf finds the column of each field in the header, and the default of
// each column that the file omits, by the column's index.
func (t *table) columnsOf(header []string) (fields []*field, omitted map[int]any, err error) {
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return nil, nil, errors.New("fields must be separated by commas")
	}
	inHeader := map[int]bool{}
	for i, name := range header {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		index := t.schema.IndexOfColName(name)
		if index < 0 {
			// Not quoted: where a file has no header, this is a row.
			return nil, nil, fmt.Errorf("table %s has no column named as field %d is; the first line names the columns", t.name, i+1)
		}
		if inHeader[index] {
			return nil, nil, fmt.Errorf("column %s is in the header twice", t.schema.Schema[index].Name)
		}
		inHeader[index] = true
		fields = append(fields, newField(index, t.schema.Schema[index]))
	}
	omitted = map[int]any{}
	for index, column := range t.schema.Schema {
		if inHeader[index] {
			continue
		}
		switch {
		case column.Default != nil:
			omitted[index] = t.defaults[index]
		case !column.Nullable:
			return nil, nil, fmt.Errorf("column %s is missing, and cannot be NULL", column.Name)
		}
	}
	return fields, omitted, nil
}
