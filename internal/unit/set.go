package unit

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// File is the file with the units, in a region's directory.
const File = "units.yaml"

// Set is units.yaml: the units of a region.
type Set struct {
	// The base units.
	Units []Unit `yaml:"units" jsonschema:"required,minItems=1"`
}

// Load reads and checks the units. Errors name file and line.
func Load(files fs.FS, languages *language.Set) (*Set, error) {
	data, err := fs.ReadFile(files, File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: missing; a region has this file with the units of its figures, as planwatch init writes it", File)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	file, err := yamlfile.Parse(File, data)
	if err != nil {
		return nil, err
	}
	var s Set
	if err := file.Decode(&s); err != nil {
		return nil, err
	}
	if err := file.Locate(s.validate(languages)); err != nil {
		return nil, err
	}
	return &s, nil
}

// Get is the unit of that name. Errors say which units there are.
func (s *Set) Get(name string) (Unit, error) {
	if i := slices.IndexFunc(s.Units, func(u Unit) bool { return u.Name == name }); i >= 0 {
		return s.Units[i], nil
	}
	return Unit{}, fmt.Errorf("%q is not a unit in %s; there are %s", name, File, strings.Join(s.Names(), ", "))
}

// Names are the units' names, in order of name.
func (s *Set) Names() []string {
	names := make([]string, len(s.Units))
	for i, u := range s.Units {
		names[i] = u.Name
	}
	slices.Sort(names)
	return names
}

// Measure is the measure of that name, of whatever unit.
func (s *Set) Measure(name string) (Measure, bool) {
	for _, u := range s.Units {
		for _, m := range u.Measures {
			if m.Name == name {
				return m, true
			}
		}
	}
	return Measure{}, false
}

// Convert is value, in one measure or unit, in another of the same unit.
func (s *Set) Convert(value decimal.Decimal, from, to string) (decimal.Decimal, error) {
	if from == to {
		return value, nil
	}
	source, up := s.base(from)
	target, down := s.base(to)
	if source != target {
		return decimal.Decimal{}, fmt.Errorf("%q cannot be converted to %q", from, to)
	}
	return value.Mul(up).Div(down), nil
}

// base is the unit that a measure or unit is of, and how many of it one is. A
// name that nobody has defined is a unit of its own.
func (s *Set) base(name string) (unit string, per decimal.Decimal) {
	for _, u := range s.Units {
		for _, m := range u.Measures {
			if m.Name == name {
				return u.Name, m.per()
			}
		}
	}
	return name, decimal.Whole(1)
}

func (s *Set) validate(languages *language.Set) error {
	faults := yamlfile.NewFaults()
	if len(s.Units) == 0 {
		faults.Add(".units", "units: missing; give at least one")
	}
	units, measures := map[string]bool{}, map[string]string{}
	for i, u := range s.Units {
		f := faults.In(fmt.Sprintf(".units[%d]", i), "unit "+u.Name)
		switch {
		case !naming.ValidName(u.Name):
			faults.Add(fmt.Sprintf(".units[%d].unit", i), "unit: %q is not a name of lower-case words joined by underscores", u.Name)
			continue
		case units[u.Name]:
			f.Add(".unit", "another unit has the same name")
		}
		units[u.Name] = true
		if len(u.Measures) == 0 {
			f.Add("", "measures: missing; say what the unit is read in")
		}
		for j, m := range u.Measures {
			place := fmt.Sprintf(".measures[%d]", j)
			if other, taken := measures[m.Name]; taken {
				f.Add(place, "measure %s: %s has a measure of that name already", m.Name, other)
			}
			if k := slices.IndexFunc(u.Measures[:j], func(other Measure) bool { return sameFrom(other, m) }); k >= 0 {
				f.Add(place+".from", "measure %s: from: %v is that of %s too; figures cannot be told in both", m.Name, *m.From, u.Measures[k].Name)
			}
			measures[m.Name] = u.Name
			m.validate(u, languages, f.In(place, "measure "+m.Name))
		}
	}
	return faults.Err()
}

func sameFrom(a, b Measure) bool { return a.From != nil && b.From != nil && *a.From == *b.From }

func (m Measure) validate(u Unit, languages *language.Set, f *yamlfile.Faults) {
	if !naming.ValidName(m.Name) {
		f.Add(".measure", "%q is not a name of lower-case words joined by underscores", m.Name)
	}
	if m.per().Sign() <= 0 {
		f.Add(".factor", "factor: %s is not above zero", m.per())
	}
	if m.Decimals < 0 || m.Decimals > 6 {
		f.Add(".decimals", "decimals: %d is not from 0 to 6", m.Decimals)
	}
	if m.From != nil && *m.From < 0 {
		f.Add(".from", "from: %v is below zero; it is a size without its sign", *m.From)
	}
	if m.Difference != "" {
		if _, err := u.Measure(m.Difference); err != nil {
			f.Add(".difference", "difference: %w", err)
		}
	}
	if m.Percent {
		hundredth := decimal.Whole(1).Shift(-2)
		if m.per().Cmp(hundredth) != 0 {
			f.Add(".factor", "factor: %s; that of percent is 0.01", m.per())
		}
		if m.Word != nil {
			f.Add(".word", "word: the language says how percentages are written; leave it out")
		}
		return
	}
	for _, code := range languages.Codes() {
		if m.Word[code].form(language.Other) == "" {
			f.Add(".word", "word: missing in %s", code)
		}
		for _, text := range m.Word[code] {
			if err := yamlfile.CheckLine(text); err != nil {
				f.Add(".word."+code, "word: %s: %w", code, err)
				break
			}
		}
	}
	if err := m.Word.mixed(); err != nil {
		f.Add(".word", "word: %w", err)
	}
}

// mixed reports a word that has plural forms in one language and none in
// another: it either names things that are counted or does not.
func (w Word) mixed() error {
	fixed := 0
	for _, forms := range w {
		if _, ok := forms[""]; ok {
			fixed++
		}
	}
	if fixed > 0 && fixed < len(w) {
		return errors.New("give plural forms in every language or in none; a word that does not change has the form other alone")
	}
	return nil
}

// UnmarshalYAML reads a text or a mapping of plural forms.
func (p *Plurals) UnmarshalYAML(node ast.Node) error {
	if !yamlfile.IsMapping(node) {
		*p = Plurals{"": yamlfile.Scalar(node)}
		return nil
	}
	forms := map[language.Form]string{}
	if err := yaml.NodeToValue(node, &forms, yaml.Strict()); err != nil {
		return err
	}
	for form := range forms {
		if !form.Known() {
			return yamlfile.At(node, fmt.Errorf("%q is not a plural form: zero, one, two, few, many or other", form))
		}
	}
	*p = forms
	return nil
}

// JSONSchema tells editors of the two forms.
func (Plurals) JSONSchema() *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	forms := &jsonschema.Schema{Type: "object", Required: []string{string(language.Other)}, Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, form := range language.Forms() {
		forms.Properties.Set(string(form), text)
	}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text, forms}}
}
