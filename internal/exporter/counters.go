package exporter

import (
	"errors"
	"slices"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/internal/naming"
	"planwatch/internal/warehouse"
)

// counters are the metrics about planwatch that count events. It implements
// prometheus.Collector.
type counters struct {
	runs          *prometheus.CounterVec
	reloadSuccess prometheus.Gauge
	reloadTime    prometheus.Gauge
	// reloadFails is whether the last load failed.
	reloadFails atomic.Bool
}

func newCounters() *counters {
	return &counters{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: naming.CollectorRuns,
			Help: "Runs of the collector by result: success, unavailable (the source), timeout, or error.",
		}, []string{naming.LabelCollector, naming.LabelResult}),
		reloadSuccess: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: naming.ConfigReloadSuccess,
			Help: "Whether the last load of the configuration succeeded.",
		}),
		reloadTime: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: naming.ConfigReloadTimestamp,
			Help: "When a configuration was last loaded with success.",
		}),
	}
}

// ran counts a run.
func (c *counters) ran(collector string, err error) {
	result := naming.ResultSuccess
	switch {
	case errors.Is(err, warehouse.ErrUnavailable):
		result = naming.ResultUnavailable
	case errors.Is(err, warehouse.ErrTimeout):
		result = naming.ResultTimeout
	case err != nil:
		result = naming.ResultError
	}
	c.runs.WithLabelValues(collector, result).Inc()
}

// configured records that a configuration is active. Series of collectors that
// it no longer has are dropped. Series of its collectors begin at 0, so that
// the first failure is an increase.
func (c *counters) configured(former, collectors []string) {
	for _, name := range former {
		if !slices.Contains(collectors, name) {
			c.runs.DeletePartialMatch(prometheus.Labels{naming.LabelCollector: name})
		}
	}
	for _, name := range collectors {
		for _, result := range []string{naming.ResultSuccess, naming.ResultUnavailable, naming.ResultTimeout, naming.ResultError} {
			c.runs.WithLabelValues(name, result)
		}
	}
	c.reloadSuccess.Set(1)
	c.reloadFails.Store(false)
	c.reloadTime.SetToCurrentTime()
}

// reloadFailed records that a configuration could not be loaded.
func (c *counters) reloadFailed() {
	c.reloadSuccess.Set(0)
	c.reloadFails.Store(true)
}

// Describe implements prometheus.Collector.
func (c *counters) Describe(descs chan<- *prometheus.Desc) {
	c.runs.Describe(descs)
	c.reloadSuccess.Describe(descs)
	c.reloadTime.Describe(descs)
}

// Collect implements prometheus.Collector.
func (c *counters) Collect(out chan<- prometheus.Metric) {
	c.runs.Collect(out)
	c.reloadSuccess.Collect(out)
	c.reloadTime.Collect(out)
}
