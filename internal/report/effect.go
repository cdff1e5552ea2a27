package report

import (
	"slices"
	"strings"

	"planwatch/internal/language"
	"planwatch/internal/status"
)

// Effect is what the figures say of what an activity, or the measure against a risk, is
// to bring about.
type Effect int

// The effects, the first to look at first.
const (
	// Missing: a target that would show the effect is off plan.
	Missing Effect = iota
	// NotKnown: there is no figure or no target yet to tell by, or the figure is withheld.
	NotKnown
	// Seen: all targets that would show the effect are on plan, or within tolerance of it.
	Seen
	// NotLinked: no figure would show the effect.
	NotLinked
)

// Effects are all of them, in order.
func Effects() []Effect { return []Effect{Missing, NotKnown, Seen, NotLinked} }

// EffectOf tells the effect by the rows that would show it; absent is how many of the
// targets and KPIs that are named for that have no row. A KPI without a target says
// nothing of an effect where others have one.
func EffectOf(rows []Row, absent int) Effect {
	if len(rows)+absent == 0 {
		return NotLinked
	}
	judged, unjudged := 0, absent
	for _, row := range rows {
		switch {
		case row.Status.Off():
			return Missing
		case row.Status.Judged():
			judged++
		case row.Status != status.NoTarget:
			unjudged++
		}
	}
	if judged == 0 || unjudged > 0 {
		return NotKnown
	}
	return Seen
}

// Word is the effect in no language, as programs and addresses have it.
func (e Effect) Word() string {
	return [...]string{Missing: "missing", NotKnown: "not_known", Seen: "seen", NotLinked: "not_linked"}[e]
}

// Symbol stands before the effect.
func (e Effect) Symbol() string {
	return [...]string{Missing: "✗", NotKnown: "?", Seen: "✓", NotLinked: "·"}[e]
}

// Class is how a page colours the effect: as the status that it is nearest to.
func (e Effect) Class() string {
	return [...]status.Status{Missing: status.Warning, NotKnown: status.Unknown, Seen: status.OnPlan, NotLinked: status.NoTarget}[e].Class()
}

// Words says the effect.
func (e Effect) Words(l *language.Language) string {
	switch e {
	case Missing:
		return l.Say("The effect does not come")
	case NotKnown:
		return l.Say("Not known yet")
	case Seen:
		return l.Say("The effect is seen")
	case NotLinked:
	}
	return l.Say("No figure shows it")
}

// ParseEffect reads a Word.
func ParseEffect(text string) (Effect, error) {
	var words []string
	for _, e := range Effects() {
		if text == e.Word() {
			return e, nil
		}
		words = append(words, e.Word())
	}
	return 0, &UnknownError{listEffect, text, words}
}

// mostShort is how many of its targets stand under an activity or a risk whose effect
// does not come.
const mostShort = 3

// ShortWords say which targets an effect does not come by, and by how much: the worst
// first, and of many the first few.
func (o Outcome) ShortWords(l *language.Language) []string {
	off := o.Off()
	var lines []string
	for _, row := range off[:min(len(off), mostShort)] {
		lines = append(lines, row.Status.Symbol()+" "+row.FallsShort(l))
	}
	if more := len(off) - len(lines); more > 0 {
		lines = append(lines, l.Say("%d more", more))
	}
	return lines
}

// FallsShort says how far the row's figure is from what is expected.
func (r Row) FallsShort(l *language.Language) string {
	return l.Say("%s, %s: %s against %s (%s)", r.Title(l), r.Place(l), r.Figure(l, r.Actual), r.Figure(l, r.Expected), r.MarginFigure(l))
}

// Off are the rows that are off plan.
func (o Outcome) Off() []Row {
	return slices.DeleteFunc(slices.Clone(o.Rows), func(row Row) bool { return !row.Status.Off() })
}

// linkedIDs are the targets of the rows, or their KPIs, for programs.
func linkedIDs(rows []Row) string {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.KPI.Name
		if row.Target != nil {
			ids[i] = row.Target.ID
		}
	}
	return strings.Join(ids, " ")
}
