// Package exporter runs planwatch: it runs the collectors of a region, keeps
// the snapshot, compares it with the plan, and reloads the configuration.
package exporter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/past"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/exposition"
	"planwatch/internal/history"
	"planwatch/internal/push"
	"planwatch/internal/snapshot"
	"planwatch/internal/storage"
	"planwatch/internal/subscription"
	"planwatch/plan"
)

// Exporter runs one configuration of a region at a time.
type Exporter struct {
	base
	// metrics answers scrapes.
	metrics http.Handler
	// registry holds the metrics about planwatch itself.
	registry *prometheus.Registry
	// directory is where planwatch keeps what outlasts a restart, and alerts the
	// part of embedded alerting.
	directory *storage.Directory
	alerts    *alertStorage
	// pusher sends what a scrape shows to receivers.
	pusher *push.Pusher
	// past keeps the alerts that have ended; it is nil if it cannot.
	past    atomic.Pointer[past.Log]
	current atomic.Pointer[generation]
	load    func() (*config.Region, error)
	reloads chan chan error
	// clockSet receives by how far the clock was set.
	clockSet chan time.Duration
	// ended is closed when Run returns.
	ended chan struct{}
}

// base holds what all configurations share.
type base struct {
	clock    clock.Clock
	store    *snapshot.Store
	counters *counters
	// own are the metrics about planwatch itself, as they are scraped.
	own    *exposition.Own
	logger *slog.Logger
	// history keeps the figures of past moments; nil if it cannot.
	history *history.Store
	// fetching is how long lies between two fetches of a calendar.
	fetching time.Duration
	// replicas is nil where planwatch is alone.
	replicas *replicas
}

// Options configure an Exporter.
type Options struct {
	// Load reads the configuration again, for a reload.
	Load   func() (*config.Region, error)
	Logger *slog.Logger
	// Fetching is how long lies between two fetches of a calendar; left out, it is
	// subscription.Interval.
	Fetching time.Duration
}

// New makes an Exporter for the region, and shows the saved samples. It fails
// if a CSV folder's schema or an alert rule is not valid, or another planwatch
// uses the storage. A source that is down is not an error, nor is a storage that
// cannot be written to.
func New(ctx context.Context, region *config.Region, o Options) (*Exporter, error) {
	e := &Exporter{
		registry: prometheus.NewRegistry(), load: o.Load, reloads: make(chan chan error), clockSet: make(chan time.Duration), ended: make(chan struct{}),
		directory: storage.NewDirectory(region.Storage.Path),
	}
	e.clock, e.logger, e.counters = region.NewClock(), o.Logger, newCounters()
	e.fetching = cmp.Or(o.Fetching, subscription.Interval)
	e.alerts = &alertStorage{parent: e.directory, path: filepath.Join(region.Storage.Path, "alerting"), logger: o.Logger}
	e.store = snapshot.NewStore(e.clock, snapshot.SaveDirectory{Path: filepath.Join(region.Storage.Path, "snapshot"), Hold: e.directory.Hold}, o.Logger)
	e.own = exposition.NewOwn(e, e.store, o.Logger)
	e.metrics = exposition.Handler(e.own)
	e.pusher = newPusher(region, e.metrics, o.Logger)
	register(e.registry, region, e.counters, e.pusher, stateCollector{current: e.current.Load, store: e.store, clock: e.clock, replicas: func() *replicas { return e.replicas }})
	if err := e.directory.Hold(); errors.Is(err, storage.ErrInUse) {
		return nil, err
	} else if err != nil {
		// Figures are served all the same.
		e.logger.Error("storage cannot be written to: a restart would begin without figures, no history is kept, and embedded alerting is off", "err", err)
	}
	var err error
	if e.replicas, err = e.newReplicas(ctx, region); err != nil {
		return nil, errors.Join(err, e.directory.Release())
	}
	first, err := e.prepare(ctx, region)
	if err != nil {
		e.alerts.close()
		return nil, errors.Join(err, e.replicas.close(), e.closePast(), e.closeHistory(), e.directory.Release())
	}
	e.activate(first)
	e.store.Restore(first.describe)
	first.assess()
	return e, nil
}

