package plan

import (
	"time"

	"planwatch/internal/kpi"
)

// Figures are samples that can be added up over any labels.
type Figures struct {
	single index
	spread map[string][]kpi.Sample
}

// Figure is a KPI added up over some labels.
type Figure struct {
	// Value in the KPI's unit; of a histogram the mean of what it observed.
	Value float64
	// AsOf is the oldest moment among the samples used.
	AsOf time.Time
	// Withheld tells that there is no value because a part of it is kept
	// back.
	Withheld bool
}

// NewFigures makes Figures of samples.
func NewFigures(samples []kpi.Sample) Figures {
	f := Figures{single: indexOf(samples), spread: map[string][]kpi.Sample{}}
	for _, s := range samples {
		if s.Histogram != nil {
			f.spread[s.KPI] = append(f.spread[s.KPI], s)
		}
	}
	return f
}

// At is the KPI over the samples with the labels in where, added up over all
// other labels as the KPI says. ok is false where there is nothing to add
// up, or where a part of it is withheld.
func (f Figures) At(k kpi.KPI, where map[string]string) (figure Figure, ok bool) {
	t := Target{Where: where}
	if k.Histogram != nil {
		return f.mean(t, k)
	}
	r, ok := f.single.read(t, k, func(kpi.Sample) bool { return true })
	if r.withheld {
		return Figure{Withheld: true}, false
	}
	return Figure{Value: r.value, AsOf: r.asOf}, ok
}

func (f Figures) mean(t Target, k kpi.KPI) (Figure, bool) {
	var r reading
	var sums []float64
	var observed uint64
	for _, s := range f.spread[k.Name] {
		if t.selects(s.Labels) {
			sums = append(sums, s.Histogram.Sum)
			observed += s.Histogram.Count
			r.note(s)
		}
	}
	if observed == 0 || r.withheld {
		return Figure{Withheld: r.withheld}, false
	}
	return Figure{Value: sum(sums) / float64(observed), AsOf: r.asOf}, true
}
