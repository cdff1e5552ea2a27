package exporter

import (
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
)

// Report is the newest assessment as people read it. It asks no source.
func (e *Exporter) Report() *report.Report {
	cfg, assessment := e.Config(), e.Assessment()
	var samples []kpi.Sample
	for _, chunk := range e.store.Current().Chunks() {
		samples = append(samples, chunk.Shown...)
	}
	return report.New(report.Input{
		Region: cfg.Region, Collectors: cfg.Collectors, Targets: assessment.Targets, Samples: samples,
		At: assessment.At, Location: cfg.Location,
	})
}

// Clock is planwatch's own.
func (e *Exporter) Clock() clock.Clock { return e.clock }
