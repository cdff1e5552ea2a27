package snapshot

import (
	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// Info is the part of a Snapshot about the KPIs themselves: titles, unit and
// standard of each, whether or not it has a sample.
type Info struct {
	families []*dto.MetricFamily
	encoded
}

// NewInfo makes the part of all KPIs of the catalogue, in its order, with
// their titles and what they are read in, in each of the languages.
func NewInfo(catalogue kpi.Catalogue, languages *language.Set) *Info {
	var i Info
	i.write = families(i.Families)
	if len(catalogue.Entries()) == 0 {
		return &i
	}
	family := &dto.MetricFamily{
		Name: new(naming.KPIInfo), Help: new("What each KPI is: its titles, unit and standard."),
		Type: dto.MetricType_GAUGE.Enum(),
	}
	for _, e := range catalogue.Entries() {
		labels := []kpi.Label{
			{Name: naming.LabelKPI, Value: e.Name},
			{Name: naming.LabelCollector, Value: e.Collector},
			{Name: naming.LabelUnit, Value: e.Unit},
			{Name: naming.LabelBetter, Value: string(e.Better)},
			{Name: naming.LabelAccumulates, Value: string(e.Accumulates)},
			{Name: naming.LabelStandard, Value: language.OneLine(e.Standard)},
		}
		for _, l := range languages.All() {
			labels = append(labels, kpi.Label{Name: naming.LabelTitle(l.Code()), Value: language.OneLine(l.Of(e.Title))})
		}
		family.Metric = append(family.Metric, &dto.Metric{Gauge: &dto.Gauge{Value: new(1.0)}, Label: labelPairs(kpi.NewLabels(labels...))})
	}
	i.families = []*dto.MetricFamily{family, measures(catalogue, languages)}
	return &i
}

// measures is what people read each KPI in.
func measures(catalogue kpi.Catalogue, languages *language.Set) *dto.MetricFamily {
	family := &dto.MetricFamily{
		Name: new(naming.KPIMeasure), Help: new("What people read the KPI in: how many of its unit one of that is, with its word in each language."),
		Type: dto.MetricType_GAUGE.Enum(),
	}
	for _, e := range catalogue.Entries() {
		m := e.ReadIn()
		labels := []kpi.Label{{Name: naming.LabelKPI, Value: e.Name}}
		for _, l := range languages.All() {
			labels = append(labels, kpi.Label{Name: naming.LabelMeasure(l.Code()), Value: m.Heading(l)})
		}
		family.Metric = append(family.Metric, &dto.Metric{Gauge: &dto.Gauge{Value: new(m.Per())}, Label: labelPairs(kpi.NewLabels(labels...))})
	}
	return family
}

// Families are the KPIs' titles, units and standards in Prometheus' own form.
func (i *Info) Families() []*dto.MetricFamily { return i.families }
