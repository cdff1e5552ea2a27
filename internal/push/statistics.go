package push

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/internal/naming"
)

var (
	descSamples     = receiverDesc(naming.PushSamples, "Samples that the receiver has taken.")
	descDropped     = receiverDesc(naming.PushDropped, "Samples that did not reach the receiver: too many were waiting (full), they had waited too long (expired), or it will not have them (refused).", naming.LabelReason)
	descFailures    = receiverDesc(naming.PushFailures, "Requests to the receiver that failed, and were tried again.")
	descQueued      = receiverDesc(naming.PushQueued, "What waits for the receiver, in memory.")
	descLag         = receiverDesc(naming.PushLag, "For how long the oldest figures have been waiting for the receiver; 0 where none are.")
	descLastSuccess = receiverDesc(naming.PushLastSuccess, "When the receiver last took everything that it was sent.")
)

func receiverDesc(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, append([]string{naming.LabelReceiver}, more...), nil)
}

// Describe implements prometheus.Collector.
func (p *Pusher) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{descSamples, descDropped, descFailures, descQueued, descLag, descLastSuccess} {
		descs <- desc
	}
}

// Behind reports whether something has waited for a receiver for so long.
func (p *Pusher) Behind(d time.Duration) bool {
	for _, s := range *p.senders.Load() {
		if _, oldest := s.queue.state(); !oldest.IsZero() && time.Since(oldest) > d {
			return true
		}
	}
	return false
}

// Collect implements prometheus.Collector.
func (p *Pusher) Collect(out chan<- prometheus.Metric) {
	counter := func(desc *prometheus.Desc, value uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), labels...)
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for name, s := range *p.senders.Load() {
		counter(descSamples, s.sent.Load(), name)
		counter(descDropped, s.full.Load(), name, naming.DroppedFull)
		counter(descDropped, s.expired.Load(), name, naming.DroppedExpired)
		counter(descDropped, s.refused.Load(), name, naming.DroppedRefused)
		counter(descFailures, s.failures.Load(), name)
		bytes, oldest := s.queue.state()
		gauge(descQueued, float64(bytes), name)
		lag := time.Duration(0)
		if !oldest.IsZero() {
			lag = max(time.Since(oldest), 0)
		}
		gauge(descLag, lag.Seconds(), name)
		if last := s.lastSuccess.Load(); last != nil {
			gauge(descLastSuccess, float64(last.UnixMilli())/1000, name)
		}
	}
}
