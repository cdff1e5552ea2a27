package push

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/naming"
)

// label is a label of a series.
type label struct{ name, value string }

// family is what the metrics of a name have in common.
type family struct {
	name, help string
	kind       dto.MetricType
}

// metric is a metric without its value: one series, or those of a histogram or a summary.
// It never changes, and is the same from one push to the next.
type metric struct {
	family family
	// labels are in order of name, without the name and the external labels.
	labels []label
	// bounds are the upper bounds of a histogram's buckets, of which the last is +Inf, or
	// the quantiles of a summary.
	bounds []float64
	// buckets is whether these are some buckets of a histogram, without its sum and count.
	buckets bool
}

// batch is what one push sends: metrics and their values at one moment. It never changes.
type batch struct {
	at      time.Time
	metrics []*metric
	// values are those of the metrics, one after the other: as many as each has series,
	// of which a histogram's are its buckets', the sum and the count. A stale marker says
	// that the series has ended.
	values []float64
	// bytes is what it takes in memory, without what a former one has too.
	bytes int64
}

func (b *batch) samples() int { return len(b.values) }

// add adds a metric and its values.
func (b *batch) add(m *metric, values ...float64) {
	b.metrics = append(b.metrics, m)
	b.values = append(b.values, values...)
}

// stale adds a metric that has ended.
func (b *batch) stale(m *metric) {
	b.metrics = append(b.metrics, m)
	for range m.series() {
		b.values = append(b.values, staleMarker)
	}
}

// staleBits are those of the value by which Prometheus writes that a series has ended: one
// of those that are no numbers, and not the usual one.
const staleBits = 0x7ff0000000000002

var staleMarker = math.Float64frombits(staleBits)

func isStale(v float64) bool { return math.Float64bits(v) == staleBits }

// written is a bound or a quantile as Prometheus has it in a label: 1.0 and 2.5e+06.
func written(bound float64) string {
	text := strconv.FormatFloat(bound, 'g', -1, 64)
	if math.IsInf(bound, 0) || math.IsNaN(bound) || strings.ContainsAny(text, "e.") {
		return text
	}
	return text + ".0"
}

// series is how many series it is.
func (m *metric) series() int {
	switch {
	case !m.compound():
		return 1
	case m.buckets:
		return len(m.bounds)
	default:
		return len(m.bounds) + 2
	}
}

// compound reports whether it is a histogram or a summary.
func (m *metric) compound() bool {
	return m.family.kind == dto.MetricType_HISTOGRAM || m.family.kind == dto.MetricType_SUMMARY
}

// size is what it takes in memory, as far as it grows with its texts.
func (m *metric) size() int64 {
	n := 128 + len(m.family.name) + 8*len(m.bounds)
	for _, l := range m.labels {
		n += 32 + len(l.name) + len(l.value)
	}
	return int64(n)
}

// each calls what with the labels of each of the metric's series, as Prometheus stores
// them, in order of name. The slice is for the call only.
func (m *metric) each(external []label, what func(labels []label)) {
	common := make([]label, 0, len(m.labels)+len(external)+2)
	common = append(common, m.labels...)
	for _, l := range external {
		if !slices.ContainsFunc(m.labels, func(own label) bool { return own.name == l.name }) {
			common = append(common, l)
		}
	}
	one := make([]label, 0, cap(common))
	tell := func(suffix string, more ...label) {
		one = append(one[:0], common...)
		one = append(one, label{naming.LabelName, m.family.name + suffix})
		one = append(one, more...)
		slices.SortFunc(one, label.compare)
		what(one)
	}
	if !m.compound() {
		tell("")
		return
	}
	suffix, name := "", naming.LabelQuantile
	if m.family.kind == dto.MetricType_HISTOGRAM {
		suffix, name = naming.SuffixBucket, naming.LabelBucket
	}
	for _, bound := range m.bounds {
		tell(suffix, label{name, written(bound)})
	}
	if !m.buckets {
		tell(naming.SuffixSum)
		tell(naming.SuffixCount)
	}
}

func (l label) compare(other label) int {
	return cmp.Or(strings.Compare(l.name, other.name), strings.Compare(l.value, other.value))
}

// labelsOf are labels in order of name, without those that are empty.
func labelsOf(all map[string]string) []label {
	labels := make([]label, 0, len(all))
	for name, text := range all {
		if text != "" {
			labels = append(labels, label{name, text})
		}
	}
	slices.SortFunc(labels, label.compare)
	return labels
}
