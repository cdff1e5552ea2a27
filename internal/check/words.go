package check

import (
	"fmt"
	"strconv"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
	"planwatch/plan"
)

// summary says what there is in the region.
func (r *Report) summary(l *language.Language) string {
	parts := make([]string, len(r.parts))
	for i, p := range r.parts {
		parts[i] = l.Say(p.key, p.n)
	}
	return r.region + ": " + strings.Join(parts, ", ")
}

// verdict is the last line: what was found where.
func (r *Report) verdict(l *language.Language) string {
	var found []string
	if r.plan.Checked > 0 {
		text := l.Say("%d differences in the plan", r.Differences())
		if n := len(r.plan.Groups); n > 0 {
			text += " " + l.Say("in %d groups", n)
		}
		found = append(found, text)
	}
	if c := r.controls; c != nil {
		text := l.Say("%d differences between plan and warehouse", len(c.differing))
		if c.unknown > 0 {
			text += ", " + l.Say("%d figures missing in the warehouse", c.unknown)
		}
		found = append(found, text)
	}
	return strings.Join(append(found, l.Say("%d faults in the configuration", r.faults)), "; ")
}

// amount writes a decimal number as the language does, with its unit where that
// is a measure; counts are of what the sentence names.
func (r *Report) amount(l *language.Language, d decimal.Decimal, unit string) string {
	text := l.Number(d.Float(), d.Decimals())
	if measure, ok := r.units.Measure(unit); ok && !measure.Counts() {
		text += language.NoBreak + measure.Suffix(l)
	}
	return text
}

func (r *Report) signed(l *language.Language, d decimal.Decimal, unit string) string {
	text := r.amount(l, d, unit)
	if d.Sign() > 0 {
		text = "+" + text
	}
	return text
}

// heading is what a group of differences is about: how much, why and how many.
func (r *Report) heading(l *language.Language, g plan.Group) string {
	var parts []string
	if measure, ok := r.units.Measure(g.Unit); ok && !measure.Counts() && g.Amount != nil {
		parts = append(parts, r.amount(l, *g.Amount, g.Unit))
	}
	parts = append(parts, r.causeOf(l, g))
	if n := len(g.Differences); n > 1 {
		parts = append(parts, l.Say("%d differences", n))
	}
	return strings.Join(parts, "; ")
}

// causeOf says why the differences of a group are there.
func (r *Report) causeOf(l *language.Language, g plan.Group) string {
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

// why says what closes a difference, and what that leaves; nothing where the
// heading of its group has said it.
func (r *Report) why(l *language.Language, d plan.Difference, g plan.Group) string {
	switch {
	case d.Why == nil:
		return ""
	case d.Remainder != nil:
		return l.Say("without %s %s is left", rows(l, *d.Why), r.signed(l, *d.Remainder, d.Unit))
	}
	if text := cause(l, *d.Why); text != r.causeOf(l, g) {
		return text
	}
	return ""
}

// place is the file and line that state it.
func place(d plan.Difference) string {
	if d.Line == 0 {
		return d.Table
	}
	return fmt.Sprintf("%s:%d", d.Table, d.Line)
}

// what is the figure's row and column, or the words that state it.
func what(l *language.Language, d plan.Difference) string {
	text := d.Row
	if d.Table == "" {
		text = l.Say("“%s”", text)
	}
	if d.Column != "" {
		text += ", " + d.Column
	}
	return text
}

// finding says how a difference differs.
func (r *Report) finding(l *language.Language, d plan.Difference) string {
	switch d.Kind {
	case plan.NotFound:
		return l.Say("stated %s, in none of the tables", r.amount(l, *d.Stated, d.Unit))
	case plan.CellDiffers:
		if d.Says == "" {
			return l.Say("says nothing; %s asks for “%s”", d.Product, d.Expected)
		}
		return l.Say("says “%s”; %s asks for “%s”", d.Says, d.Product, d.Expected)
	case plan.DocumentsDiffer:
		stated, other := d.Says, d.Expected
		if d.Stated != nil {
			stated, other = r.amount(l, *d.Stated, d.Unit), r.amount(l, *d.Computed, d.Unit)
		}
		return l.Say("stated %s; the other document states %s", stated, other)
	}
	return l.Say("stated %s, computed %s, difference %s", r.amount(l, *d.Stated, d.Unit), r.amount(l, *d.Computed, d.Unit), r.signed(l, *d.Difference, d.Unit))
}

// looked says where a figure was sought.
func (r *Report) looked(l *language.Language, d plan.Difference) string {
	if d.Looked == nil {
		return ""
	}
	text := l.Say("sought in %s (%d cells, %d sums)", strings.Join(d.Looked.Tables, ", "), d.Looked.Cells, d.Looked.Sums)
	if d.Looked.Nearest != nil {
		text += "; " + l.Say("the nearest is %s (%s)", r.amount(l, *d.Looked.Nearest, d.Unit), d.Looked.At)
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
