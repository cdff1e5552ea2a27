package alertmanager

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/notify"
)

// patience is how long messages to a recipient may fail before the watchdog is
// held back.
const patience = 10 * time.Minute

// Undelivered is a recipient that the last message did not reach.
type Undelivered struct {
	// Receiver is the name in Alertmanager's configuration, and Kind is email,
	// webhook or msteamsv2.
	Receiver, Kind string
	// Since is when the first message failed after one that did not, by the
	// system's clock.
	Since time.Time
	// Err is why the last one failed.
	Err error
}

// deliveries knows how the last message to each recipient went.
type deliveries struct {
	mu     sync.Mutex
	failed map[recipient]Undelivered
}

// record records how a message went.
func (d *deliveries) record(to recipient, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		delete(d.failed, to)
		return
	}
	failed := Undelivered{Receiver: to.Receiver, Kind: to.Kind, Since: time.Now(), Err: err}
	if former, ok := d.failed[to]; ok {
		failed.Since = former.Since
	}
	if d.failed == nil {
		d.failed = map[recipient]Undelivered{}
	}
	d.failed[to] = failed
}

// only forgets recipients that a new configuration does not have.
func (d *deliveries) only(receivers map[string][]notify.Integration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for to := range d.failed {
		if !slices.ContainsFunc(receivers[to.Receiver], func(i notify.Integration) bool { return i.Name() == to.Kind && i.Index() == to.Index }) {
			delete(d.failed, to)
		}
	}
}

// failing returns why messages have not arrived somewhere for too long, or nil.
func (d *deliveries) failing(now time.Time) error {
	for _, failed := range d.list() {
		if now.Sub(failed.Since) > patience {
			return fmt.Errorf("%s/%s since %s: %w", failed.Receiver, failed.Kind, failed.Since.Format(time.RFC3339), failed.Err)
		}
	}
	return nil
}

func (d *deliveries) list() []Undelivered {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Undelivered, 0, len(d.failed))
	for _, failed := range d.failed {
		all = append(all, failed)
	}
	slices.SortFunc(all, func(a, b Undelivered) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Receiver, b.Receiver), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}

// Undelivered returns the recipients that the last message did not reach, the
// longest first.
func (a *Alertmanager) Undelivered() []Undelivered { return a.deliveries.list() }
