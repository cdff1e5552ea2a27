package plan

import (
	"maps"
	"math"
	"slices"
	"time"

	"planwatch/internal/kpi"
)

// Aggregate is a KPI aggregated over some of its samples.
type Aggregate struct {
	// Value in the KPI's unit; of a histogram the mean of its observations.
	Value float64
	// AsOf is the oldest moment among the samples used.
	AsOf time.Time
	// Held is true where a sample has a newer figure that is held back.
	Held bool
	// Withheld is true where there is no value because one of the samples is
	// withheld.
	Withheld bool

	samples int
}

func (a *Aggregate) use(s kpi.Sample) {
	if a.samples == 0 || s.AsOf.Before(a.AsOf) {
		a.AsOf = s.AsOf
	}
	a.samples++
	a.Withheld = a.Withheld || s.Withheld
	a.Held = a.Held || !s.Held.IsZero()
}

// Samples are samples by KPI, to be aggregated over any labels.
type Samples struct {
	values     map[string][]kpi.Sample
	histograms map[string][]kpi.Sample
}

// NewSamples groups samples by KPI.
func NewSamples(samples []kpi.Sample) Samples {
	byKPI := Samples{values: map[string][]kpi.Sample{}, histograms: map[string][]kpi.Sample{}}
	for _, s := range samples {
		if s.Histogram != nil {
			byKPI.histograms[s.KPI] = append(byKPI.histograms[s.KPI], s)
		} else {
			byKPI.values[s.KPI] = append(byKPI.values[s.KPI], s)
		}
	}
	return byKPI
}

// fitting are the samples for which fit is true. Histograms have no target.
func (x Samples) fitting(fit func(kpi.Sample) bool) Samples {
	some := Samples{values: make(map[string][]kpi.Sample, len(x.values))}
	for name, samples := range x.values {
		for _, s := range samples {
			if fit(s) {
				some.values[name] = append(some.values[name], s)
			}
		}
	}
	return some
}

// Aggregate is the KPI over the samples with the labels in where, aggregated
// over all other labels by the KPI's aggregation. ok is false where no sample has those
// labels, or where one of them is withheld.
func (x Samples) Aggregate(k kpi.KPI, where map[string]string) (a Aggregate, ok bool) {
	t := Target{Where: where}
	if k.Histogram != nil {
		if len(k.SeparateBy) > 0 && len(x.separate(t, k, anySample)) > 1 {
			return Aggregate{}, false
		}
		return x.mean(t, k)
	}
	a, ok = x.aggregate(t, k, anySample)
	if a.Withheld {
		return Aggregate{Withheld: true}, false
	}
	return a, ok
}

func anySample(kpi.Sample) bool { return true }

// aggregate is the KPI over the samples that the target selects and for which
// fit is true: a ratio as the sum of its one part over the sum of its other. ok is
// false where there are none.
func (x Samples) aggregate(t Target, k kpi.KPI, fit func(kpi.Sample) bool) (a Aggregate, ok bool) {
	if len(k.SeparateBy) > 0 && len(x.separate(t, k, fit)) > 1 {
		return Aggregate{}, false
	}
	if k.Ratio != nil {
		return x.ratio(t, *k.Ratio, fit)
	}
	values := make([]float64, 0, 8)
	for _, s := range x.values[k.Name] {
		if t.selects(s.Labels) && fit(s) {
			values = append(values, s.Value)
			a.use(s)
		}
	}
	if len(values) == 0 {
		return Aggregate{}, false
	}
	if a.Withheld {
		return a, true
	}
	switch k.Aggregate {
	case kpi.Max:
		a.Value = slices.Max(values)
	case kpi.Min:
		a.Value = slices.Min(values)
	case kpi.Mean:
		a.Value = sum(values) / float64(len(values))
	default:
		a.Value = sum(values)
	}
	return a, true
}

// Separate are the values of the labels over which the KPI does not add up, at which
// there are samples, sorted; one without labels where it adds up over all.
func (x Samples) Separate(k kpi.KPI) []kpi.Labels {
	if len(k.SeparateBy) == 0 {
		return []kpi.Labels{{}}
	}
	return x.separate(Target{}, k, anySample)
}

func (x Samples) separate(t Target, k kpi.KPI, fit func(kpi.Sample) bool) []kpi.Labels {
	samples := x.values[k.Name]
	switch {
	case k.Ratio != nil:
		samples = x.values[k.Ratio.Of]
	case k.Histogram != nil:
		samples = x.histograms[k.Name]
	}
	places := map[string]kpi.Labels{}
	for _, s := range samples {
		if !t.selects(s.Labels) || !fit(s) {
			continue
		}
		var pairs []kpi.Label
		for _, name := range k.SeparateBy {
			if value := s.Labels.Get(name); value != "" {
				pairs = append(pairs, kpi.Label{Name: name, Value: value})
			}
		}
		place := kpi.NewLabels(pairs...)
		places[place.Key()] = place
	}
	return slices.SortedFunc(maps.Values(places), kpi.Labels.Compare)
}

// Parts are the two sums that Aggregate divides where the KPI is a ratio, of the samples
// that it uses. ok is false where there are none, and where one of them is withheld.
func (x Samples) Parts(k kpi.KPI, where map[string]string) (of, to float64, ok bool) {
	if k.Ratio == nil {
		return 0, 0, false
	}
	a, of, to := x.parts(Target{Where: where}, *k.Ratio, anySample)
	return of, to, a.samples > 0 && !a.Withheld
}

func (x Samples) ratio(t Target, ratio kpi.Ratio, fit func(kpi.Sample) bool) (a Aggregate, ok bool) {
	a, part, whole := x.parts(t, ratio, fit)
	if a.Withheld {
		return a, true
	}
	if whole == 0 {
		return Aggregate{}, false
	}
	a.Value = part / whole
	return a, true
}

// parts are the sums of a ratio's parts, and the samples that they are of. Only those
// at labels at which both parts have a sample count: a part without its counterpart
// would distort the ratio.
func (x Samples) parts(t Target, ratio kpi.Ratio, fit func(kpi.Sample) bool) (a Aggregate, part, whole float64) {
	below := map[string]kpi.Sample{}
	for _, s := range x.values[ratio.To] {
		if t.selects(s.Labels) && fit(s) {
			below[s.Labels.Key()] = s
		}
	}
	var of, to []float64
	for _, s := range x.values[ratio.Of] {
		counterpart, both := below[s.Labels.Key()]
		if !both || !fit(s) {
			continue
		}
		of, to = append(of, s.Value), append(to, counterpart.Value)
		a.use(s)
		a.use(counterpart)
	}
	return a, sum(of), sum(to)
}

// mean is the mean of what the histograms observed.
func (x Samples) mean(t Target, k kpi.KPI) (a Aggregate, ok bool) {
	var sums []float64
	var observed uint64
	for _, s := range x.histograms[k.Name] {
		if t.selects(s.Labels) {
			sums = append(sums, s.Histogram.Sum)
			observed += s.Histogram.Count
			a.use(s)
		}
	}
	if observed == 0 || a.Withheld {
		return Aggregate{Withheld: a.Withheld}, false
	}
	a.Value = sum(sums) / float64(observed)
	return a, true
}

// sum adds with Neumaier's compensation, so that large amounts of opposite sign
// cancel without leaving rounding errors.
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
