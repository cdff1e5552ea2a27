package exporter

import (
	"context"
	"slices"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// assessInterval is the time between assessments while samples do not change,
// since the expected value changes with time.
const assessInterval = time.Minute

// keepAssessing assesses the targets whenever samples change, those that look at them,
// and all at least once a minute and when courses have been made, until ctx ends.
func (g *generation) keepAssessing(ctx context.Context) {
	tick := time.NewTicker(assessInterval)
	defer tick.Stop()
	g.assess()
	for {
		select {
		case <-g.store.Changed():
			g.assessChanged()
		case <-g.coursesMade:
			g.assess()
		case <-tick.C:
			g.assess()
		case <-ctx.Done():
			return
		}
	}
}

// assess compares the shown samples with the plan.
func (g *generation) assess() {
	g.assessed = assessed{}
	g.assessChanged()
}

// assessChanged is assess for the targets that look at samples that have changed since the
// last time; what it does not look at stays as it was, for no longer than a minute. One
// goroutine at a time may call it.
func (g *generation) assessChanged() {
	at, now := g.clock.Now(), g.store.Current()
	g.assessed = g.assessed.next(g.assessor, now, g.foresight(), at, g.region.Location)
	targets := g.assessed.targets
	g.assessments.Store(&plan.Assessments{At: at, Targets: targets})
	gauges := append(snapshot.PlanGaugesOf(targets, g.assessed.metrics, g.clock), signals(g.courses.Load())...)
	g.store.ReplaceGauges(append(gauges, g.events()...))
	// What collectors have now is told by metrics about them.
	g.own.Changed()
}

// assessed is the targets as they were last assessed, and from what. The zero value is of
// targets that have not been.
type assessed struct {
	targets []plan.Assessment
	// metrics are the targets'; the ranks in them may be of before.
	metrics   [][]plan.Metric
	chunks    []*snapshot.Chunk
	foresight foresight
}

// next is the targets assessed at a moment, those anew that look at what has changed.
func (a assessed) next(assessor *plan.Assessor, now *snapshot.Snapshot, f foresight, at time.Time, location *time.Location) assessed {
	next := assessed{chunks: now.Chunks(), foresight: f}
	samples, past := now.Figures(), now.Past(at)
	if a.targets == nil || f != a.foresight {
		next.targets = assessor.Assess(samples, past, at)
		next.metrics = make([][]plan.Metric, len(next.targets))
		for i := range next.targets {
			f.foresee(&next.targets[i], location)
			next.metrics[i] = next.targets[i].Metrics()
		}
		return next
	}
	changed := now.ChangedKPIs(a.chunks)
	var anew []int
	next.targets, anew = assessor.Reassess(a.targets, samples, past, at, func(kpiName string) bool { return changed[kpiName] })
	next.metrics = slices.Clone(a.metrics)
	for _, i := range anew {
		f.foresee(&next.targets[i], location)
		next.metrics[i] = next.targets[i].Metrics()
	}
	return next
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
