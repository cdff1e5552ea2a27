package alertmanager

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"planwatch/internal/diskfile"
	"planwatch/internal/storage"

	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"
)

// patience is how long messages to a recipient may fail before the watchdog is
// held back.
const patience = 10 * time.Minute

// Undelivered is a recipient that the last message did not reach.
type Undelivered struct {
	// Receiver is the name in Alertmanager's configuration, and Kind is email,
	// webhook or msteamsv2.
	Receiver, Kind string
	// File is the name of the file with the address.
	File string
	// Since is when the first message failed after one that did not, by the
	// system's clock.
	Since time.Time
	// Err is why the last one failed.
	Err error

	// last is when that was.
	last time.Time
}

// deliveries knows how the last message to each recipient went. It is kept in a
// file, so that a restart does not begin the count of time anew.
type deliveries struct {
	path   string
	logger *slog.Logger

	mu     sync.Mutex
	failed map[recipient]Undelivered
	// forgotten is how long after a message failed nobody tries to send it again:
	// what it was about has been answered, or is over.
	forgotten time.Duration
	// timeout is how long a message may be under way.
	timeout time.Duration
	// waiting are how many messages to each are under way, though they have been
	// given up.
	waiting map[recipient]int
}

// entry is an Undelivered in the file.
type entry struct {
	Recipient recipient `json:"recipient"`
	Since     time.Time `json:"since"`
	Err       string    `json:"err"`
}

// mostUndelivered is the size of the file, at most.
const mostUndelivered = 1 << 20

// openDeliveries reads the file. One that is damaged is left out: the next message to
// each recipient says how it is.
func openDeliveries(path string, timeout time.Duration, logger *slog.Logger) *deliveries {
	d := &deliveries{path: path, timeout: timeout, logger: logger, failed: map[recipient]Undelivered{}, waiting: map[recipient]int{}, forgotten: math.MaxInt64}
	storage.RemoveTemporary(path)
	data, err := diskfile.Read(path, mostUndelivered)
	if errors.Is(err, fs.ErrNotExist) {
		return d
	}
	var all []entry
	if err = errors.Join(err, json.Unmarshal(data, &all)); err != nil {
		logger.Warn("which messages did not arrive is not known from before the start", "file", path, "err", err)
		return d
	}
	now := time.Now()
	for _, k := range all {
		if k.Since.After(now) { // the clock has been set back
			k.Since = now
		}
		// What is not sent again soon is forgotten, also after a long time without planwatch.
		d.failed[k.Recipient] = Undelivered{Receiver: k.Recipient.Receiver, Kind: k.Recipient.Kind, File: k.Recipient.File, Since: k.Since, Err: errors.New(k.Err), last: now}
	}
	return d
}

// save writes the file. The caller holds mu.
func (d *deliveries) save() {
	all := make([]entry, 0, len(d.failed))
	for to, failed := range d.failed {
		all = append(all, entry{to, failed.Since, failed.Err.Error()})
	}
	data, err := json.Marshal(all)
	if err == nil {
		err = storage.Replace(d.path, data)
	}
	if err != nil {
		d.logger.Error("which messages do not arrive is not kept over a restart", "err", err)
	}
}

// record records how a message went.
func (d *deliveries) record(to recipient, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	former, failing := d.failed[to]
	now := time.Now()
	switch {
	case err == nil && !failing:
		return
	case err == nil:
		delete(d.failed, to)
	case failing:
		// Only the reason is another; that is not worth a file.
		d.failed[to] = Undelivered{to.Receiver, to.Kind, to.File, former.Since, err, now}
		return
	default:
		d.failed[to] = Undelivered{to.Receiver, to.Kind, to.File, now, err, now}
	}
	d.save()
}

// within sends a message, and gives up after a while: Alertmanager's mail waits for
// ever for a server that says nothing. One that is given up may still be under way;
// until it has ended, no more are sent to the recipient. Of several events, messages
// are sent at the same time.
func (d *deliveries) within(ctx context.Context, to recipient, send func(context.Context) (bool, error)) (retry bool, err error) {
	d.mu.Lock()
	stuck := d.waiting[to] > 0
	d.mu.Unlock()
	if stuck {
		return true, fmt.Errorf("the server does not answer: a message to it is under way for longer than %s", d.timeout)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, d.timeout, fmt.Errorf("no answer within %s", d.timeout))
	defer cancel()
	type result struct {
		retry bool
		err   error
	}
	done := make(chan result, 1)
	go func() {
		retry, err := send(ctx)
		done <- result{retry, err}
	}()
	select {
	case r := <-done:
		if r.err != nil && ctx.Err() != nil {
			return true, context.Cause(ctx)
		}
		return r.retry, r.err
	case <-ctx.Done():
		d.add(to, 1)
		go func() { <-done; d.add(to, -1) }()
		return true, context.Cause(ctx)
	}
}

// add counts a message that has been given up, or no longer.
func (d *deliveries) add(to recipient, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting[to] += n
}

// only forgets recipients that a new configuration does not have. interval is how
// often a group is looked at: what fails is tried again in each.
func (d *deliveries) only(receivers map[string][]notify.Integration, interval *model.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if interval != nil {
		d.forgotten = 2*time.Duration(*interval) + time.Minute
	}
	before := len(d.failed)
	maps.DeleteFunc(d.failed, func(to recipient, _ Undelivered) bool {
		return !slices.ContainsFunc(receivers[to.Receiver], func(i notify.Integration) bool { return i.Name() == to.Kind && i.Index() == to.Index })
	})
	if len(d.failed) < before {
		d.save()
	}
}

// failing returns why messages have not arrived somewhere for too long, or nil.
func (d *deliveries) failing(now time.Time) error {
	for _, failed := range d.list(now) {
		if now.Sub(failed.Since) > patience {
			return fmt.Errorf("%s/%s since %s: %w", failed.Receiver, failed.Kind, failed.Since.Format(time.RFC3339), failed.Err)
		}
	}
	return nil
}

// list are those to which a message may still be tried.
func (d *deliveries) list(now time.Time) []Undelivered {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Undelivered, 0, len(d.failed))
	for _, failed := range d.failed {
		if now.Sub(failed.last) < d.forgotten {
			all = append(all, failed)
		}
	}
	slices.SortFunc(all, func(a, b Undelivered) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Receiver, b.Receiver), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.File, b.File))
	})
	return all
}

// Undelivered returns the recipients that the last message did not reach, the
// longest first.
func (a *Alertmanager) Undelivered() []Undelivered { return a.deliveries.list(time.Now()) }
