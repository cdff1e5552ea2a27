package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
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

	units *unit.Set
	file  *yamlfile.Document
}

// Fault places an error about the value at path, such as "$.checks[0].cite",
// in the file. The reconciliation comes from Load.
func (r *Reconciliation) Fault(path, format string, args ...any) error {
	return r.file.Locate(yamlfile.Faultf(path, format, args...))
}

// TableInfo describes a table.
type TableInfo struct {
	// The table's place in the source: an id in citations.yaml, or the citation itself.
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
	// Where the source says it, where that is not the table's own place: an id in citations.yaml, or the citation itself.
	Cite string `yaml:"cite,omitempty"`
	// What a reader of a difference is to know.
	Note language.Text `yaml:"note,omitempty"`
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
	// A figure that is in the text and in no table.
	Value *decimal.Decimal `yaml:"value,omitempty"`
	// The unit of value, where it is not the check's.
	Unit string `yaml:"unit,omitempty"`
	// The words around the figure, with the figure.
	Text string `yaml:"text,omitempty"`
	// What the term is multiplied by, such as -1 to take it away.
	Times *decimal.Decimal `yaml:"times,omitempty"`
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

// unit is the unit of a check's figures.
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

// readReconciliation decodes the checks and checks them against the tables.
func readReconciliation(file *yamlfile.Document, tables map[string]*Table, scope Scope) (*Reconciliation, error) {
	r := Reconciliation{units: scope.Units, file: file}
	if err := file.Decode(&r); err != nil {
		return nil, err
	}
	if err := file.Locate(r.validate(tables, scope.Languages)); err != nil {
		return nil, err
	}
	if _, _, err := Reconcile(tables, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", file.Name(), err)
	}
	return &r, nil
}

func (r *Reconciliation) validate(tables map[string]*Table, languages *language.Set) error {
	root := yamlfile.NewFaults()
	f := root.In("", "reconciliation")
	if r.Plan == "" {
		f.Add(".plan", "plan: missing; give the title of the plan that is reconciled")
	}
	if err := yamlfile.CheckLine(r.Plan); err != nil {
		f.Add(".plan", "plan: %w", err)
	}
	names := slices.Sorted(maps.Keys(tables))
	for _, name := range slices.Sorted(maps.Keys(r.Tables)) {
		table, ok := tables[name]
		if !ok {
			f.Add(".tables", "tables: there is no table %q%s", name, yamlfile.Suggestion(name, names))
			continue
		}
		for _, column := range r.Tables[name].Name {
			if err := table.checkColumn(column); err != nil {
				f.Add(".tables", "tables: %w", err)
			}
		}
	}
	if len(r.Checks) == 0 {
		f.Add(".checks", "checks: missing; give at least one")
	}
	ids := map[string]bool{}
	for i, c := range r.Checks {
		one := root.In(fmt.Sprintf(".checks[%d]", i), "check "+c.ID)
		switch {
		case !naming.ValidID(c.ID):
			one = root.In(fmt.Sprintf(".checks[%d]", i), "check")
			one.Add(".id", "id: %q is not lower-case words joined by hyphens, such as frame-total", c.ID)
		case ids[c.ID]:
			one.Add(".id", "id: another check has the same id")
		}
		ids[c.ID] = true
		r.validateCheck(c, tables, languages, one)
	}
	return root.Err()
}

func (r *Reconciliation) validateCheck(c Check, tables map[string]*Table, languages *language.Set, f *yamlfile.Faults) {
	repeated := []string{}
	if len(c.EachRow) > 0 && len(c.Per) > 0 {
		f.Add(".per", "give either each_row or per, not both")
	}
	if len(c.EachRow)+len(c.Per)+len(c.Columns) > 0 {
		repeated = append(append(c.EachRow.columns(), c.Per...), c.Columns...)
		if !r.isDescribed(c.Table, tables, ".table", f) {
			return
		}
	}
	for _, column := range repeated {
		if err := tables[c.Table].checkColumn(column); err != nil {
			f.Add("", "%w", err)
		}
	}
	if len(c.Note) > 0 {
		languages.Require(f, "note", c.Note)
	}
	if len(c.Computed) == 0 {
		f.Add(".computed", "computed: missing; give the parts that the figure is the sum of")
	}
	if c.Stated.Value != nil && c.Stated.Text == "" {
		f.Add(".stated", "stated: text: missing; quote the sentence with %s", c.Stated.Value)
	}
	if c.Stated.Value != nil && c.Unit == "" {
		f.Add(".unit", "unit: missing; give the unit of %s", c.Stated.Value)
	}
	r.validateTerm(c, c.Stated, ".stated", tables, f)
	for i, term := range c.Computed {
		r.validateTerm(c, term, fmt.Sprintf(".computed[%d]", i), tables, f)
	}
}

// isDescribed reports whether a table exists and is described, and adds a fault
// otherwise.
func (r *Reconciliation) isDescribed(name string, tables map[string]*Table, place string, f *yamlfile.Faults) bool {
	if _, ok := tables[name]; !ok {
		f.Add(place, "%s: there is no table %q%s", strings.TrimPrefix(place, "."), name, yamlfile.Suggestion(name, slices.Sorted(maps.Keys(tables))))
		return false
	}
	if _, ok := r.Tables[name]; !ok {
		f.Add(place, "%s: %q is not described under tables", strings.TrimPrefix(place, "."), name)
		return false
	}
	return true
}

func (r *Reconciliation) validateTerm(c Check, t Term, place string, tables map[string]*Table, f *yamlfile.Faults) {
	key := strings.TrimPrefix(place, ".")
	if t.Value != nil {
		if t.Table != "" || t.Count || len(t.Column)+len(t.Rows) > 0 {
			f.Add(place, "%s: a value is not in a table; leave out table, rows, column and count", key)
		}
		return
	}
	if !r.isDescribed(t.table(c), tables, place, f) {
		return
	}
	table := tables[t.table(c)]
	for _, column := range slices.Concat(t.Rows.columns(), t.Column, c.Per) {
		if err := table.checkColumn(column); err != nil {
			f.Add(place, "%s: %w", key, err)
		}
	}
	if len(t.Column) == 0 && !t.Count {
		for _, column := range c.Columns {
			if err := table.checkColumn(column); err != nil {
				f.Add(place, "%s: %w", key, err)
			}
		}
	}
	switch {
	case t.Count && len(t.Column) > 0:
		f.Add(place, "%s: give either count or column, not both", key)
	case !t.Count && len(t.Column) == 0 && len(c.Columns) == 0:
		f.Add(place, "%s: column: missing; give the columns to add up", key)
	}
}
