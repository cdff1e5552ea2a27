package exposition

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/internal/snapshot"
)

// interval is how old the metrics about planwatch itself may be at a scrape: some
// of them, as those of the process, change all the time.
const interval = 5 * time.Second

const (
	// pause is the least time between two gatherings, so that many changes at once
	// are one.
	pause = 200 * time.Millisecond
	// idle is after how long without a scrape they are not gathered any more.
	idle = 2 * time.Minute
)

// Own are the metrics about planwatch itself. Run gathers them beside the scrapes,
// which then cost no more than the copying of bytes.
type Own struct {
	gatherer prometheus.Gatherer
	store    *snapshot.Store
	logger   *slog.Logger
	changed  chan struct{}
	// kept is whether Run gathers them.
	kept atomic.Bool
	// changes counts the calls of Changed, told those that had been when the metrics that
	// are shown were gathered, and begun the gatherings.
	changes, told, begun atomic.Uint64
	// scraped is whether there was a scrape since Run last looked.
	scraped atomic.Bool
	// gathering has a place for who gathers.
	gathering chan struct{}
	// failure is that of the last gathering, or "". gathering guards it.
	failure string
}

// NewOwn makes the metrics that gatherer gives, to be shown in store.
func NewOwn(gatherer prometheus.Gatherer, store *snapshot.Store, logger *slog.Logger) *Own {
	return &Own{gatherer: gatherer, store: store, logger: logger, changed: make(chan struct{}, 1), gathering: make(chan struct{}, 1)}
}

// Changed has them gathered soon, and before the next scrape, since a state has
// changed that they tell.
func (o *Own) Changed() {
	o.changes.Add(1)
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// Wanted has them gathered as after a scrape, for who shows them elsewhere.
func (o *Own) Wanted() { o.scraped.Store(true) }

// Run gathers them every five seconds and whenever Changed is called, as long as there
// are scrapes, until ctx ends.
func (o *Own) Run(ctx context.Context) {
	defer o.kept.Store(false)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var changed <-chan struct{} = o.changed
	var rested <-chan time.Time
	last := time.Now()
	for {
		select {
		case <-rested:
			rested, changed = nil, o.changed
			continue
		case <-changed:
			changed, rested = nil, time.After(pause)
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if o.scraped.Swap(false) {
			last = time.Now()
		}
		if time.Since(last) > idle {
			o.kept.Store(false)
			continue
		}
		o.gathering <- struct{}{}
		o.gather()
		<-o.gathering
		o.kept.Store(true)
	}
}

// prepare gathers them for a scrape where Run has not. Of several scrapes at once one
// gathers for all that came before it began.
func (o *Own) prepare() {
	o.scraped.Store(true)
	if o.kept.Load() && o.told.Load() == o.changes.Load() {
		return
	}
	begun := o.begun.Load()
	o.gathering <- struct{}{}
	defer func() { <-o.gathering }()
	if o.begun.Load() == begun {
		o.gather()
	}
}

// gather shows the metrics as they are now, for who holds gathering. Those that cannot
// be gathered are left out, and the log says so once.
func (o *Own) gather() {
	o.begun.Add(1)
	changes := o.changes.Load() // a later one may be missed
	families, err := o.gatherer.Gather()
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	if failure != "" && failure != o.failure {
		o.logger.Error("metrics about planwatch itself are incomplete", "err", err)
	}
	o.failure = failure
	o.store.ReplaceOwn(families)
	o.told.Store(changes)
}
