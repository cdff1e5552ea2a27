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

	"planwatch/internal/format"

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
		return nil, syntaxError(displayName, err, header, header)
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
			return nil, syntaxError(displayName, err, record, header)
		}
		line, _ := reader.FieldPos(0)
		row := make(sql.Row, len(t.schema.Schema))
		for index, value := range omitted {
			row[index] = value
		}
		for i, text := range record {
			if row[fields[i].index], err = fields[i].value(ctx, text); err != nil { //nolint:contextcheck // an *sql.Context is one
				line, _ := reader.FieldPos(i)
				return nil, fmt.Errorf("%s:%d: column %s: %w", displayName, line, fields[i].column.Name, err)
			}
		}
		if len(t.schema.PkOrdinals) > 0 {
			key := t.key(row)
			if first, ok := lineOfKey[key]; ok {
				return nil, fmt.Errorf("%s:%d: the same primary key as line %d; give each row another %s", displayName, line, first, t.keyColumns())
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

// syntaxError names the line of an error of encoding/csv, and what would be
// right. record is what was read of the row.
func syntaxError(file string, err error, record, header []string) error {
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse) && errors.Is(err, csv.ErrFieldCount):
		return fmt.Errorf("%s:%d: the row has %s and the header %d; give it as many, in quotation marks where one holds a comma",
			file, parse.StartLine, format.Count(len(record), "field"), len(header))
	case errors.As(err, &parse) && errors.Is(err, csv.ErrBareQuote):
		return fmt.Errorf("%s:%d: byte %d: a quotation mark within a field; put the field in quotation marks, and double those within it",
			file, parse.Line, parse.Column)
	case errors.As(err, &parse) && errors.Is(err, csv.ErrQuote):
		return fmt.Errorf("%s:%d: byte %d: a field in quotation marks is not closed, or has a single one within it; double those within it (the row begins on line %d)",
			file, parse.Line, parse.Column, parse.StartLine)
	case errors.As(err, &parse):
		return fmt.Errorf("%s:%d: %w", file, parse.Line, parse.Err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s:1: empty; the first line names the columns", file)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// keyColumns are the names of the columns of the primary key.
func (t *table) keyColumns() string {
	names := make([]string, len(t.schema.PkOrdinals))
	for i, index := range t.schema.PkOrdinals {
		names[i] = t.schema.Schema[index].Name
	}
	return strings.Join(names, " or ")
}

// key is the row's primary key as text.
func (t *table) key(row sql.Row) string {
	var b strings.Builder
	for _, index := range t.schema.PkOrdinals {
		fmt.Fprintf(&b, "%v\x00", row[index])
	}
	return b.String()
}

// columns are the names of the columns.
func (t *table) columns() []string {
	names := make([]string, len(t.schema.Schema))
	for i, column := range t.schema.Schema {
		names[i] = column.Name
	}
	return names
}

// columnsOf finds the column of each field in the header, and the default of
// each column that the file omits, by the column's index.
func (t *table) columnsOf(header []string) (fields []*field, omitted map[int]any, err error) {
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return nil, nil, errors.New("the header has one field, with semicolons or tabs in it; separate fields by commas")
	}
	inHeader := map[int]bool{}
	for i, name := range header {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		index := t.schema.IndexOfColName(name)
		if index < 0 {
			// Not quoted: where a file has no header, this is a row.
			return nil, nil, fmt.Errorf("table %s has no column named as field %d is; the first line names the columns, which are %s", t.name, i+1, strings.Join(t.columns(), ", "))
		}
		if inHeader[index] {
			return nil, nil, fmt.Errorf("column %s is in the header twice; name it once", t.schema.Schema[index].Name)
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
			return nil, nil, fmt.Errorf("column %s is missing, and cannot be NULL; name it in the header, and give each row a value", column.Name)
		}
	}
	return fields, omitted, nil
}
