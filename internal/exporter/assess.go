package exporter

import (
	"context"
	"slices"
	"time"

	"planwatch/internal/clock"
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
		case <-g.anew:
			g.assess()
		case <-tick.C:
			g.assess()
		case <-ctx.Done():
			return
		}
	}
}

// assessAnew has all assessed soon.
func (g *generation) assessAnew() {
	select {
	case g.anew <- struct{}{}:
	default:
	}
}

// assess compares the shown samples with the plan.
func (g *generation) assess() {
	g.assessed.targets = nil
	g.assessChanged()
}

// assessChanged is assess for the targets that look at samples that have changed since the
// last time; what it does not look at stays as it was, for no longer than a minute. One
// goroutine at a time may call it.
func (g *generation) assessChanged() {
	at, now := g.clock.Now(), g.store.Current()
	g.assessed = g.assessed.next(g.assessor, now, g.foresight(), at, g.region.Location, g.clock)
	g.assessments.Store(&plan.Assessments{At: at, Targets: g.assessed.targets})
	if book := g.courses.Load(); book != g.shownCourses || g.signals == nil {
		g.shownCourses, g.signals = book, snapshot.NewGaugeBlock(signals(book), g.signals)
	}
	if !g.replicas.shows() {
		return // the metrics are those of the one that leads
	}
	g.store.ReplaceGauges(snapshot.NewGauges(append(slices.Clone(g.assessed.blocks), g.signals, g.events)...))
	// What collectors have now is told by metrics about them.
	g.own.Changed()
}

// assessed is the targets as they were last assessed, and from what. The zero value is of
// targets that have not been.
type assessed struct {
	targets []plan.Assessment
	// blocks are the targets' metrics. The ranks in those that nothing else changed in are
	// of before, since a single change moves them all.
	blocks    []*snapshot.GaugeBlock
	chunks    []*snapshot.Chunk
	foresight foresight
}

// blockSize is how many targets have their metrics in one block.
const blockSize = 256

// next is the targets assessed at a moment, those anew that look at what has changed; all
// where a has no targets.
func (a assessed) next(assessor *plan.Assessor, now *snapshot.Snapshot, f foresight, at time.Time, location *time.Location, c clock.Clock) assessed {
	next := assessed{chunks: now.Chunks(), foresight: f}
	samples, past := now.Figures(), now.Past(at)
	if a.targets == nil || f != a.foresight {
		next.targets = assessor.Assess(samples, past, at)
		for i := range next.targets {
			f.foresee(&next.targets[i], location)
		}
		next.blocks = make([]*snapshot.GaugeBlock, (len(next.targets)+blockSize-1)/blockSize)
		copy(next.blocks, a.blocks)
		for block := range next.blocks {
			next.show(block, c)
		}
		return next
	}
	changed := now.ChangedKPIs(a.chunks)
	var anew []int
	next.targets, anew = assessor.Reassess(a.targets, samples, past, at, func(kpiName string) bool { return changed[kpiName] })
	next.blocks = slices.Clone(a.blocks)
	for n, i := range anew {
		f.foresee(&next.targets[i], location)
		if n == len(anew)-1 || anew[n+1]/blockSize != i/blockSize {
			next.show(i/blockSize, c)
		}
	}
	return next
}

// show makes a block of the targets' metrics.
func (a assessed) show(block int, c clock.Clock) {
	begin := block * blockSize
	targets := a.targets[begin:min(begin+blockSize, len(a.targets))]
	a.blocks[block] = snapshot.NewGaugeBlock(snapshot.PlanGauges(targets, c), a.blocks[block])
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
