// Package reconciliation says in words what a plan differs in, from itself and from the
// documents beside it.
package reconciliation

import (
	"fmt"
	"strconv"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
	"planwatch/internal/unit"
	"planwatch/plan"
)

// Words say what reconciliation has found, in the measures of units.
type Words struct{ Units *unit.Set }

// amount writes a decimal number as the language does, with its unit where that
// is a measure; counts are of what the sentence names.
func (w Words) amount(l *language.Language, d decimal.Decimal, unit string) string {
	text := l.Number(d.Float(), d.Decimals())
	if measure, ok := w.Units.Measure(unit); ok && !measure.Counts() {
		text += language.NoBreak + measure.Suffix(l)
	}
	return text
}

func (w Words) signed(l *language.Language, d decimal.Decimal, unit string) string {
	text := w.amount(l, d, unit)
	if d.Sign() > 0 {
		text = "+" + text
	}
	return text
}

// Heading is what a group of differences is about: how much, why and how many.
func (w Words) Heading(l *language.Language, g plan.Group) string {
	var parts []string
	if measure, ok := w.Units.Measure(g.Unit); ok && !measure.Counts() && g.Amount != nil {
		parts = append(parts, w.amount(l, *g.Amount, g.Unit))
	}
	parts = append(parts, w.Cause(l, g))
	if n := len(g.Differences); n > 1 {
		parts = append(parts, l.Say("%d differences", n))
	}
	return strings.Join(parts, "; ")
}

// Cause says why the differences of a group are there.
func (w Words) Cause(l *language.Language, g plan.Group) string {
	if g.Cause != nil {
		return cause(l, *g.Cause)
	}
	switch d := g.Differences[0]; {
	case d.Kind == plan.NotFound:
		return l.Say("no table gives the figure")
	case d.Kind == plan.DocumentsDiffer:
		return l.Say("the documents differ")
	case d.Kind == plan.CellDiffers:
		return l.Say("the register contradicts itself")
	case d.Fitting > 0:
		return l.Say("several rows or columns would close it, so that none is certain")
	case d.Tried > 1:
		return l.Say("none of the %d rows and columns that were tried closes it", d.Tried)
	}
	return l.Say("the figures differ")
}

// cause says what closes a difference.
func cause(l *language.Language, c plan.Cause) string {
	column := l.Say("“%s”", c.Column)
	switch c.Kind {
	case plan.Rounded:
		return l.Say("the last digit, of rows that are rounded")
	case plan.Carried:
		return l.Say("the total differs as these rows do: %s", rows(l, c))
	case plan.Recomputed:
		return l.Say("the total agrees with these rows as they are computed: %s", rows(l, c))
	case plan.Beside:
		return l.Say("it agrees with what stands in the same row's column %s", column)
	case plan.EmptyColumn:
		return l.Say("no row has an amount in the column %s", column)
	case plan.WithoutColumn:
		return l.Say("it agrees without the column %s", column)
	case plan.WithoutRows:
		return l.Say("it agrees without %s", rows(l, c))
	case plan.OtherColumn:
		return l.Say("the column %s gives it", column)
	case plan.WithRow:
		if c.Column != "" {
			return l.Say("it agrees with %s from the column %s", rows(l, c), column)
		}
		return l.Say("it agrees with %s", rows(l, c))
	}
	return l.Of(c.Text)
}

// rows names the rows of a cause, and where they are.
func rows(l *language.Language, c plan.Cause) string {
	name := c.Alike
	if name == "" {
		name = strings.Join(c.Rows, l.Say("”, “"))
	}
	lines := make([]string, len(c.Lines))
	for i, line := range c.Lines {
		lines[i] = strconv.Itoa(line)
	}
	return fmt.Sprintf("%s (%s:%s)", l.Say("“%s”", name), c.Table, strings.Join(lines, ", "))
}

// Why says what closes a difference, and what that leaves; nothing where the
// heading of its group has said it.
func (w Words) Why(l *language.Language, d plan.Difference, g plan.Group) string {
	switch {
	case d.Why == nil:
		return ""
	case d.Remainder != nil:
		return l.Say("without %s %s is left", rows(l, *d.Why), w.signed(l, *d.Remainder, d.Unit))
	}
	if text := cause(l, *d.Why); text != w.Cause(l, g) {
		return text
	}
	return ""
}

// Place is the file and line that state it.
func Place(d plan.Difference) string {
	if d.Line == 0 {
		return d.Table
	}
	return fmt.Sprintf("%s:%d", d.Table, d.Line)
}

// What is the figure's row and column, or the words that state it.
func What(l *language.Language, d plan.Difference) string {
	text := d.Row
	if d.Table == "" {
		text = l.Say("“%s”", text)
	}
	if d.Column != "" {
		text += ", " + d.Column
	}
	return text
}

// Finding says how a difference differs.
func (w Words) Finding(l *language.Language, d plan.Difference) string {
	switch d.Kind {
	case plan.NotFound:
		return l.Say("stated %s, in none of the tables", w.amount(l, *d.Stated, d.Unit))
	case plan.CellDiffers:
		if d.Says == "" {
			return l.Say("says nothing; %s asks for “%s”", d.Product, d.Expected)
		}
		return l.Say("says “%s”; %s asks for “%s”", d.Says, d.Product, d.Expected)
	case plan.DocumentsDiffer:
		stated, other := d.Says, d.Expected
		if d.Stated != nil {
			stated, other = w.amount(l, *d.Stated, d.Unit), w.amount(l, *d.Computed, d.Unit)
		}
		return l.Say("stated %s; the other document states %s", stated, other)
	}
	return l.Say("stated %s, computed %s, difference %s", w.amount(l, *d.Stated, d.Unit), w.amount(l, *d.Computed, d.Unit), w.signed(l, *d.Difference, d.Unit))
}

// looked says where a figure was sought.
func (w Words) looked(l *language.Language, d plan.Difference) string {
	if d.Looked == nil {
		return ""
	}
	text := l.Say("sought in %s (%d cells, %d sums)", strings.Join(d.Looked.Tables, ", "), d.Looked.Cells, d.Looked.Sums)
	if d.Looked.Nearest != nil {
		text += "; " + l.Say("the nearest is %s (%s)", w.amount(l, *d.Looked.Nearest, d.Unit), d.Looked.At)
	}
	return text
}

// other is what another document says, and where.
func other(l *language.Language, d plan.Difference) string {
	if d.Other == "" {
		return ""
	}
	return d.OtherCite + ": " + l.Say("“%s”", d.Other)
}

// Details are what a reader of a difference is to know beside its figures. Of
// rounding the heading has said all.
func (w Words) Details(l *language.Language, d plan.Difference, g plan.Group) []string {
	if g.Rounding() {
		return nil
	}
	var details []string
	for _, text := range []string{w.Why(l, d, g), w.looked(l, d), other(l, d), d.Cite, l.Of(d.Note)} {
		if text != "" {
			details = append(details, text)
		}
	}
	return details
}
