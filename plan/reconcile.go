package plan

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"planwatch/internal/decimal"
)

// Result is what Reconcile finds.
type Result struct {
	// Checked is how many statements were held against something.
	Checked int
	// Differences are those that do not agree, in the order of the checks and of
	// the rows.
	Differences []Difference
	// Groups are the differences by cause, the largest first and those that are
	// rounding last.
	Groups []Group
}

// Reconcile holds everything that the checks name against what it is to agree
// with, and seeks what closes each difference.
func Reconcile(tables map[string]*Table, r *Reconciliation) (Result, error) {
	if r == nil {
		return Result{}, nil
	}
	checked, found, err := r.runAll(tables)
	if err != nil {
		return Result{}, err
	}
	result := Result{Checked: checked}
	r.explain(found, tables)
	for _, f := range found {
		result.Differences = append(result.Differences, f.Difference)
	}
	result.Groups = r.group(found)
	return result, nil
}

// finding is a difference with what is needed to explain it.
type finding struct {
	Difference
	check Check
	scope scope
	// stated are the rows that the figure was read from.
	stated []Row
	// digit is one in the last digit of the stated figure, and rounded how many
	// of the figures compared are rounded to it; fine if some are in a finer unit.
	digit   decimal.Decimal
	rounded int
	fine    bool
	// moves are what could close it, and closing the keys of those that do.
	moves   []move
	closing []string
}

// runAll does every check.
func (r *Reconciliation) runAll(tables map[string]*Table) (checked int, found []*finding, err error) {
	for _, check := range r.Checks {
		n, differences, err := r.run(check, tables)
		if err != nil {
			return 0, nil, fmt.Errorf("check %s: %w", check.ID, err)
		}
		checked += n
		found = append(found, differences...)
	}
	return checked, found, nil
}

// run does one check.
func (r *Reconciliation) run(check Check, tables map[string]*Table) (checked int, found []*finding, err error) {
	switch {
	case check.Expected != nil:
		return r.expect(check, tables)
	case check.Against != nil:
		return 1, r.against(check), nil
	}
	scopes, err := check.scopes(tables)
	if err != nil {
		return 0, nil, err
	}
	for _, scope := range scopes {
		compare := r.compare
		if len(check.Sought) > 0 {
			compare = r.seek
		}
		difference, err := compare(check, scope, tables)
		if err != nil {
			return 0, nil, err
		}
		if difference != nil {
			found = append(found, difference)
		}
	}
	return len(scopes), found, nil
}

// scope is one figure of a check: its row, group and column.
type scope struct {
	row    *Row
	group  Selector
	column string
}

// scopes are all the figures of a check.
func (c Check) scopes(tables map[string]*Table) ([]scope, error) {
	places := []scope{{}}
	switch {
	case len(c.EachRow) > 0:
		places = nil
		table := tables[c.Table]
		for i := range table.Rows {
			if c.EachRow.matches(table, table.Rows[i]) {
				places = append(places, scope{row: &table.Rows[i]})
			}
		}
	case len(c.Per) > 0:
		places = groups(tables[c.Table], c.Stated.Rows, c.Per)
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("no row of %s is selected", c.Table)
	}
	if len(c.Columns) == 0 {
		return places, nil
	}
	var all []scope
	for _, place := range places {
		for _, column := range c.Columns {
			place.column = column
			all = append(all, place)
		}
	}
	return all, nil
}

// groups are the different values of the columns in the selected rows, in order
// of row.
func groups(table *Table, rows Selector, columns []string) []scope {
	var all []scope
	known := map[string]bool{}
	for _, row := range table.Rows {
		if !rows.matches(table, row) {
			continue
		}
		group := Selector{}
		var key strings.Builder
		for _, column := range columns {
			cell := table.Cell(row, column)
			group[column] = Values{cell}
			key.WriteString(cell + "\xff")
		}
		if !known[key.String()] {
			known[key.String()] = true
			all = append(all, scope{group: group})
		}
	}
	return all
}

// state reads the figure that the source states. Its finding is a difference only
// if it turns out to be one.
func (r *Reconciliation) state(c Check, s scope, tables map[string]*Table) (*finding, error) {
	stated, err := r.evaluate(c, c.Stated, s, tables)
	if err != nil {
		return nil, fmt.Errorf("stated: %w", err)
	}
	if c.Stated.Value == nil && !c.Stated.Count && len(stated.rows) != 1 {
		return nil, fmt.Errorf("stated: %d rows of %s are selected; select one", len(stated.rows), c.Stated.table(c))
	}
	f := &finding{check: c, scope: s, stated: stated.rows, Difference: Difference{
		Check: c.ID, Kind: SumDiffers, Stated: &stated.value, Unit: r.unit(c), Cite: r.cite(c), Note: c.Note, Row: c.Stated.Text,
	}}
	decimals := stated.value.Decimals()
	if c.Stated.Value == nil {
		name := c.Stated.table(c)
		table := tables[name]
		decimals = max(decimals, r.Tables[name].Decimals)
		f.Table = table.Name
		f.Column = r.headings(name, c.Stated.columns(s))
		if len(stated.rows) == 1 {
			f.Line, f.Row = stated.rows[0].Line, r.rowName(name, table, stated.rows[0])
		}
	} else if s.row != nil {
		f.Table, f.Line = tables[c.Table].Name, s.row.Line
		f.Row = r.rowName(c.Table, tables[c.Table], *s.row)
	}
	f.digit = decimal.Whole(1).Shift(-decimals)
	return f, nil
}

