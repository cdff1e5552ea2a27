// Package message makes the texts of alerts. Rules have an alert's figures as
// annotations, independent of language; this package has the sentences around
// them, as templates for Alertmanager and in Go for planwatch's page. A test
// checks that both give the same text.
package message

import (
	"planwatch/internal/naming"
)

// wording is the text of an alert about a KPI: keys of messages with
// placeholders in braces. A placeholder is the name of an annotation, with
// .short for a figure without the name of what is counted, or one of bound,
// side and severity.
type wording struct {
	summary string
	// description has one sentence on each line.
	description []string
}

var offPlan = wording{
	summary: "{summary}: {actual.short} against {expected.short} planned",
	description: []string{
		"{summary}: {actual}.",
		"The plan wants {bound} {expected} by now, so this is {difference} {side} plan.",
		"{severity} from {threshold}. The target at the period's end is {target}.",
		"The oldest figure is from {data_time}, {data_age} ago.",
	},
}

var forecast = wording{
	summary: "{summary}: heading for {forecast.short} against {target.short} planned",
	description: []string{
		"{summary}: at the pace so far the period ends at {forecast}.",
		"The plan wants {bound} {target}, so this is {difference} {side} plan.",
		"So far {actual}; the plan for the same time is {expected}.",
		"The oldest figure is from {data_time}, {data_age} ago.",
	},
}

// Placeholders that are not names of annotations.
const (
	placeSummary  = "summary"
	placeSeverity = naming.LabelSeverity
	// placeBound is "at least" or "at most", and placeSide "below" or "above",
	// for a KPI that is better higher or lower.
	placeBound = "bound"
	placeSide  = "side"
	// suffixShort marks a figure without the name of what is counted.
	suffixShort = ".short"
)

// figures are the annotations that hold a number and the name of its measure.
var figures = []string{
	naming.AnnotationActual, naming.AnnotationExpected, naming.AnnotationTarget, naming.AnnotationForecast,
	naming.AnnotationThreshold, naming.AnnotationDifference,
}
