package snapshot

import (
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Chunk is one collector's part of a Snapshot: its record, and which of the
// record's samples are shown.
type Chunk struct {
	Record
	Description
	// Shown are the samples within MaxAge, withheld ones among them, and
	// Withdrawn counts the others.
	Shown     []kpi.Sample
	Withdrawn int
	// expires is when the first of Shown is older than MaxAge; zero if none is
	// shown.
	expires time.Time
	encoded
	// figures are Shown, and then those of Past, found by KPI and labels; they are made
	// when they are first asked for.
	figures func() plan.Samples
	then    func() []plan.Samples
}

// newChunk makes the chunk of a record at the moment now.
func newChunk(r Record, d Description, now time.Time) *Chunk {
	c := &Chunk{Record: r, Description: d}
	c.Shown, c.expires = WithinMaxAge(r.Samples, d.MaxAge, now)
	c.Withdrawn = len(r.Samples) - len(c.Shown)
	c.write = families(func() []*dto.MetricFamily { return Families(d.KPIs, c.Shown, d.HelpLanguage) })
	c.figures = sync.OnceValue(func() plan.Samples { return plan.NewSamples(c.Shown) })
	c.then = sync.OnceValue(func() []plan.Samples {
		then := make([]plan.Samples, len(r.Past))
		for i := range r.Past {
			then[i] = plan.NewSamples(r.Past[i].Samples)
		}
		return then
	})
	return c
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

// Withheld counts the samples of a KPI that are withheld because they are
// about too few people.
func (c *Chunk) Withheld(kpiName string) int {
	n := 0
	for _, sample := range c.Shown {
		if sample.KPI == kpiName && sample.Withheld {
			n++
		}
	}
	return n
}

// Newest is the latest moment that a shown sample is current as of, or the zero
// time where none is shown. A sample that is held back is current as of the newer
// row (kpi.Sample.Current).
func (c *Chunk) Newest() time.Time {
	var newest time.Time
	for _, sample := range c.Shown {
		if current := sample.Current(); current.After(newest) {
			newest = current
		}
	}
	return newest
}

// Oldest is the earliest moment that a shown sample is current as of, or the zero
// time where none is shown.
func (c *Chunk) Oldest() time.Time {
	if c.expires.IsZero() {
		return time.Time{}
	}
	return c.expires.Add(-c.MaxAge)
}
