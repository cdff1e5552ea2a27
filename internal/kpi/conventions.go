package kpi

import "regexp"

// The names that planwatch's metrics, labels and rules are made of stand
// here, so that exporter, rules and dashboards cannot drift apart.
const (
	// MetricPrefix stands before a KPI's name in Prometheus.
	MetricPrefix = "kpi_"
	// InfoMetric carries a KPI's title, unit and standard as labels.
	InfoMetric = MetricPrefix + "info"
	// ExporterPrefix begins every metric about planwatch itself.
	ExporterPrefix = "planwatch"
)

// Reserved label names belong to Prometheus, to its service discovery, or to
// the metrics that planwatch derives from a KPI.
var reservedLabels = map[string]string{
	"le": "Prometheus' histograms", "quantile": "Prometheus' summaries",
	"job": "Prometheus' scraping", "instance": "Prometheus' scraping",
	"alertname": "Prometheus' alerts", "alertstate": "Prometheus' alerts", "severity": "planwatch's alerts",
	"kpi": "planwatch's plan metrics", "target": "planwatch's plan metrics", "owner": "planwatch's plan metrics",
	"unit": "planwatch's plan metrics",
	"type": "no one, since it says nothing", "region": "external_labels in Prometheus",
	"service": "external_labels in Prometheus", "env": "external_labels in Prometheus",
}

var (
	namePattern  = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	labelPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// ValidName tells whether name can be a KPI's or a collector's: lower-case
// words joined by single underscores.
func ValidName(name string) bool { return namePattern.MatchString(name) }

// ValidLabel tells whether name can be a label's.
func ValidLabel(name string) bool { return labelPattern.MatchString(name) }

// LabelOwner says who a reserved label name belongs to, or "".
func LabelOwner(name string) string { return reservedLabels[name] }
