package exporter

import (
	"context"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// assessInterval is how often figures are held against the plan where they
// do not change: the value due by now moves with the clock.
const assessInterval = time.Minute

// Assessment is how the figures of one moment stand to the plan.
type Assessment struct {
	// At is that moment, by planwatch's clock.
	At time.Time
	// Targets are in order of the plan.
	Targets []plan.Assessment
}

// Assessment is the newest one. It is never nil.
func (e *Exporter) Assessment() *Assessment { return e.assessment.Load() }

// assess holds the figures against the plan of g, whenever they change and
// at least once a minute, until ctx ends.
func (e *Exporter) assess(ctx context.Context, g *generation) {
	tick := time.NewTicker(assessInterval)
	defer tick.Stop()
	for {
		e.assessNow(g)
		select {
		case <-e.store.Changed():
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (e *Exporter) assessNow(g *generation) {
	at := e.clock.Now()
	var samples []kpi.Sample
	for _, chunk := range e.store.Current().Chunks() {
		samples = append(samples, chunk.Shown...)
	}
	targets := plan.Assess(g.config.Plan.Targets, g.config.Catalogue(), samples, at, g.config.Location)
	e.assessment.Store(&Assessment{At: at, Targets: targets})
	e.store.Assess(snapshot.NewAssessed(e.gauges(targets)))
}

// gauges are the assessments as Prometheus gets them.
func (e *Exporter) gauges(targets []plan.Assessment) []snapshot.Gauge {
	var gauges []snapshot.Gauge
	for _, name := range plan.MetricNames() {
		for _, target := range targets {
			for _, metric := range target.Metrics() {
				if metric.Name != name {
					continue
				}
				value := metric.Value
				if name == plan.MetricCoveredUntil {
					value = e.wall(time.Unix(int64(value), 0))
				}
				gauges = append(gauges, snapshot.Gauge{Name: name, Help: plan.Help(name), Labels: metric.Labels, Value: value})
			}
		}
	}
	return gauges
}
