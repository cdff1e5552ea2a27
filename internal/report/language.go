package report

import (
	"fmt"

	"golang.org/x/text/language"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Language is one that reports are written in.
type Language string

// The languages.
const (
	Swedish Language = "sv"
	English Language = "en"
)

// ParseLanguage reads a language's name.
func ParseLanguage(name string) (Language, error) {
	switch l := Language(name); l {
	case Swedish, English:
		return l, nil
	}
	return "", fmt.Errorf("lang: %q is not sv or en", name)
}

// Negotiate is the language that suits an Accept-Language header best:
// Swedish where the header is silent, English where it wants neither.
func Negotiate(accept string) Language {
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(wanted) == 0 {
		return Swedish
	}
	_, index, confidence := language.NewMatcher([]language.Tag{language.English, language.Swedish}).Match(wanted...)
	if index == 1 && confidence != language.No {
		return Swedish
	}
	return English
}

func (l Language) tag() language.Tag {
	if l == English {
		return language.English
	}
	return language.Swedish
}

// Of is the text in the language, or in the other if it is missing.
func (l Language) Of(text kpi.Text) string {
	if l == English && text.EN != "" || text.SV == "" {
		return text.EN
	}
	return text.SV
}

// Statuses as people read them.
var statusTexts = map[plan.Status]kpi.Text{
	plan.Critical: {SV: "Kritisk", EN: "Critical"},
	plan.Warning:  {SV: "Varning", EN: "Warning"},
	plan.Unknown:  {SV: "Okänd", EN: "Unknown"},
	plan.OnPlan:   {SV: "Enligt plan", EN: "On plan"},
}

// symbols tell the statuses apart without colour.
var symbols = map[plan.Status]string{plan.Critical: "■", plan.Warning: "▲", plan.Unknown: "?", plan.OnPlan: "✓"}

var noTargetText = kpi.Text{SV: "Utan mål", EN: "No target"}

// noTargetSymbol stands where there is no status.
const noTargetSymbol = "·"

// Status is a status in words.
func (l Language) Status(status plan.Status, aimed bool) string {
	if !aimed {
		return l.Of(noTargetText)
	}
	return l.Of(statusTexts[status])
}

// Symbol is the sign of a status.
func Symbol(status plan.Status, aimed bool) string {
	if !aimed {
		return noTargetSymbol
	}
	return symbols[status]
}

var reasonTexts = map[plan.Reason]kpi.Text{
	plan.NoFigure:    {SV: "siffra saknas", EN: "no figure"},
	plan.Withheld:    {SV: "döljs: för få personer", EN: "withheld: too few people"},
	plan.OtherYear:   {SV: "siffran gäller ett annat år", EN: "the figure is of another year"},
	plan.NoReference: {SV: "siffra att jämföra med saknas", EN: "no figure to compare with"},
	plan.NotBegun:    {SV: "målets period har inte börjat", EN: "the target's period has not begun"},
	plan.NothingDue:  {SV: "inget ska vara nått ännu", EN: "nothing is due yet"},
	plan.Expired:     {SV: "målets period har gått ut", EN: "the target's period has ended"},
	NoTarget:         {SV: "inget mål", EN: "no target"},
}

// Reason is a reason in words, or "".
func (l Language) Reason(reason plan.Reason) string {
	if text, ok := reasonTexts[reason]; ok {
		return l.Of(text)
	}
	return string(reason)
}

var everywhere = kpi.Text{SV: "Hela regionen", EN: "Whole region"}

// Whole is what a row without labels speaks of.
func (l Language) Whole() string { return l.Of(everywhere) }

var meanText = kpi.Text{SV: "medelvärde", EN: "mean"}

// Mean says that a figure is one.
func (l Language) Mean() string { return l.Of(meanText) }
