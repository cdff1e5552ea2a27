package plan

import (
	"slices"
	"strings"

	"planwatch/internal/kpi"
)

// Metric is one sample of the plan's own metrics, ready to be exposed.
type Metric struct {
	// Name is one of the Metric constants.
	Name   string
	Labels kpi.Labels
	Value  float64
}

// Metrics are the assessment as Prometheus gets it. What is not known has no
// sample; the status always has one.
func (a Assessment) Metrics() []Metric {
	base := append(slices.Clone(a.Labels),
		kpi.Label{Name: LabelKPI, Value: a.KPI.Name},
		kpi.Label{Name: LabelTarget, Value: a.Target.ID},
		kpi.Label{Name: LabelOwner, Value: a.Target.Owner})
	labels := func(more ...kpi.Label) kpi.Labels { return kpi.NewLabels(append(slices.Clone(base), more...)...) }
	unit := kpi.Label{Name: LabelUnit, Value: string(a.KPI.Unit)}
	var metrics []Metric
	add := func(name string, value *float64, labels kpi.Labels) {
		if value != nil {
			metrics = append(metrics, Metric{name, labels, *value})
		}
	}
	add(MetricActual, a.Actual, labels(unit))
	add(MetricExpected, a.Expected, labels(unit))
	add(MetricTarget, a.Full, labels(unit))
	add(MetricForecast, a.Forecast, labels(unit))
	add(MetricThreshold, a.Warning, labels(unit, kpi.Label{Name: LabelSeverity, Value: SeverityWarning}))
	add(MetricThreshold, a.Critical, labels(unit, kpi.Label{Name: LabelSeverity, Value: SeverityCritical}))
	add(MetricMargin, a.Margin, labels())
	status, one := float64(a.Status), 1.0
	add(MetricStatus, &status, labels())
	info := labels(
		kpi.Label{Name: LabelCite, Value: oneLine(a.Target.Cite)},
		kpi.Label{Name: LabelBasis, Value: string(a.Target.Basis)},
		kpi.Label{Name: LabelFrom, Value: a.Target.From.String()},
		kpi.Label{Name: LabelTo, Value: lastDay(a.Target)})
	add(MetricInfo, &one, info)
	if !a.CoveredUntil.IsZero() {
		until := float64(a.CoveredUntil.Unix())
		add(MetricCoveredUntil, &until, labels())
	}
	return metrics
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func lastDay(t Target) string {
	if t.To.IsZero() {
		return ""
	}
	return t.To.String()
}
