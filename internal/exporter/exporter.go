// Package exporter is planwatch at work: it runs the collectors of a
// configuration against its sources, keeps the snapshot, and takes a new
// configuration over while it runs.
package exporter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/snapshot"
)

// Exporter runs one configuration at a time.
type Exporter struct {
	options    Options
	logger     *slog.Logger
	clock      clock.Clock
	registry   *prometheus.Registry
	metrics    *metrics
	store      *snapshot.Store
	current    atomic.Pointer[generation]
	assessment atomic.Pointer[Assessment]
	reloads    chan chan error
	// ended is closed when Run returns.
	ended chan struct{}
	// alertStorage outlasts configurations; nil until one has alerts.
	alertStorage *evaluator.Storage
}

// Options are what an Exporter needs.
type Options struct {
	// Load reads the configuration, at start and for every reload.
	Load func() (*config.Config, error)
	// Metrics answers the scrapes of embedded alerting.
	Metrics Handler
	Logger  *slog.Logger
}

// New makes an Exporter, and shows the figures that were saved. Errors are
// those of Load, of a CSV folder that does not fit, and of alert rules; a
// database that is down is none.
func New(ctx context.Context, o Options) (*Exporter, error) {
	cfg, err := o.Load()
	if err != nil {
		return nil, err
	}
	logger := o.Logger
	e := &Exporter{options: o, logger: logger, clock: cfg.NewClock(), registry: prometheus.NewRegistry(), reloads: make(chan chan error), ended: make(chan struct{})}
	e.store = snapshot.NewStore(e.clock, snapshot.File{Path: filepath.Join(cfg.Storage.Path, "snapshot")}, logger)
	e.metrics = newMetrics(e)
	first, err := e.prepare(ctx, cfg)
	if err != nil {
		return nil, err
	}
	e.activate(first)
	e.store.Restore(first.keep)
	e.assessNow(first)
	return e, nil
}

// activate makes g the running generation. Figures that follow none of its
// definitions are dropped.
func (e *Exporter) activate(g *generation) {
	e.store.Configure(g.catalogue(), g.keep)
	if former := e.current.Swap(g); former != nil {
		e.metrics.forget(former, g)
	}
	// At once, so that no scrape finds the plan's figures gone.
	e.assessNow(g)
	for _, c := range g.collectors {
		e.metrics.expect(c.definition.Collector)
	}
	e.metrics.reloaded(true)
}

// Registry holds the metrics about planwatch itself, for others to add to.
func (e *Exporter) Registry() *prometheus.Registry { return e.registry }

// Store holds the figures.
func (e *Exporter) Store() *snapshot.Store { return e.store }

// Config is the configuration that is running.
func (e *Exporter) Config() *config.Config { return e.current.Load().config }

// Ready is nil once every collector has been run, and else says which has not.
func (e *Exporter) Ready() error {
	for _, c := range e.current.Load().collectors {
		if c.state.Load().LastRun.IsZero() && e.store.Current().Chunk(c.definition.Collector) == nil {
			return fmt.Errorf("collector %s has not run yet", c.definition.Collector)
		}
	}
	return nil
}

// Run collects until ctx ends. It returns when every run has ended and the
// snapshot is saved.
func (e *Exporter) Run(ctx context.Context) {
	defer close(e.ended)
	var all sync.WaitGroup
	storeCtx, stopStore := context.WithCancel(context.WithoutCancel(ctx))
	all.Go(func() { e.store.Run(storeCtx) })
	for {
		running, stop := context.WithCancel(ctx)
		var generation sync.WaitGroup
		current := e.current.Load()
		generation.Go(func() { current.run(running) })
		generation.Go(func() { e.assess(running, current) })
		generation.Go(func() { e.runAlerting(running, current.alerting) })
		next, answer := e.await(ctx)
		stop()
		generation.Wait()
		current.close(e.logger)
		if next == nil {
			break
		}
		e.activate(next)
		e.logger.Info("configuration reloaded", "collectors", len(next.collectors))
		answer <- nil
	}
	stopStore()
	all.Wait()
	if e.alertStorage != nil {
		if err := e.alertStorage.Close(); err != nil {
			e.logger.Error("alerting storage not closed", "err", err)
		}
	}
}

// await waits for a reload that succeeds, whose answer it leaves open, or
// for the end of ctx.
func (e *Exporter) await(ctx context.Context) (*generation, chan<- error) {
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case answer := <-e.reloads:
			next, err := e.next(ctx)
			if err == nil {
				return next, answer
			}
			e.metrics.reloaded(false)
			e.logger.Error("configuration not reloaded; the running one goes on", "err", err)
			answer <- err
		}
	}
}

func (e *Exporter) next(ctx context.Context) (*generation, error) {
	cfg, err := e.options.Load()
	if err != nil {
		return nil, err
	}
	if key := restarts(e.Config().Service, cfg.Service); key != "" {
		return nil, fmt.Errorf("planwatch.yaml: %s: has changed, which takes a restart", key)
	}
	return e.prepare(ctx, cfg)
}

// restarts is a setting that a reload cannot take over and that differs, or "".
func restarts(running, next config.Service) string {
	switch {
	case next.Clock != running.Clock:
		return "clock"
	case !reflect.DeepEqual(next.Web, running.Web):
		return "web"
	case next.Storage != running.Storage:
		return "storage"
	case next.Log != running.Log:
		return "log"
	case next.DrainTime != running.DrainTime:
		return "drain_time"
	}
	return ""
}

// errStopped answers a reload that comes too late.
var errStopped = errors.New("planwatch is stopping")

// Reload takes the configuration over anew, or leaves the running one as it
// is and says why.
func (e *Exporter) Reload(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case e.reloads <- answer:
	case <-e.ended:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-e.ended:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wall is t on Prometheus' clock, in its seconds; 0 for no time.
func (e *Exporter) wall(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(e.clock.Wall(t).UnixMilli()) / 1000
}
