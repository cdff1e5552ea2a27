package push

import (
	"slices"
	"sync"
	"time"

	"planwatch/internal/naming"
)

// entry is a push that waits for a receiver.
type entry struct {
	*batch
	external []label
	// metric and sample are how many of each the receiver has taken or refused. Only who has
	// taken the entry uses them.
	metric, sample int
}

// left is how many samples are to be sent yet.
func (e *entry) left() int { return e.samples() - e.sample }

// follows reports whether e can be in a request with another, after it: the samples of a
// series are to be in order of time, and a clock may have been set back.
func (e *entry) follows(other *entry) bool {
	return e.at.After(other.at) && slices.Equal(e.external, other.external)
}

// queue has what waits for a receiver, the oldest first. What is too much or too old is
// dropped, the oldest first; the newest stays however large it is.
type queue struct {
	// arrived receives when something was added.
	arrived chan struct{}
	// drop is told of samples that were dropped.
	drop func(reason string, samples int)

	mu      sync.Mutex
	waiting []*entry
	// taken is how many of the first are being sent.
	taken  int
	bytes  int64
	most   int64
	maxAge time.Duration
}

func newQueue(drop func(reason string, samples int)) *queue {
	return &queue{arrived: make(chan struct{}, 1), drop: drop}
}

// bound sets how many bytes may wait, and how long.
func (q *queue) bound(most int64, maxAge time.Duration) {
	q.change(func() { q.most, q.maxAge = most, maxAge })
}

// add adds an entry as the newest. It never waits.
func (q *queue) add(e *entry) {
	q.change(func() {
		q.waiting = append(q.waiting, e)
		q.bytes += e.bytes
	})
	select {
	case q.arrived <- struct{}{}:
	default:
	}
}

// take returns the oldest entries, of which a request is to be made, and how many samples it
// may have: alone where no other entry waits, and else together, for which several are taken,
// but no more than half of what may wait. They stay in the queue, and none else is dropped for
// them, until remove or release is called. There are none where nothing waits.
func (q *queue) take(alone, together int) (taken []*entry, limit int) {
	q.change(func() {
		if limit = alone; len(q.waiting) > 1 {
			limit = together
		}
		samples, bytes := 0, int64(0)
		for i, e := range q.waiting {
			if i > 0 && (samples >= limit || !e.follows(q.waiting[i-1]) || bytes+e.bytes > q.most/2) {
				break
			}
			taken = append(taken, e)
			samples, bytes = samples+e.left(), bytes+e.bytes
		}
		q.taken = len(taken)
	})
	return taken, limit
}

// remove removes the first n that were taken, and releases the others.
func (q *queue) remove(n int) {
	q.change(func() {
		q.cut(0, n)
		q.taken = 0
	})
}

// release leaves what was taken where it is, to be taken again.
func (q *queue) release() { q.remove(0) }

// cut removes some of what waits. Callers hold mu.
func (q *queue) cut(from, to int) {
	for _, e := range q.waiting[from:to] {
		q.bytes -= e.bytes
	}
	q.waiting = slices.Delete(q.waiting, from, to)
}

// loss is some samples that were dropped.
type loss struct {
	reason  string
	samples int
}

// change does something with the queue locked, and then drops what is beyond the bounds. The
// losses are told when it is not locked any more, since a log may be slow.
func (q *queue) change(do func()) {
	for _, l := range q.changed(do) {
		q.drop(l.reason, l.samples)
	}
}

func (q *queue) changed(do func()) []loss {
	q.mu.Lock()
	defer q.mu.Unlock()
	losses := q.trim(time.Now())
	do()
	return append(losses, q.trim(time.Now())...)
}

// trim drops what is beyond the bounds, but not what is being sent. Callers hold mu.
func (q *queue) trim(now time.Time) (losses []loss) {
	end, bytes := q.taken, q.bytes
	for ; end < len(q.waiting); end++ {
		oldest := q.waiting[end]
		reason := ""
		switch {
		case now.Sub(oldest.at) > q.maxAge:
			reason = naming.DroppedExpired
		case bytes > q.most && end < len(q.waiting)-1:
			reason = naming.DroppedFull
		}
		if reason == "" {
			break
		}
		bytes -= oldest.bytes
		losses = append(losses, loss{reason, oldest.left()})
	}
	q.cut(q.taken, end)
	return losses
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
