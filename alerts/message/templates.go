package message

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
)

// source becomes Alertmanager's templates. Its own delimiters are [[ and ]],
// since what it makes is full of the usual ones.
//
//go:embed templates.tmpl
var source string

// Prefix begins the names of all templates. In the region's first language a
// name is planwatch.subject; in another, planwatch.en.subject.
const Prefix = naming.Planwatch

// Templates returns Alertmanager's templates of messages in the language.
func Templates(region *config.Region, l *language.Language) ([]byte, error) {
	d := document{region: region, language: l}
	parsed, err := template.New("templates.tmpl").Delims("[[", "]]").Funcs(template.FuncMap{"say": func(key string) string { return literal(l.Say(key)) }, "basis": d.basis}).Parse(source)
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, d.view()); err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return out.Bytes(), nil
}

// document is the templates of one region in one language.
type document struct {
	region   *config.Region
	language *language.Language
}

// view holds the fields of the templates' source.
type view struct {
	Region, TimeZone, Code string
	// Prefix begins the names of the templates.
	Prefix  string
	Owners  []owner
	GroupBy []string
	// Summary and Description are the annotations in the language.
	Summary, Description string
	OffPlan, Forecast    sentences
	// Basis has the words for a target that is based on the plan, and Bases for the others.
	Basis basis
	Bases []basis
	// Runbook and Dashboard are the links in the language, as expressions of
	// Alertmanager's templates: of an alert, and of the annotation itself.
	Runbook, Dashboard string
	Measures           []measure
	Number             number
	Better             kpi.Direction
}

type owner struct{ ID, Name string }

// sentences are a wording as text of Alertmanager's templates.
type sentences struct{ Summary, Description string }

// measure is how a figure is written: the text around its number.
type measure struct {
	Name string
	// Before and After are the texts around the number, if they are the same
	// for every number.
	Before, After string
	// One and Other follow 1 and other numbers.
	One, Other string
	// Counts is true if a short figure has no text after the number.
	Counts bool
}

// number is how the language writes numbers.
type number struct {
	Decimal, Group, Minus string
	// First is a regular expression that finds where the first group is
	// separated, and Rest the others; Groups is how often Rest may match.
	First, Rest string
	Groups      []struct{}
}

func (d document) view() view {
	suffix := d.region.Languages.Suffix(d.language)
	v := view{
		Region: d.region.Name, TimeZone: d.region.Location.String(), Code: d.language.Code(), Prefix: Name("", d.region.Languages, d.language),
		GroupBy: d.region.OnCall.GroupBy,
		Summary: naming.AnnotationSummary(suffix), Description: naming.AnnotationDescription(suffix),
		OffPlan: d.sentences(offPlan), Forecast: d.sentences(forecast),
		Basis: bases[0], Bases: bases[1:],
		Number: numberOf(d.language), Better: kpi.Higher, Runbook: runbook(d.region, suffix), Dashboard: dashboard(d.region.OnCall.Links, suffix),
	}
	for _, o := range d.region.OnCall.Owners {
		v.Owners = append(v.Owners, owner{o.ID, literal(d.language.Of(o.Name))})
	}
	for _, m := range d.measures() {
		v.Measures = append(v.Measures, d.measure(m).literal())
	}
	return v
}

// Name returns the name of a template in one of the region's languages.
func Name(part string, languages *language.Set, l *language.Language) string {
	if suffix := languages.Suffix(l); suffix != "" {
		return Prefix + "." + suffix + "." + part
	}
	return Prefix + "." + part
}

