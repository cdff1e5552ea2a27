package exporter

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promcollectors "github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"

	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/history"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
)

// register registers the metrics about planwatch itself. Those of the process are not among
// the metrics of one of several regions.
func register(registry *prometheus.Registry, region *config.Region, own ...prometheus.Collector) {
	registry.MustRegister(versioncollector.NewCollector(naming.Planwatch))
	if !region.Beside {
		registry.MustRegister(promcollectors.NewGoCollector(), promcollectors.NewProcessCollector(promcollectors.ProcessCollectorOpts{}))
	}
	registry.MustRegister(own...)
}

// stateCollector gives the metrics about planwatch's state, read at a scrape.
// It implements prometheus.Collector.
type stateCollector struct {
	// current returns the running generation. It is called only at a scrape.
	current func() *generation
	store   *snapshot.Store
	clock   clock.Clock
	// replicas returns nil where planwatch is alone.
	replicas func() *replicas
}

var (
	descSuccess     = collectorDesc(naming.CollectorSuccess, "Whether the collector's last run succeeded.")
	descDuration    = collectorDesc(naming.CollectorDuration, "How long the collector's last run took.")
	descRows        = collectorDesc(naming.CollectorRows, "Rows that the collector's last successful run read.")
	descSeries      = collectorDesc(naming.CollectorSeries, "Samples of the collector that are shown.")
	descWithdrawn   = collectorDesc(naming.CollectorWithdrawn, "Samples of the collector that are not shown, since they are older than its max_age.")
	descLastRun     = collectorDesc(naming.CollectorLastRun, "When the collector last ran.")
	descLastSuccess = collectorDesc(naming.CollectorLastSuccess, "When the collector last ran with success.")
	descNextRun     = collectorDesc(naming.CollectorNextRun, "When the collector runs next.")
	descDataTime    = collectorDesc(naming.CollectorDataTime, "The moment of the row behind the newest shown sample of the collector, also where that row's figure is held back.")
	descOldestData  = collectorDesc(naming.CollectorOldestData, "The moment of the row behind the oldest shown sample of the collector, also where that row's figure is held back.")
	descMaxAge      = collectorDesc(naming.CollectorMaxAge, "How old the collector's samples may be before they are withdrawn.")

	descSuppressed = prometheus.NewDesc(naming.SuppressedCells, "Cells of the KPI that are withheld because they are about too few people.", []string{naming.LabelCollector, naming.LabelKPI}, nil)
	descSourceUp   = prometheus.NewDesc(naming.SourceUp, "Whether the source answered the last ping or query.", []string{naming.LabelSource}, nil)

	descLastSave      = prometheus.NewDesc(naming.SnapshotLastSave, "When the snapshot was last saved.", nil, nil)
	descSaveFailures  = prometheus.NewDesc(naming.SnapshotSaveFailures, "How many times the snapshot could not be saved.", nil, nil)
	descHistoryUp     = prometheus.NewDesc(naming.HistoryUp, "Whether the figures of past moments can be kept.", nil, nil)
	descWanted        = prometheus.NewDesc(naming.HistoryWanted, "Moments of all collectors that belong to the history.", nil, nil)
	descKept          = prometheus.NewDesc(naming.HistoryKept, "Those moments of the history that have been read and are kept.", nil, nil)
	descFailed        = prometheus.NewDesc(naming.HistoryFailed, "Those moments of the history that could not be read when last tried.", nil, nil)
	descRevisions     = prometheus.NewDesc(naming.HistoryRevisions, "Kept figures that the warehouse was seen to have changed.", nil, nil)
	descAlertingUp    = prometheus.NewDesc(naming.AlertingUp, "Whether planwatch has evaluated all alert rules when they were due last; only where the configuration has it do so.", nil, nil)
	descUndelivered   = prometheus.NewDesc(naming.Undelivered, "Recipients of messages that the last one did not reach; only where planwatch itself sends.", nil, nil)
	descLeads         = prometheus.NewDesc(naming.ReplicaLeads, "Whether this planwatch is the one that collects and sends; only where there are replicas.", nil, nil)
	descReplicaUp     = prometheus.NewDesc(naming.ReplicaUp, "Whether the other replica is reached, by its address.", []string{naming.LabelPeer}, nil)
	descReplicaFaults = prometheus.NewDesc(naming.ReplicaFaults, "What the other replica says it cannot do: evaluate alerts, reload, save, or push.", []string{naming.LabelPeer}, nil)
	descZoneOffset    = prometheus.NewDesc(naming.TimeZoneOffset, "How far the configured time zone is ahead of UTC now, by planwatch's clock. Rules add it to write a moment in local time.", nil, nil)
	descClockOffset   = prometheus.NewDesc(naming.ClockOffset, "How far planwatch's clock is behind the system's; 0 unless the configuration sets it.", nil, nil)
)

func collectorDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, []string{naming.LabelCollector}, nil)
}

// Describe implements prometheus.Collector.
func (stateCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		descSuccess, descDuration, descRows, descSeries, descWithdrawn, descLastRun, descLastSuccess, descNextRun, descDataTime, descOldestData, descMaxAge,
		descSuppressed, descSourceUp, descLastSave, descSaveFailures, descHistoryUp, descWanted, descKept, descFailed, descRevisions, descAlertingUp, descUndelivered, descLeads, descReplicaUp, descReplicaFaults, descZoneOffset, descClockOffset,
	} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (s stateCollector) Collect(out chan<- prometheus.Metric) {
	current, shown := s.current(), s.store.Current()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for name, source := range current.sources {
		gauge(descSourceUp, boolean(source.Up()), name)
	}
	for _, c := range current.collectors {
		s.collectRuns(gauge, c, current.scheduler.Next(c.name()))
		if chunk := shown.Chunk(c.name()); chunk != nil {
			s.collectChunk(gauge, chunk)
		}
	}
	saved, failures := s.store.Saved()
	if !saved.IsZero() {
		gauge(descLastSave, float64(saved.UnixMilli())/1000)
	}
	out <- prometheus.MustNewConstMetric(descSaveFailures, prometheus.CounterValue, float64(failures))
	s.collectHistory(out, current.filler)
	if current.region.Alerting.Embedded {
		gauge(descAlertingUp, boolean(current.alerting.overview().Up()))
	}
	if current.alerting.sends() {
		gauge(descUndelivered, float64(len(current.alerting.alertmanager.Undelivered())))
	}
	if r := s.replicas(); r != nil {
		gauge(descLeads, boolean(r.Heads()))
		for _, peer := range r.Peers() {
			gauge(descReplicaUp, boolean(peer.Up), peer.Address)
			gauge(descReplicaFaults, float64(len(peer.Faults)), peer.Address)
		}
	}
	gauge(descClockOffset, s.clock.Offset().Seconds())
	_, offset := s.clock.Now().In(current.region.Location).Zone()
	gauge(descZoneOffset, float64(offset))
}

// collectHistory sends the metrics about the reading of the past; f may be nil.
func (s stateCollector) collectHistory(out chan<- prometheus.Metric, f *history.Filler) {
	gauge := func(desc *prometheus.Desc, value float64) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
	if f == nil {
		gauge(descHistoryUp, 0)
		return
	}
	p := f.Progress()
	gauge(descHistoryUp, boolean(p.Err == nil))
	gauge(descWanted, float64(p.Wanted))
	gauge(descKept, float64(p.Kept))
	gauge(descFailed, float64(p.Failed))
	out <- prometheus.MustNewConstMetric(descRevisions, prometheus.CounterValue, float64(p.Revised))
}

// gaugeFunc sends one sample of a gauge.
type gaugeFunc func(desc *prometheus.Desc, value float64, labels ...string)

// collectRuns sends the metrics about a collector's runs.
func (s stateCollector) collectRuns(gauge gaugeFunc, c *collector, next time.Time) {
	name, state := c.name(), c.state.Load()
	gauge(descMaxAge, time.Duration(c.definition.MaxAge).Seconds(), name)
	gauge(descNextRun, s.clock.Timestamp(next), name)
	if !state.LastRun.IsZero() {
		gauge(descSuccess, boolean(state.Err == nil), name)
		gauge(descDuration, state.Duration.Seconds(), name)
		gauge(descLastRun, s.clock.Timestamp(state.LastRun), name)
	}
}

// collectChunk sends the metrics about a collector's samples.
func (s stateCollector) collectChunk(gauge gaugeFunc, chunk *snapshot.Chunk) {
	name := chunk.Collector
	gauge(descLastSuccess, s.clock.Timestamp(chunk.At), name)
	gauge(descRows, float64(chunk.Rows), name)
	gauge(descSeries, float64(chunk.Series()), name)
	gauge(descWithdrawn, float64(chunk.Withdrawn), name)
	if len(chunk.Shown) > 0 {
		gauge(descDataTime, s.clock.Timestamp(chunk.Newest()), name)
		gauge(descOldestData, s.clock.Timestamp(chunk.Oldest()), name)
	}
	for _, k := range chunk.KPIs {
		if k.Guarded {
			gauge(descSuppressed, float64(chunk.Withheld(k.Name)), name, k.Name)
		}
	}
}

// boolean returns 1 for true and 0 for false.
func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
