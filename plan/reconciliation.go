package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

// Reconciliation says how the figures that a plan states are recomputed from
// its tables. The tables keep the source's figures; nothing is corrected.
type Reconciliation struct {
	// The plan that is reconciled, as it is titled.
	Plan string `yaml:"plan" jsonschema:"required"`
	// What the checks need to know of each table.
	Tables map[string]TableInfo `yaml:"tables" jsonschema:"required"`
	// The checks, each of one stated figure or of many alike.
	Checks []Check `yaml:"checks" jsonschema:"required,minItems=1"`
}

// TableInfo describes a table.
type TableInfo struct {
	// The table's place in the source.
	Cite string `yaml:"cite" jsonschema:"required"`
	// The unit of its amounts.
	Unit string `yaml:"unit,omitempty"`
	// How many decimals its amounts are written with, for amounts that come from a table in a finer unit.
	Decimals int `yaml:"decimals,omitempty"`
	// The columns that name a row, in the order in which they are read out.
	Name Values `yaml:"name" jsonschema:"required"`
}

// Check is a stated figure and what makes it. With each_row, per or columns it
// is repeated: for each row, for each group of rows, for each column.
type Check struct {
	// A name that no other check has: lower-case words joined by hyphens.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// The table that the terms read where they name none.
	Table string `yaml:"table,omitempty"`
	// Where the source says it, where that is not the table's own place.
	Cite string `yaml:"cite,omitempty"`
	// What a reader of a difference is to know, in Swedish and English.
	Note kpi.Text `yaml:"note,omitempty"`
	// The unit of the comparison, where it is not the table's.
	Unit string `yaml:"unit,omitempty"`
	// Repeat for each row picked; terms without rows of their own read that row.
	EachRow Selector `yaml:"each_row,omitempty"`
	// Repeat for each group of stated rows with equal cells in these columns; every term reads its group.
	Per []string `yaml:"per,omitempty"`
	// Repeat for each column; terms without a column of their own read that one.
	Columns []string `yaml:"columns,omitempty"`
	// What the source says.
	Stated Term `yaml:"stated" jsonschema:"required"`
	// What it is to be the sum of.
	Computed []Term `yaml:"computed" jsonschema:"required,minItems=1"`
}

// Term is one part of a sum: the cells of some columns over some rows of a
// table, or the number of those rows, or a figure from the text.
type Term struct {
	// The table, where it is not the check's.
	Table string `yaml:"table,omitempty"`
	// Which rows.
	Rows Selector `yaml:"rows,omitempty"`
	// The columns that are added up: one, or a list.
	Column Values `yaml:"column,omitempty"`
	// Whether rows are counted instead.
	Count bool `yaml:"count,omitempty"`
	// A figure that stands in the text and in no table.
	Value *Decimal `yaml:"value,omitempty"`
	// The unit of value, where it is not the check's.
	Unit string `yaml:"unit,omitempty"`
	// The words that the figure stands in.
	Text string `yaml:"text,omitempty"`
	// What the term is multiplied by, such as -1 to take it away.
	Times *Decimal `yaml:"times,omitempty"`
}

func (t Term) table(c Check) string {
	if t.Table != "" {
		return t.Table
	}
	return c.Table
}

func (t Term) columns(s scope) []string {
	switch {
	case t.Count:
		return nil
	case len(t.Column) > 0:
		return t.Column
	case s.column != "":
		return []string{s.column}
	}
	return nil
}

// unit is what a check's figures are in.
func (r *Reconciliation) unit(c Check) string {
	if c.Unit != "" {
		return c.Unit
	}
	return r.Tables[c.Stated.table(c)].Unit
}

func (r *Reconciliation) cite(c Check) string {
	if c.Cite != "" {
		return c.Cite
	}
	return r.Tables[c.Stated.table(c)].Cite
}

// readReconciliation decodes the checks and holds them against the tables.
func readReconciliation(file *yamlfile.File, tables map[string]*Table) (*Reconciliation, error) {
	var r Reconciliation
	if err := file.Decode(&r); err != nil {
		return nil, err
	}
	if err := file.Locate(r.validate(tables)); err != nil {
		return nil, err
	}
	if _, _, err := Reconcile(tables, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", file.Name(), err)
	}
	return &r, nil
}

