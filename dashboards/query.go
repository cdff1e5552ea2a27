package dashboards

import (
	"fmt"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
)

// figure returns an expression of the KPI aggregated to the labels, filtered by
// the dashboard's variables. For a histogram it is the quantile q.
func (r *generator) figure(k kpi.KPI, d *collectors.Definition, labels []string, q float64) string {
	where := r.where(d.Labels)
	switch {
	case k.Histogram != nil:
		buckets := by("sum", once(selector(k.Metric()+naming.SuffixBucket, where...)), append([]string{naming.LabelBucket}, labels...)...)
		return fmt.Sprintf("histogram_quantile(%g, %s)", q, buckets)
	case len(labels) == len(d.Labels):
		return by("max", selector(k.Metric(), where...), labels...)
	case k.Ratio != nil:
		// As in package plan: the sum of one part over that of the other, where
		// both have a figure.
		of := once(selector(naming.KPI(k.Ratio.Of), where...))
		to := once(selector(naming.KPI(k.Ratio.To), where...))
		return by("sum", of+" and "+to, labels...) + " / (" + by("sum", to+" and "+of, labels...) + " != 0)"
	}
	operator := map[kpi.Aggregation]string{kpi.Max: "max", kpi.Min: "min", kpi.Mean: "avg"}[k.Aggregate]
	if operator == "" {
		operator = "sum"
	}
	return by(operator, once(selector(k.Metric(), where...)), labels...)
}

// planned returns a selector of one of the plan's metrics at exactly one cell.
func (r *generator) planned(metric string, k kpi.KPI, d *collectors.Definition, c cell, matchers ...string) string {
	all := []string{equals(naming.LabelKPI, k.Name)}
	for _, label := range d.Labels {
		all = append(all, equals(label, c.where[label]))
	}
	all = append(all, matchers...)
	return once(selector(metric, append(all, r.where(d.Labels)...)...))
}
