// Package message makes the texts of alerts. Rules have an alert's figures as
// annotations, independent of language; this package has the sentences around
// them, as templates for Alertmanager and in Go for planwatch's page. A test
// checks that both give the same text.
package message

import (
	"strconv"
	"strings"

	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/plan"
)

// wording is the text of an alert about a KPI: keys of messages with
// placeholders in braces. A placeholder is the name of an annotation, with
// .short for a figure without the name of what is counted, or one of wants, by, bound,
// side, severity and signal.
type wording struct {
	summary string
	// brief is the figures alone.
	brief string
	// description has one line for each.
	description []sentence
}

// sentence is the key of a message.
type sentence struct {
	key string
	// of is the annotation without which it is left out; empty for none.
	of string
}

var offPlan = wording{
	summary: "{summary}: {actual.short} against {expected.short} {by}",
	brief:   "{actual.short} against {expected.short}",
	description: []sentence{
		{key: "Now: {actual}."},
		{key: "{wants} {bound} {expected} by now, so this is {difference} {side} that."},
		{key: "{severity} from {threshold}."},
		{key: "The target at the period's end is {target}.", of: naming.AnnotationTarget},
		{key: "Signal or noise, in the newest whole period: {signal}.", of: naming.AnnotationSignal},
		{key: "The oldest figure is from {data_time}, {data_age} ago."},
	},
}

var forecast = wording{
	summary: "{summary}: heading for {forecast.short} against {target.short} {by}",
	brief:   "heading for {forecast.short} against {target.short}",
	description: []sentence{
		{key: "On its way to end the period at {forecast}."},
		{key: "{wants} {bound} {target}, so this is {difference} {side} that."},
		{key: "So far {actual}; {expected} was due by now."},
		{key: "Signal or noise, in the newest whole period: {signal}.", of: naming.AnnotationSignal},
		{key: "The oldest figure is from {data_time}, {data_age} ago."},
	},
}

// Placeholders that are not names of annotations.
const (
	placeSummary  = "summary"
	placeSeverity = naming.LabelSeverity
	// placeBound is "at least" or "at most", and placeSide "below" or "above",
	// for a KPI that is better higher or lower; placeBound is "exactly" for one that
	// is better as planned.
	placeBound = "bound"
	placeSide  = "side"
	// placeWants begins a sentence with what the target is based on, and placeBy ends one.
	placeWants = "wants"
	placeBy    = "by"
	// placeSignal says whether a figure was more than chance.
	placeSignal = naming.AnnotationSignal
	// suffixShort marks a figure without the name of what is counted.
	suffixShort = ".short"
)

// figures are the annotations that hold a number and the name of its measure.
var figures = []string{
	naming.AnnotationActual, naming.AnnotationExpected, naming.AnnotationTarget, naming.AnnotationForecast,
	naming.AnnotationThreshold, naming.AnnotationDifference,
}

// basis is how a sentence says what a target is based on, as keys of messages. They may
// have {basis}, the annotation itself.
type basis struct {
	// Of is a regular expression of annotations, without anchors.
	Of, Wants, By string
}

// bases are the words for each basis; the first is for any other.
var bases = []basis{
	{string(plan.ByPlan), "The plan wants", "by the plan"},
	{string(plan.ByReport), "The report states", "by the report"},
	{string(plan.ByLaw), "The law requires", "by law"},
	{string(plan.National), "The national goal is", "by the national goal"},
	{string(plan.Operational), "The region's own limit is", "by the region's own limit"},
	{string(plan.YearEarlier), "As a year earlier, the target is", "a year earlier"},
	{string(plan.WeeksEarlier), "As 52 weeks earlier, the target is", "52 weeks earlier"},
	{"[0-9]{4}", "As at the same date in {basis}, the target is", "at the same date in {basis}"},
	{"[0-9]{4}-[0-9]{2}-[0-9]{2}", "As on {basis}, the target is", "on {basis}"},
}

// signals are the words for what the annotation of a signal says, as keys of messages;
// the last is for any other.
var signals = []struct{ Of, Words string }{
	{naming.SignalHigh, "unusually high, which is more than chance"},
	{naming.SignalLow, "unusually low, which is more than chance"},
	{naming.SignalUsual, "as usual, so it may be chance"},
}

// age is how a part of what humanizeDuration gives is written: at most two units, of
// which the latter is left out where it is 0.
type age struct {
	Of    string
	Units []string
}

// ages are in the order of size; the keys are of messages.
var ages = []age{
	{"^([0-9]+)d 0h.*$", []string{"d (in a sentence)"}},
	{"^([0-9]+)d ([0-9]+)h.*$", []string{"d (in a sentence)", "h"}},
	{"^([0-9]+)h 0m.*$", []string{"h"}},
	{"^([0-9]+)h ([0-9]+)m.*$", []string{"h", "min"}},
	{"^([0-9]+)m.*$", []string{"min"}},
}

// in returns what takes the place of a duration in the language.
func (a age) in(l *language.Language) string {
	var parts []string
	for i, unit := range a.Units {
		parts = append(parts, "${"+strconv.Itoa(i+1)+"}"+language.NoBreak+l.Say(unit))
	}
	return strings.Join(parts, " ")
}
