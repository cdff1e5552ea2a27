package snapshot

import (
	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/kpi"
)

// Assessed is the part of a Snapshot that holds figures against the plan.
type Assessed struct{ encoded encoded }

// Gauge is one sample of a metric that is no KPI.
type Gauge struct {
	Name   string
	Help   string
	Labels kpi.Labels
	Value  float64
}

// NewAssessed makes the part of the gauges, a family a name, in the order in
// which the names first come.
func NewAssessed(gauges []Gauge) *Assessed {
	var a Assessed
	byName := map[string]*dto.MetricFamily{}
	for _, g := range gauges {
		family := byName[g.Name]
		if family == nil {
			family = &dto.MetricFamily{Name: new(g.Name), Help: new(oneLine(g.Help)), Type: dto.MetricType_GAUGE.Enum()}
			byName[g.Name] = family
			a.encoded.families = append(a.encoded.families, family)
		}
		family.Metric = append(family.Metric, &dto.Metric{Label: labelPairs(g.Labels), Gauge: &dto.Gauge{Value: new(g.Value)}})
	}
	return &a
}
