package exposition

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/internal/snapshot"
)

// Interval is how old the metrics about planwatch itself may be at a scrape: some
// of them, as those of the process, change all the time.
const Interval = 5 * time.Second

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
	// kept is whether Run gathers them, and stale whether a state has changed since.
	kept, stale atomic.Bool
	// scraped is whether there was a scrape since Run last looked.
	scraped   atomic.Bool
	gathering sync.Mutex
	// failure is that of the last gathering, or "". gathering guards it.
	failure string
}

// NewOwn makes the metrics that gatherer gives, to be shown in store.
func NewOwn(gatherer prometheus.Gatherer, store *snapshot.Store, logger *slog.Logger) *Own {
	return &Own{gatherer: gatherer, store: store, logger: logger, changed: make(chan struct{}, 1)}
}

// Changed has them gathered soon, and before the next scrape, since a state has
// changed that they tell.
func (o *Own) Changed() {
	o.stale.Store(true)
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// Run gathers them every Interval and whenever Changed is called, as long as there
// are scrapes, until ctx ends.
func (o *Own) Run(ctx context.Context) {
	defer o.kept.Store(false)
	tick := time.NewTicker(Interval)
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
		o.gather()
		o.kept.Store(true)
	}
}

// prepare gathers them for a scrape where Run has not.
func (o *Own) prepare() {
	o.scraped.Store(true)
	if !o.kept.Load() || o.stale.Load() {
		o.gather()
	}
}

// gather shows the metrics as they are now. Those that cannot be gathered are left
// out, and the log says so once.
func (o *Own) gather() {
	o.gathering.Lock()
	defer o.gathering.Unlock()
	o.stale.Store(false) // a change from here on may be missed
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
}
