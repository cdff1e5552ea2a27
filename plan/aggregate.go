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

func (a *Aggregate) use(s *kpi.Sample) {
	if a.samples == 0 || s.AsOf.Before(a.AsOf) {
		a.AsOf = s.AsOf
	}
	a.samples++
	a.Withheld = a.Withheld || s.Withheld
	a.Held = a.Held || !s.Held.IsZero()
}

// Aggregate is the KPI over the samples with the labels in where, aggregated
// over all other labels by the KPI's aggregation. ok is false where no sample has those
// labels, or where one of them is withheld.
func (x Samples) Aggregate(k kpi.KPI, where map[string]string) (a Aggregate, ok bool) {
	at := newPlace(where)
	if k.Histogram != nil {
		if len(k.SeparateBy) > 0 && len(x.separate(&at, &k)) > 1 {
			return Aggregate{}, false
		}
		return x.mean(&at, &k)
	}
	a, ok = x.aggregate(&at, newFigure(&k, kpi.Catalogue{}), nil)
	if a.Withheld {
		return Aggregate{Withheld: true}, false
	}
	return a, ok
}

// figure is a KPI with the KPIs whose samples it is made of: itself, or the parts of a
// ratio.
type figure struct {
	kpi    *kpi.KPI
	of, to part
	// accumulates is whether the KPI, or a part of the ratio, starts again each year.
	accumulates bool
}

// part is a KPI whose samples are used; kpi is nil for one that the catalogue has not.
type part struct {
	name        string
	kpi         *kpi.KPI
	accumulates bool
}

func newFigure(k *kpi.KPI, c kpi.Catalogue) *figure {
	f := &figure{kpi: k}
	if k.Ratio == nil {
		f.of = newPart(k.Name, c)
		f.accumulates = k.Accumulates != ""
	} else {
		f.of, f.to = newPart(k.Ratio.Of, c), newPart(k.Ratio.To, c)
		f.accumulates = f.of.accumulates || f.to.accumulates
	}
	return f
}

func newPart(name string, c kpi.Catalogue) part {
	entry, ok := c.Get(name)
	if !ok {
		return part{name: name}
	}
	return part{name: name, kpi: &entry.KPI, accumulates: entry.Accumulates != ""}
}

// names are those of the KPIs whose samples the figure is made of.
func (f *figure) names() []string {
	if f.kpi.Ratio == nil {
		return []string{f.of.name}
	}
	return []string{f.of.name, f.to.name}
}

// selection is the samples of a KPI that count, and how.
type selection struct {
	*figures
	part *part
	// period is the one that the samples are to be of; nil is any.
	period *targetPeriod
	// reckoned brings the figures to other days; nil leaves them as they are.
	reckoned *reckoned
}

// value is that of the sample at i; ok is false for one that does not count.
func (s *selection) value(i int) (value float64, ok bool) {
	if s.period != nil && !s.period.has(&s.samples[i], s.part.accumulates) {
		return 0, false
	}
	if s.reckoned != nil {
		return s.reckoned.value(i)
	}
	return s.samples[i].Value, true
}

// aggregate is the figure over the samples that the place selects and that are of the
// period: a ratio as the sum of its one part over the sum of its other. ok is false where
// there are none.
func (x Samples) aggregate(at *place, f *figure, of *targetPeriod) (a Aggregate, ok bool) {
	first := selection{figures: x.values[f.of.name], part: &f.of, period: of}
	if f.kpi.Ratio == nil {
		return first.aggregate(at, f.kpi)
	}
	second := selection{figures: x.values[f.to.name], part: &f.to, period: of}
	return first.ratio(at, f.kpi, &second)
}

func (s *selection) aggregate(at *place, k *kpi.KPI) (a Aggregate, ok bool) {
	var total compensated
	var most, least float64
	separate := separation{by: k.SeparateBy}
	s.each(at, func(i int, sample *kpi.Sample) bool {
		value, counts := s.value(i)
		if !counts {
			return true
		}
		if separate.splits(sample.Labels) {
			return false
		}
		if a.samples == 0 {
			most, least = value, value
		}
		most, least = max(most, value), min(least, value)
		total.add(value)
		a.use(sample)
		return true
	})
	switch {
	case separate.split || a.samples == 0:
		return Aggregate{}, false
	case a.Withheld:
		return a, true
	}
	switch k.Aggregate {
	case kpi.Max:
		a.Value = most
	case kpi.Min:
		a.Value = least
	case kpi.Mean:
		a.Value = total.sum() / float64(a.samples)
	default:
		a.Value = total.sum()
	}
	return a, true
}

