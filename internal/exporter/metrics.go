package exporter

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promcollectors "github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// metrics are planwatch's metrics about itself. What is a state is read at
// the scrape; what is counted is counted here.
type metrics struct {
	exporter   *Exporter
	runs       *prometheus.CounterVec
	reloadGood prometheus.Gauge
	reloadTime prometheus.Gauge
}

// The results that a run is counted under.
const (
	resultSuccess     = "success"
	resultUnavailable = "unavailable"
	resultTimeout     = "timeout"
	resultError       = "error"
)

var (
	success        = collectorDesc("success", "Whether the collector's last run gave figures.")
	duration       = collectorDesc("duration_seconds", "How long the collector's last run took.")
	rows           = collectorDesc("rows", "Rows that the collector's last good run read.")
	series         = collectorDesc("series", "Samples of the collector that are shown.")
	withdrawn      = collectorDesc("withdrawn_series", "Samples of the collector that are older than its max_age and so not shown.")
	lastRun        = collectorDesc("last_run_timestamp_seconds", "When the collector last ran.")
	lastSuccess    = collectorDesc("last_success_timestamp_seconds", "When the collector last ran and gave figures.")
	nextRun        = collectorDesc("next_run_timestamp_seconds", "When the collector is due next.")
	dataTime       = collectorDesc("data_timestamp_seconds", "The moment that the newest shown figure speaks of.")
	oldestDataTime = collectorDesc("oldest_data_timestamp_seconds", "The moment that the oldest shown figure speaks of.")
	maxAge         = collectorDesc("max_age_seconds", "How old the collector's figures may grow before they are withdrawn.")

	sourceUp = prometheus.NewDesc(kpi.ExporterPrefix+"_source_up", "Whether the source answered when it was last asked.", []string{"source"}, nil)

	suppressedCells = prometheus.NewDesc(kpi.ExporterPrefix+"_suppressed_cells", "Cells of the KPI that are withheld because they speak of too few people.", []string{"collector", "kpi"}, nil)

	snapshotSaved  = prometheus.NewDesc(kpi.ExporterPrefix+"_snapshot_last_save_timestamp_seconds", "When the snapshot was last saved.", nil, nil)
	snapshotFailed = prometheus.NewDesc(kpi.ExporterPrefix+"_snapshot_save_failures_total", "How many times the snapshot could not be saved.", nil, nil)

	alertingUp = prometheus.NewDesc(kpi.ExporterPrefix+"_alerting_up", "Whether planwatch evaluates the alert rules, where it is to do so itself.", nil, nil)

	zoneOffset = prometheus.NewDesc(kpi.ExporterPrefix+"_time_zone_offset_seconds", "How far the configured time zone is ahead of UTC, at planwatch's present: what a rule adds to write a moment in local time.", nil, nil)

	clockOffset = prometheus.NewDesc(kpi.ExporterPrefix+"_clock_offset_seconds", "How far planwatch's clock is behind the wall's; 0 but where the configuration sets it.", nil, nil)
)

func collectorDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(kpi.ExporterPrefix+"_collector_"+name, help, []string{"collector"}, nil)
}

func newMetrics(e *Exporter) *metrics {
	m := &metrics{
		exporter: e,
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: kpi.ExporterPrefix, Subsystem: "collector", Name: "runs_total",
			Help: "Runs of the collector by result: success, unavailable (the source), timeout, or error.",
		}, []string{"collector", "result"}),
		reloadGood: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: kpi.ExporterPrefix, Subsystem: "config", Name: "last_reload_successful",
			Help: "Whether the last load of the configuration succeeded.",
		}),
		reloadTime: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: kpi.ExporterPrefix, Subsystem: "config", Name: "last_reload_success_timestamp_seconds",
			Help: "When a configuration was last loaded with success.",
		}),
	}
	e.registry.MustRegister(
		promcollectors.NewGoCollector(),
		promcollectors.NewProcessCollector(promcollectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector(kpi.ExporterPrefix),
		m.runs, m.reloadGood, m.reloadTime, m,
	)
	return m
}

// ran counts a run.
func (m *metrics) ran(collector string, err error) {
	result := resultSuccess
	switch {
	case errors.Is(err, warehouse.ErrUnavailable):
		result = resultUnavailable
	case errors.Is(err, warehouse.ErrTimeout):
		result = resultTimeout
	case err != nil:
		result = resultError
	}
	m.runs.WithLabelValues(collector, result).Inc()
}

// expect makes every result of the collector a series from the start, so
// that the first failure is a rise and not a beginning.
func (m *metrics) expect(collector string) {
	for _, result := range []string{resultSuccess, resultUnavailable, resultTimeout, resultError} {
		m.runs.WithLabelValues(collector, result)
	}
}

// forget drops the series of collectors that next is without.
func (m *metrics) forget(former, next *generation) {
	for _, gone := range former.collectors {
		if next.collector(gone.definition.Collector) == nil {
			m.runs.DeletePartialMatch(prometheus.Labels{"collector": gone.definition.Collector})
		}
	}
}

// reloaded notes how a load of the configuration went.
func (m *metrics) reloaded(good bool) {
	if !good {
		m.reloadGood.Set(0)
		return
	}
	m.reloadGood.Set(1)
	m.reloadTime.SetToCurrentTime()
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		success, duration, rows, series, withdrawn, lastRun, lastSuccess, nextRun, dataTime, oldestDataTime, maxAge,
		sourceUp, suppressedCells, snapshotSaved, snapshotFailed, clockOffset, zoneOffset, alertingUp,
	} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	e := m.exporter
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	current, shown := e.current.Load(), e.store.Current()
	for name, source := range current.sources {
		gauge(sourceUp, truth(source.Up()), name)
	}
	for _, c := range current.collectors {
		name, state := c.definition.Collector, c.state.Load()
		gauge(maxAge, time.Duration(c.definition.MaxAge).Seconds(), name)
		gauge(nextRun, e.wall(current.scheduler.Next(name)), name)
		if !state.LastRun.IsZero() {
			gauge(success, truth(state.Err == nil), name)
			gauge(duration, state.Duration.Seconds(), name)
			gauge(lastRun, e.wall(state.LastRun), name)
		}
		chunk := shown.Chunk(name)
		if chunk == nil {
			continue
		}
		gauge(lastSuccess, e.wall(chunk.At), name)
		gauge(rows, float64(chunk.Rows), name)
		gauge(series, float64(chunk.Series()), name)
		gauge(withdrawn, float64(chunk.Withdrawn), name)
		if len(chunk.Shown) > 0 {
			gauge(dataTime, e.wall(chunk.Newest()), name)
			gauge(oldestDataTime, e.wall(chunk.Oldest()), name)
		}
		for _, k := range chunk.KPIs {
			if k.MinCount > 0 {
				gauge(suppressedCells, float64(chunk.Withheld(k.Name)), name, k.Name)
			}
		}
	}
	saved, failures := e.store.Saved()
	if !saved.IsZero() {
		gauge(snapshotSaved, float64(saved.UnixMilli())/1000)
	}
	out <- prometheus.MustNewConstMetric(snapshotFailed, prometheus.CounterValue, float64(failures))
	if current.config.Alerting.Embedded {
		gauge(alertingUp, truth(current.alerting != nil))
	}
	gauge(clockOffset, e.clock.Offset().Seconds())
	_, offset := e.clock.Now().In(current.config.Location).Zone()
	gauge(zoneOffset, float64(offset))
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
