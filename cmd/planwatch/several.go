package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promcollectors "github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/hangup"
	"planwatch/internal/naming"
	"planwatch/internal/web"
)

// process serves several regions. Each has all that one region by itself has; what is
// shared is the web server, the log and the signals.
type process struct {
	several *config.Several
	regions *web.Regions
	places  []*place
}

// place is where one of the regions runs. Its goroutine alone starts it.
type place struct {
	config.Place
	process *process
	logger  *slog.Logger
	up      prometheus.Gauge
	// served is nil until the region could be started.
	served atomic.Pointer[served]
	// starts takes who wants it to be started, and answers.
	starts chan chan error
	// begun is closed when the first start has succeeded or failed, running when one has
	// succeeded, and ended when run returns.
	begun, running, ended chan struct{}
}

// errStopping is that of a reload after the end.
var errStopping = errors.New("planwatch is stopping")

func newProcess(several *config.Several, logger *slog.Logger) *process {
	p := &process{several: several}
	registry := prometheus.NewRegistry()
	up := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: naming.RegionUp, Help: "Whether the region could be started, and is served."}, []string{naming.LabelRegion})
	registry.MustRegister(promcollectors.NewGoCollector(), promcollectors.NewProcessCollector(promcollectors.ProcessCollectorOpts{}), versioncollector.NewCollector(naming.Planwatch), up)
	for _, one := range several.Places {
		p.places = append(p.places, &place{
			Place: one, process: p, logger: logger.With(naming.LabelRegion, one.Name), up: up.WithLabelValues(one.Name),
			starts: make(chan chan error), begun: make(chan struct{}), running: make(chan struct{}), ended: make(chan struct{}),
		})
	}
	own := web.Process{Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), Registry: registry}
	if several.Process.Web.EnableLifecycle {
		own.Reload, own.ReloadAll = p.reload, p.reloadAll
	}
	p.regions = web.NewRegions(several.Process.Web, p.names(), own, logger)
	return p
}

func (p *process) names() []string {
	names := make([]string, len(p.places))
	for i, one := range p.places {
		names[i] = one.Name
	}
	return names
}

// reload loads a region's configuration again.
func (p *process) reload(ctx context.Context, name string) error {
	for _, one := range p.places {
		if one.Name == name {
			return one.reload(ctx)
		}
	}
	return fmt.Errorf("region %q: there is none of that name", name)
}

// reloadAll does so for all regions, each whatever becomes of the others.
func (p *process) reloadAll(ctx context.Context) error {
	errs := make([]error, len(p.places))
	var all sync.WaitGroup
	for i, one := range p.places {
		all.Go(func() {
			if err := one.reload(ctx); err != nil {
				errs[i] = fmt.Errorf("region %s: %w", one.Name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// run runs the region until ctx ends, from when it could be started.
func (p *place) run(ctx context.Context) {
	defer close(p.ended)
	started := p.start(ctx, p.Region, p.Err) == nil
	close(p.begun)
	for !started {
		select {
		case answer := <-p.starts:
			region, err := p.process.several.Load(p.Name)
			err = p.start(ctx, region, err)
			started = err == nil
			answer <- err
		case <-ctx.Done():
			return
		}
	}
	close(p.running)
	p.served.Load().Run(ctx)
}

// start starts the region, and has it served. err is why it could not be loaded.
func (p *place) start(ctx context.Context, region *config.Region, err error) error {
	var now *served
	if err == nil {
		now, err = newServed(ctx, region, func() (*config.Region, error) { return p.process.several.Load(p.Name) }, p.logger)
	}
	if err != nil {
		p.logger.Error("region not served; the others are. Correct it, and reload", "err", err)
		p.process.regions.Refuse(p.Name, err)
		return err
	}
	p.served.Store(now)
	p.process.regions.Serve(p.Name, now.content, p.logger)
	p.up.Set(1)
	return nil
}

// reload loads the region's configuration again, or for the first time.
func (p *place) reload(ctx context.Context) error {
	select {
	case <-p.begun:
	case <-ctx.Done():
		return ctx.Err()
	}
	answer := make(chan error, 1)
	select {
	case <-p.running:
		return p.served.Load().Reload(ctx)
	case p.starts <- answer:
		return <-answer
	case <-p.ended:
		return errStopping
	case <-ctx.Done():
		return ctx.Err()
	}
}

// started are the regions that could be.
func (p *process) started() []*served {
	var all []*served
	for _, one := range p.places {
		if now := one.served.Load(); now != nil {
			all = append(all, now)
		}
	}
	return all
}

// close closes what people have said, when nobody asks any more.
func (p *process) close() {
	for _, one := range p.started() {
		one.close()
	}
}

// refused is an error once no region at all could be started; it ends with ctx.
func (p *process) refused(ctx context.Context) error {
	for _, one := range p.places {
		select {
		case <-one.begun:
		case <-ctx.Done():
			return nil
		}
		if one.served.Load() != nil {
			return nil
		}
	}
	return errors.New("no region could be started; the log says why")
}

// servedOn says which regions are served on the address, and which have a fault.
func (p *process) servedOn(url string) string {
	var right, wrong []string
	for _, one := range p.places {
		if one.Err != nil {
			wrong = append(wrong, one.Name)
		} else {
			right = append(right, one.Name)
		}
	}
	are := func(names []string) string {
		if len(names) == 1 {
			return names[0] + " is"
		}
		return strings.Join(names, ", ") + " are"
	}
	said := are(right) + " served on " + url + " (metrics: those of " + url + "/-/targets)"
	if len(wrong) > 0 {
		said += "; " + are(wrong) + " not: the log says why"
	}
	return said
}

// serveSeveral serves several regions, each under its name.
func serveSeveral(cmd *cobra.Command, dirs []string, overrides config.Overrides) error {
	several, err := config.LoadSeveral(dirs, overrides)
	if err != nil {
		return configurationFault{err}
	}
	logger, err := newLogger(several.Process.Log, cmd.ErrOrStderr())
	if err != nil {
		return configurationFault{err}
	}
	p := newProcess(several, logger)
	server, err := web.ListenRegions(cmd.Context(), p.regions)
	if err != nil {
		return startFault(err)
	}
	defer p.close()
	// What runs goes on while it hands over.
	ctx, stop := context.WithCancel(context.WithoutCancel(cmd.Context()))
	defer stop()
	failed := make(chan error, 2)
	var all sync.WaitGroup
	for _, one := range p.places {
		all.Go(func() { one.run(ctx) })
	}
	all.Go(func() { reloadOnHangup(ctx, hangup.Signals(), p.reloadAll) })
	all.Go(func() { failed <- server.Serve() })
	all.Go(func() {
		if err := p.refused(ctx); err != nil {
			failed <- err
		}
	})
	for _, url := range server.URLs() {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), p.servedOn(url))
	}
	select {
	case <-cmd.Context().Done():
		logger.Info("stopping", "drain_time", several.Process.DrainTime)
		handOver(ctx, p.started()...)
	case err = <-failed:
	}
	stop()
	return errors.Join(err, drain(ctx, server, &all, time.Duration(several.Process.DrainTime)))
}
