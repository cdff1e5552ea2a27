package push

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"planwatch/internal/naming"
)

// scraper makes pushes of what a handler shows, as a Prometheus that scrapes it would
// store it. It is for one goroutine.
type scraper struct {
	metrics  http.Handler
	instance string
	logger   *slog.Logger
	// shown are the metrics of the newest scrape by identity; nil before the first.
	shown map[string]*metric
	// failed is whether the newest scrape failed.
	failed bool
	key    []byte
}

func newScraper(o Options) *scraper {
	return &scraper{metrics: o.Metrics, instance: o.Instance, logger: o.Logger}
}

// scrape scrapes, for a push at the moment at. What was there at the one before and is
// gone is marked as ended; after a scrape that failed that is everything.
func (s *scraper) scrape(ctx context.Context, at time.Time) *batch {
	began := time.Now()
	families, err := s.families(ctx)
	b := &batch{at: at}
	shown := make(map[string]*metric, len(s.shown))
	for _, f := range families {
		for _, m := range f.Metric {
			s.add(b, shown, f, m)
		}
	}
	// Those that a Prometheus adds itself.
	for _, own := range []struct {
		name  string
		value float64
	}{{naming.Up, boolean(err == nil)}, {naming.ScrapeDuration, time.Since(began).Seconds()}} {
		s.add(b, shown, &dto.MetricFamily{Name: &own.name, Type: dto.MetricType_GAUGE.Enum()}, &dto.Metric{Gauge: &dto.Gauge{Value: &own.value}})
	}
	b.bytes = int64(8 * (len(b.metrics) + len(b.values)))
	for key, m := range shown {
		if s.shown[key] != m {
			b.bytes += m.size()
		}
	}
	s.end(b, shown)
	s.shown = shown
	if err != nil && !s.failed {
		s.logger.Error("figures not pushed: they cannot be scraped", "err", err)
	}
	s.failed = err != nil
	return b
}

// end adds to b that the metrics of the scrape before have ended, but for those in shown.
func (s *scraper) end(b *batch, shown map[string]*metric) {
	bounds := map[string][]float64{}
	for _, m := range shown {
		if m.compound() {
			bounds[string(s.identity(m, nil))] = m.bounds
		}
	}
	for key, m := range s.shown {
		if _, still := shown[key]; still {
			continue
		}
		if now, still := bounds[string(s.identity(m, nil))]; still && m.compound() {
			// It goes on with other buckets.
			gone := slices.DeleteFunc(slices.Clone(m.bounds), func(bound float64) bool { return slices.Contains(now, bound) })
			if len(gone) == 0 {
				continue
			}
			m = &metric{family: m.family, labels: m.labels, bounds: gone, buckets: true}
		}
		b.stale(m)
	}
}

// ended is a push that says that everything has ended.
func (s *scraper) ended(at time.Time) *batch {
	b := &batch{at: at}
	s.end(b, nil)
	b.bytes = int64(8 * (len(b.metrics) + len(b.values)))
	return b
}

// forget forgets what was shown.
func (s *scraper) forget() { s.shown = nil }

// families are what the handler shows.
func (s *scraper) families(ctx context.Context) ([]*dto.MetricFamily, error) {
	format := expfmt.NewFormat(expfmt.TypeProtoDelim)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/metrics", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", string(format))
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	s.metrics.ServeHTTP(answer, request)
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("it answers with status %d", answer.status)
	}
	decoder := expfmt.NewDecoder(&answer.body, expfmt.ResponseFormat(answer.header))
	var all []*dto.MetricFamily
	for {
		f := &dto.MetricFamily{}
		if err := decoder.Decode(f); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("it answers with what is not understood: %w", err)
		}
		all = append(all, f)
	}
}

// recorder implements http.ResponseWriter, and keeps what is written.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) WriteHeader(status int)         { r.status = status }
func (r *recorder) Write(text []byte) (int, error) { return r.body.Write(text) }

// add adds a metric of a scrape to b and shown.
func (s *scraper) add(b *batch, shown map[string]*metric, f *dto.MetricFamily, from *dto.Metric) {
	m := &metric{family: family{f.GetName(), f.GetHelp(), f.GetType()}, labels: s.labels(from.Label)}
	var values []float64
	switch f.GetType() {
	case dto.MetricType_COUNTER:
		values = []float64{from.GetCounter().GetValue()}
	case dto.MetricType_GAUGE:
		values = []float64{from.GetGauge().GetValue()}
	case dto.MetricType_SUMMARY:
		for _, q := range from.GetSummary().GetQuantile() {
			m.bounds, values = append(m.bounds, q.GetQuantile()), append(values, q.GetValue())
		}
		values = append(values, from.GetSummary().GetSampleSum(), float64(from.GetSummary().GetSampleCount()))
	case dto.MetricType_HISTOGRAM:
		h := from.GetHistogram()
		for _, bucket := range h.GetBucket() {
			m.bounds, values = append(m.bounds, bucket.GetUpperBound()), append(values, float64(bucket.GetCumulativeCount()))
		}
		if n := len(m.bounds); n == 0 || !math.IsInf(m.bounds[n-1], +1) {
			m.bounds, values = append(m.bounds, math.Inf(+1)), append(values, float64(h.GetSampleCount()))
		}
		values = append(values, h.GetSampleSum(), float64(h.GetSampleCount()))
	default:
		m.family.kind = dto.MetricType_UNTYPED
		values = []float64{from.GetUntyped().GetValue()}
	}
	key := s.identity(m, m.bounds)
	if known := s.shown[string(key)]; known != nil && known.family == m.family {
		m = known
	}
	shown[string(key)] = m
	b.add(m, values...)
}

// identity is the same for metrics with the same series. It is for until the next call.
func (s *scraper) identity(m *metric, bounds []float64) []byte {
	s.key = append(append(s.key[:0], m.family.name...), 0xff) // no text has that byte
	for _, l := range m.labels {
		s.key = append(append(s.key, l.name...), 0xff)
		s.key = append(append(s.key, l.value...), 0xff)
	}
	for _, bound := range bounds {
		s.key = binary.BigEndian.AppendUint64(s.key, math.Float64bits(bound))
	}
	return s.key
}

// labels are a metric's labels beside those of the target, which go before: Prometheus
// gives a scraped one of the same name another. It has no labels that are empty.
func (s *scraper) labels(pairs []*dto.LabelPair) []label {
	all := make([]label, 0, len(pairs)+2)
	all = append(all, label{naming.LabelJob, naming.Planwatch}, label{naming.LabelInstance, s.instance})
	has := func(name string) bool {
		return slices.ContainsFunc(all, func(l label) bool { return l.name == name })
	}
	for _, pair := range pairs {
		name := pair.GetName()
		for has(name) {
			name = model.ExportedLabelPrefix + name
		}
		if pair.GetValue() != "" {
			all = append(all, label{name, pair.GetValue()})
		}
	}
	slices.SortFunc(all, label.compare)
	return all
}

// boolean returns 1 for true and 0 for false.
func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