func (s *selection) ratio(at *place, k *kpi.KPI, other *selection) (a Aggregate, ok bool) {
	a, of, to, separate := s.parts(at, k, other)
	switch {
	case separate:
		return Aggregate{}, false
	case a.Withheld:
		return a, true
	case to == 0:
		return Aggregate{}, false
	}
	a.Value = of / to
	return a, true
}

// parts are the sums of a ratio's parts, and the samples that they are of. Only those
// at labels at which both parts have a sample count: a part without its counterpart
// would distort the ratio. separate is whether they do not add up.
func (s *selection) parts(at *place, k *kpi.KPI, other *selection) (a Aggregate, of, to float64, separate bool) {
	if s.figures == nil {
		return Aggregate{}, 0, 0, false
	}
	var pairs *pairing
	if other.figures != nil {
		pairs = s.pairedWith(other.figures)
	}
	var above, below compensated
	separation := separation{by: k.SeparateBy}
	s.each(at, func(i int, sample *kpi.Sample) bool {
		value, counts := s.value(i)
		if !counts {
			return true
		}
		if separation.splits(sample.Labels) {
			return false
		}
		if pairs == nil {
			return true
		}
		var divisor float64
		counterpart := pairs.find(i, func(j int) (counts bool) {
			divisor, counts = other.value(j)
			return counts
		})
		if counterpart < 0 {
			return true
		}
		above.add(value)
		below.add(divisor)
		a.use(sample)
		a.use(&other.samples[counterpart])
		return true
	})
	return a, above.sum(), below.sum(), separation.split
}

// separation notices samples that do not add up: that differ in labels by which the KPI
// is separate.
type separation struct {
	by    []string
	first kpi.Labels
	some  bool
	split bool
}

// splits reports whether there is no adding up once a sample of those labels is there.
func (s *separation) splits(labels kpi.Labels) bool {
	if len(s.by) == 0 {
		return false
	}
	if !s.some {
		s.first, s.some = labels, true
		return false
	}
	for _, name := range s.by {
		if labels.Get(name) != s.first.Get(name) {
			s.split = true
		}
	}
	return s.split
}

// Separate are the values of the labels over which the KPI does not add up, at which
// there are samples, sorted; one without labels where it adds up over all.
func (x Samples) Separate(k kpi.KPI) []kpi.Labels {
	if len(k.SeparateBy) == 0 {
		return []kpi.Labels{{}}
	}
	return x.separate(&place{}, &k)
}

func (x Samples) separate(at *place, k *kpi.KPI) []kpi.Labels {
	samples := x.values[k.Name]
	switch {
	case k.Ratio != nil:
		samples = x.values[k.Ratio.Of]
	case k.Histogram != nil:
		samples = x.histograms[k.Name]
	}
	places := map[string]kpi.Labels{}
	samples.each(at, func(_ int, s *kpi.Sample) bool {
		var pairs []kpi.Label
		for _, name := range k.SeparateBy {
			if value := s.Labels.Get(name); value != "" {
				pairs = append(pairs, kpi.Label{Name: name, Value: value})
			}
		}
		labels := kpi.NewLabels(pairs...)
		places[labels.Key()] = labels
		return true
	})
	return slices.SortedFunc(maps.Values(places), kpi.Labels.Compare)
}

// Parts are the two sums that Aggregate divides where the KPI is a ratio, of the samples
// that it uses. ok is false where there are none, and where one of them is withheld.
func (x Samples) Parts(k kpi.KPI, where map[string]string) (of, to float64, ok bool) {
	if k.Ratio == nil {
		return 0, 0, false
	}
	at := newPlace(where)
	first, second := selection{figures: x.values[k.Ratio.Of]}, selection{figures: x.values[k.Ratio.To]}
	a, of, to, _ := first.parts(&at, &kpi.KPI{}, &second)
	return of, to, a.samples > 0 && !a.Withheld
}

// mean is the mean of what the histograms observed.
func (x Samples) mean(at *place, k *kpi.KPI) (a Aggregate, ok bool) {
	var total compensated
	var observed uint64
	x.histograms[k.Name].each(at, func(_ int, s *kpi.Sample) bool {
		total.add(s.Histogram.Sum)
		observed += s.Histogram.Count
		a.use(s)
		return true
	})
	if observed == 0 || a.Withheld {
		return Aggregate{Withheld: a.Withheld}, false
	}
	a.Value = total.sum() / float64(observed)
	return a, true
}

// compensated adds with Neumaier's compensation, so that large amounts of opposite sign
// cancel without leaving rounding errors.
type compensated struct{ total, lost float64 }

func (c *compensated) add(v float64) {
	next := c.total + v
	if math.Abs(c.total) >= math.Abs(v) {
		c.lost += (c.total - next) + v
	} else {
		c.lost += (v - next) + c.total
	}
	c.total = next
}

func (c *compensated) sum() float64 { return c.total + c.lost }
