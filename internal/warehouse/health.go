package warehouse

import (
	"log/slog"
	"sync"
)

// health is whether a source answers. A change is logged once.
type health struct {
	log *slog.Logger

	mu       sync.Mutex
	up       bool
	known    bool // whether the source was ever asked
	failures int  // so far
}

// began is to be called before the source is asked, and its result given to
// report.
func (h *health) began() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failures
}

// report notes how the source answered. What began before the last failure
// does not speak against it: a server that stops may still finish a query
// after it dropped the first connections.
func (h *health) report(began int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		if h.up || !h.known {
			h.log.Warn("source is down", "err", err)
		}
		h.up, h.known = false, true
		h.failures++
		return
	}
	if h.known && began != h.failures {
		return
	}
	if h.known && !h.up {
		h.log.Info("source is up again")
	}
	h.up, h.known = true, true
}

func (h *health) isUp() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.up
}
