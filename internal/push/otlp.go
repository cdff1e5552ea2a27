package push

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"

	"planwatch/internal/naming"
)

// otlp is OpenTelemetry's protocol, as protobuf over HTTP.
type otlp struct {
	// began is since when counters count.
	began    time.Time
	instance string
}

// pointsAgain reports whether OTLP lets a request be tried again.
func pointsAgain(status int) bool {
	return slices.Contains([]int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, status)
}

func (o *otlp) send(ctx context.Context, to *connection, r *request) error {
	text, err := proto.Marshal(o.message(r))
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	if err := r.written(len(text)); err != nil {
		return err
	}
	var body bytes.Buffer
	compressed := gzip.NewWriter(&body)
	_, err = compressed.Write(text)
	if err = errors.Join(err, compressed.Close()); err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	a, err := to.post(ctx, body.Bytes(), map[string]string{"Content-Encoding": "gzip", "Content-Type": "application/x-protobuf"})
	if err != nil {
		return err
	}
	if err := a.verdict(r.samples, pointsAgain); err != nil {
		return err
	}
	var said collector.ExportMetricsServiceResponse
	if err := proto.Unmarshal(a.body, &said); err != nil {
		return nil //nolint:nilerr // some answer nothing of the kind
	}
	// It counts points, of which a histogram with all of its samples is one.
	if lost := said.GetPartialSuccess().GetRejectedDataPoints(); lost > 0 {
		return refusal{errors.New(to.clean(said.GetPartialSuccess().GetErrorMessage())), int(min(lost, int64(r.samples)))}
	}
	return nil
}

// message is a request of metrics: names and labels are Prometheus' own, and units none,
// since a receiver would add them to the names.
func (o *otlp) message(r *request) *collector.ExportMetricsServiceRequest {
	var all []*metrics.Metric
	byFamily := map[family]*metrics.Metric{}
	for _, p := range r.parts {
		values := p.values
		for _, m := range p.metrics {
			own := values[:m.series()]
			values = values[len(own):]
			if m.buckets {
				continue // OTLP has no end of some buckets
			}
			// What ends may be of another kind than what has its name now.
			of := byFamily[m.family]
			if of == nil {
				of = newMetric(m.family)
				byFamily[m.family] = of
				all = append(all, of)
			}
			o.addPoint(of, m, own, p.at, r.external)
		}
	}
	return &collector.ExportMetricsServiceRequest{ResourceMetrics: []*metrics.ResourceMetrics{{
		Resource:     &resource.Resource{Attributes: attributes([]label{{"service.name", naming.Planwatch}, {"service.instance.id", o.instance}})},
		ScopeMetrics: []*metrics.ScopeMetrics{{Metrics: all}},
	}}}
}

func newMetric(f family) *metrics.Metric {
	m := &metrics.Metric{Name: f.name, Description: f.help}
	const cumulative = metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
	switch f.kind {
	case dto.MetricType_COUNTER:
		m.Data = &metrics.Metric_Sum{Sum: &metrics.Sum{AggregationTemporality: cumulative, IsMonotonic: true}}
	case dto.MetricType_HISTOGRAM:
		m.Data = &metrics.Metric_Histogram{Histogram: &metrics.Histogram{AggregationTemporality: cumulative}}
	case dto.MetricType_SUMMARY:
		m.Data = &metrics.Metric_Summary{Summary: &metrics.Summary{}}
	default:
		m.Data = &metrics.Metric_Gauge{Gauge: &metrics.Gauge{}}
	}
	return m
}

// addPoint adds the values of m to the metric of its family.
func (o *otlp) addPoint(to *metrics.Metric, m *metric, values []float64, moment time.Time, external []label) {
	at, began := nanoseconds(moment), nanoseconds(o.began)
	labels := slices.Clone(m.labels)
	for _, l := range external {
		if !slices.ContainsFunc(m.labels, func(own label) bool { return own.name == l.name }) {
			labels = append(labels, l)
		}
	}
	named, flags := attributes(labels), uint32(0)
	if isStale(values[len(values)-1]) {
		flags = uint32(metrics.DataPointFlags_DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK)
	}
	switch data := to.Data.(type) {
	case *metrics.Metric_Sum:
		data.Sum.DataPoints = append(data.Sum.DataPoints, &metrics.NumberDataPoint{
			Attributes: named, StartTimeUnixNano: began, TimeUnixNano: at, Flags: flags, Value: &metrics.NumberDataPoint_AsDouble{AsDouble: values[0]},
		})
	case *metrics.Metric_Gauge:
		data.Gauge.DataPoints = append(data.Gauge.DataPoints, &metrics.NumberDataPoint{
			Attributes: named, TimeUnixNano: at, Flags: flags, Value: &metrics.NumberDataPoint_AsDouble{AsDouble: values[0]},
		})
	case *metrics.Metric_Histogram:
		sum, count := values[len(m.bounds)], values[len(m.bounds)+1]
		point := &metrics.HistogramDataPoint{
			Attributes: named, StartTimeUnixNano: began, TimeUnixNano: at, Flags: flags, ExplicitBounds: m.bounds[:len(m.bounds)-1],
			BucketCounts: make([]uint64, len(m.bounds)),
		}
		if flags == 0 {
			point.Sum, point.Count = &sum, whole(count)
			former := uint64(0)
			for i := range m.bounds {
				cumulative := whole(values[i])
				point.BucketCounts[i] = cumulative - min(former, cumulative)
				former = cumulative
			}
		}
		data.Histogram.DataPoints = append(data.Histogram.DataPoints, point)
	case *metrics.Metric_Summary:
		point := &metrics.SummaryDataPoint{Attributes: named, StartTimeUnixNano: began, TimeUnixNano: at, Flags: flags}
		for i, quantile := range m.bounds {
			q := &metrics.SummaryDataPoint_ValueAtQuantile{Quantile: quantile}
			if flags == 0 {
				q.Value = values[i]
			}
			point.QuantileValues = append(point.QuantileValues, q)
		}
		if flags == 0 {
			point.Sum, point.Count = values[len(m.bounds)], whole(values[len(m.bounds)+1])
		}
		data.Summary.DataPoints = append(data.Summary.DataPoints, point)
	}
}

func attributes(labels []label) []*common.KeyValue {
	all := make([]*common.KeyValue, len(labels))
	for i, l := range labels {
		all[i] = &common.KeyValue{Key: l.name, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: l.value}}}
	}
	return all
}

// nanoseconds is t in nanoseconds since 1970.
func nanoseconds(t time.Time) uint64 { return uint64(max(t.UnixNano(), 0)) }

// whole is a count that came as a sample's value.
func whole(v float64) uint64 {
	if !(v > 0) { // nor is NaN
		return 0
	}
	return uint64(math.Round(v))
}
