package exporter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/alerts/alertmanager"
	"planwatch/alerts/evaluator"
	"planwatch/alerts/silences"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/course"
	"planwatch/internal/history"
	"planwatch/internal/push"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
	"planwatch/internal/warehouse/settings"
	"planwatch/plan"
)

// pingInterval is the time between pings of a source, so that an outage shows
// before the next run.
const pingInterval = 15 * time.Second

// generation runs one configuration.
type generation struct {
	base
	region     *config.Region
	sources    config.Sources
	collectors []*collector
	scheduler  *collectors.Scheduler
	// alerting is nil where planwatch does not evaluate alerts. It outlives the
	// generation if the next one has it too. rules and sending are this one's.
	alerting *alerting
	rules    evaluator.Configuration
	sending  alertmanager.Configuration
	push     push.Configuration
	// duty is nil where planwatch does not evaluate alerts.
	duty *duty
	// silences is nil where planwatch knows no Alertmanager.
	silences    *silences.Silences
	assessments atomic.Pointer[plan.Assessments]
	// assessor has the region's targets, and assessed how they were last found.
	assessor *plan.Assessor
	assessed assessed
	// signals are the metrics of shownCourses, and events those of the region's events.
	signals, events *snapshot.GaugeBlock
	shownCourses    *course.Book
	// filler reads the past, and courses are made of it; both are nil where no
	// history is kept, and courses until it has been looked at.
	filler  *history.Filler
	courses atomic.Pointer[course.Book]
	earlier *earlierReports
	// engine is nil where the past is read from the warehouse alone.
	engine *engine
	// coursesMade receives when courses have changed, and anew when all is to be assessed
	// anew for another reason.
	coursesMade, anew chan struct{}
}

// newGeneration opens the region's sources. former is the running generation,
// or nil; a collector that both have keeps its state.
func newGeneration(ctx context.Context, b base, region *config.Region, former *generation) (*generation, error) {
	sources, err := region.OpenSources(ctx, b.logger)
	if err != nil {
		return nil, err
	}
	if former == nil {
		warnOfOpenSecrets(region, b.logger)
	}
	g := &generation{
		base: b, region: region, sources: sources, assessor: plan.NewAssessor(region.Plan.Targets, region.KPIs, region.Location),
		events:    snapshot.NewGaugeBlock(snapshot.EventGauges(region.Events, region.CollectorNames(), region.Languages, region.Location, b.clock), nil),
		scheduler: collectors.NewScheduler(b.clock, region.Retry, b.logger), coursesMade: make(chan struct{}, 1), anew: make(chan struct{}, 1), earlier: newEarlierReports(),
	}
	if g.engine, err = b.newEngine(region); err != nil {
		return nil, errors.Join(err, sources.Close())
	}
	for _, d := range region.Collectors {
		c := newCollector(b, region, d, sources[d.Source], former)
		g.collectors = append(g.collectors, c)
		g.scheduler.Add(c.name(), d.ParsedSchedule(), c.runInTurn)
	}
	if g.filler = g.newFiller(ctx); g.filler != nil {
		// What is kept is shown from the first moment.
		g.makeCourses(ctx)
	}
	return g, nil
}

// warnOfOpenSecrets logs the files with a secret that everyone can read.
func warnOfOpenSecrets(region *config.Region, logger *slog.Logger) {
	for _, name := range slices.Sorted(maps.Keys(region.Sources)) {
		for _, secret := range region.Sources[name].OpenSecrets() {
			logger.Warn("everyone can read a file with a secret", "source_name", name, "key", secret.Key,
				"file", settings.HideUser(secret.Path), "mode", fmt.Sprintf("%04o", secret.Mode))
		}
	}
	// prefix is what stands before each key.
	warn := func(prefix string, secrets []settings.OpenSecret) {
		for _, secret := range secrets {
			logger.Warn("everyone can read a file with a secret", "key", prefix+secret.Key,
				"file", settings.HideUser(secret.Path), "mode", fmt.Sprintf("%04o", secret.Mode))
		}
	}
	warn("alerting.alertmanager_client.", region.Alerting.AlertmanagerClient.OpenSecrets())
	warn("replicas.client.", region.Replicas.Client.OpenSecrets())
	warn("history.client.", region.History.Client.OpenSecrets())
	for _, name := range slices.Sorted(maps.Keys(region.Push.Receivers)) {
		warn("push.receivers."+name+".client.", region.Push.Receivers[name].Client.OpenSecrets())
	}
	if region.OnCall != nil {
		warn(region.OnCall.Name()+": ", region.OnCall.OpenSecrets())
	}
}

// run runs all collectors on their schedules, pings the sources and assesses
// the targets, until ctx ends.
func (g *generation) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, source := range g.sources {
		all.Go(func() { g.watch(ctx, source) })
	}
	all.Go(func() { g.scheduler.Run(ctx) })
	all.Go(func() { g.keepAssessing(ctx) })
	all.Go(func() { g.earlier.run(ctx, g.makeEarlier) })
	if g.silences != nil {
		all.Go(func() { g.silences.Run(ctx, silences.Interval) })
	}
	if g.duty != nil {
		all.Go(func() { g.keepDuty(ctx) })
	}
	if g.filler != nil {
		all.Go(func() { g.filler.Run(ctx) })
		all.Go(func() { g.keepCourses(ctx) })
	}
	all.Wait()
}

// watch pings a source regularly until ctx ends.
func (b base) watch(ctx context.Context, source *warehouse.Source) {
	tick := time.NewTicker(pingInterval)
	defer tick.Stop()
	for {
		before := source.Up()
		if b.replicas.shows() {
			// The source keeps and logs the result itself.
			_ = source.Ping(ctx)
		}
		if source.Up() != before {
			b.own.Changed()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (g *generation) close() {
	if err := g.sources.Close(); err != nil {
		g.logger.Warn("source not closed", "err", err)
	}
}

// names returns the names of the collectors; a nil generation has none.
func (g *generation) names() []string {
	if g == nil {
		return nil
	}
	names := make([]string, len(g.collectors))
	for i, c := range g.collectors {
		names[i] = c.name()
	}
	return names
}

// withFingerprint returns the collector with that fingerprint, or nil. A nil
// generation has none.
func (g *generation) withFingerprint(fingerprint string) *collector {
	if g == nil {
		return nil
	}
	for _, c := range g.collectors {
		if c.fingerprint == fingerprint {
			return c
		}
	}
	return nil
}

// describe implements snapshot.Describe for the collectors of this generation.
func (g *generation) describe(r snapshot.Record) (snapshot.Description, bool) {
	c := g.withFingerprint(r.Fingerprint)
	if c == nil || c.name() != r.Collector {
		return snapshot.Description{}, false
	}
	return c.description, true
}
