package exporter

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/httpclient"
	"planwatch/internal/replica"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
)

// replicas is this planwatch as one of several; nil where it is alone. The one that heads
// collects, assesses and sends, and the others show what it gives.
type replicas struct {
	*replica.Replica
	exporter *Exporter
	source   *warehouse.Source
	// metrics are those of the one that heads about itself, and sources which of its sources
	// are up; nil before they have come.
	metrics atomic.Pointer[[]*dto.MetricFamily]
	sources atomic.Pointer[map[string]bool]
	// comments are kept by each replica, and merged; nil where they cannot be kept.
	comments *comment.Log
	// known is what was last found out of what this planwatch cannot do.
	known atomic.Pointer[knownFaults]
	// taking is held while what another gives is taken, and with it blocks, and told: why parts
	// are not taken, so that it is told once.
	taking sync.Mutex
	blocks map[string]*snapshot.GaugeBlock
	told   map[string]string
	// misfits has, by collector, why the figures of the one that heads are not taken, so that
	// it is told once. Such a collector is run here too.
	misfits sync.Map
}

// newReplicas takes this planwatch for one of several, where the region has them; else it
// is nil.
func (e *Exporter) newReplicas(ctx context.Context, region *config.Region) (*replicas, error) {
	settings := region.Replicas
	if !settings.On() {
		return nil, nil
	}
	client, err := httpclient.Client(settings.Client).Prepared("replicas: client")
	if err != nil {
		return nil, err
	}
	name := region.LockSource()
	// A connection of its own, which outlasts the sources of a configuration.
	source, err := warehouse.Open(ctx, region.Sources[name], warehouse.Options{Name: name, Location: region.Location, Logger: e.logger})
	if err != nil {
		return nil, err
	}
	lock, err := source.NewLock(region.LockName(), time.Duration(settings.Lease))
	if err != nil {
		return nil, errors.Join(err, source.Close())
	}
	r := &replicas{exporter: e, source: source, blocks: map[string]*snapshot.GaugeBlock{}, told: map[string]string{}}
	r.Replica = replica.New(replica.Options{
		Region: region.Name, Addresses: settings.Peers(), Client: client, Lock: lock, Lease: time.Duration(settings.Lease),
		Give: r.give, Find: r.find, Take: r.take, Faults: r.faults, Logger: e.logger.With("component", "replicas"),
	})
	return r, nil
}

// ShareComments has comments be the same in all replicas. It is called before Run.
func (e *Exporter) ShareComments(comments *comment.Log) {
	if e.replicas != nil {
		e.replicas.comments = comments
	}
}

// heads reports whether this planwatch collects and sends.
func (r *replicas) heads() bool { return r == nil || r.Heads() }

// sending is alertmanager.Options.Heads.
func (r *replicas) sending() func() bool {
	if r == nil {
		return nil
	}
	return r.Heads
}

// shows reports whether this planwatch shows what it has made of its figures itself: where
// it heads, and where it reaches none that does.
func (r *replicas) shows() bool { return r.heads() || !r.InTouch() }

// ownMetrics are the metrics about the one that heads, where this one does not; ok is
// false where its own are to be shown.
func (r *replicas) ownMetrics() (families []*dto.MetricFamily, ok bool) {
	if r.shows() {
		return nil, false
	}
	if given := r.metrics.Load(); given != nil {
		return *given, true
	}
	return nil, false
}

// sourceUp reports whether a source is up, as the one knows that asks it.
func (r *replicas) sourceUp(source *warehouse.Source) bool {
	if r.shows() {
		return source.Up()
	}
	if up := r.sources.Load(); up != nil {
		return (*up)[source.Name()]
	}
	return source.Up()
}

// runs reports whether this planwatch runs a collector whenever it is due: where it heads,
// and where the one that heads has another definition of it.
func (r *replicas) runs(collector string) bool {
	if r.heads() {
		return true
	}
	_, misfit := r.misfits.Load(collector)
	return misfit
}

// turn reports whether it is the turn of a planwatch to run a collector that last ran
// then, here or elsewhere. One that heads runs what is due. One that follows runs what has
// been due twice and has not come: figures go before thrift.
func turn(heads bool, schedule func(time.Time) time.Time, last, now time.Time) bool {
	if last.IsZero() || last.Sub(now) > clock.Slack {
		return heads // the clock was set, here or there
	}
	due := schedule(last)
	if !heads {
		due = schedule(due)
	}
	return !due.IsZero() && !now.Before(due)
}

// run takes part until ctx ends.
func (r *replicas) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { r.Run(ctx) })
	for {
		select {
		case <-r.Changed():
			r.changeRole()
			continue
		case <-ctx.Done():
		}
		all.Wait()
		if err := r.close(); err != nil {
			r.exporter.logger.Warn("source not closed", "err", err)
		}
		return
	}
}

// close closes what is left when nothing runs.
func (r *replicas) close() error {
	if r == nil {
		return nil
	}
	return r.source.Close()
}

// changeRole does what this planwatch does in its role, from now on.
func (r *replicas) changeRole() {
	e := r.exporter
	current := e.current.Load()
	current.alerting.lead()
	if r.Heads() {
		// What is due, and nothing else: its turn has come.
		current.scheduler.Trigger()
	}
	current.assessAnew()
	e.own.Changed()
}

// HandOver ends to collect and to send, before a stop, so that another replica leads at
// once and knows of every message. It returns when it does, or ctx ends. Run must be
// running. A planwatch that is alone does nothing.
func (e *Exporter) HandOver(ctx context.Context) {
	r := e.replicas
	if r == nil || !r.Heads() || !r.reached() {
		return
	}
	// A message under way is sent, and the lock is free only then.
	if a := e.current.Load().alerting; a.sends() {
		if err := a.alertmanager.Lead(false, 0); err != nil {
			e.logger.Error("alerts are not sent", "err", err)
		}
	}
	r.Told(ctx)
	r.Resign(ctx)
}

// reached reports whether another replica is.
func (r *replicas) reached() bool {
	return slices.ContainsFunc(r.Peers(), func(p replica.Peer) bool { return p.Up })
}

// reloaded takes what others give once more, as the new configuration may know more of it.
func (r *replicas) reloaded() {
	if r != nil {
		r.Again()
	}
}

// Replica answers other replicas, or is nil where there are none.
func (e *Exporter) Replica() http.Handler {
	if e.replicas == nil {
		return nil
	}
	return e.replicas
}

// Replicas returns what this planwatch is among several, and the others; it is nil where
// planwatch is alone.
func (e *Exporter) Replicas() func() (replica.Role, []replica.Peer) {
	if e.replicas == nil {
		return nil
	}
	return func() (replica.Role, []replica.Peer) { return e.replicas.Role(), e.replicas.Peers() }
}

// ReplicaMetrics answers scrapes of the metrics about this process, where Metrics shows those
// of the replica that leads; nil where planwatch is alone.
func (e *Exporter) ReplicaMetrics() http.Handler {
	if e.replicas == nil {
		return nil
	}
	return promhttp.HandlerFor(prometheus.GathererFunc(e.gatherOwn), promhttp.HandlerOpts{})
}

// The names of what replicas give each other; those that end with a slash are followed by
// a name or a number.
const (
	partRecord = "record/"
	partGauges = "gauges/"
	partRuns   = "runs"
	partOwn    = "own"
	partSent   = "alertmanager/"
	// Comments are merged as what was sent is.
	partComments = "comments"
)