// prepare makes the generation of a configuration, which does not run yet.
func (e *Exporter) prepare(ctx context.Context, region *config.Region) (*generation, error) {
	e.openHistory(ctx)
	e.openPast()
	g, err := newGeneration(ctx, e.base, region, e.current.Load())
	if err != nil {
		return nil, err
	}
	err = e.prepareAlerting(ctx, g)
	if err == nil {
		g.silences, err = e.newSilences(g)
	}
	if err == nil {
		err = e.preparePush(g)
	}
	if err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

// activate makes g the running generation. Samples of a definition that it does
// not have are dropped.
func (e *Exporter) activate(g *generation) {
	e.store.Configure(snapshot.NewInfo(g.region.KPIs, g.region.Languages), g.describe)
	// So that the first scrape has the plan's metrics.
	g.assess()
	former := e.current.Swap(g)
	e.counters.configured(former.names(), g.names())
	e.pusher.Update(g.push)
	e.own.Changed()
}

// Run collects until ctx ends. It returns when every run has ended and the
// snapshot is saved.
func (e *Exporter) Run(ctx context.Context) {
	defer close(e.ended)
	var all sync.WaitGroup
	storeCtx, stopStore := context.WithCancel(context.WithoutCancel(ctx))
	all.Go(func() { e.store.Run(storeCtx) })
	all.Go(func() { e.own.Run(storeCtx) })
	all.Go(func() { e.pusher.Run(ctx) })
	all.Go(func() {
		clock.Watch(ctx, func(by time.Duration) {
			select {
			case e.clockSet <- by:
			case <-ctx.Done():
			}
		})
	})
	if e.replicas != nil {
		all.Go(func() { e.replicas.run(ctx) })
	}
	e.runGenerations(ctx)
	stopStore()
	all.Wait()
	e.alerts.close()
	if err := errors.Join(e.closePast(), e.closeHistory(), e.directory.Release()); err != nil {
		e.logger.Error("storage not released", "err", err)
	}
}

// runGenerations runs one generation after the other, each until a reload or
// until ctx ends. Alerting goes on meanwhile.
func (e *Exporter) runGenerations(ctx context.Context) {
	first := e.current.Load()
	first.alerting.start(ctx, first.sending)
	for {
		current := e.current.Load()
		running, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		all.Go(func() { current.run(running) })
		next, answer := e.awaitReload(ctx)
		stop()
		all.Wait()
		current.close()
		if next == nil {
			current.alerting.end()
			return
		}
		e.activate(next)
		e.replicas.reloaded()
		e.alertBy(ctx, next, current.alerting)
		if answer == nil { // the clock was set
			continue
		}
		e.logger.Info("configuration reloaded", "collectors", len(next.collectors))
		answer <- nil
	}
}

// alertBy has alerts evaluated as g says, where former did so until now.
func (e *Exporter) alertBy(ctx context.Context, g *generation, former *alerting) {
	if g.alerting != nil && g.alerting == former {
		former.update(ctx, g)
		return
	}
	former.end()
	g.alerting.start(ctx, g.sending)
}

// Registry returns the registry of the metrics about planwatch itself.
func (e *Exporter) Registry() *prometheus.Registry { return e.registry }

// Gather implements prometheus.Gatherer: the metrics about planwatch itself,
// and about embedded alerting where that is on. Of several replicas they are those of the
// one that leads.
func (e *Exporter) Gather() ([]*dto.MetricFamily, error) {
	if families, ok := e.replicas.ownMetrics(); ok {
		return families, nil
	}
	return e.gatherOwn()
}

// gatherOwn gathers the metrics about this process.
func (e *Exporter) gatherOwn() ([]*dto.MetricFamily, error) {
	gatherers := prometheus.Gatherers{e.registry}
	if a := e.current.Load().alerting; a != nil {
		gatherers = append(gatherers, a)
	}
	return gatherers.Gather()
}

// Metrics answers scrapes.
func (e *Exporter) Metrics() http.Handler { return e.metrics }

// Store returns the store of the samples.
func (e *Exporter) Store() *snapshot.Store { return e.store }

// Clock returns planwatch's clock.
func (e *Exporter) Clock() clock.Clock { return e.clock }

// Region returns the running region, as last loaded.
func (e *Exporter) Region() *config.Region { return e.current.Load().region }

// Assessments returns the newest assessments, never nil.
func (e *Exporter) Assessments() *plan.Assessments { return e.current.Load().assessments.Load() }

// Alerts returns the pending and firing alerts. Where another Prometheus
// evaluates the rules, they are those that its Alertmanager knows to fire.
func (e *Exporter) Alerts() evaluator.Overview {
	g := e.current.Load()
	if now := g.alerting.overview(); !now.Off || g.silences == nil {
		return now
	}
	return g.elsewhere()
}

// Ready returns nil once every collector has run, and before that an error with
// the name of one that has not.
func (e *Exporter) Ready() error {
	snapshot := e.store.Current()
	for _, c := range e.current.Load().collectors {
		if c.state.Load().LastRun.IsZero() && snapshot.Chunk(c.name()) == nil {
			return fmt.Errorf("collector %s has not run yet", c.name())
		}
	}
	return nil
}
