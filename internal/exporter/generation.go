package exporter

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
)

// pingInterval is how often a source is asked whether it is there, so that
// its loss shows before the next collector needs it.
const pingInterval = 15 * time.Second

// generation is what one configuration needs while it runs.
type generation struct {
	config     *config.Config
	sources    map[string]*warehouse.Source
	collectors []*collector
	scheduler  *collectors.Scheduler
	alerting   *alerting
}

// collector is a definition at work.
type collector struct {
	exporter   *Exporter
	definition *collectors.Definition
	source     *warehouse.Source
	// fingerprint changes with all that decides what the figures are: the
	// definition, its query, and the source that it reads.
	fingerprint string
	state       atomic.Pointer[State]
}

// State is how a collector's runs have gone. Times are planwatch's own.
type State struct {
	// LastRun is when the newest run began; zero if there was none.
	LastRun time.Time
	// Duration is how long the newest run took.
	Duration time.Duration
	// Err is why the newest run failed, or nil.
	Err error
}

func (e *Exporter) prepare(ctx context.Context, cfg *config.Config) (*generation, error) {
	g := &generation{config: cfg, sources: map[string]*warehouse.Source{}}
	g.scheduler = collectors.NewScheduler(e.clock, cfg.Retry, e.logger)
	for _, name := range slices.Sorted(maps.Keys(cfg.Sources)) {
		options, err := cfg.SourceOptions(name)
		if err == nil {
			options.Logger = e.logger
			g.sources[name], err = warehouse.Open(ctx, cfg.Sources[name], options)
		}
		if err != nil {
			delete(g.sources, name)
			g.close(e.logger)
			return nil, err
		}
	}
	for _, definition := range cfg.Collectors {
		c := &collector{exporter: e, definition: definition, source: g.sources[definition.Source], fingerprint: cfg.Fingerprint(definition)}
		c.state.Store(e.formerState(c.fingerprint))
		g.collectors = append(g.collectors, c)
		g.scheduler.Add(definition.Collector, definition.Due(), c.run)
	}
	var err error
	if g.alerting, err = e.prepareAlerting(cfg); err != nil {
		g.close(e.logger)
		return nil, err
	}
	return g, nil
}

// formerState is the state of the same collector in the configuration that
// runs until now.
func (e *Exporter) formerState(fingerprint string) *State {
	if former := e.current.Load(); former != nil {
		for _, c := range former.collectors {
			if c.fingerprint == fingerprint {
				return c.state.Load()
			}
		}
	}
	return &State{}
}

// collector is the one of that name, or nil.
func (g *generation) collector(name string) *collector {
	for _, c := range g.collectors {
		if c.definition.Collector == name {
			return c
		}
	}
	return nil
}

func (g *generation) close(logger *slog.Logger) {
	for name, source := range g.sources {
		if err := source.Close(); err != nil {
			logger.Warn("source not closed", "source_name", name, "err", err)
		}
	}
}

// run runs all collectors on their schedules and watches the sources.
func (g *generation) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, source := range g.sources {
		all.Go(func() { watch(ctx, source) })
	}
	all.Go(func() { g.scheduler.Run(ctx) })
	all.Wait()
}

func watch(ctx context.Context, source *warehouse.Source) {
	tick := time.NewTicker(pingInterval)
	defer tick.Stop()
	for {
		// The source itself keeps and logs what a ping finds.
		_ = source.Ping(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (g *generation) catalogue() *snapshot.Catalogue {
	var entries []snapshot.Entry
	for _, c := range g.collectors {
		for _, k := range c.definition.KPIs {
			entries = append(entries, snapshot.Entry{KPI: k, Collector: c.definition.Collector})
		}
	}
	return snapshot.NewCatalogue(entries)
}

// keep tells whether figures follow a definition of this generation, and
// gives them what is not saved with them.
func (g *generation) keep(figures *snapshot.Figures) bool {
	for _, c := range g.collectors {
		if c.definition.Collector == figures.Collector && c.fingerprint == figures.Fingerprint {
			figures.KPIs, figures.MaxAge = c.definition.KPIs, time.Duration(c.definition.MaxAge)
			return true
		}
	}
	return false
}

// run runs the collector once and shows what it gave.
func (c *collector) run(ctx context.Context) error {
	began, asOf := time.Now(), c.exporter.clock.Now()
	run, err := c.definition.Collect(ctx, c.source, asOf)
	if err != nil && ctx.Err() != nil {
		return err // stopped, which is no failure
	}
	former := c.state.Load()
	state := &State{LastRun: asOf, Duration: time.Since(began), Err: err}
	if err == nil {
		c.exporter.store.Replace(snapshot.Figures{
			Collector: c.definition.Collector, Fingerprint: c.fingerprint,
			KPIs: c.definition.KPIs, MaxAge: time.Duration(c.definition.MaxAge),
			At: asOf, Rows: run.Rows, Samples: run.Samples,
		})
	}
	c.state.Store(state)
	c.exporter.metrics.ran(c.definition.Collector, err)
	c.log(former, state)
	return err
}

// log says when a collector begins to fail, and when it is well again. That
// a source is down is the source's to say, once.
func (c *collector) log(former, state *State) {
	logger := c.exporter.logger.With("collector", c.definition.Collector)
	switch {
	case state.Err == nil && former.Err != nil:
		logger.Info("collector recovered", "duration", state.Duration)
	case state.Err == nil:
		logger.Debug("collected", "duration", state.Duration)
	case errors.Is(state.Err, warehouse.ErrUnavailable), former.Err != nil && former.Err.Error() == state.Err.Error():
		logger.Debug("run failed; trying again", "err", state.Err)
	default:
		logger.Warn("run failed; the last good figures stay until max_age", "err", state.Err, "max_age", c.definition.MaxAge)
	}
}