// measures returns the region's measures, in order of name.
func (d document) measures() []unit.Measure {
	var all []unit.Measure
	for _, u := range d.region.Units.Units {
		all = append(all, u.Measures...)
	}
	slices.SortFunc(all, func(a, b unit.Measure) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (d document) measure(m unit.Measure) measure {
	made := measure{Name: m.Name, Counts: m.Counts()}
	if m.Percent {
		made.Before, made.After, _ = strings.Cut(m.PhraseOf(d.language, 5), "5")
		return made
	}
	forms := m.Forms(d.language)
	if text, fixed := forms[""]; fixed {
		made.After = language.NoBreak + text
		return made
	}
	made.Other = language.NoBreak + forms[language.Other]
	made.One = made.Other
	if one, ok := forms[language.One]; ok {
		made.One = language.NoBreak + one
	}
	return made
}

// literal returns the measure with its texts as templates that give them.
func (m measure) literal() measure {
	m.Before, m.After, m.One, m.Other = literal(m.Before), literal(m.After), literal(m.One), literal(m.Other)
	return m
}

// literal returns a template that gives the text, whatever it holds: as it is
// in plain text, and escaped in HTML.
func literal(text string) string {
	if !strings.ContainsAny(text, "{<>&") {
		return text
	}
	return fmt.Sprintf("{{ %q }}", text)
}

// numberOf finds how the language writes numbers, by formatting some.
func numberOf(l *language.Language) number {
	n := number{Decimal: strings.Trim(l.Number(0.5, 1), "05"), Minus: strings.Trim(l.Number(-1, 0), "1")}
	digits := regexp.MustCompile("[0-9]+")
	if parts := digits.Split(l.Number(1234567, 0), -1); len(parts) > 1 {
		n.Group = parts[1]
	}
	if n.Group == "" {
		return n
	}
	// Some languages separate thousands only in numbers of five digits or more.
	least := "+"
	if !strings.Contains(l.Number(1234, 0), n.Group) {
		least = "{2,}"
	}
	n.First, n.Rest = "^([^0-9]?[0-9]"+least+")([0-9]{3})", "^([^0-9]?[0-9]+)([0-9]{3})"
	n.Groups = make([]struct{}, 3)
	return n
}

// basis returns the words of a basis as text of a template whose dot is the annotation.
func (d document) basis(key string) string {
	return language.Fill(d.language.Say(key), func(string) string { return "{{ . }}" })
}

func (d document) sentences(w wording) sentences {
	var b strings.Builder
	for i, s := range w.description {
		text := d.sentence(s.key)
		if i > 0 {
			text = "\n" + text
		}
		if s.of != "" {
			text = fmt.Sprintf("{{ if .Annotations.%s }}%s{{ end }}", s.of, text)
		}
		b.WriteString(text)
	}
	return sentences{d.sentence(w.summary), b.String()}
}

// sentence returns a sentence as Alertmanager template text.
func (d document) sentence(key string) string {
	return language.Fill(d.language.Say(key), func(place string) string {
		name, short := strings.CutSuffix(place, suffixShort)
		either := func(higher, lower string) string {
			return fmt.Sprintf("{{ if eq .Annotations.%s %q }}%s{{ else }}%s{{ end }}", naming.AnnotationBetter, kpi.Higher, higher, lower)
		}
		template := func(part, dot string) string {
			return fmt.Sprintf("{{ template %q %s }}", Name(part, d.region.Languages, d.language), dot)
		}
		switch {
		case place == placeWants:
			return template("wants", ".Annotations."+naming.AnnotationBasis)
		case place == placeBy:
			return template("by", ".Annotations."+naming.AnnotationBasis)
		case place == placeSummary:
			return "{{ .Annotations." + naming.AnnotationSummary(d.region.Languages.Suffix(d.language)) + " }}"
		case place == placeSeverity:
			return template("severity", ".Labels."+naming.LabelSeverity)
		case place == placeBound:
			return fmt.Sprintf("{{ if .Annotations.%s }}%s{{ else }}%s{{ end }}", naming.AnnotationExactly, d.language.Say("exactly"),
				either(bound(kpi.Higher, d.language), bound(kpi.Lower, d.language)))
		case place == placeSide:
			return either(side(kpi.Higher, d.language), side(kpi.Lower, d.language))
		case slices.Contains(figures, name) && short:
			return template("short", ".Annotations."+name)
		case slices.Contains(figures, name):
			return template("figure", ".Annotations."+name)
		}
		return "{{ .Annotations." + place + " }}"
	})
}
