package evaluator

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"

	"planwatch/internal/naming"
)

// present is a storage.Queryable of one moment: of each series the sample that a
// scrape would have got then, and nothing of before.
type present struct {
	// at is the moment, in milliseconds since 1970.
	at int64
	// series are in order of labels, by the name of their metric.
	series map[string][]*presentSeries
}

// presentSeries is a series with its value at the moment.
type presentSeries struct {
	labels labels.Labels
	value  float64
}

// newPresent returns the figures as a Queryable, of no moment yet.
func newPresent(figures []Figure) *present {
	p := &present{series: map[string][]*presentSeries{}}
	for _, f := range figures {
		all := []labels.Label{{Name: naming.LabelName, Value: f.Name}}
		for _, l := range f.Labels {
			all = append(all, labels.Label{Name: l.Name, Value: l.Value})
		}
		p.series[f.Name] = append(p.series[f.Name], &presentSeries{labels.New(all...), f.Value})
	}
	for _, series := range p.series {
		slices.SortFunc(series, func(a, b *presentSeries) int { return labels.Compare(a.labels, b.labels) })
	}
	return p
}

// same reports whether both hold the same series with the same values.
func (p *present) same(other *present) bool {
	if len(p.series) != len(other.series) {
		return false
	}
	for name, series := range p.series {
		if !slices.EqualFunc(series, other.series[name], func(a, b *presentSeries) bool {
			return cmp.Compare(a.value, b.value) == 0 && labels.Equal(a.labels, b.labels)
		}) {
			return false
		}
	}
	return true
}

// Querier implements storage.Queryable.
func (p *present) Querier(mint, maxt int64) (storage.Querier, error) {
	if p.at < mint || p.at > maxt {
		return storage.NoopQuerier(), nil
	}
	return presentQuerier{p}, nil
}

// presentQuerier is a storage.Querier of the moment.
type presentQuerier struct{ *present }

// Select implements storage.Querier. Series are always in order.
func (q presentQuerier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	set := &presentSet{at: q.at}
	add := func(all []*presentSeries) {
		for _, s := range all {
			if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.labels.Get(m.Name)) }) {
				set.series = append(set.series, s)
			}
		}
	}
	named := slices.IndexFunc(matchers, func(m *labels.Matcher) bool { return m.Name == naming.LabelName && m.Type == labels.MatchEqual })
	if named >= 0 {
		add(q.series[matchers[named].Value])
		return set
	}
	for _, all := range q.series {
		add(all)
	}
	slices.SortFunc(set.series, func(a, b *presentSeries) int { return labels.Compare(a.labels, b.labels) })
	return set
}

// errNoLabels is the error for what no rule asks.
var errNoLabels = errors.New("alerting: labels are not listed over the past")

// LabelValues implements storage.Querier.
func (presentQuerier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errNoLabels
}

// LabelNames implements storage.Querier.
func (presentQuerier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errNoLabels
}

// Close implements storage.Querier.
func (presentQuerier) Close() error { return nil }

// presentSet is a storage.SeriesSet. It holds the series that have not been
// passed, after the first Next with the current one first.
type presentSet struct {
	at      int64
	series  []*presentSeries
	current *presentSeries
}

// Next implements storage.SeriesSet.
func (s *presentSet) Next() bool {
	if len(s.series) == 0 {
		return false
	}
	s.current, s.series = s.series[0], s.series[1:]
	return true
}

// At implements storage.SeriesSet.
func (s *presentSet) At() storage.Series {
	return storage.NewListSeries(s.current.labels, []chunks.Sample{presentSample{s.at, s.current.value}})
}

// Err implements storage.SeriesSet.
func (*presentSet) Err() error { return nil }

// Warnings implements storage.SeriesSet.
func (*presentSet) Warnings() annotations.Annotations { return nil }

// presentSample is a chunks.Sample.
type presentSample struct {
	t int64
	f float64
}

func (s presentSample) T() int64                    { return s.t }
func (presentSample) ST() int64                     { return 0 }
func (s presentSample) F() float64                  { return s.f }
func (presentSample) H() *histogram.Histogram       { return nil }
func (presentSample) FH() *histogram.FloatHistogram { return nil }
func (presentSample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s presentSample) Copy() chunks.Sample         { return s }
