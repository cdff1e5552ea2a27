package snapshot

import (
	"strings"

	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/kpi"
)

// Catalogue is the part of a Snapshot that speaks of the KPIs themselves:
// title, unit and standard of each, whether or not it has a figure just now.
type Catalogue struct{ encoded encoded }

// Entry is a KPI and the collector that gives it.
type Entry struct {
	KPI       kpi.KPI
	Collector string
}

// NewCatalogue makes the Catalogue of the entries, in their order.
func NewCatalogue(entries []Entry) *Catalogue {
	var c Catalogue
	if len(entries) == 0 {
		return &c
	}
	info := &dto.MetricFamily{
		Name: new(kpi.InfoMetric), Help: new("What each KPI is: its titles, unit and standard."),
		Type: dto.MetricType_GAUGE.Enum(),
	}
	for _, e := range entries {
		info.Metric = append(info.Metric, &dto.Metric{Gauge: &dto.Gauge{Value: new(1.0)}, Label: labelPairs(kpi.NewLabels(
			kpi.Label{Name: "kpi", Value: e.KPI.Name},
			kpi.Label{Name: "collector", Value: e.Collector},
			kpi.Label{Name: "title_sv", Value: oneLine(e.KPI.Title.SV)},
			kpi.Label{Name: "title_en", Value: oneLine(e.KPI.Title.EN)},
			kpi.Label{Name: "unit", Value: string(e.KPI.Unit)},
			kpi.Label{Name: "better", Value: string(e.KPI.Better)},
			kpi.Label{Name: "accumulates", Value: string(e.KPI.Accumulates)},
			kpi.Label{Name: "standard", Value: oneLine(e.KPI.Standard)},
		))})
	}
	c.encoded.families = []*dto.MetricFamily{info}
	return &c
}

// oneLine folds white space, as YAML's folded texts leave a line break at
// their end.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
