package blocks

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/naming"

	"github.com/prometheus/prometheus/model/labels"
)

// Kind is what a family's series are to Prometheus.
type Kind string

// The kinds.
const (
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Family is what a block does not hold of a metric, and OpenMetrics does.
type Family struct {
	// Name is that of the series; a histogram's have suffixes after it.
	Name, Help string
	Kind       Kind
}

// Values are the series of one range of time.
type Values struct {
	within   Range
	fill     int64
	more     kpi.Labels
	key      []byte
	byKey    map[string]*series
	families map[string]*Family
}

// series is one series with its spans in order of time.
type series struct {
	labels labels.Labels
	family *Family
	spans  []Span
}

// NewValues makes Values of a range without any. Each value is repeated every fill
// for as long as it holds. more are labels that every series has beside its own.
func NewValues(within Range, fill time.Duration, more kpi.Labels) *Values {
	return &Values{within: within, fill: fill.Milliseconds(), more: more, byKey: map[string]*series{}, families: map[string]*Family{}}
}

// Add adds a value of the family's series with the suffix after its name, which
// only a histogram's have, and the labels. Values of a series are added in order of
// time and do not overlap. What lies outside the range is left out, but not that a
// value ends in it.
func (v *Values) Add(f Family, suffix string, ls kpi.Labels, span Span) error {
	if span.From >= span.Until || span.count(v.within, v.fill) == 0 && !v.within.has(span.Until) {
		return nil
	}
	v.key = appendKey(v.key[:0], f.Name, suffix, ls)
	s := v.byKey[string(v.key)]
	if s == nil {
		s = &series{labels: v.labels(f.Name+suffix, ls), family: v.family(f)}
		v.byKey[string(v.key)] = s
	}
	if n := len(s.spans); n > 0 {
		last := &s.spans[n-1]
		switch {
		case span.From < last.Until:
			return fmt.Errorf("blocks: two values of %s at %s", s.labels, time.UnixMilli(span.From).UTC().Format(time.RFC3339))
		case span.From == last.Until && (span.From-last.From)%v.fill == 0 && same(span.Value, last.Value):
			// The same samples in one span.
			last.Until = span.Until
			return nil
		}
	}
	s.spans = append(s.spans, span)
	return nil
}

// appendKey writes a text that two series share only if they are the same.
func appendKey(key []byte, name, suffix string, ls kpi.Labels) []byte {
	key = append(append(append(key, name...), suffix...), 0xff)
	for _, l := range ls {
		key = append(append(append(append(key, l.Name...), 0xff), l.Value...), 0xff)
	}
	return key
}

// labels are all labels of a series.
func (v *Values) labels(name string, ls kpi.Labels) labels.Labels {
	all := []labels.Label{{Name: naming.LabelName, Value: name}}
	for _, l := range slices.Concat(ls, v.more) {
		all = append(all, labels.Label{Name: l.Name, Value: l.Value})
	}
	return labels.New(all...)
}

func (v *Values) family(f Family) *Family {
	known := v.families[f.Name]
	if known == nil {
		known = &f
		v.families[f.Name] = known
	}
	return known
}

// same reports whether two values are the same bits: NaN is as NaN.
func same(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// sorted are the series in the order of a block's index.
func (v *Values) sorted() []*series {
	all := make([]*series, 0, len(v.byKey))
	for _, s := range v.byKey {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	return all
}

// symbols are the texts in the series' labels, sorted, each once.
func symbols(all []*series) []string {
	known := map[string]bool{}
	for _, s := range all {
		s.labels.Range(func(l labels.Label) { known[l.Name], known[l.Value] = true, true })
	}
	return slices.Sorted(maps.Keys(known))
}

// Bound writes the bound of a histogram's bucket as Prometheus keeps it.
func Bound(bound float64) string { return labels.FormatOpenMetricsFloat(bound) }

// LabelNames are the names of the labels that series have, sorted.
func (v *Values) LabelNames() []string {
	known := map[string]bool{}
	for _, s := range v.byKey {
		s.labels.Range(func(l labels.Label) { known[l.Name] = true })
	}
	return slices.Sorted(maps.Keys(known))
}
