package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
	"planwatch/internal/yamlfile"
)

// Reconciliation says what a plan states, and what that is held against: its
// tables, its registers and other documents. The tables keep the source's
// figures; nothing is corrected.
type Reconciliation struct {
	// The plan that is reconciled, as it is titled.
	Plan string `yaml:"plan" jsonschema:"required"`
	// What the checks need to know of each table.
	Tables map[string]TableInfo `yaml:"tables" jsonschema:"required"`
	// Why figures differ, where checks say so, by the names that they give under cause.
	Causes map[string]language.Text `yaml:"causes,omitempty"`
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
	// The columns that hold amounts, each with its heading in the source. What would close a difference is sought in these.
	Amounts map[string]string `yaml:"amounts,omitempty"`
	// The headings of other columns in the source.
	Headings map[string]string `yaml:"headings,omitempty"`
}

// Check is something that the source says, and what it is held against: the sum
// of its parts (computed), all figures of some tables (sought), a row's own
// cells (expected) or another document (against). With each_row, per or columns
// it is repeated: for each row, for each group of rows, for each column.
type Check struct {
	// A name that no other check has: lower-case words joined by hyphens.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// The table that the terms read where they name none.
	Table string `yaml:"table,omitempty"`
	// Where the source says it, where that is not the table's own place: an id in citations.yaml, or the citation itself.
	Cite string `yaml:"cite,omitempty"`
	// What a reader of a difference is to know.
	Note language.Text `yaml:"note,omitempty"`
	// Why it differs, a name under causes: differences of one cause are told together. What closes a difference by itself is found without it.
	Cause string `yaml:"cause,omitempty"`
	// The unit of the comparison, where it is not the table's.
	Unit string `yaml:"unit,omitempty"`
	// Repeat for each row picked; terms without rows of their own read that row.
	EachRow Selector `yaml:"each_row,omitempty"`
	// Repeat for each group of stated rows with equal cells in these columns; every term reads its group.
	Per []string `yaml:"per,omitempty"`
	// Repeat for each column; terms without a column of their own read that one.
	Columns []string `yaml:"columns,omitempty"`
	// What the source says. Not with expected, which says it itself.
	Stated Term `yaml:"stated,omitempty"`
	// What it is to be the sum of.
	Computed []Term `yaml:"computed,omitempty"`
	// The tables that are to give the figure, as a cell or as the sum of a column over rows with an equal cell.
	Sought []string `yaml:"sought,omitempty"`
	// What a cell of each row is to say.
	Expected *Expected `yaml:"expected,omitempty"`
	// What another document says of the same.
	Against *Statement `yaml:"against,omitempty"`
}

// Term is one part of a sum: the cells of some columns over some rows of a
// table, or the number of those rows, or a figure from the text.
type Term struct {
	// The table, where it is not the check's.
	Table string `yaml:"table,omitempty"`
	// Which rows.
	Rows Selector `yaml:"rows,omitempty"`
	// Which of these rows, by the product of some of their cells.
	Product *Product `yaml:"product,omitempty"`
	// The columns that are added up: one, or a list.
	Column Values `yaml:"column,omitempty"`
	// Whether rows are counted instead.
	Count bool `yaml:"count,omitempty"`
	// The rows that a total adds up. What would close a difference is sought among them, and a total differs by what they differ by.
	Parts Selector `yaml:"parts,omitempty"`
	// A figure that is in the text and in no table.
	Value *decimal.Decimal `yaml:"value,omitempty"`
	// The unit of value, where it is not the check's.
	Unit string `yaml:"unit,omitempty"`
	// A year, a month or a date that is in the text: 2025, 2025-03 or 2025-03-31.
	On string `yaml:"on,omitempty" jsonschema:"pattern=^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"`
	// The words around the figure or the date, with it.
	Text string `yaml:"text,omitempty"`
	// The document with these words, an id in citations.yaml. Left out, the plan.
	Document string `yaml:"document,omitempty"`
	// What the term is multiplied by, such as -1 to take it away.
	Times *decimal.Decimal `yaml:"times,omitempty"`
	// A column of the repeated row whose cell begins with a number, as "4 beds" does. The term is multiplied by that.
	TimesNumberIn string `yaml:"times_number_in,omitempty"`
}

// Product selects rows by the product of their cells in some columns.
type Product struct {
	// The columns that are multiplied.
	Of Values `yaml:"of" jsonschema:"required"`
	// The least product that is selected.
	AtLeast *decimal.Decimal `yaml:"at_least,omitempty"`
	// The product below which rows are selected.
	Below *decimal.Decimal `yaml:"below,omitempty"`
}

// Expected is what a cell of each row is to say, by the product of others.
type Expected struct {
	// The column of the cell.
	Column string `yaml:"column" jsonschema:"required"`
	// The columns that are multiplied.
	Product Values `yaml:"product" jsonschema:"required"`
	// The levels of the product, the highest first. The last one that a product reaches holds.
	Levels []Level `yaml:"levels" jsonschema:"required,minItems=1"`
}

