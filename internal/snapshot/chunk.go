// Package snapshot holds planwatch's current samples: one immutable value,
// made of one chunk a collector, that is encoded when it changes and copied
// when it is scraped.
package snapshot

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/kpi"
)

// Figures are what the last good run of one collector gave.
type Figures struct {
	// Collector is the collector's name.
	Collector string `json:"collector"`
	// Fingerprint is that of the definition that the figures follow.
	Fingerprint string `json:"fingerprint"`
	// KPIs are the collector's, in order of definition.
	KPIs []kpi.KPI `json:"-"`
	// MaxAge is how old a sample may grow before it is withdrawn.
	MaxAge time.Duration `json:"-"`
	// At is the moment, by planwatch's clock, that the run asked about.
	At time.Time `json:"at"`
	// Rows is how many rows the run read.
	Rows int `json:"rows"`
	// Samples are in order of KPI and labels.
	Samples []kpi.Sample `json:"samples"`
}

// Chunk is a collector's part of a Snapshot: its figures, and those of them
// that are young enough to be shown.
type Chunk struct {
	Figures
	// Shown are the samples within MaxAge, withheld ones among them, and
	// Withdrawn counts the others.
	Shown     []kpi.Sample
	Withdrawn int
	// expires is when the next of Shown grows too old; zero if none is shown.
	expires time.Time
	encoded encoded
}

// newChunk makes the chunk that figures give at the moment now.
func newChunk(figures Figures, now time.Time) *Chunk {
	c := &Chunk{Figures: figures}
	c.Shown, c.expires = figures.Young(now)
	c.Withdrawn = len(figures.Samples) - len(c.Shown)
	c.encoded.families = Families(figures.KPIs, c.Shown)
	return c
}

// Young are the samples that are within MaxAge at the moment now, and when
// the next of them no longer is; zero if there are none.
func (f Figures) Young(now time.Time) (young []kpi.Sample, expires time.Time) {
	for _, sample := range f.Samples {
		end := sample.AsOf.Add(f.MaxAge)
		if end.Before(now) {
			continue
		}
		young = append(young, sample)
		if expires.IsZero() || end.Before(expires) {
			expires = end
		}
	}
	return young, expires
}

// Series counts the samples that are shown with a value.
func (c *Chunk) Series() int {
	n := 0
	for _, sample := range c.Shown {
		if !sample.Withheld {
			n++
		}
	}
	return n
}

// Withheld counts the samples of a KPI that are kept back because they speak
// of too few people.
func (c *Chunk) Withheld(name string) int {
	n := 0
	for _, sample := range c.Shown {
		if sample.KPI == name && sample.Withheld {
			n++
		}
	}
	return n
}

// Newest and Oldest are the moments that the shown samples speak of, or the
// zero time where none is shown.
func (c *Chunk) Newest() time.Time {
	var newest time.Time
	for _, sample := range c.Shown {
		if sample.AsOf.After(newest) {
			newest = sample.AsOf
		}
	}
	return newest
}

// Oldest is the counterpart of Newest.
func (c *Chunk) Oldest() time.Time {
	if c.expires.IsZero() {
		return time.Time{}
	}
	return c.expires.Add(-c.MaxAge)
}

// Families are the samples in Prometheus' own form, a family a KPI that has
// any.
func Families(kpis []kpi.KPI, samples []kpi.Sample) []*dto.MetricFamily {
	var all []*dto.MetricFamily
	for _, k := range kpis {
		var metrics []*dto.Metric
		for _, sample := range samples {
			if sample.KPI == k.Name && !sample.Withheld {
				metrics = append(metrics, metric(sample))
			}
		}
		if len(metrics) > 0 {
			all = append(all, &dto.MetricFamily{Name: new(k.Metric()), Help: new(Help(k)), Type: metricType(k).Enum(), Metric: metrics})
		}
	}
	return all
}

// Help is a KPI's HELP text: title and definition in one line.
func Help(k kpi.KPI) string { return oneLine(k.Title.EN + ": " + k.Definition.EN) }

func metricType(k kpi.KPI) dto.MetricType {
	if k.Histogram != nil {
		return dto.MetricType_HISTOGRAM
	}
	return dto.MetricType_GAUGE
}

func metric(sample kpi.Sample) *dto.Metric {
	m := &dto.Metric{Label: labelPairs(sample.Labels)}
	if h := sample.Histogram; h != nil {
		m.Histogram = &dto.Histogram{SampleCount: &h.Count, SampleSum: &h.Sum}
		for i, bound := range h.Bounds {
			m.Histogram.Bucket = append(m.Histogram.Bucket, &dto.Bucket{UpperBound: new(bound), CumulativeCount: new(h.Counts[i])})
		}
		return m
	}
	m.Gauge = &dto.Gauge{Value: new(sample.Value)}
	return m
}

func labelPairs(labels kpi.Labels) []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, len(labels))
	for i, label := range labels {
		pairs[i] = &dto.LabelPair{Name: new(label.Name), Value: new(label.Value)}
	}
	return pairs
}
