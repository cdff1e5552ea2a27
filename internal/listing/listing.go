// Package listing prints samples for people and for programs.
package listing

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/snapshot"
)

// Format is a way of printing samples.
type Format string

// The formats.
const (
	Table      Format = "table"
	JSON       Format = "json"
	CSV        Format = "csv"
	Prometheus Format = "prometheus"
)

// ParseFormat reads a format's name.
func ParseFormat(name string) (Format, error) {
	switch format := Format(name); format {
	case Table, JSON, CSV, Prometheus:
		return format, nil
	}
	return "", fmt.Errorf("format: %q is not table, json, csv or prometheus", name)
}

// Write prints the samples of kpis, in the order in which they come.
func Write(w io.Writer, format Format, kpis []kpi.KPI, samples []kpi.Sample) error {
	switch format {
	case Prometheus:
		return snapshot.Encode(w, snapshot.Families(kpis, samples), snapshot.Text)
	case JSON:
		return writeJSON(w, samples)
	case CSV:
		return writeCSV(w, samples)
	default:
		return writeTable(w, samples)
	}
}

// line is one series, as Prometheus has it: a histogram is several.
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
			l := line{Metric: kpi.MetricPrefix + s.KPI + suffix, Labels: make(map[string]string, len(labels)), Value: value, AsOf: s.AsOf, text: labels.String()}
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
			add("_bucket", float64(s.Histogram.Counts[i]), kpi.Label{Name: "le", Value: number(bound)})
		}
		add("_bucket", float64(s.Histogram.Count), kpi.Label{Name: "le", Value: "+Inf"})
		add("_sum", s.Histogram.Sum)
		add("_count", float64(s.Histogram.Count))
	}
	return all
}

func writeJSON(w io.Writer, samples []kpi.Sample) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(lines(samples))
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
		labels := strings.ReplaceAll(l.text, `",`, `", `)
		if _, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", l.Metric, labels, number(l.Value), l.AsOf.Format("2006-01-02 15:04")); err != nil {
			return err
		}
	}
	return out.Flush()
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
