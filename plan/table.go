package plan

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"planwatch/internal/decimal"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Table is one of the plan's tables: a CSV file whose first row names the
// columns, with the rows in the source's own order.
type Table struct {
	// Name of the file, for errors.
	Name    string
	Columns []string
	Rows    []Row
}

// Row is one row of a Table.
type Row struct {
	// Line of the file on which the row begins.
	Line int
	// Cells, one a column.
	Cells []string
}

// ReadTable reads a table from CSV in UTF-8. Errors begin with name.
func ReadTable(name string, data []byte) (*Table, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: the file is not UTF-8; save it as UTF-8", name)
	}
	reader := csv.NewReader(bytes.NewReader(data))
	columns, err := reader.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: the file is empty; its first row names the columns", name)
	case err != nil:
		return nil, csvError(name, err)
	}
	for i, column := range columns {
		switch {
		case column == "" || column != strings.TrimSpace(column):
			return nil, fmt.Errorf("%s:1: column %d: %q is not a column's name", name, i+1, column)
		case slices.Index(columns, column) < i:
			return nil, fmt.Errorf("%s:1: column %s: given twice", name, column)
		}
	}
	table := &Table{Name: name, Columns: columns}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return table, nil
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		line, _ := reader.FieldPos(0)
		table.Rows = append(table.Rows, Row{Line: line, Cells: cells})
	}
}

// csvError puts file and line in front of the CSV reader's error.
func csvError(name string, err error) error {
	var fault *csv.ParseError
	if !errors.As(err, &fault) {
		return fmt.Errorf("%s: %w", name, err)
	}
	if errors.Is(fault.Err, csv.ErrFieldCount) {
		return fmt.Errorf("%s:%d: the number of cells differs from the first row's", name, fault.Line)
	}
	return fmt.Errorf("%s:%d: %w", name, fault.Line, fault.Err)
}

// column is the index of the named column, or -1.
func (t *Table) column(name string) int { return slices.Index(t.Columns, name) }

// Cell is a row's text in the named column, or "" where there is no such column.
func (t *Table) Cell(row Row, column string) string {
	if i := t.column(column); i >= 0 && i < len(row.Cells) {
		return row.Cells[i]
	}
	return ""
}

// Amount is a row's number in the named column. An empty cell is no amount.
func (t *Table) Amount(row Row, column string) (amount decimal.Decimal, given bool, err error) {
	text := t.Cell(row, column)
	if text == "" {
		return decimal.Decimal{}, false, nil
	}
	amount, err = decimal.Parse(text)
	if err != nil {
		return decimal.Decimal{}, false, fmt.Errorf("%s:%d: column %s: %w", t.Name, row.Line, column, err)
	}
	return amount, true, nil
}

// checkColumn reports a column that the table does not have.
func (t *Table) checkColumn(column string) error {
	if t.column(column) >= 0 {
		return nil
	}
	return fmt.Errorf("%s has no column %q; it has %s", t.Name, column, strings.Join(t.Columns, ", "))
}

// Selector picks rows: those whose cell in each named column is one of the
// values given for it. An empty Selector picks every row.
type Selector map[string]Values

// Values are the values that a cell may have.
type Values []string

// UnmarshalYAML reads one value or a list of them.
func (v *Values) UnmarshalYAML(node ast.Node) error {
	if _, many := node.(*ast.SequenceNode); many {
		var list []string
		if err := yaml.NodeToValue(node, &list, yaml.Strict()); err != nil {
			return err
		}
		*v = list
		return nil
	}
	var one string
	if err := yaml.NodeToValue(node, &one, yaml.Strict()); err != nil {
		return err
	}
	*v = Values{one}
	return nil
}

// matches reports whether the selector selects the row.
func (s Selector) matches(t *Table, row Row) bool {
	for column, values := range s {
		if !slices.Contains(values, t.Cell(row, column)) {
			return false
		}
	}
	return true
}

// columns are the columns that the selector names.
func (s Selector) columns() []string {
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