// Level is what a cell says from a product on.
type Level struct {
	// The least product.
	AtLeast decimal.Decimal `yaml:"at_least" jsonschema:"required"`
	// What the cell may say, the usual words first.
	OneOf Values `yaml:"one_of" jsonschema:"required"`
}

// Statement is what another document says.
type Statement struct {
	// The document, an id in citations.yaml.
	Document string `yaml:"document" jsonschema:"required"`
	// Its words, letter for letter.
	Text string `yaml:"text" jsonschema:"required"`
	// The year, month or date in them: 2025, 2025-03 or 2025-03-31.
	On string `yaml:"on,omitempty" jsonschema:"pattern=^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"`
	// The figure in them, in the unit of the check.
	Value *decimal.Decimal `yaml:"value,omitempty"`
	// Where it says so: an id in citations.yaml, or the citation itself.
	Cite string `yaml:"cite" jsonschema:"required"`
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
	// What differs is for check to tell; that every check can be done is for the loader.
	if _, _, err := r.runAll(tables); err != nil {
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
		for _, column := range slices.Concat(r.Tables[name].Name, slices.Sorted(maps.Keys(r.Tables[name].Amounts)), slices.Sorted(maps.Keys(r.Tables[name].Headings))) {
			if err := table.checkColumn(column); err != nil {
				f.Add(".tables", "tables: %w", err)
			}
		}
	}
	if len(r.Checks) == 0 {
		f.Add(".checks", "checks: missing; give at least one")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Causes)) {
		languages.Require(root.In(".causes", "causes"), name, r.Causes[name])
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
	if _, ok := r.Causes[c.Cause]; c.Cause != "" && !ok {
		f.Add(".cause", "cause: %q is not under causes%s", c.Cause, yamlfile.Suggestion(c.Cause, slices.Sorted(maps.Keys(r.Causes))))
	}
	kinds := 0
	for _, given := range []bool{len(c.Computed) > 0, len(c.Sought) > 0, c.Expected != nil, c.Against != nil} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds == 0:
		f.Add(".computed", "computed: missing; give the parts that the figure is the sum of, or sought, expected or against")
	case kinds > 1:
		f.Add("", "give one of computed, sought, expected and against, not several")
	case c.Expected != nil:
		r.validateExpected(c, tables, f)
		return
	case c.Against != nil:
		r.validateAgainst(c, f)
		return
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
	for i, name := range c.Sought {
		r.isDescribed(name, tables, fmt.Sprintf(".sought[%d]", i), f)
	}
}

func (r *Reconciliation) validateExpected(c Check, tables map[string]*Table, f *yamlfile.Faults) {
	if !r.isDescribed(c.Table, tables, ".table", f) {
		return
	}
	for _, column := range append(slices.Clone(c.Expected.Product), c.Expected.Column) {
		if err := tables[c.Table].checkColumn(column); err != nil {
			f.Add(".expected", "expected: %w", err)
		}
	}
	for i, level := range c.Expected.Levels {
		if i > 0 && level.AtLeast.Cmp(c.Expected.Levels[i-1].AtLeast) >= 0 {
			f.Add(fmt.Sprintf(".expected.levels[%d]", i), "expected: levels[%d]: at_least: %s is not less than the %s before it", i, level.AtLeast, c.Expected.Levels[i-1].AtLeast)
		}
	}
}

func (r *Reconciliation) validateAgainst(c Check, f *yamlfile.Faults) {
	switch {
	case c.Stated.Text == "":
		f.Add(".stated", "stated: text: missing; quote the words that the other document is held against")
	case (c.Stated.On == "") != (c.Against.On == "") || (c.Stated.Value == nil) != (c.Against.Value == nil) || (c.Stated.On == "") == (c.Stated.Value == nil):
		f.Add(".against", "against: give on in both stated and against, or value in both")
	case c.Stated.Value != nil && c.Unit == "":
		f.Add(".unit", "unit: missing; give the unit of %s", c.Stated.Value)
	}
	for _, side := range []struct{ place, on string }{{"stated", c.Stated.On}, {"against", c.Against.On}} {
		if side.on != "" && !dated.MatchString(side.on) {
			f.Add("."+side.place+".on", "%s: on: %q is not a year, month or date such as 2025, 2025-03 or 2025-03-31", side.place, side.on)
		}
	}
}

// dated is a year, a month or a date.
var dated = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$`)

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
	columns := slices.Concat(t.Rows.columns(), t.Column, c.Per, t.Parts.columns())
	if t.Product != nil {
		columns = append(columns, t.Product.Of...)
	}
	for _, column := range columns {
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
	if t.TimesNumberIn != "" {
		switch {
		case len(c.EachRow) == 0:
			f.Add(place, "%s: times_number_in: it reads the row of each_row, which is missing", key)
		default:
			if err := tables[c.Table].checkColumn(t.TimesNumberIn); err != nil {
				f.Add(place, "%s: times_number_in: %w", key, err)
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
