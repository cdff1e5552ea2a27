package exporter

import (
	"context"
	"time"

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
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// assess compares the shown samples with the plan.
func (g *generation) assess() {
	at := g.clock.Now()
	targets := plan.Assess(g.region.Plan.Targets, g.region.KPIs, g.store.Samples(), at, g.region.Location)
	g.assessments.Store(&plan.Assessments{At: at, Targets: targets})
	g.store.ReplaceGauges(snapshot.NewGauges(snapshot.PlanGauges(targets, g.clock)))
}
