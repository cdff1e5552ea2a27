package plan

import (
	"fmt"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
)

// Difference is a stated figure that differs from the sum of its parts.
type Difference struct {
	// Check is the id of the check that found it.
	Check string `json:"check"`
	// Table is the file that states the figure; empty where the plan's text does.
	Table string `json:"table"`
	// Line of the file, or 0.
	Line int `json:"line,omitempty"`
	// Row is its name in the table, or the sentence that states the figure.
	Row string `json:"row"`
	// Column of the figure; empty for text.
	Column string `json:"column,omitempty"`
	// Stated is the figure in the source, Computed the sum of its parts, and
	// Difference is Stated minus Computed, all in Unit.
	Stated     decimal.Decimal `json:"stated"`
	Computed   decimal.Decimal `json:"computed"`
	Difference decimal.Decimal `json:"difference"`
	Unit       string          `json:"unit"`
	// Cite is the place in the source.
	Cite string `json:"cite,omitempty"`
	// Note is the check's explanation for the reader.
	Note language.Text `json:"note,omitzero"`
}

// String is the difference in one line, without the check's name.
func (d Difference) String() string {
	place := d.Table
	if d.Line > 0 {
		place += fmt.Sprintf(":%d", d.Line)
	}
	if place != "" {
		place += ": "
	}
	what := d.Row
	if d.Column != "" {
		what += ", " + d.Column
	}
	sign := ""
	if d.Difference.Sign() > 0 {
		sign = "+"
	}
	return fmt.Sprintf("%s%s: stated %s, computed %s, difference %s%s %s",
		place, what, d.Stated, d.Computed, sign, d.Difference, d.Unit)
}

// Reconcile recomputes every figure that the checks name. checked is their
// number. differences are the figures that differ from the sum of their parts,
// in the order of the checks and of the rows.
func Reconcile(tables map[string]*Table, r *Reconciliation) (checked int, differences []Difference, err error) {
	if r == nil {
		return 0, nil, nil
	}
	for _, check := range r.Checks {
		scopes, err := check.scopes(tables)
		if err != nil {
			return 0, nil, fmt.Errorf("check %s: %w", check.ID, err)
		}
		for _, scope := range scopes {
			difference, err := r.compare(check, scope, tables)
			if err != nil {
				return 0, nil, fmt.Errorf("check %s: %w", check.ID, err)
			}
			checked++
			if difference != nil {
				differences = append(differences, *difference)
			}
		}
	}
	return checked, differences, nil
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

// compare recomputes one figure, and gives the difference if there is one.
func (r *Reconciliation) compare(c Check, s scope, tables map[string]*Table) (*Difference, error) {
	stated, err := r.evaluate(c, c.Stated, s, tables)
	if err != nil {
		return nil, fmt.Errorf("stated: %w", err)
	}
	if c.Stated.Value == nil && !c.Stated.Count && len(stated.rows) != 1 {
		return nil, fmt.Errorf("stated: %d rows of %s are selected; select one", len(stated.rows), c.Stated.table(c))
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
	}
	compared := computed
	if converted && c.Stated.Value == nil {
		// A table that repeats a figure of another table in a larger unit
		// rounds it. That is no difference. Nothing else is rounded.
		compared = computed.Round(r.Tables[c.Stated.table(c)].Decimals)
	}
	if stated.value.Cmp(compared) == 0 {
		return nil, nil
	}
	d := &Difference{
		Check: c.ID, Stated: stated.value, Computed: computed, Difference: stated.value.Sub(computed),
		Unit: r.unit(c), Cite: r.cite(c), Note: c.Note, Row: c.Stated.Text,
	}
	if c.Stated.Value == nil {
		table := tables[c.Stated.table(c)]
		d.Table = table.Name
		d.Column = strings.Join(c.Stated.columns(s), " + ")
		if len(stated.rows) == 1 {
			d.Line, d.Row = stated.rows[0].Line, r.rowName(c.Stated.table(c), table, stated.rows[0])
		}
	}
	return d, nil
}

// evaluated is a term's value in the check's unit.
type evaluated struct {
	value     decimal.Decimal
	rows      []Row
	converted bool
}

func (r *Reconciliation) evaluate(c Check, term Term, s scope, tables map[string]*Table) (evaluated, error) {
	unit := r.unit(c)
	if term.Value != nil {
		return r.scale(term, evaluated{value: *term.Value}, term.Unit, unit)
	}
	table := tables[term.table(c)]
	var result evaluated
	for _, row := range table.Rows {
		if !term.matches(c, s, table, row) {
			continue
		}
		result.rows = append(result.rows, row)
		for _, column := range term.columns(s) {
			amount, _, err := table.Amount(row, column)
			if err != nil {
				return evaluated{}, err
			}
			result.value = result.value.Add(amount)
		}
	}
	if term.Count {
		result.value = decimal.Whole(len(result.rows))
		return r.scale(term, result, "", unit)
	}
	return r.scale(term, result, r.Tables[term.table(c)].Unit, unit)
}

// scale converts a term's value to the check's unit, and multiplies it.
func (r *Reconciliation) scale(term Term, result evaluated, from, to string) (evaluated, error) {
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
	return result, nil
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

// rowName is the name of a row: the cells of its naming columns that are not
// empty.
func (r *Reconciliation) rowName(file string, table *Table, row Row) string {
	var parts []string
	for _, column := range r.Tables[file].Name {
		if cell := table.Cell(row, column); cell != "" {
			parts = append(parts, cell)
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("row %d", row.Line)
	}
	return strings.Join(parts, ", ")
}
