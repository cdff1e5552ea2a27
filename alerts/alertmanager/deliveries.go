package alertmanager

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"planwatch/internal/storage"

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

// deliveries knows how the last message to each recipient went. It is kept in a
// file, so that a restart does not begin the count of time anew.
type deliveries struct {
	path   string
	logger *slog.Logger

	mu     sync.Mutex
	failed map[recipient]Undelivered
}

// entry is an Undelivered in the file.
type entry struct {
	Recipient recipient `json:"recipient"`
	Since     time.Time `json:"since"`
	Err       string    `json:"err"`
}

// openDeliveries reads the file. One that is damaged is left out: the next message to
// each recipient says how it is.
func openDeliveries(path string, logger *slog.Logger) *deliveries {
	d := &deliveries{path: path, logger: logger, failed: map[recipient]Undelivered{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return d
	}
	var all []entry
	if err = errors.Join(err, json.Unmarshal(data, &all)); err != nil {
		logger.Warn("which messages did not arrive is not known from before the start", "file", path, "err", err)
		return d
	}
	for _, k := range all {
		d.failed[k.Recipient] = Undelivered{Receiver: k.Recipient.Receiver, Kind: k.Recipient.Kind, Since: k.Since, Err: errors.New(k.Err)}
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
	switch {
	case err == nil && !failing:
		return
	case err == nil:
		delete(d.failed, to)
	case failing:
		// Only the reason is another; that is not worth a file.
		d.failed[to] = Undelivered{to.Receiver, to.Kind, former.Since, err}
		return
	default:
		d.failed[to] = Undelivered{to.Receiver, to.Kind, time.Now(), err}
	}
	d.save()
}

// only forgets recipients that a new configuration does not have.
func (d *deliveries) only(receivers map[string][]notify.Integration) {
	d.mu.Lock()
	defer d.mu.Unlock()
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
