package push_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"

	"planwatch/internal/logtest"
	"planwatch/internal/push"
)

const (
	// interval is that of most tests.
	interval = 50 * time.Millisecond
	patience = 20 * time.Second
)

// sample is one that a receiver has taken.
type sample struct {
	at    int64
	value float64
}

func (s sample) String() string {
	if value.IsStaleNaN(s.value) {
		return "stale"
	}
	return fmt.Sprint(s.value)
}

// receiver takes samples by any of the protocols.
type receiver struct {
	*httptest.Server
	// answer answers a request in place of the receiver, and reports whether it did;
	// n counts the requests from 1. It may be nil.
	answer func(n int, w http.ResponseWriter, r *http.Request) bool
	// judge answers a request with these samples in place of the receiver, and reports whether
	// it did. It may be nil.
	judge func(samples []sample, w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	requests int
	headers  []http.Header
	// series are what was taken, in order of arrival.
	series map[string][]sample
	types  map[string]string
}

func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request) bool) *receiver {
	t.Helper()
	r := &receiver{answer: answer, series: map[string][]sample{}, types: map[string]string{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(func() {
		r.CloseClientConnections()
		r.Close()
	})
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.requests++
	n := r.requests
	r.headers = append(r.headers, request.Header.Clone())
	r.mu.Unlock()
	// Or the end of a request is not noticed.
	body, err := io.ReadAll(request.Body)
	if err != nil || r.answer != nil && r.answer(n, w, request) {
		return
	}
	all, err := decoded(request, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.judge != nil {
		var samples []sample
		for _, s := range all {
			samples = append(samples, s.samples...)
		}
		if r.judge(samples, w, request) {
			return
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := 0
	for _, s := range all {
		r.series[s.key] = append(r.series[s.key], s.samples...)
		r.types[s.key] = s.about
		taken += len(s.samples)
	}
	if strings.Contains(request.Header.Get("Content-Type"), "v2.Request") {
		w.Header().Set("X-Prometheus-Remote-Write-Samples-Written", fmt.Sprint(taken))
	}
}

// received is a series of a request.
type received struct {
	// key has its labels, and about its metadata.
	key, about string
	samples    []sample
}

// decoded are the series of a request.
func decoded(request *http.Request, body []byte) (all []received, err error) {
	if request.Header.Get("Content-Encoding") == "gzip" {
		return decodedPoints(body)
	}
	if body, err = snappy.Decode(nil, body); err != nil {
		return nil, err
	}
	if request.Header.Get("X-Prometheus-Remote-Write-Version") == "0.1.0" {
		var message prompb.WriteRequest
		if err := message.Unmarshal(body); err != nil {
			return nil, err
		}
		for _, series := range message.Timeseries {
			var labels []string
			for _, l := range series.Labels {
				labels = append(labels, l.Name+"="+l.Value)
			}
			one := received{key: strings.Join(labels, ",")}
			for _, s := range series.Samples {
				one.samples = append(one.samples, sample{s.Timestamp, s.Value})
			}
			all = append(all, one)
		}
		return wellFormed(all), nil
	}
	var message writev2.Request
	if err := message.Unmarshal(body); err != nil {
		return nil, err
	}
	for _, series := range message.Timeseries {
		var labels []string
		for i := 0; i < len(series.LabelsRefs); i += 2 {
			labels = append(labels, message.Symbols[series.LabelsRefs[i]]+"="+message.Symbols[series.LabelsRefs[i+1]])
		}
		one := received{key: strings.Join(labels, ","), about: series.Metadata.Type.String() + " " + message.Symbols[series.Metadata.HelpRef]}
		for _, s := range series.Samples {
			one.samples = append(one.samples, sample{s.Timestamp, s.Value})
		}
		all = append(all, one)
	}
	return wellFormed(all), nil
}

// wellFormed panics where labels or samples are not in order, or a series is there twice;
// else these are its series.
func wellFormed(all []received) []received {
	seen := map[string]bool{}
	for _, s := range all {
		if !slices.IsSortedFunc(strings.Split(s.key, ","), func(a, b string) int { return strings.Compare(before(a), before(b)) }) {
			panic("labels are not in order: " + s.key)
		}
		for i := range s.samples[1:] {
			if s.samples[i].at >= s.samples[i+1].at {
				panic(fmt.Sprint("samples are not in order: ", s.key, s.samples))
			}
		}
		if seen[s.key] {
			panic("twice in a request: " + s.key)
		}
		seen[s.key] = true
	}
	return all
}

func before(label string) string {
	name, _, _ := strings.Cut(label, "=")
	return name
}

// decodedPoints are the points of OTLP, a histogram as its buckets and a summary as its
// quantiles.
func decodedPoints(body []byte) (points []received, err error) {
	plain, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body, err = io.ReadAll(plain); err != nil {
		return nil, err
	}
	var all collector.ExportMetricsServiceRequest
	if err := proto.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	for _, of := range all.ResourceMetrics {
		resource := written(of.Resource.Attributes)
		for _, m := range of.ScopeMetrics[0].Metrics {
			add := func(attributes []*common.KeyValue, kind string, flags uint32, at uint64, v float64) {
				if flags&uint32(metrics.DataPointFlags_DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK) != 0 {
					v = math.Float64frombits(value.StaleNaN)
				}
				key := fmt.Sprintf("[%s] %s %q %s %s", resource, m.Name, m.Description, kind, written(attributes))
				points = append(points, received{key: key, samples: []sample{{int64(at / 1e6), v}}})
			}
			for _, p := range m.GetGauge().GetDataPoints() {
				add(p.Attributes, "gauge", p.Flags, p.TimeUnixNano, p.GetAsDouble())
			}
			for _, p := range m.GetSum().GetDataPoints() {
				add(p.Attributes, fmt.Sprintf("sum, monotonic %t, %s, begun %t", m.GetSum().IsMonotonic, m.GetSum().AggregationTemporality, p.StartTimeUnixNano > 0), p.Flags, p.TimeUnixNano, p.GetAsDouble())
			}
			for _, p := range m.GetHistogram().GetDataPoints() {
				add(p.Attributes, fmt.Sprintf("histogram %v %v, sum %v", p.ExplicitBounds, p.BucketCounts, p.GetSum()), p.Flags, p.TimeUnixNano, float64(p.Count))
			}
			for _, p := range m.GetSummary().GetDataPoints() {
				var quantiles []string
				for _, q := range p.QuantileValues {
					quantiles = append(quantiles, fmt.Sprint(q.Quantile, "=", q.Value))
				}
				add(p.Attributes, fmt.Sprintf("summary %v, sum %v", quantiles, p.Sum), p.Flags, p.TimeUnixNano, float64(p.Count))
			}
		}
	}
	return points, nil
}

// written are attributes in their order.
func written(all []*common.KeyValue) string {
	var texts []string
	for _, a := range all {
		texts = append(texts, a.Key+"="+a.Value.GetStringValue())
	}
	return strings.Join(texts, ",")
}

// taken are the values of all series, as "labels: values".
func (r *receiver) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, key := range slices.Sorted(maps.Keys(r.series)) {
		all = append(all, fmt.Sprint(key, ": ", r.series[key]))
	}
	return all
}

// values are those of the series whose labels have all of these.
func (r *receiver) values(labels ...string) []sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, all := range r.series {
		have := strings.Split(key, ",")
		if !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(have, l) }) {
			return slices.Clone(all)
		}
	}
	return nil
}

// count is how many requests there were.
func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

// shown is a handler that shows an exposition in text, which a test may change; "" fails.
type shown struct {
	mu   sync.Mutex
	text string
	// next are shown once each, before the text.
	next []string
}

// once has texts be shown once each, and reports when they have been.
func (s *shown) once(texts ...string) (done func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, texts...)
	return func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.next) == 0
	}
}

