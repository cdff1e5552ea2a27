package snapshot

import (
	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

// Gauges is the part of a Snapshot with metrics that are made of the figures
// and are no KPIs: those of the plan.
type Gauges struct{ encoded encoded }

// Gauge is one sample of such a metric.
type Gauge struct {
	Name   string
	Help   string
	Labels kpi.Labels
	Value  float64
}

// NewGauges makes the part of the gauges, one family for each name, in the
// order in which the names first come.
func NewGauges(gauges []Gauge) *Gauges {
	var all Gauges
	byName := map[string]*dto.MetricFamily{}
	for _, g := range gauges {
		family := byName[g.Name]
		if family == nil {
			family = &dto.MetricFamily{Name: new(g.Name), Help: new(language.OneLine(g.Help)), Type: dto.MetricType_GAUGE.Enum()}
			byName[g.Name] = family
			all.encoded.families = append(all.encoded.families, family)
		}
		family.Metric = append(family.Metric, &dto.Metric{Label: labelPairs(g.Labels), Gauge: &dto.Gauge{Value: new(g.Value)}})
	}
	return &all
}

// Families are the gauges in Prometheus' own form.
func (g *Gauges) Families() []*dto.MetricFamily { return g.encoded.families }
