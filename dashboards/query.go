package dashboards

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// scrape are the labels that a scrape adds. Queries take the largest over
// them, so that two planwatch beside each other give one figure and not two.
const scrape = "instance, job"

// selectable are the labels that dashboards have variables for.
var selectable = []string{"division", "hospital", "ward"}

// selector is a metric with matchers.
func selector(metric string, matchers ...string) string {
	if len(matchers) == 0 {
		return metric
	}
	return metric + "{" + strings.Join(matchers, ",") + "}"
}

var quote = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func equals(label, value string) string { return label + `="` + quote.Replace(value) + `"` }

func oneOf(label string, values []string) string {
	escaped := make([]string, len(values))
	for i, value := range values {
		escaped[i] = regexp.QuoteMeta(value)
	}
	return label + `=~"` + quote.Replace(strings.Join(escaped, "|")) + `"`
}

// chosen are the matchers of the variables among labels.
func chosen(labels []string) []string {
	var matchers []string
	for _, label := range selectable {
		if slices.Contains(labels, label) {
			matchers = append(matchers, fmt.Sprintf(`%s=~"$%s"`, label, label))
		}
	}
	return matchers
}

// once is the vector without what scrapes add.
func once(vector string) string { return "max without (" + scrape + ") (" + vector + ")" }

// grouped is "by (a, b)", or nothing for no labels.
func grouped(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return " by (" + strings.Join(labels, ", ") + ")"
}

// figure is the KPI, added up to the labels that it is asked by, among those
// that the variables choose. A histogram gives its quantile q.
func figure(k kpi.KPI, d *collectors.Definition, by []string, q float64) string {
	where := chosen(d.Labels)
	whole := len(by) == len(d.Labels)
	switch {
	case k.Histogram != nil:
		return fmt.Sprintf("histogram_quantile(%g, sum by (%s) (%s))", q, strings.Join(append([]string{"le"}, by...), ", "),
			once(selector(k.Metric()+"_bucket", where...)))
	case whole:
		return "max" + grouped(by) + " (" + selector(k.Metric(), where...) + ")"
	case k.Ratio != nil:
		// As the plan does it: the sum of one part over that of the other,
		// where both have a figure.
		of := once(selector(kpi.MetricPrefix+k.Ratio.Of, where...))
		to := once(selector(kpi.MetricPrefix+k.Ratio.To, where...))
		return fmt.Sprintf("sum%s (%s and %s) / (sum%s (%s and %s) != 0)", grouped(by), of, to, grouped(by), to, of)
	}
	operator := map[kpi.Aggregation]string{kpi.Max: "max", kpi.Min: "min", kpi.Mean: "avg"}[k.Aggregate]
	if operator == "" {
		operator = "sum"
	}
	return operator + grouped(by) + " (" + once(selector(k.Metric(), where...)) + ")"
}

// planned is one of the plan's metrics at a cell, and only there.
func planned(metric string, k kpi.KPI, d *collectors.Definition, c cell, matchers ...string) string {
	all := []string{equals(plan.LabelKPI, k.Name)}
	for _, label := range d.Labels {
		all = append(all, equals(label, c.where[label]))
	}
	all = append(all, matchers...)
	return once(selector(metric, append(all, chosen(d.Labels)...)...))
}

// titled gives the vector's series the titles and the collector of their KPI.
func titled(vector string, labels ...string) string {
	labels = append([]string{plan.LabelKPI}, labels...)
	return fmt.Sprintf("%s * on (kpi) group_left (%s) max by (%s) (%s)",
		vector, strings.Join(labels[1:], ", "), strings.Join(labels, ", "), kpi.InfoMetric)
}

// labelled sets a label to a text that may use the groups of the pattern,
// where the label from matches it.
func labelled(vector, name, text, from, pattern string) string {
	return fmt.Sprintf(`label_replace(%s, "%s", "%s", "%s", "%s")`, vector, name, quote.Replace(text), from, quote.Replace(pattern))
}

// joined puts the values of labels together in one.
func joined(vector, name string, labels []string) string {
	quoted := make([]string, len(labels))
	for i, label := range labels {
		quoted[i] = `"` + label + `"`
	}
	if len(labels) == 0 {
		return vector
	}
	return fmt.Sprintf(`label_join(%s, "%s", " ", %s)`, vector, name, strings.Join(quoted, ", "))
}

// dataTime is the moment that the oldest shown figure of the collectors
// speaks of, in milliseconds since 1970 as Grafana wants it, by planwatch's
// own clock.
func dataTime(collectors ...string) string {
	return fmt.Sprintf("(min(%s) - scalar(max(planwatch_clock_offset_seconds))) * 1000",
		selector("planwatch_collector_oldest_data_timestamp_seconds", oneOf("collector", collectors)))
}
