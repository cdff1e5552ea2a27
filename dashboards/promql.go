package dashboards

import (
	"fmt"
	"regexp"
	"strings"

	"planwatch/internal/naming"
)

// selector returns a metric with matchers.
func selector(metric string, matchers ...string) string {
	if len(matchers) == 0 {
		return metric
	}
	return metric + "{" + strings.Join(matchers, ",") + "}"
}

var quote = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func equals(label, value string) string { return label + `="` + quote.Replace(value) + `"` }

func differs(label, value string) string { return label + `!="` + quote.Replace(value) + `"` }

func oneOf(label string, values []string) string {
	escaped := make([]string, len(values))
	for i, value := range values {
		escaped[i] = regexp.QuoteMeta(value)
	}
	return label + `=~"` + quote.Replace(strings.Join(escaped, "|")) + `"`
}

// by aggregates a vector to the labels, or to one value for none.
func by(operator, vector string, labels ...string) string {
	return operator + grouped(labels) + " (" + vector + ")"
}

func join(labels []string) string { return strings.Join(labels, ", ") }

// grouped returns "by (a, b)", or "" for no labels.
func grouped(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return " by (" + join(labels) + ")"
}

// without aggregates a vector over the labels.
func without(operator, vector string, labels ...string) string {
	return operator + " without (" + join(labels) + ") (" + vector + ")"
}

// once removes the labels that a scrape adds, by taking the largest value over
// them, so that two planwatch instances give one figure.
func once(vector string) string {
	return without("max", vector, naming.LabelInstance, naming.LabelJob)
}

// on returns "on (a, b)", for an operation that matches series by those labels.
func on(labels ...string) string { return "on (" + join(labels) + ")" }

// titled adds labels from kpi_info to the vector's series.
func titled(vector string, labels ...string) string {
	info := by("max", naming.KPIInfo, append([]string{naming.LabelKPI}, labels...)...)
	return fmt.Sprintf("%s * %s group_left (%s) %s", vector, on(naming.LabelKPI), join(labels), info)
}

// labelled sets a label to a text that may use the groups of the pattern,
// where the label from matches it.
func labelled(vector, name, text, from, pattern string) string {
	return fmt.Sprintf(`label_replace(%s, "%s", "%s", "%s", "%s")`, vector, name, quote.Replace(text), from, quote.Replace(pattern))
}

// ofCollectors returns a selector of a metric about collectors.
func ofCollectors(metric string, names []string) string {
	return by("max", selector(metric, oneOf(naming.LabelCollector, names)), naming.LabelCollector)
}

// byItsClock returns a moment, in seconds since 1970, as planwatch's clock has it, in
// milliseconds as Grafana needs.
func byItsClock(moment string) string {
	return fmt.Sprintf("(%s - scalar(max(%s) or vector(0))) * 1000", moment, naming.ClockOffset)
}

// ofEach returns the vector with one series for each value of the label.
func ofEach(label, vector string) string { return by("max", vector, label) }

// where returns the matchers of all the dashboard's variables, also of those that figures
// with the labels do not have: with a division chosen, a figure of the whole region is not
// that division's. Without a dashboard it is those of the labels.
func (r *generator) where(labels []string) []string {
	if r.choices != nil {
		labels = r.choices
	}
	return r.chosen(labels)
}

// chosen returns the matchers of the labels that have variables.
func (r *generator) chosen(labels []string) []string {
	var matchers []string
	for _, label := range r.region.Dimensions.Among(labels) {
		matchers = append(matchers, fmt.Sprintf(`%s=~"$%s"`, label, label))
	}
	return matchers
}
