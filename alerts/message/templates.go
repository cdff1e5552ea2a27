package message

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"planwatch/alerts/oncall"
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

// NewFor is how long ago an alert has begun, at most, if no message has told of it
// before.
func NewFor(o *oncall.OnCall) time.Duration { return time.Duration(o.Wait) + time.Duration(o.Interval) }

// Templates returns Alertmanager's templates of messages in the language.
func Templates(region *config.Region, l *language.Language) ([]byte, error) {
	d := document{region: region, language: l}
	parsed, err := template.New("templates.tmpl").Delims("[[", "]]").Funcs(template.FuncMap{
		"say": func(key string) string { return literal(l.Say(key)) }, "sayGSM": func(key string) string { return strconv.Quote(inGSM(l.Say(key))) }, "basis": d.basis, "markdownSigns": func() []string { return markdownSigns },
	}).Parse(source)
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
	// EventLabels are those of GroupBy, in the order of the event page's address.
	EventLabels []string
	// Summary and Description are the annotations in the language.
	Summary, Description string
	OffPlan, Forecast    sentences
	// Basis has the words for a target that is based on the plan, and Bases for the others.
	Basis basis
	Bases []basis
	// Runbook and Dashboard are the links in the language, as expressions of
	// Alertmanager's templates: of an alert, and of the annotation itself.
	Runbook, Dashboard string
	// Event is the address of the event's page, up to the labels of the group, and KPI
	// that of KPIs' pages, up to the name.
	Event, KPI string
	// LanguageQuery chooses the language on planwatch's pages; "" for the first.
	LanguageQuery string
	// Beside is the region, where it is one of several, whose messages say which they are of.
	Beside *besides
	// NewFor is for how many seconds an alert is marked as new.
	NewFor   float64
	Signals  []signal
	GSM      []replacement
	Cuts     []cut
	Writings []writing
	Better   kpi.Direction
}

// writing is how figures are written: in messages, and in text messages.
type writing struct {
	// Part begins the names of its templates.
	Part     string
	Number   number
	Measures []measure
}

// besides is how a region is called in messages, and in those that are short.
type besides struct{ Title, Name string }

type owner struct{ ID, Name, Markdown string }

type signal struct{ Of, Words string }

// sentences are a wording as text of Alertmanager's templates: in plain text, in HTML,
// where lines end otherwise, and in Markdown, where values are escaped.
type sentences struct {
	Summary, Description string
	// Brief is the figures alone, and BriefWords the words between them.
	Brief, BriefWords         string
	HTML                      string
	MarkdownSummary, Markdown string
}

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
	// Widest stands for the texts beside two short figures, where they are the longest.
	Widest string
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
		GroupBy: d.region.OnCall.GroupBy, EventLabels: slices.Sorted(slices.Values(d.region.OnCall.GroupBy)),
		Summary: naming.AnnotationSummary(suffix), Description: naming.AnnotationDescription(suffix),
		OffPlan: d.sentences(offPlan), Forecast: d.sentences(forecast),
		Basis: bases[0], Bases: bases[1:],
		Better: kpi.Higher, Runbook: runbook(d.region, suffix), Dashboard: dashboard(d.region.OnCall.Links, suffix),
		Event: d.region.Web.Link("/event"), KPI: d.region.Web.Link("/kpi"), NewFor: (NewFor(d.region.OnCall) - time.Millisecond).Seconds(), GSM: toGSM, Cuts: cuts(), Writings: d.writings(),
	}
	if d.region.Beside {
		v.Beside = &besides{d.region.DistinctTitle(), d.region.Name}
	}
	if suffix != "" {
		v.LanguageQuery = config.LanguageQuery + "=" + suffix
	}
	for _, o := range d.region.OnCall.Owners {
		name := d.language.Of(o.Name)
		v.Owners = append(v.Owners, owner{o.ID, literal(name), literal(inMarkdown(name))})
	}
	for _, s := range signals {
		v.Signals = append(v.Signals, signal{s.Of, literal(d.language.Say(s.Words))})
	}
	return v
}

