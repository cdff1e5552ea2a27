// Package unit owns the units that figures are measured in: the base units of
// Prometheus' metrics, and the measures that people write and read them in. All
// of them are a region's data.
package unit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
)

// Unit is a base unit: what a KPI's metric is in.
type Unit struct {
	// The name that KPIs call the unit by, and that plan metrics carry as a label. A base unit, as Prometheus asks for, or a thing that is counted: lower-case words joined by underscores.
	Name string `yaml:"unit" jsonschema:"required,pattern=^[a-z][a-z0-9]*(_[a-z0-9]+)*$"`
	// What the unit is written and read in; the first is the usual one.
	Measures []Measure `yaml:"measures" jsonschema:"required,minItems=1"`
	// Whether the unit is money: in lists of what is off, money stands before all but the law.
	Money bool `yaml:"money,omitempty"`
	// Whether the unit counts people, or events that each are of one person: patients, births, visits. Figures about few are withheld.
	Persons bool `yaml:"persons,omitempty"`
}

// IsShare reports whether the unit is a share of something: figures are told in percent,
// and how far two are apart in percentage points.
func (u Unit) IsShare() bool {
	return slices.ContainsFunc(u.Measures, func(m Measure) bool { return m.Percent })
}

// Measure is a unit that figures are written and read in: so many of a base
// unit.
type Measure struct {
	// The name that targets, tables and KPIs call the measure by: lower-case words joined by underscores. No two units have a measure of the same name.
	Name string `yaml:"measure" jsonschema:"required,pattern=^[a-z][a-z0-9]*(_[a-z0-9]+)*$"`
	// How many of the base unit one of the measure is.
	Factor *decimal.Decimal `yaml:"factor,omitempty" jsonschema:"default=1"`
	// How many decimals a figure has at most.
	Decimals int `yaml:"decimals,omitempty" jsonschema:"default=0,minimum=0,maximum=6"`
	// What stands behind a figure, in each of the region's languages. A word with plural forms names things that are counted, and is left out where a title says what they are; a text stands with every figure.
	Word Word `yaml:"word,omitempty"`
	// Whether figures are written as the language writes percentages; the factor is then 0.01.
	Percent bool `yaml:"percent,omitempty"`
	// The size, in the base unit, from which the report writes figures in this measure. Without it the report uses the measure only where a KPI names it.
	From *float64 `yaml:"from,omitempty"`
	// The measure that the distance between two figures is told in, where it is another: percentage points.
	Difference string `yaml:"difference,omitempty"`
	// Grafana's own unit for figures in the base unit. Left out, dashboards show figures in the measure, with its word behind them.
	Grafana string `yaml:"grafana,omitempty"`
}

// per is how many of the base unit one of the measure is.
func (m Measure) per() decimal.Decimal {
	if m.Factor == nil {
		return decimal.Whole(1)
	}
	return *m.Factor
}

// Per is how many of the base unit one of the measure is.
func (m Measure) Per() float64 { return m.per().Float() }

// In is a figure of the base unit in the measure.
func (m Measure) In(value float64) float64 { return value / m.Per() }

// Counts reports whether the measure is of things that are counted, which the
// KPI's title names: a figure of them needs no word.
func (m Measure) Counts() bool { return !m.Percent && m.Word.plural() }

// Usual is the measure that figures are told in where nothing says otherwise.
func (u Unit) Usual() Measure { return u.Measures[0] }

// Measure is the measure of that name; the empty name is the usual one.
func (u Unit) Measure(name string) (Measure, error) {
	if name == "" {
		return u.Usual(), nil
	}
	if i := slices.IndexFunc(u.Measures, func(m Measure) bool { return m.Name == name }); i >= 0 {
		return u.Measures[i], nil
	}
	return u.Usual(), fmt.Errorf("%q is not a measure of %s; write %s", name, u.Name, strings.Join(u.names(), ", "))
}

// Suited is the measure that the report uses for figures of that size: the one
// with the largest from that is not larger.
func (u Unit) Suited(largest float64) Measure {
	best := -1
	for i, m := range u.Measures {
		if m.From != nil && math.Abs(largest) >= *m.From && (best < 0 || *m.From > *u.Measures[best].From) {
			best = i
		}
	}
	if best < 0 {
		return u.Usual()
	}
	return u.Measures[best]
}

// Factor is how many of the base unit one of the named measure is. The unit's
// own name, and none, are the base unit itself.
func (u Unit) Factor(measure string) (decimal.Decimal, error) {
	if measure == "" || measure == u.Name {
		return decimal.Whole(1), nil
	}
	m, err := u.Measure(measure)
	return m.per(), err
}

func (u Unit) names() []string {
	names := []string{u.Name}
	for _, m := range u.Measures {
		if m.Name != u.Name {
			names = append(names, m.Name)
		}
	}
	slices.SortFunc(names[1:], cmp.Compare)
	return names
}

// Word is what stands behind a figure: a text, or a word with its plural
// forms, by language.
type Word map[string]Plurals

// Plurals are a word's plural forms. A text that is the same for every number
// has only the empty form.
type Plurals map[language.Form]string

// plural reports whether the word has plural forms.
func (w Word) plural() bool {
	for _, forms := range w {
		if _, fixed := forms[""]; !fixed {
			return true
		}
	}
	return false
}

// of is the word behind value in the language.
func (w Word) of(l *language.Language, value float64, decimals int) string {
	return w[l.Code()].form(l.PluralForm(value, decimals))
}

func (p Plurals) form(form language.Form) string {
	if text, fixed := p[""]; fixed {
		return text
	}
	return cmp.Or(p[form], p[language.Other])
}
