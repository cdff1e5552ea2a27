package plan

import (
	"fmt"
	"slices"
	"strings"

	"planwatch/internal/decimal"
)

// seek looks for a stated figure among the cells of some tables and the sums of
// their columns over rows that have a cell in common, signs apart.
func (r *Reconciliation) seek(c Check, s scope, tables map[string]*Table) (*finding, error) {
	f, err := r.state(c, s, tables)
	if err != nil {
		return nil, err
	}
	f.Kind, f.Looked = NotFound, &Looked{}
	all, sought := *f.Stated, f.Stated.Abs()
	decimals := f.digit.Decimals()
	found := false
	var least decimal.Decimal
	try := func(value decimal.Decimal, from, at string) error {
		value, err := r.units.Convert(value, from, f.Unit)
		if err != nil {
			return err
		}
		found = found || value.Abs().Round(decimals).Cmp(sought) == 0
		if off := value.Abs().Sub(sought).Abs(); f.Looked.Nearest == nil || off.Cmp(least) < 0 {
			least, f.Looked.Nearest, f.Looked.At = off, &value, at
		}
		return nil
	}
	for _, name := range c.Sought {
		table, info := tables[name], r.Tables[name]
		f.Looked.Tables = append(f.Looked.Tables, table.Name)
		for _, column := range r.amountColumns(name, table) {
			for _, row := range table.Rows {
				amount, given, err := table.Amount(row, column)
				if err != nil {
					return nil, err
				}
				if !given || table.Name == f.Table && row.Line == f.Line {
					continue
				}
				f.Looked.Cells++
				if err := try(amount, info.Unit, fmt.Sprintf("%s:%d: %s, %s", table.Name, row.Line, r.rowName(name, table, row), r.headings(name, []string{column}))); err != nil {
					return nil, err
				}
			}
			for _, set := range r.alike(name, table, table.Rows) {
				sum, err := total(table, set.rows, []string{column})
				if err != nil {
					return nil, err
				}
				f.Looked.Sums++
				if err := try(sum, info.Unit, fmt.Sprintf("%s: %s, %s", table.Name, set.alike, r.headings(name, []string{column}))); err != nil {
					return nil, err
				}
			}
		}
	}
	if found {
		return nil, nil
	}
	f.Difference.Difference = &all
	return f, nil
}

func total(table *Table, rows []Row, columns []string) (decimal.Decimal, error) {
	var sum decimal.Decimal
	for _, row := range rows {
		for _, column := range columns {
			amount, _, err := table.Amount(row, column)
			if err != nil {
				return decimal.Decimal{}, err
			}
			sum = sum.Add(amount)
		}
	}
	return sum, nil
}

// expect holds a cell of each row against the product of others.
func (r *Reconciliation) expect(c Check, tables map[string]*Table) (checked int, found []*finding, err error) {
	table := tables[c.Table]
	for _, row := range table.Rows {
		if !c.EachRow.matches(table, row) {
			continue
		}
		checked++
		product, factors, err := multiply(table, row, c.Expected.Product)
		if err != nil {
			return 0, nil, err
		}
		i := slices.IndexFunc(c.Expected.Levels, func(l Level) bool { return product.Cmp(l.AtLeast) >= 0 })
		if i < 0 {
			return 0, nil, fmt.Errorf("%s:%d: %s is below every level", table.Name, row.Line, product)
		}
		says, level := table.Cell(row, c.Expected.Column), c.Expected.Levels[i]
		if slices.Contains(level.OneOf, says) {
			continue
		}
		found = append(found, &finding{check: c, Difference: Difference{
			Check: c.ID, Kind: CellDiffers, Table: table.Name, Line: row.Line, Row: r.rowName(c.Table, table, row), Column: r.headings(c.Table, []string{c.Expected.Column}),
			Says: says, Expected: level.OneOf[0], Product: fmt.Sprintf("%s = %s", factors, product), Cite: r.cite(c), Note: c.Note,
		}})
	}
	return checked, found, nil
}

// multiply is the product of a row's cells, and how it is written.
func multiply(table *Table, row Row, columns []string) (product decimal.Decimal, factors string, err error) {
	product = decimal.Whole(1)
	parts := make([]string, len(columns))
	for i, column := range columns {
		amount, given, err := table.Amount(row, column)
		if err != nil {
			return decimal.Decimal{}, "", err
		}
		if !given {
			return decimal.Decimal{}, "", fmt.Errorf("%s:%d: column %s is empty", table.Name, row.Line, column)
		}
		product = product.Mul(amount)
		parts[i] = amount.String()
	}
	return product, strings.Join(parts, " × "), nil
}

// selects reports whether the row's product is within the bounds. Nothing
// selects every row.
func (p *Product) selects(table *Table, row Row) (bool, error) {
	if p == nil {
		return true, nil
	}
	product, _, err := multiply(table, row, p.Of)
	if err != nil {
		return false, err
	}
	return (p.AtLeast == nil || product.Cmp(*p.AtLeast) >= 0) && (p.Below == nil || product.Cmp(*p.Below) < 0), nil
}

// against holds a date or a figure against another document's. A date agrees with
// the month or the year that it is in.
func (r *Reconciliation) against(c Check) []*finding {
	d := Difference{
		Check: c.ID, Kind: DocumentsDiffer, Row: c.Stated.Text, Cite: c.Cite, Note: c.Note, Unit: c.Unit,
		Other: c.Against.Text, OtherCite: c.Against.Cite,
	}
	if c.Stated.Value != nil {
		if c.Stated.Value.Cmp(*c.Against.Value) == 0 {
			return nil
		}
		difference := c.Stated.Value.Sub(*c.Against.Value)
		d.Stated, d.Computed, d.Difference = c.Stated.Value, c.Against.Value, &difference
		return []*finding{{check: c, Difference: d}}
	}
	if strings.HasPrefix(c.Stated.On, c.Against.On) || strings.HasPrefix(c.Against.On, c.Stated.On) {
		return nil
	}
	d.Says, d.Expected = c.Stated.On, c.Against.On
	return []*finding{{check: c, Difference: d}}
}
