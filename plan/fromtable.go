package plan

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// TableTargets makes one target of each group of a table's rows that have the
// same labels: the sum of their amounts, exactly.
type TableTargets struct {
	// What the targets' names begin with; the labels' values follow.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// The KPI's name.
	KPI string `yaml:"kpi" jsonschema:"required"`
	// The table: a CSV file beside this one.
	File string `yaml:"file" jsonschema:"required"`
	// Which rows: for each column the value, or the list of values, that its cell may have.
	Rows Selector `yaml:"rows,omitempty"`
	// Labels that all the targets have.
	Where map[string]string `yaml:"where,omitempty"`
	// Labels that the rows give: the label, and the column it is read from.
	Labels map[string]LabelColumn `yaml:"labels,omitempty"`
	// The column with the amount, in unit. A row whose cell is empty gives nothing.
	Value string `yaml:"value" jsonschema:"required"`
	// Whether the table writes with a minus what the KPI counts as positive, as plans write costs.
	Negate bool `yaml:"negate,omitempty"`

	Terms `yaml:",inline"`
}

// LabelColumn is the column that a label is read from: its name, or a mapping
// that says how the table's names become the warehouse's.
type LabelColumn struct {
	// The column's name.
	Column string `yaml:"column" jsonschema:"required"`
	// What is cut from the front of a cell; the first that fits.
	TrimPrefix []string `yaml:"trim_prefix,omitempty"`
	// The warehouse's name for a cell, after cutting, where it is another.
	Values map[string]string `yaml:"values,omitempty"`
}

// UnmarshalYAML reads a column's name or a mapping.
func (l *LabelColumn) UnmarshalYAML(node ast.Node) error {
	if !yamlfile.IsMapping(node) {
		*l = LabelColumn{Column: yamlfile.Scalar(node)}
		return nil
	}
	type mapping LabelColumn
	var m mapping
	if err := yaml.NodeToValue(node, &m, yaml.Strict()); err != nil {
		return err
	}
	*l = LabelColumn(m)
	return nil
}

// value is the label's value for a cell.
func (l LabelColumn) value(cell string) string {
	for _, prefix := range l.TrimPrefix {
		if rest, cut := strings.CutPrefix(cell, prefix); cut {
			cell = rest
			break
		}
	}
	if other, ok := l.Values[cell]; ok {
		return other
	}
	return cell
}

// targets makes the targets. path is the entry's path in its file.
func (s TableTargets) targets(tables map[string]*Table, file *yamlfile.Document, path string) ([]Target, error) {
	f := faultsAt(path, "targets_from "+s.ID)
	table, ok := tables[s.File]
	if !ok {
		f.Add(".file", "file: there is no table %q%s", s.File, yamlfile.Suggestion(s.File, slices.Sorted(maps.Keys(tables))))
		return nil, f.Err()
	}
	s.validateColumns(table, f)
	if f.Any() {
		return nil, f.Err()
	}
	names := slices.Sorted(maps.Keys(s.Labels))
	groups := map[string]int{}
	var made []Target
	for _, row := range table.Rows {
		if !s.Rows.matches(table, row) {
			continue
		}
		amount, given, err := table.Amount(row, s.Value)
		if err != nil {
			f.Append(err)
			continue
		}
		if !given {
			continue
		}
		if s.Negate {
			amount = amount.Neg()
		}
		t := Target{ID: s.ID, KPI: s.KPI, Where: maps.Clone(s.Where), Terms: s.Terms, origin: origin{file, path}}
		if t.Where == nil {
			t.Where = map[string]string{}
		}
		for _, name := range names {
			value := s.Labels[name].value(table.Cell(row, s.Labels[name].Column))
			t.Where[name] = value
			if word := slug(value); word != "" {
				t.ID += "-" + word
			}
		}
		cell := t.cell()
		if i, known := groups[cell]; known {
			sum := made[i].Value.Add(amount)
			made[i].Value = &sum
			continue
		}
		groups[cell] = len(made)
		t.Value = &amount
		made = append(made, t)
	}
	if len(made) == 0 && !f.Any() {
		f.Add(".rows", "rows: none of the selected rows of %s has an amount in %s", table.Name, s.Value)
	}
	return made, f.Err()
}

func (s TableTargets) validateColumns(table *Table, f *yamlfile.Faults) {
	if !naming.ValidID(s.ID) {
		f.Add(".id", "id: %q is not lower-case words joined by hyphens, such as frame", s.ID)
	}
	if err := table.checkColumn(s.Value); err != nil {
		f.Add(".value", "value: %w", err)
	}
	for _, column := range s.Rows.columns() {
		if err := table.checkColumn(column); err != nil {
			f.Add(".rows", "rows: %w", err)
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.Labels)) {
		if err := table.checkColumn(s.Labels[label].Column); err != nil {
			f.Add(".labels", "labels: %s: %w", label, err)
		}
		if _, twice := s.Where[label]; twice {
			f.Add(".labels", "labels: %s is given under where as well", label)
		}
	}
}

// withoutMarks replaces the letters of the Nordic languages by plain ones, so
// that names are easy to type.
var withoutMarks = strings.NewReplacer("å", "a", "ä", "a", "æ", "a", "ö", "o", "ø", "o", "é", "e", "è", "e", "ü", "u", "á", "a", "đ", "d", "ŋ", "n", "š", "s", "ž", "z", "č", "c", "ŧ", "t")

// slug is text as a part of a target's name: lower-case words joined by
// hyphens.
func slug(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range withoutMarks.Replace(strings.ToLower(text)) {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}
