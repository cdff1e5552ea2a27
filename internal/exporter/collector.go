package exporter

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/exposition"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
	"planwatch/plan"
)

// collector runs a definition.
type collector struct {
	definition *collectors.Definition
	source     *warehouse.Source
	// fingerprint changes with everything that the samples depend on: the
	// definition, its query and its source.
	fingerprint string
	description snapshot.Description
	state       atomic.Pointer[runState]
	comparison  comparison
	replicas    *replicas
	// again is whether the last run failed, or left a comparison open, and met whether the
	// scheduler has come once. Only runInTurn uses them.
	again, met bool

	clock    clock.Clock
	store    *snapshot.Store
	counters *counters
	own      *exposition.Own
	logger   *slog.Logger
}

// runState is the result of a collector's last run.
type runState struct {
	// LastRun is when it began, by planwatch's clock; zero if there was none.
	LastRun time.Time
	// Duration is how long it took.
	Duration time.Duration
	// Err is why it failed, or nil.
	Err error
}

// newCollector makes the collector of a definition. It keeps the state that the
// collector had in the former generation.
func newCollector(b base, region *config.Region, d *collectors.Definition, source *warehouse.Source, former *generation) *collector {
	c := &collector{
		definition: d, source: source, fingerprint: region.Fingerprint(d),
		description: snapshot.Description{KPIs: d.KPIs, MaxAge: time.Duration(d.MaxAge), HelpLanguage: region.Languages.English()},
		clock:       b.clock, store: b.store, counters: b.counters, own: b.own, logger: b.logger.With("collector", d.Collector), replicas: b.replicas,
	}
	c.comparison = comparison{region: region, failed: map[plan.Reference]string{}}
	c.state.Store(&runState{})
	// What ran at a moment to come, by a clock that was set back since, is not known to have run.
	if same := former.withFingerprint(c.fingerprint); same != nil && same.state.Load().LastRun.Sub(b.clock.Now()) <= clock.Slack {
		c.state.Store(same.state.Load())
	}
	return c
}

func (c *collector) name() string { return c.definition.Collector }

// runInTurn runs the collector, where it is this planwatch's turn: that of one that heads
// also as a configuration begins, and after a run that failed.
func (c *collector) runInTurn(ctx context.Context) error {
	begins, heads := !c.met, c.replicas.runs(c.name())
	c.met = true
	always := c.replicas == nil || heads && (begins || c.again)
	if !always && !turn(heads, c.definition.ParsedSchedule().Next, c.state.Load().LastRun, c.clock.Now()) {
		return nil
	}
	err := c.run(ctx)
	c.again = err != nil
	return err
}

// run runs the collector once and shows its samples, and then those of the past
// that targets compare them with. Where these cannot be had the run is tried again,
// and has not failed.
func (c *collector) run(ctx context.Context) error {
	began, moment := time.Now(), c.clock.Now()
	run, err := c.definition.CollectFrom(ctx, c.source, moment)
	if err != nil && ctx.Err() != nil {
		return err // planwatch is stopping or reloading: not a failure
	}
	if err == nil && run.Rows == 0 && c.shows() {
		err = errEmptied
	}
	if chunk := c.store.Current().Chunk(c.name()); err == nil && !c.replicas.heads() && chunk != nil && chunk.At.After(moment) {
		return nil // another planwatch has shown later figures meanwhile
	}
	state := &runState{LastRun: moment, Duration: time.Since(began), Err: err}
	if err == nil {
		c.store.Replace(snapshot.Record{
			Collector: c.name(), Fingerprint: c.fingerprint, At: moment, Rows: run.Rows, Samples: run.Samples, Past: c.past(),
		}, c.description)
	}
	former := c.state.Swap(state)
	c.counters.ran(c.name(), err)
	c.own.Changed()
	c.log(former, state)
	if err != nil {
		return err
	}
	return c.compare(ctx)
}

// errEmptied is the error of a run without rows where there are figures, though no
// rows may be right: a table that is emptied before it is loaded must not resolve
// alerts. Where the rows are gone for good, the figures go at max_age.
var errEmptied = errors.New("no rows, and there were some before; the table may have been emptied")

// shows reports whether figures of the collector are shown.
func (c *collector) shows() bool {
	chunk := c.store.Current().Chunk(c.name())
	return chunk != nil && len(chunk.Shown) > 0
}

// log logs when a collector begins to fail and when it recovers. A source that
// is down is logged by the source.
func (c *collector) log(former, state *runState) {
	switch {
	case state.Err == nil && former.Err != nil:
		c.logger.Info("collector recovered", "duration", state.Duration)
	case state.Err == nil:
		c.logger.Debug("collected", "duration", state.Duration)
	case errors.Is(state.Err, warehouse.ErrUnavailable), former.Err != nil && former.Err.Error() == state.Err.Error():
		c.logger.Debug("run failed; trying again", "err", state.Err)
	case c.store.Current().Chunk(c.name()) == nil:
		c.logger.Warn("run failed; there are no figures to show", "err", state.Err)
	default:
		c.logger.Warn("run failed; the last good figures stay until max_age", "err", state.Err, "max_age", c.definition.MaxAge)
	}
}
