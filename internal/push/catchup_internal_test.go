package push

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// waiting are pushes of so many gauges, one a second until now.
func waiting(pushes, series int) []*entry {
	metrics := make([]*metric, series)
	for i := range metrics {
		metrics[i] = &metric{family: family{"kpi_beds", "Beds.", dto.MetricType_GAUGE}, labels: []label{
			{"hospital", "Hospital"}, {"instance", "planwatch.example.org:443"}, {"job", "planwatch"}, {"owner", "owner"}, {"ward", strconv.Itoa(i)},
		}}
	}
	first := time.Now().Truncate(time.Second).Add(-time.Duration(pushes-1) * time.Second)
	all := make([]*entry, pushes)
	for i := range all {
		b := &batch{at: first.Add(time.Duration(i) * time.Second), bytes: int64(16 * series)}
		for n, m := range metrics {
			b.add(m, float64(i+n))
		}
		all[i] = &entry{batch: b}
	}
	return all
}

// Requests are within their bounds, whatever waits, and have as much as these let them.
func TestRequestsAreBounded(t *testing.T) {
	for _, tt := range []struct {
		name             string
		protocol         Protocol
		first            bool
		pushes, series   int
		fewest, requests int
	}{
		{"remote write 2.0", RemoteWrite, false, 60, 3000, 4, 6},
		{"remote write 1.0", RemoteWrite, true, 60, 3000, 4, 6},
		{"OTLP, by bytes", OTLP, false, 30, 3000, 3, 5},
		{"large pushes, remote write 2.0", RemoteWrite, false, 2, 60_000, 14, 14},
		{"large pushes, OTLP", OTLP, false, 2, 32_000, 8, 10},
		{"one large push", RemoteWrite, false, 1, 12_000, 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			requests, samples, alone := 0, 0, tt.pushes == 1
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				version2 := r.Header.Get("X-Prometheus-Remote-Write-Version") == "2.0.0"
				if tt.first && version2 {
					w.WriteHeader(http.StatusUnsupportedMediaType)
					return
				}
				bytes, n := measured(t, r)
				mu.Lock()
				defer mu.Unlock()
				requests, samples = requests+1, samples+n
				if n > mostTogether || alone && n > most {
					t.Errorf("a request has %d samples", n)
				}
				if bytes > longestRequest && n > most {
					t.Errorf("a request has %d bytes, and %d samples", bytes, n)
				}
				w.Header().Set(samplesWritten, strconv.Itoa(n))
			}))
			defer server.Close()
			c := Configuration{QueueBytes: 64 << 20, MaxAge: 2 * time.Hour}
			s := newSender("a", Receiver{URL: server.URL, Protocol: tt.protocol}, c, Options{Logger: slog.New(slog.DiscardHandler), Timeout: 30 * time.Second, FirstRetry: time.Second}, time.Now())
			for _, e := range waiting(tt.pushes, tt.series) {
				s.queue.add(e)
			}
			ctx, stop := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { s.run(ctx) })
			for deadline := time.After(time.Minute); s.sent.Load() < uint64(tt.pushes*tt.series); {
				select {
				case <-time.After(time.Millisecond):
				case <-deadline:
					t.Fatal("it does not catch up")
				}
			}
			stop()
			running.Wait()
			if samples != tt.pushes*tt.series {
				t.Errorf("%d samples came, want %d", samples, tt.pushes*tt.series)
			}
			if requests < tt.fewest || requests > tt.requests {
				t.Errorf("%d requests, want from %d to %d", requests, tt.fewest, tt.requests)
			}
			if bytes, _ := s.queue.state(); bytes != 0 {
				t.Errorf("%d bytes wait", bytes)
			}
		})
	}
}

// measured are how many bytes a request has before compression, and how many samples.
func measured(t *testing.T, r *http.Request) (length, samples int) {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		plain, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0, 0
		}
		text, err := io.ReadAll(plain)
		var all collector.ExportMetricsServiceRequest
		if err = errors.Join(err, proto.Unmarshal(text, &all)); err != nil {
			t.Error(err)
			return 0, 0
		}
		for _, m := range all.ResourceMetrics[0].ScopeMetrics[0].Metrics {
			samples += len(m.GetGauge().GetDataPoints())
		}
		return len(text), samples
	}
	text, err := snappy.Decode(nil, body)
	var first prompb.WriteRequest
	var second writev2.Request
	if r.Header.Get("X-Prometheus-Remote-Write-Version") == "2.0.0" {
		err = errors.Join(err, second.Unmarshal(text))
	} else {
		err = errors.Join(err, first.Unmarshal(text))
	}
	if err != nil {
		t.Error(err)
	}
	for _, series := range first.Timeseries {
		samples += len(series.Samples)
	}
	for _, series := range second.Timeseries {
		samples += len(series.Samples)
	}
	return len(text), samples
}

// How long 600 pushes take that wait for a receiver that takes a second an answer. It waits for
// two minutes in all, so that it is to be run with -benchtime 1x.
func BenchmarkCatchUp(b *testing.B) {
	for _, protocol := range []Protocol{RemoteWrite, OTLP} {
		for _, series := range []int{300, 3000} {
			b.Run(fmt.Sprintf("%s/%d", protocol, series), func(b *testing.B) {
				for b.Loop() {
					catchUp(b, protocol, waiting(600, series))
				}
			})
		}
	}
}

func catchUp(b *testing.B, protocol Protocol, all []*entry) {
	b.Helper()
	var requests, largest atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		largest.Store(max(largest.Load(), r.ContentLength))
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
		}
		if protocol == RemoteWrite {
			w.Header().Set(samplesWritten, "1000000")
		}
	}))
	defer server.Close()
	c := Configuration{QueueBytes: 64 << 20, MaxAge: 2 * time.Hour}
	s := newSender("a", Receiver{URL: server.URL, Protocol: protocol}, c, Options{Logger: slog.New(slog.DiscardHandler), Timeout: 30 * time.Second, FirstRetry: time.Second}, time.Now())
	samples := 0
	for _, e := range all {
		s.queue.add(e)
		samples += e.samples()
	}
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { s.run(ctx) })
	for tick := time.NewTicker(10 * time.Millisecond); s.sent.Load() < uint64(samples); {
		<-tick.C
	}
	stop()
	running.Wait()
	b.ReportMetric(float64(requests.Load()), "requests")
	b.ReportMetric(float64(largest.Load()), "bytes-at-most")
}
