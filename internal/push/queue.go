package push

import (
	"sync"
	"time"

	"planwatch/internal/naming"
)

// entry is a push that waits for a receiver.
type entry struct {
	*batch
	external []label
	// metric and sample are how many of each the receiver has taken or refused, and refused
	// is what of them was. Only who has taken the entry uses them.
	metric, sample int
	refused        refusal
}

// queue has what waits for a receiver, the oldest first. What is too much or too old is
// dropped, the oldest first; the newest stays however large it is.
type queue struct {
	// arrived receives when something was added.
	arrived chan struct{}
	// drop is told of samples that are dropped. It is called with the queue locked.
	drop func(reason string, samples int)

	mu      sync.Mutex
	waiting []*entry
	// taken is whether the first is being sent.
	taken  bool
	bytes  int64
	most   int64
	maxAge time.Duration
}

func newQueue(drop func(reason string, samples int)) *queue {
	return &queue{arrived: make(chan struct{}, 1), drop: drop}
}

// bound sets how many bytes may wait, and how long.
func (q *queue) bound(most int64, maxAge time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.most, q.maxAge = most, maxAge
	q.trim(time.Now())
}

// add adds an entry as the newest. It never waits.
func (q *queue) add(e *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, e)
	q.bytes += e.bytes
	q.trim(time.Now())
	select {
	case q.arrived <- struct{}{}:
	default:
	}
}

// trim drops what is beyond the bounds, but not what is being sent. Callers hold mu.
func (q *queue) trim(now time.Time) {
	first := 0
	if q.taken {
		first = 1
	}
	for len(q.waiting) > first {
		oldest, reason := q.waiting[first], ""
		switch {
		case now.Sub(oldest.at) > q.maxAge:
			reason = naming.DroppedExpired
		case q.bytes > q.most && len(q.waiting) > first+1:
			reason = naming.DroppedFull
		default:
			return
		}
		q.waiting = append(q.waiting[:first:first], q.waiting[first+1:]...)
		q.bytes -= oldest.bytes
		q.drop(reason, oldest.samples()-oldest.sample)
	}
}

// take returns the oldest entry, or nil. It stays in the queue until remove or release is
// called.
func (q *queue) take() *entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.trim(time.Now())
	if len(q.waiting) == 0 {
		return nil
	}
	q.taken = true
	return q.waiting[0]
}

// remove removes what was taken.
func (q *queue) remove() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= q.waiting[0].bytes
	q.waiting[0] = nil
	q.waiting, q.taken = q.waiting[1:], false
}

// release leaves what was taken where it is, to be taken again.
func (q *queue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken = false
	q.trim(time.Now())
}

// state is how many bytes wait, and since when the oldest does; zero if nothing waits.
func (q *queue) state() (bytes int64, oldest time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		oldest = q.waiting[0].at
	}
	return q.bytes, oldest
}
