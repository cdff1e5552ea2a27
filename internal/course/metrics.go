package course

import (
	"slices"

	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/spc"
	"planwatch/plan"
)

// Families are the metrics of process charts, in the order in which they are
// exposed.
var Families = []plan.Family{
	{Name: naming.KPISignal, Help: "Whether the KPI in the newest whole period was more than chance: 1 unusually high, -1 unusually low, 0 no more than chance."},
	{Name: naming.KPISignalBetter, Help: "Which way the KPI's signal is: 1 better, -1 worse, 0 no signal."},
	{Name: naming.KPISignalAssurance, Help: "Whether the KPI's process meets the plan: 1 always, -1 never, 0 at times."},
	{Name: naming.KPISignalMean, Help: "The mean of the KPI over the periods of its process chart."},
	{Name: naming.KPISignalLower, Help: "The lower limit of what is usual for the KPI in a period."},
	{Name: naming.KPISignalUpper, Help: "The upper limit of what is usual for the KPI in a period."},
}

// Metrics are the process charts as Prometheus' metrics, in order of KPI and
// labels. A figure with too short a past has none. A nil Book has none.
func (b *Book) Metrics() []plan.Metric {
	if b == nil {
		return nil
	}
	return b.metrics
}

// metricsOf are a cell's.
func metricsOf(c cell, chart *Chart) []plan.Metric {
	limits := chart.Limits()
	if limits == nil || chart.Signal() == TooShort {
		return nil
	}
	base := append(labelsOf(c.where), kpi.Label{Name: naming.LabelKPI, Value: c.entry.Name})
	labels := kpi.NewLabels(base...)
	inUnit := kpi.NewLabels(append(slices.Clone(base), kpi.Label{Name: naming.LabelUnit, Value: c.entry.Unit})...)
	metrics := []plan.Metric{
		{Name: naming.KPISignal, Labels: labels, Value: map[Signal]float64{UnusuallyHigh: 1, UnusuallyLow: -1}[chart.Signal()]},
		{Name: naming.KPISignalBetter, Labels: labels, Value: sign(chart.Signal() != Usual && chart.Variation.Improving(), chart.Signal() != Usual && chart.Variation.Concerning())},
	}
	switch assured := chart.Assured(); assured {
	case spc.AssuranceConsistentlyPass, spc.AssuranceConsistentlyFail, spc.AssuranceHitOrMiss:
		metrics = append(metrics, plan.Metric{
			Name: naming.KPISignalAssurance, Labels: labels,
			Value: sign(assured == spc.AssuranceConsistentlyPass, assured == spc.AssuranceConsistentlyFail),
		})
	}
	return append(metrics,
		plan.Metric{Name: naming.KPISignalMean, Labels: inUnit, Value: limits.Mean},
		plan.Metric{Name: naming.KPISignalLower, Labels: inUnit, Value: limits.Lower},
		plan.Metric{Name: naming.KPISignalUpper, Labels: inUnit, Value: limits.Upper})
}

func labelsOf(where map[string]string) []kpi.Label {
	var labels []kpi.Label
	for name, value := range where {
		labels = append(labels, kpi.Label{Name: name, Value: value})
	}
	return labels
}

func sign(positive, negative bool) float64 {
	switch {
	case positive:
		return 1
	case negative:
		return -1
	}
	return 0
}