func (d document) writings() []writing {
	plain, sms := writing{Number: numberOf(d.language)}, writing{Part: smsPart, Number: numberOf(d.language)}
	sms.Number.Group, sms.Number.Minus, sms.Number.Decimal = inGSM(sms.Number.Group), inGSM(sms.Number.Minus), inGSM(sms.Number.Decimal)
	for _, m := range d.measures() {
		made := d.measure(m)
		plain.Measures, sms.Measures = append(plain.Measures, made.literal()), append(sms.Measures, made.gsm().literal())
	}
	return []writing{plain, sms}
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

// gsm returns the measure with its texts in the GSM alphabet.
func (m measure) gsm() measure {
	m.Before, m.After, m.One, m.Other = inGSM(m.Before), inGSM(m.After), inGSM(m.One), inGSM(m.Other)
	if !m.Counts {
		beside := len(m.Before) + len(m.After) + max(len(m.One), len(m.Other))
		m.Widest = strings.Repeat(".", 2*beside)
	}
	return m
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
	plain := func(value string) string { return "{{ " + value + " }}" }
	escaped := func(value string) string {
		return fmt.Sprintf("{{ template %q %s }}", d.name("md"), value)
	}
	return sentences{
		Summary: d.sentence(w.summary, plain), Description: d.lines(w, "\n", plain), Brief: d.brief(w), BriefWords: briefWords(d.language, w),
		HTML: d.lines(w, "<br>\n", plain), MarkdownSummary: d.sentence(w.summary, escaped), Markdown: d.lines(w, "\n", escaped),
	}
}

// lines returns the sentences of a description as Alertmanager template text. value
// writes an annotation that may hold anything.
func (d document) lines(w wording, end string, value func(string) string) string {
	var b strings.Builder
	for i, s := range w.description {
		text := d.sentence(s.key, value)
		if i > 0 {
			text = end + text
		}
		if s.of != "" {
			text = fmt.Sprintf("{{ if .Annotations.%s }}%s{{ end }}", s.of, text)
		}
		b.WriteString(text)
	}
	return b.String()
}

// name returns the name of a template in the document's language.
func (d document) name(part string) string { return Name(part, d.region.Languages, d.language) }

// sentence returns a sentence as Alertmanager template text. value writes an annotation
// that may hold anything.
func (d document) sentence(key string, value func(string) string) string {
	return language.Fill(d.language.Say(key), func(place string) string {
		name, short := strings.CutSuffix(place, suffixShort)
		either := func(higher, lower string) string {
			return fmt.Sprintf("{{ if eq .Annotations.%s %q }}%s{{ else }}%s{{ end }}", naming.AnnotationBetter, kpi.Higher, higher, lower)
		}
		template := func(part, dot string) string {
			return fmt.Sprintf("{{ template %q %s }}", d.name(part), dot)
		}
		switch {
		case place == placeWants:
			return template("wants", ".Annotations."+naming.AnnotationBasis)
		case place == placeBy:
			return template("by", ".Annotations."+naming.AnnotationBasis)
		case place == placeSummary:
			return value(".Annotations." + naming.AnnotationSummary(d.region.Languages.Suffix(d.language)))
		case place == placeSeverity:
			return template("severity", ".Labels."+naming.LabelSeverity)
		case place == placeSignal:
			return template("signal", ".Annotations."+naming.AnnotationSignal)
		case place == placeBound:
			return fmt.Sprintf("{{ if .Annotations.%s }}%s{{ else }}%s{{ end }}", naming.AnnotationExactly, d.language.Say("exactly"),
				either(bound(kpi.Higher, d.language), bound(kpi.Lower, d.language)))
		case place == placeSide:
			return either(side(kpi.Higher, d.language), side(kpi.Lower, d.language))
		case slices.Contains(figures, name) && short:
			return template("short", ".Annotations."+name)
		case slices.Contains(figures, name):
			return template("figure", ".Annotations."+name)
		case place == naming.AnnotationDataAge:
			return value(d.age())
		}
		return value(".Annotations." + place)
	})
}

// age is the template expression of how old the data are.
func (d document) age() string {
	var b strings.Builder
	b.WriteString("(.Annotations." + naming.AnnotationDataAge)
	for _, a := range ages {
		fmt.Fprintf(&b, " | reReplaceAll %q %q", a.Of, a.in(d.language))
	}
	return b.String() + ")"
}
