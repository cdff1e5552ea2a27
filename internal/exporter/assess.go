package exporter

import (
	"context"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/course"
	"planwatch/internal/naming"
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
	targets := g.courses.Load().Foresee(plan.Assess(g.region.Plan.Targets, g.region.KPIs, g.store.Samples(), g.store.Past(), at, g.region.Location), g.region.Location)
	g.assessments.Store(&plan.Assessments{At: at, Targets: targets})
	g.store.ReplaceGauges(snapshot.NewGauges(append(gauges(targets, g.clock), signals(g.courses.Load())...)))
}

// gauges returns the assessments as metrics, in order of family and target.
func gauges(targets []plan.Assessment, c clock.Clock) []snapshot.Gauge {
	byName := map[string][]plan.Metric{}
	total := 0
	for _, target := range targets {
		for _, metric := range target.Metrics() {
			byName[metric.Name] = append(byName[metric.Name], metric)
			total++
		}
	}
	gauges := make([]snapshot.Gauge, 0, total)
	for _, family := range plan.Families {
		for _, metric := range byName[family.Name] {
			value := metric.Value
			if family.Name == naming.PlanCoveredUntil {
				value = timestamp(c, time.Unix(int64(value), 0))
			}
			gauges = append(gauges, snapshot.Gauge{Name: family.Name, Help: family.Help, Labels: metric.Labels, Value: value})
		}
	}
	return gauges
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

// timestamp converts a moment of planwatch's clock to seconds since 1970 by the
// system's clock, since Prometheus compares it with that; 0 for the zero time.
func timestamp(c clock.Clock, t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(c.Wall(t).UnixMilli()) / 1000
}