// compare recomputes one figure, and gives the difference if there is one.
func (r *Reconciliation) compare(c Check, s scope, tables map[string]*Table) (*finding, error) {
	f, err := r.state(c, s, tables)
	if err != nil {
		return nil, err
	}
	var computed decimal.Decimal
	converted := false
	for i, term := range c.Computed {
		part, err := r.evaluate(c, term, s, tables)
		if err != nil {
			return nil, fmt.Errorf("computed[%d]: %w", i, err)
		}
		computed = computed.Add(part.value)
		converted = converted || part.converted
		if !part.converted && !term.Count && term.Value == nil {
			f.rounded += part.cells
		}
	}
	compared := computed
	f.fine = converted
	if converted && c.Stated.Value == nil {
		// A table that repeats a figure of another table in a larger unit
		// rounds it. That is no difference. Nothing else is rounded.
		compared = computed.Round(r.Tables[c.Stated.table(c)].Decimals)
	}
	if f.Stated.Cmp(compared) == 0 {
		return nil, nil
	}
	difference := f.Stated.Sub(computed)
	f.Computed, f.Difference.Difference = &computed, &difference
	return f, nil
}

// evaluated is a term's value in the check's unit.
type evaluated struct {
	value     decimal.Decimal
	rows      []Row
	cells     int
	converted bool
}

func (r *Reconciliation) evaluate(c Check, term Term, s scope, tables map[string]*Table) (evaluated, error) {
	unit := r.unit(c)
	if term.Value != nil {
		return r.scale(term, s, tables[c.Table], evaluated{value: *term.Value}, term.Unit, unit)
	}
	table := tables[term.table(c)]
	var result evaluated
	for _, row := range table.Rows {
		if !term.matches(c, s, table, row) {
			continue
		}
		if within, err := term.Product.selects(table, row); err != nil || !within {
			if err != nil {
				return evaluated{}, err
			}
			continue
		}
		result.rows = append(result.rows, row)
		for _, column := range term.columns(s) {
			amount, given, err := table.Amount(row, column)
			if err != nil {
				return evaluated{}, err
			}
			if given {
				result.cells++
			}
			result.value = result.value.Add(amount)
		}
	}
	if term.Count {
		result.value = decimal.Whole(len(result.rows))
		return r.scale(term, s, tables[c.Table], result, "", unit)
	}
	return r.scale(term, s, tables[c.Table], result, r.Tables[term.table(c)].Unit, unit)
}

// scale converts a term's value to the check's unit, and multiplies it.
func (r *Reconciliation) scale(term Term, s scope, repeated *Table, result evaluated, from, to string) (evaluated, error) {
	if from != "" && from != to {
		value, err := r.units.Convert(result.value, from, to)
		if err != nil {
			return evaluated{}, err
		}
		result.value, result.converted = value, true
	}
	if term.Times != nil {
		result.value = result.value.Mul(*term.Times)
	}
	if term.TimesNumberIn != "" && s.row != nil {
		number, err := numberIn(repeated, *s.row, term.TimesNumberIn)
		if err != nil {
			return evaluated{}, err
		}
		result.value = result.value.Mul(number)
	}
	return result, nil
}

var leadingDigits = regexp.MustCompile(`^[0-9]{1,9}`)

// numberIn is the number that a cell begins with, as in "4 beds".
func numberIn(table *Table, row Row, column string) (decimal.Decimal, error) {
	cell := table.Cell(row, column)
	number, err := decimal.Parse(leadingDigits.FindString(cell))
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%s:%d: column %s: %q does not begin with a number", table.Name, row.Line, column, cell)
	}
	return number, nil
}

// matches reports whether a row counts towards a term at the scope.
func (t Term) matches(c Check, s scope, table *Table, row Row) bool {
	if !t.Rows.matches(table, row) || !s.group.matches(table, row) {
		return false
	}
	if s.row != nil && len(t.Rows) == 0 && t.table(c) == c.Table {
		return row.Line == s.row.Line
	}
	return true
}

// headings are the columns' headings in the source, or their names.
func (r *Reconciliation) headings(file string, columns []string) string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = cmp.Or(r.Tables[file].Amounts[column], r.Tables[file].Headings[column], column)
	}
	return strings.Join(names, " + ")
}

// rowName is the name of a row: the cells of its naming columns that are not
// empty, or else the first cell.
func (r *Reconciliation) rowName(file string, table *Table, row Row) string {
	var parts []string
	for _, column := range r.Tables[file].Name {
		if cell := table.Cell(row, column); cell != "" {
			parts = append(parts, cell)
		}
	}
	if len(parts) == 0 {
		// A total often has no name, but for the word that says what it is.
		return cmp.Or(row.Cells[0], fmt.Sprintf("row %d", row.Line))
	}
	return strings.Join(parts, ", ")
}
