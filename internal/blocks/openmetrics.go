package blocks

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/naming"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// extension ends the name of a file of OpenMetrics text.
const extension = ".openmetrics"

// FileName is the name of the file of a range.
func FileName(r Range) string {
	const layout = "20060102T150405Z"
	return time.UnixMilli(r.From).UTC().Format(layout) + "-" + time.UnixMilli(r.Until).UTC().Format(layout) + extension
}

// WriteOpenMetrics writes the values as a file of OpenMetrics text in a directory,
// in place of the one of that name. The file is there whole or not at all.
func WriteOpenMetrics(ctx context.Context, directory string, v *Values) (Written, error) {
	if len(v.byKey) == 0 {
		return Written{}, nil
	}
	final := filepath.Join(directory, FileName(v.within))
	temporary := final + Unfinished
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return Written{}, fmt.Errorf("openmetrics: %w", err)
	}
	samples, err := v.writeText(ctx, f)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Written{}, fmt.Errorf("openmetrics: %w", errors.Join(err, os.Remove(temporary)))
	}
	if err := fileutil.Rename(temporary, final); err != nil {
		return Written{}, fmt.Errorf("openmetrics: %w", err)
	}
	return Written{filepath.Base(final), uint64(len(v.byKey)), samples}, nil
}

// writeText writes all series, those of a family together.
func (v *Values) writeText(ctx context.Context, to io.Writer) (samples uint64, err error) {
	w := bufio.NewWriterSize(to, 1<<20)
	var family *Family
	for _, metric := range v.metrics() {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if f := metric[0].family; f != family {
			family = f
			if _, err := fmt.Fprintf(w, "# TYPE %s %s\n# HELP %s %s\n", f.Name, f.Kind, f.Name, escape.Replace(f.Help)); err != nil {
				return 0, err
			}
		}
		n, err := v.writeMetric(w, metric)
		if err != nil {
			return 0, err
		}
		samples += n
	}
	if _, err := w.WriteString("# EOF\n"); err != nil {
		return 0, err
	}
	return samples, w.Flush()
}

// metrics are the series, those that make one histogram together, in the order in
// which they are written.
func (v *Values) metrics() [][]*series {
	byKey := map[string][]*series{}
	var keys []string
	var buffer []byte
	for _, s := range v.sorted() {
		buffer = s.labels.BytesWithoutLabels(buffer[:0], naming.LabelName, naming.LabelBucket)
		key := s.family.Name + "\xff" + string(buffer)
		if byKey[key] == nil {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], s)
	}
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(byKey[a][0].family.Name, byKey[b][0].family.Name) })
	all := make([][]*series, len(keys))
	for i, key := range keys {
		// Buckets by their bounds, and behind them count and sum.
		slices.SortStableFunc(byKey[key], func(a, b *series) int { return cmp.Compare(bound(a), bound(b)) })
		all[i] = byKey[key]
	}
	return all
}

// bound is a bucket's upper bound; for what is no bucket it is beyond all.
func bound(s *series) float64 {
	le, err := strconv.ParseFloat(s.labels.Get(naming.LabelBucket), 64)
	if err != nil {
		return math.MaxFloat64
	}
	return min(le, math.MaxFloat64)
}

// writeMetric writes the samples of one metric by their times, since OpenMetrics
// wants those of a histogram together.
func (v *Values) writeMetric(w *bufio.Writer, metric []*series) (samples uint64, err error) {
	lines := make([]*line, len(metric))
	for i, s := range metric {
		lines[i] = &line{spans: s.spans, name: nameOf(s.labels)}
		lines[i].settle(v)
	}
	for {
		at := int64(math.MaxInt64)
		for _, l := range lines {
			if len(l.spans) > 0 {
				at = min(at, l.at)
			}
		}
		if at == math.MaxInt64 {
			return samples, nil
		}
		for _, l := range lines {
			if len(l.spans) == 0 || l.at != at {
				continue
			}
			l.text = append(append(l.text[:0], l.name...), ' ')
			l.text = append(appendValue(l.text, l.spans[0].Value), ' ')
			l.text = append(appendSeconds(l.text, at), '\n')
			if _, err := w.Write(l.text); err != nil {
				return 0, err
			}
			samples++
			l.advance(v)
		}
	}
}

// line is where the writing of a series stands: at the sample at at, in the first
// of the spans that are left.
type line struct {
	name  string
	spans []Span
	at    int64
	text  []byte
}

// settle goes to the first sample of the spans that are left.
func (l *line) settle(v *Values) {
	for len(l.spans) > 0 {
		l.at = l.spans[0].first(v.within, v.fill)
		if l.at < min(l.spans[0].Until, v.within.Until) {
			return
		}
		l.spans = l.spans[1:]
	}
}

// advance goes to the next sample.
func (l *line) advance(v *Values) {
	l.at += v.fill
	if l.at >= min(l.spans[0].Until, v.within.Until) {
		l.spans = l.spans[1:]
		l.settle(v)
	}
}

var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// nameOf is a series' name and labels as text.
func nameOf(ls labels.Labels) string {
	var b strings.Builder
	b.WriteString(ls.Get(naming.LabelName))
	separator := "{"
	ls.Range(func(l labels.Label) {
		if l.Name != naming.LabelName {
			b.WriteString(separator + l.Name + `="` + escape.Replace(l.Value) + `"`)
			separator = ","
		}
	})
	if separator == "," {
		b.WriteByte('}')
	}
	return b.String()
}

// appendValue writes a value in OpenMetrics' way.
func appendValue(b []byte, value float64) []byte {
	switch {
	case math.IsInf(value, 1):
		return append(b, "+Inf"...)
	case math.IsInf(value, -1):
		return append(b, "-Inf"...)
	}
	return strconv.AppendFloat(b, value, 'g', -1, 64)
}

// appendSeconds writes a time in OpenMetrics' unit.
func appendSeconds(b []byte, at int64) []byte {
	seconds, rest := floor(at, 1000), at-1000*floor(at, 1000)
	if rest == 0 {
		return strconv.AppendInt(b, seconds, 10)
	}
	return strconv.AppendFloat(b, float64(at)/1000, 'f', 3, 64)
}