func (r *Reconciliation) validate(tables map[string]*Table) error {
	f := &faults{path: "$", name: "reconciliation"}
	if r.Plan == "" {
		f.add(".plan", "plan: missing; give the title of the plan that is reconciled")
	}
	names := slices.Sorted(maps.Keys(tables))
	for _, name := range slices.Sorted(maps.Keys(r.Tables)) {
		table, ok := tables[name]
		if !ok {
			f.add(".tables", "tables: there is no table %q%s", name, suggestion(name, names))
			continue
		}
		for _, column := range r.Tables[name].Name {
			if err := table.lacks(column); err != nil {
				f.add(".tables", "tables: %w", err)
			}
		}
	}
	if len(r.Checks) == 0 {
		f.add(".checks", "checks: missing; give at least one")
	}
	ids := map[string]bool{}
	for i, c := range r.Checks {
		one := &faults{path: fmt.Sprintf("$.checks[%d]", i), name: "check " + c.ID}
		switch {
		case !idPattern.MatchString(c.ID):
			one.name = "check"
			one.add(".id", "id: %q is not lower-case words joined by hyphens, such as frame-total", c.ID)
		case ids[c.ID]:
			one.add(".id", "id: another check has the same")
		}
		ids[c.ID] = true
		r.validateCheck(c, tables, one)
		f.all = append(f.all, one.all...)
	}
	return errors.Join(f.all...)
}

func (r *Reconciliation) validateCheck(c Check, tables map[string]*Table, f *faults) {
	repeated := []string{}
	if len(c.EachRow) > 0 && len(c.Per) > 0 {
		f.add(".per", "give either each_row or per, not both")
	}
	if len(c.EachRow)+len(c.Per)+len(c.Columns) > 0 {
		repeated = append(append(c.EachRow.columns(), c.Per...), c.Columns...)
		if !r.knows(c.Table, tables, ".table", f) {
			return
		}
	}
	for _, column := range repeated {
		if err := tables[c.Table].lacks(column); err != nil {
			f.add("", "%w", err)
		}
	}
	if (c.Note.SV == "") != (c.Note.EN == "") {
		f.add(".note", "note: give both sv and en")
	}
	if len(c.Computed) == 0 {
		f.add(".computed", "computed: missing; say what the figure is the sum of")
	}
	if c.Stated.Value != nil && c.Stated.Text == "" {
		f.add(".stated", "stated: text: missing; give the words that %s stands in", c.Stated.Value)
	}
	if c.Stated.Value != nil && c.Unit == "" {
		f.add(".unit", "unit: missing; say what %s is in", c.Stated.Value)
	}
	r.validateTerm(c, c.Stated, ".stated", tables, f)
	for i, term := range c.Computed {
		r.validateTerm(c, term, fmt.Sprintf(".computed[%d]", i), tables, f)
	}
}

// knows tells whether a table exists and is described.
func (r *Reconciliation) knows(name string, tables map[string]*Table, place string, f *faults) bool {
	if _, ok := tables[name]; !ok {
		f.add(place, "%s: there is no table %q%s", strings.TrimPrefix(place, "."), name, suggestion(name, slices.Sorted(maps.Keys(tables))))
		return false
	}
	if _, ok := r.Tables[name]; !ok {
		f.add(place, "%s: %q is not described under tables", strings.TrimPrefix(place, "."), name)
		return false
	}
	return true
}

func (r *Reconciliation) validateTerm(c Check, t Term, place string, tables map[string]*Table, f *faults) {
	key := strings.TrimPrefix(place, ".")
	if t.Value != nil {
		if t.Table != "" || t.Count || len(t.Column)+len(t.Rows) > 0 {
			f.add(place, "%s: a value stands in no table; leave out table, rows, column and count", key)
		}
		return
	}
	if !r.knows(t.table(c), tables, place, f) {
		return
	}
	table := tables[t.table(c)]
	for _, column := range slices.Concat(t.Rows.columns(), t.Column, c.Per) {
		if err := table.lacks(column); err != nil {
			f.add(place, "%s: %w", key, err)
		}
	}
	if len(t.Column) == 0 && !t.Count {
		for _, column := range c.Columns {
			if err := table.lacks(column); err != nil {
				f.add(place, "%s: %w", key, err)
			}
		}
	}
	switch {
	case t.Count && len(t.Column) > 0:
		f.add(place, "%s: give either count or column, not both", key)
	case !t.Count && len(t.Column) == 0 && len(c.Columns) == 0:
		f.add(place, "%s: column: missing; say what is added up", key)
	}
}
