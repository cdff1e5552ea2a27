package action

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"planwatch/internal/language"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// column is a column that a table may have. One with a text has a column for each
// language: name.sv, name.en.
type column struct {
	name           string
	text, required bool
}

// linkColumns are those that both tables may have, with what an Action holds.
var linkColumns = []column{{name: "targets"}, {name: "kpis"}, {name: "status"}, {name: "comment", text: true}, {name: "comment_cite"}, {name: "cite"}}

// table is one of the tables as it is read, and what is wrong with it.
type table struct {
	*plan.Table
	scope  Scope
	faults []error
}

// load reads the named file and checks its columns. The table is nil without a file, and
// where its columns are not what they are to be.
func load(files fs.FS, name string, own []column, scope Scope) (*table, error) {
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	read, err := plan.ReadTable(name, data)
	if err != nil {
		return nil, err
	}
	t := &table{Table: read, scope: scope}
	if t.checkColumns(slices.Concat(own, linkColumns)); len(t.faults) > 0 {
		return nil, errors.Join(t.faults...)
	}
	return t, nil
}

// checkColumns finds columns that there are not, and those that are missing.
func (t *table) checkColumns(all []column) {
	var names []string
	for _, c := range all {
		needed := []string{c.name}
		if c.text {
			needed = nil
			for _, code := range t.scope.Languages.Codes() {
				needed = append(needed, c.name+"."+code)
			}
		}
		names = append(names, needed...)
		given := slices.ContainsFunc(needed, func(name string) bool { return slices.Contains(t.Columns, name) })
		for _, name := range needed {
			if (c.required || given) && !slices.Contains(t.Columns, name) {
				t.faults = append(t.faults, fmt.Errorf("%s:1: column %s: missing%s", t.Name, name, t.hint(c)))
			}
		}
	}
	for _, name := range t.Columns {
		if !slices.Contains(names, name) {
			t.faults = append(t.faults, fmt.Errorf("%s:1: column %s: there is no such column%s", t.Name, name, t.suggestion(name, names)))
		}
	}
}

// suggestion is the column that was meant: one that lacks its language, or looks like one.
func (t *table) suggestion(name string, names []string) string {
	if whole := name + "." + t.scope.Languages.Codes()[0]; slices.Contains(names, whole) {
		return "; did you mean " + whole + "?"
	}
	return yamlfile.Suggestion(name, names)
}

// hint says why a column is needed.
func (t *table) hint(c column) string {
	if !c.text {
		return "; it tells a row from the others"
	}
	return "; each text has a column in each of the region's languages, " + strings.Join(t.scope.Languages.Codes(), " and ")
}

// row is a row of a table, and what its faults call it.
type row struct {
	*table
	plan.Row
	subject string
}

// rows are the table's; faults name each by kind and by its cell in the column.
func (t *table) rows(kind, key string) []row {
	rows := make([]row, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = row{t, r, strings.TrimSpace(kind + " " + t.Cell(r, key))}
	}
	return rows
}

func (r row) fault(column, format string, args ...any) {
	place := fmt.Sprintf("%s:%d: column %s: %s: ", r.Name, r.Line, column, r.subject)
	r.faults = append(r.faults, fmt.Errorf("%s%w", place, fmt.Errorf(format, args...)))
}

// cell is the text of a cell, on one line and without what a terminal would obey.
func (r row) cell(column string) string {
	text := r.Cell(r.Row, column)
	if err := yamlfile.CheckCharacters(text); err != nil {
		r.fault(column, "%w", err)
	}
	if err := yamlfile.CheckLine(text); err != nil {
		r.fault(column, "has a line break; write it on one line")
	}
	return strings.TrimSpace(text)
}

// text is a text in all languages. One that is not required may be empty in all of them.
func (r row) text(name string, required bool) language.Text {
	text := language.Text{}
	for _, code := range r.scope.Languages.Codes() {
		if words := r.cell(name + "." + code); words != "" {
			text[code] = words
		}
	}
	missing := r.scope.Languages.Missing(text)
	switch {
	case len(text) == 0 && !required:
		return nil
	case len(missing) > 0:
		for _, code := range missing {
			r.fault(name+"."+code, "empty; give the text in %s", code)
		}
	}
	return text
}

// whole is a number above zero; zero where the cell is empty and need not be given.
func (r row) whole(column string, required bool) int {
	text := r.cell(column)
	if text == "" && !required {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || text != strconv.Itoa(n) {
		r.fault(column, "%q is not a whole number from 1", text)
		return 0
	}
	return n
}

// step is a step of a register's scale; zero where the cell is empty.
func (r row) step(column string) int {
	n := r.whole(column, false)
	if n > mostOnScale {
		r.fault(column, "%d is above %d, the highest step that a scale may have", n, mostOnScale)
	}
	return n
}

func (r row) date(column string) plan.Date {
	text := r.cell(column)
	if text == "" {
		return plan.Date{}
	}
	date, err := plan.ParseDate(text)
	if err != nil {
		r.fault(column, "%w", err)
	}
	return date
}

// names are those in a cell, with spaces between them, each one of known.
func (r row) names(column, what string, known []string) []string {
	names := strings.Fields(r.cell(column))
	for i, name := range names {
		switch {
		case !slices.Contains(known, name):
			r.fault(column, "there is no %s %q%s", what, name, yamlfile.Suggestion(name, known))
		case slices.Index(names, name) < i:
			r.fault(column, "%s is given twice", name)
		}
	}
	return names
}

// action is what both tables say.
func (r row) action() Action {
	targets := make([]string, len(r.scope.Targets))
	for i, t := range r.scope.Targets {
		targets[i] = t.ID
	}
	a := Action{
		Owner: r.cell("owner"), Targets: r.names("targets", "target", targets), KPIs: r.names("kpis", "KPI", r.scope.KPIs.Names()),
		Progress: Progress(r.cell("status")), Comment: r.text("comment", false),
	}
	if a.Owner != "" && r.scope.Owners != nil && !slices.Contains(r.scope.Owners, a.Owner) {
		r.fault("owner", "%q is not in oncall.yaml%s", a.Owner, yamlfile.Suggestion(a.Owner, r.scope.Owners))
	}
	if a.Progress != NotReported && !slices.Contains(progresses, string(a.Progress)) {
		r.fault("status", "%q is not a status%s", a.Progress, yamlfile.Suggestion(string(a.Progress), progresses))
	}
	if len(a.Comment) > 0 || a.Progress != NotReported {
		a.CommentCite = r.cite("comment_cite")
	} else if r.cell("comment_cite") != "" {
		r.fault("comment_cite", "there is neither a status nor a comment that it could be of; leave it empty")
	}
	a.Cite = r.cite("cite")
	return a
}

// cite is the text of the citation in a cell.
func (r row) cite(column string) string {
	text, err := r.scope.Resolve(r.cell(column))
	if err != nil {
		r.fault(column, "%w", err)
	}
	return text
}
