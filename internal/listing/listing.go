// Package listing prints samples for people and for programs.
package listing

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
)

// Formats are the formats of a listing.
func Formats() []format.Format {
	return []format.Format{format.Table, format.JSON, format.CSV, format.Prometheus}
}

// Write prints the samples of kpis, in their order, in one of Formats. The
// language is that of Prometheus' HELP.
func Write(w io.Writer, f format.Format, kpis []kpi.KPI, samples []kpi.Sample, l *language.Language) error {
	switch f {
	case format.Table:
		return writeTable(w, samples)
	case format.JSON:
		return format.WriteJSON(w, lines(samples))
	case format.CSV:
		return writeCSV(w, samples)
	case format.Prometheus:
		return snapshot.Encode(w, snapshot.Families(kpis, samples, l), snapshot.Text)
	}
	return fmt.Errorf("listing: no format %q", f)
}

// line is one series in Prometheus; a histogram has several.
type line struct {
	Metric string            `json:"metric"`
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
	AsOf   time.Time         `json:"as_of"`

	text string
}

func lines(samples []kpi.Sample) []line {
	all := make([]line, 0, len(samples))
	for _, s := range samples {
		if s.Withheld {
			continue
		}
		add := func(suffix string, value float64, more ...kpi.Label) {
			labels := kpi.NewLabels(append(more, s.Labels...)...)
			l := line{Metric: naming.KPI(s.KPI) + suffix, Labels: make(map[string]string, len(labels)), Value: value, AsOf: s.AsOf, text: labels.String()}
			for _, label := range labels {
				l.Labels[label.Name] = label.Value
			}
			all = append(all, l)
		}
		if s.Histogram == nil {
			add("", s.Value)
			continue
		}
		for i, bound := range s.Histogram.Bounds {
			add(naming.SuffixBucket, float64(s.Histogram.Counts[i]), kpi.Label{Name: naming.LabelBucket, Value: number(bound)})
		}
		add(naming.SuffixBucket, float64(s.Histogram.Count), kpi.Label{Name: naming.LabelBucket, Value: "+Inf"})
		add(naming.SuffixSum, s.Histogram.Sum)
		add(naming.SuffixCount, float64(s.Histogram.Count))
	}
	return all
}

func writeCSV(w io.Writer, samples []kpi.Sample) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"metric", "labels", "value", "as_of"}); err != nil {
		return err
	}
	for _, l := range lines(samples) {
		if err := out.Write([]string{l.Metric, l.text, number(l.Value), l.AsOf.Format(time.RFC3339)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func writeTable(w io.Writer, samples []kpi.Sample) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(out, "METRIC\tLABELS\tVALUE\tAS OF"); err != nil {
		return err
	}
	for _, l := range lines(samples) {
		labels := format.Cell(strings.ReplaceAll(l.text, `",`, `", `))
		if _, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", l.Metric, labels, number(l.Value), l.AsOf.Format(language.Layout)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
