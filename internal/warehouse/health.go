package warehouse

import (
	"log/slog"
	"sync"
)

// health is whether a source is up. A change is logged once.
type health struct {
	log *slog.Logger

	mu       sync.Mutex
	up       bool
	known    bool // whether there was a request
	failures int  // so far
}

// failureCount is how many requests failed so far. A request takes it when it
// begins, and gives it to report.
func (h *health) failureCount() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failures
}

// report notes how a request ended. A success does not count if another
// request failed since it began: a server that stops may finish a query after
// it closed other connections.
func (h *health) report(failuresBefore int, err error) {
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
	if h.known && h.failures != failuresBefore {
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
