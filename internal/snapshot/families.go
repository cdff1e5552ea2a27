package snapshot

import (
	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

// Families are the samples in Prometheus' own form, one family for each KPI
// that has any, with HELP in the language. Its metrics are in the order of the
// samples, less those that are withheld. They refer to the samples.
func Families(kpis []kpi.KPI, samples []kpi.Sample, l *language.Language) []*dto.MetricFamily {
	byKPI := make(map[string][]*dto.Metric, len(kpis))
	for i := range samples {
		if s := &samples[i]; !s.Withheld {
			byKPI[s.KPI] = append(byKPI[s.KPI], metric(s))
		}
	}
	var all []*dto.MetricFamily
	for _, k := range kpis {
		metrics := byKPI[k.Name]
		if len(metrics) > 0 {
			all = append(all, &dto.MetricFamily{Name: new(k.Metric()), Help: new(help(k, l)), Type: metricType(k).Enum(), Metric: metrics})
		}
	}
	return all
}

// help is a KPI's HELP text: title and definition in one line.
func help(k kpi.KPI, l *language.Language) string {
	return language.OneLine(l.Of(k.Title) + ": " + l.Of(k.Definition))
}

func metricType(k kpi.KPI) dto.MetricType {
	if k.Histogram != nil {
		return dto.MetricType_HISTOGRAM
	}
	return dto.MetricType_GAUGE
}

func metric(sample *kpi.Sample) *dto.Metric {
	m := &dto.Metric{Label: labelPairs(sample.Labels)}
	if h := sample.Histogram; h != nil {
		m.Histogram = &dto.Histogram{SampleCount: &h.Count, SampleSum: &h.Sum}
		for i, bound := range h.Bounds {
			m.Histogram.Bucket = append(m.Histogram.Bucket, &dto.Bucket{UpperBound: new(bound), CumulativeCount: new(h.Counts[i])})
		}
		return m
	}
	m.Gauge = &dto.Gauge{Value: &sample.Value}
	return m
}

func labelPairs(labels kpi.Labels) []*dto.LabelPair {
	pairs, all := make([]*dto.LabelPair, len(labels)), make([]dto.LabelPair, len(labels))
	for i := range labels {
		all[i].Name, all[i].Value = &labels[i].Name, &labels[i].Value
		pairs[i] = &all[i]
	}
	return pairs
}
