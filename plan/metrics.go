package plan

import (
	"slices"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// Metric is one sample of the plan's own metrics, ready to be exposed.
type Metric struct {
	// Name is that of one of the Families.
	Name   string
	Labels kpi.Labels
	Value  float64
}

// Family is one of the plan's metrics with its help text.
type Family struct{ Name, Help string }

// Families are the plan's metrics, in the order in which they are exposed.
var Families = []Family{
	{naming.PlanStatus, "How the KPI stands to its target: 0 on plan, 1 within tolerance, 2 warning, 3 critical, -1 unknown, -2 too early."},
	{naming.PlanActual, "The KPI at the target's labels, in its own unit."},
	{naming.PlanExpected, "The value that the target wants by now."},
	{naming.PlanTarget, "The value that the target wants at the end of its period, and of a KPI that accumulates at the end of the year."},
	{naming.PlanForecast, "Where the KPI ends the target's period, as past years went, or at the plan's pace without any."},
	{naming.PlanForecastLow, "The least that nine of ten forecasts are to end with; only where past years tell."},
	{naming.PlanForecastHigh, "The most that nine of ten forecasts are to end with; only where past years tell."},
	{naming.PlanForecastThreshold, "Where the severity begins for the forecast."},
	{naming.PlanThreshold, "Where the severity begins."},
	{naming.PlanMargin, "The distance from the expected value to the actual as a share of the expected; positive is better than plan."},
	{naming.PlanRank, "The target's place among all: 1 is the first to look at, by status, then law, money and the distance past its own threshold."},
	{naming.PlanTargetInfo, "What the target is: where it stands, its basis and its period."},
	{naming.PlanCoveredUntil, "When no target covers the KPI at these labels any more."},
}

// Metrics are the assessment as Prometheus' metrics. A value that is not known
// has no sample; the status always has one.
func (a Assessment) Metrics() []Metric {
	labels := a.seriesLabels
	if labels == nil {
		labels = newSeriesLabels(a.Target, a.KPI, a.Labels)
	}
	metrics := make([]Metric, 0, len(Families)+2) // two families have a sample for each severity
	add := func(name string, value *float64, labels kpi.Labels) {
		if value != nil {
			metrics = append(metrics, Metric{name, labels, *value})
		}
	}
	add(naming.PlanActual, a.Actual, labels.figure)
	add(naming.PlanExpected, a.Expected, labels.figure)
	add(naming.PlanTarget, a.Full, labels.figure)
	add(naming.PlanForecast, a.Forecast, labels.figure)
	if a.Outlook != nil && a.Outlook.Low != nil {
		add(naming.PlanForecastLow, published(*a.Outlook.Low), labels.figure)
		add(naming.PlanForecastHigh, published(*a.Outlook.High), labels.figure)
	}
	add(naming.PlanForecastThreshold, a.ForecastWarning, labels.warning)
	add(naming.PlanForecastThreshold, a.ForecastCritical, labels.critical)
	add(naming.PlanThreshold, a.Warning, labels.warning)
	add(naming.PlanThreshold, a.Critical, labels.critical)
	add(naming.PlanMargin, a.Margin, labels.target)
	add(naming.PlanStatus, new(float64(a.Status)), labels.target)
	if a.Rank > 0 {
		add(naming.PlanRank, new(float64(a.Rank)), labels.target)
	}
	add(naming.PlanTargetInfo, new(1.0), labels.info)
	if !a.CoveredUntil.IsZero() {
		add(naming.PlanCoveredUntil, new(float64(a.CoveredUntil.Unix())), labels.target)
	}
	return metrics
}

// seriesLabels are the labels of a target's series, which are the same at every
// assessment.
type seriesLabels struct {
	// target are those of the target alone, figure with the unit, and warning and critical
	// with that and the severity. info says where the target comes from.
	target, figure, warning, critical, info kpi.Labels
}

func newSeriesLabels(t *Target, k *kpi.KPI, where kpi.Labels) *seriesLabels {
	base := append(slices.Clone(where),
		kpi.Label{Name: naming.LabelKPI, Value: k.Name},
		kpi.Label{Name: naming.LabelTarget, Value: t.ID},
		kpi.Label{Name: naming.LabelOwner, Value: t.Owner})
	labels := func(more ...kpi.Label) kpi.Labels { return kpi.NewLabels(append(slices.Clone(base), more...)...) }
	unit := kpi.Label{Name: naming.LabelUnit, Value: k.Unit}
	severity := func(name string) kpi.Label { return kpi.Label{Name: naming.LabelSeverity, Value: name} }
	return &seriesLabels{
		target: labels(), figure: labels(unit),
		warning: labels(unit, severity(naming.SeverityWarning)), critical: labels(unit, severity(naming.SeverityCritical)),
		info: labels(
			kpi.Label{Name: naming.LabelCite, Value: language.OneLine(t.Cite)},
			kpi.Label{Name: naming.LabelBasis, Value: string(t.Basis)},
			kpi.Label{Name: naming.LabelValueFrom, Value: t.TakenFrom()},
			kpi.Label{Name: naming.LabelFrom, Value: t.From.String()},
			kpi.Label{Name: naming.LabelTo, Value: lastDay(*t)}),
	}
}

// TakenFrom is the reference or the KPI that the value is taken from; "" of a value that
// is stated.
func (t Target) TakenFrom() string {
	if r, ok := t.Reference(); ok {
		return r.String()
	}
	if t.ValueFrom != nil {
		return t.ValueFrom.KPI
	}
	return ""
}

func lastDay(t Target) string {
	if t.To.IsZero() {
		return ""
	}
	return t.To.String()
}
