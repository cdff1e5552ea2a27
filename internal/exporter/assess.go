package exporter

import (
	"context"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// assessInterval is the time between assessments while samples do not change,
// since the expected value changes with time.
const assessInterval = time.Minute

// keepAssessing assesses the targets whenever samples change and at least once
// a minute, until ctx ends.
func (g *generation) keepAssessing(ctx context.Context) {
	tick := time.NewTicker(assessInterval)
	defer tick.Stop()
	for {
		g.assess()
		select {
		case <-g.store.Changed():
		case <-g.coursesMade:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// assess compares the shown samples with the plan.
func (g *generation) assess() {
	at := g.clock.Now()
	targets := g.foresee(plan.Assess(g.region.Plan.Targets, g.region.KPIs, g.store.Samples(), g.store.Past(), at, g.region.Location))
	g.assessments.Store(&plan.Assessments{At: at, Targets: targets})
	gauges := append(snapshot.PlanGauges(targets, g.clock), signals(g.courses.Load())...)
	g.store.ReplaceGauges(append(gauges, g.events()...))
	// What collectors have now is told by metrics about them.
	g.own.Changed()
}

// events returns the region's events as metrics.
func (g *generation) events() []snapshot.Gauge {
	return snapshot.EventGauges(g.region.Events, g.region.CollectorNames(), g.region.Languages, g.region.Location, g.clock)
}

// signals returns the process charts as metrics, in order of family and figure.
func signals(book *course.Book) []snapshot.Gauge {
	byName := map[string][]plan.Metric{}
	for _, metric := range book.Metrics() {
		byName[metric.Name] = append(byName[metric.Name], metric)
	}
	var gauges []snapshot.Gauge
	for _, family := range course.Families {
		for _, metric := range byName[family.Name] {
			gauges = append(gauges, snapshot.Gauge{Name: family.Name, Help: family.Help, Labels: metric.Labels, Value: metric.Value})
		}
	}
	return gauges
}
