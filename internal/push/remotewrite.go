package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/klauspost/compress/snappy"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
)

// remoteWrite is Prometheus' remote write.
type remoteWrite struct {
	// first is whether the receiver takes 1.0 only.
	first  bool
	logger *slog.Logger
}

// samplesWritten is the header in which a receiver of 2.0 says how many samples it has taken. One
// that does not know 2.0 says nothing, and has taken none: it finds no series of its own.
const samplesWritten = "X-Prometheus-Remote-Write-Samples-Written"

// samplesAgain reports whether remote write lets a request be tried again.
func samplesAgain(status int) bool { return status/100 == 5 }

func (w *remoteWrite) send(ctx context.Context, to *connection, r *request) error {
	if !w.first {
		body, err := request2(r)
		if err != nil {
			return err
		}
		a, err := to.post(ctx, body, map[string]string{
			"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
			"X-Prometheus-Remote-Write-Version": "2.0.0",
		})
		if err != nil {
			return err
		}
		taken, err := strconv.Atoi(a.header.Get(samplesWritten))
		switch {
		case a.status/100 == 2 && err == nil && taken < r.samples:
			return refusal{errors.New("it has not taken all of them"), r.samples - max(taken, 0)}
		case a.status != http.StatusUnsupportedMediaType && (a.status/100 != 2 || err == nil):
			// Of what it refuses it may have taken a part.
			return a.verdict(r.samples-min(max(taken, 0), r.samples), samplesAgain)
		}
		w.first = true
		w.logger.Info("the receiver takes remote write 1.0, and not 2.0")
	}
	body, err := request1(r)
	if err != nil {
		return err
	}
	a, err := to.post(ctx, body, map[string]string{
		"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", "X-Prometheus-Remote-Write-Version": "0.1.0",
	})
	if err != nil {
		return err
	}
	return a.verdict(r.samples, samplesAgain)
}

// types are Prometheus' words for what a metric is.
var types = map[dto.MetricType]writev2.Metadata_MetricType{
	dto.MetricType_COUNTER:   writev2.Metadata_METRIC_TYPE_COUNTER,
	dto.MetricType_GAUGE:     writev2.Metadata_METRIC_TYPE_GAUGE,
	dto.MetricType_SUMMARY:   writev2.Metadata_METRIC_TYPE_SUMMARY,
	dto.MetricType_HISTOGRAM: writev2.Metadata_METRIC_TYPE_HISTOGRAM,
}

// request2 is a request of remote write 2.0, compressed.
func request2(r *request) ([]byte, error) {
	symbols := writev2.NewSymbolTable()
	all := make([]writev2.TimeSeries, 0, len(r.parts[0].values))
	r.walk(func(m *metric, labels []label) {
		about := writev2.Metadata{Type: types[m.family.kind], HelpRef: symbols.Symbolize(m.family.help)}
		references := make([]uint32, 0, 2*len(labels))
		for _, l := range labels {
			references = append(references, symbols.Symbolize(l.name), symbols.Symbolize(l.value))
		}
		all = append(all, writev2.TimeSeries{LabelsRefs: references, Metadata: about, Samples: make([]writev2.Sample, 0, len(r.parts))})
	}, func(series int, at time.Time, value float64) {
		all[series].Samples = append(all[series].Samples, writev2.Sample{Value: value, Timestamp: at.UnixMilli()})
	})
	body, err := (&writev2.Request{Symbols: symbols.Symbols(), Timeseries: all}).Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if err := r.written(len(body)); err != nil {
		return nil, err
	}
	return snappy.Encode(nil, body), nil
}

// request1 is a request of remote write 1.0, compressed.
func request1(r *request) ([]byte, error) {
	all := make([]prompb.TimeSeries, 0, len(r.parts[0].values))
	r.walk(func(_ *metric, labels []label) {
		names := make([]prompb.Label, len(labels))
		for i, l := range labels {
			names[i] = prompb.Label{Name: l.name, Value: l.value}
		}
		all = append(all, prompb.TimeSeries{Labels: names, Samples: make([]prompb.Sample, 0, len(r.parts))})
	}, func(series int, at time.Time, value float64) {
		all[series].Samples = append(all[series].Samples, prompb.Sample{Value: value, Timestamp: at.UnixMilli()})
	})
	body, err := (&prompb.WriteRequest{Timeseries: all}).Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if err := r.written(len(body)); err != nil {
		return nil, err
	}
	return snappy.Encode(nil, body), nil
}
