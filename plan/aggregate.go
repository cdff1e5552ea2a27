package plan

import (
	"math"
	"slices"
	"time"

	"planwatch/internal/kpi"
)

// reading is a KPI's figure at a target's labels.
type reading struct {
	value float64
	// asOf is the oldest moment among the samples that were used.
	asOf time.Time
	// cells is how many were used.
	cells int
	// withheld tells that one of them is kept back, so that there is no value.
	withheld bool
}

// index is a run's samples by KPI.
type index map[string][]kpi.Sample

func indexOf(samples []kpi.Sample) index {
	byKPI := index{}
	for _, s := range samples {
		if s.Histogram == nil {
			byKPI[s.KPI] = append(byKPI[s.KPI], s)
		}
	}
	return byKPI
}

// read is the KPI's figure over the samples that the target selects and fit
// accepts: added up as the KPI says, a ratio as the sum of its one part over
// the sum of its other. ok is false where there is nothing to add up.
func (x index) read(t Target, k kpi.KPI, fit func(kpi.Sample) bool) (r reading, ok bool) {
	if k.Ratio != nil {
		return x.readRatio(t, *k.Ratio, fit)
	}
	values := make([]float64, 0, 8)
	for _, s := range x[k.Name] {
		if t.selects(s.Labels) && fit(s) {
			values = append(values, s.Value)
			r.note(s)
		}
	}
	if len(values) == 0 {
		return reading{}, false
	}
	if r.withheld {
		return r, true
	}
	switch k.Aggregate {
	case kpi.Max:
		r.value = slices.Max(values)
	case kpi.Min:
		r.value = slices.Min(values)
	case kpi.Mean:
		r.value = sum(values) / float64(len(values))
	default:
		r.value = sum(values)
	}
	return r, true
}

// readRatio uses only the labels at which both parts have a sample: a part
// without its counterpart would bend the ratio.
func (x index) readRatio(t Target, ratio kpi.Ratio, fit func(kpi.Sample) bool) (r reading, ok bool) {
	below := map[string]kpi.Sample{}
	for _, s := range x[ratio.To] {
		if t.selects(s.Labels) && fit(s) {
			below[s.Labels.Key()] = s
		}
	}
	var of, to []float64
	for _, s := range x[ratio.Of] {
		counterpart, both := below[s.Labels.Key()]
		if !both || !fit(s) {
			continue
		}
		of, to = append(of, s.Value), append(to, counterpart.Value)
		r.note(s)
		r.note(counterpart)
	}
	if r.withheld {
		return r, true
	}
	whole := sum(to)
	if whole == 0 {
		return reading{}, false
	}
	r.value = sum(of) / whole
	return r, true
}

func (r *reading) note(s kpi.Sample) {
	if r.cells == 0 || s.AsOf.Before(r.asOf) {
		r.asOf = s.AsOf
	}
	r.cells++
	r.withheld = r.withheld || s.Withheld
}

// sum adds with Neumaier's compensation, so that large amounts that cancel
// leave what is between them and not the rounding.
func sum(values []float64) float64 {
	var total, lost float64
	for _, v := range values {
		next := total + v
		if math.Abs(total) >= math.Abs(v) {
			lost += (total - next) + v
		} else {
			lost += (v - next) + total
		}
		total = next
	}
	return total + lost
}