func (s *shown) set(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = text
}

// families are those of the text, in its order of names.
func (s *shown) families() map[string]*dto.MetricFamily {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text
	if len(s.next) > 0 {
		text, s.next = s.next[0], s.next[1:]
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	all, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		panic(err)
	}
	return all
}

func (s *shown) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	all := s.families()
	if len(all) == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	format := expfmt.NegotiateAccept(r.Header, expfmt.NewFormat(expfmt.TypeProtoDelim))
	w.Header().Set("Content-Type", string(format))
	encoder := expfmt.NewEncoder(w, format)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := encoder.Encode(all[name]); err != nil {
			panic(err)
		}
	}
}

// pushing is a Pusher that runs.
type pushing struct {
	*push.Pusher
	shown *shown
	log   *logtest.Log
	// stop ends it, and waits.
	stop func()
}

// start runs a Pusher of a text until the end of the test.
func start(t *testing.T, text string, o push.Options, c push.Configuration) *pushing {
	t.Helper()
	p := &pushing{shown: &shown{text: text}, log: &logtest.Log{}}
	o.Metrics, o.Instance, o.Logger = p.shown, "planwatch.example.org:443", slog.New(slog.NewTextHandler(p.log, nil))
	p.Pusher = push.New(o)
	p.Update(c)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx)
	}()
	p.stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(p.stop)
	return p
}

// to is a configuration of receivers by remote write, named a, b, …
func to(receivers ...*receiver) push.Configuration {
	c := push.Configuration{Interval: interval, QueueBytes: 1 << 20, MaxAge: time.Hour, Receivers: map[string]push.Receiver{}}
	for i, r := range receivers {
		c.Receivers[string(rune('a'+i))] = push.Receiver{URL: r.URL, Protocol: push.RemoteWrite}
	}
	return c
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !holds() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("not so: %s", what)
		}
	}
}

// metric is a metric about pushing, by its labels; -1 if there is none.
func (p *pushing) metric(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(p)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			var have []string
			for _, l := range m.Label {
				have = append(have, l.GetName()+"="+l.GetValue())
			}
			if f.GetName() == name && !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(have, l) }) {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return -1
}
