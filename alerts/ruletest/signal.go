package ruletest

import (
	"slices"

	"planwatch/internal/kpi"
	"planwatch/internal/naming"
)

// chart is a series of a process chart, without its closing brace.
type chart struct {
	series string
	value  int
}

// charts returns what the figure's process chart says, and that of a part of the figure
// says otherwise.
func (s scene) charts() []chart {
	value := map[string]int{naming.SignalHigh: 1, naming.SignalLow: -1, naming.SignalUsual: 0}[s.signal()]
	series := func(more ...kpi.Label) string {
		labels := append(slices.Clone(s.target.Labels()), kpi.Label{Name: naming.LabelKPI, Value: s.kpi.Name})
		return naming.KPISignal + "{" + kpi.NewLabels(append(labels, more...)...).String()
	}
	charts := []chart{{series(), value}}
	for _, label := range s.kpi.Labels {
		if s.target.Where[label] == "" {
			return append(charts, chart{series(kpi.Label{Name: label, Value: "part"}), 1 - value})
		}
	}
	return charts
}

// signal returns the annotation of the figure's process chart: unusual where the KPI can be
// worse in one direction only, in that direction.
func (s scene) signal() string {
	switch {
	case s.kpi.TwoSided():
		return naming.SignalUsual
	case s.kpi.Better == kpi.Higher:
		return naming.SignalLow
	}
	return naming.SignalHigh
}
