package push

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"planwatch/internal/naming"
)

const (
	// longestRetry is the longest wait before a request is tried again, and longestDelay
	// the longest that a receiver may ask for.
	longestRetry = 30 * time.Second
	longestDelay = 10 * time.Minute
	// drain is how long a stop waits for what is being sent.
	drain = 3 * time.Second
)

// protocol sends samples to a receiver. It is for one goroutine.
type protocol interface {
	// send sends a request. The error is a refusal of what the receiver will never take, a
	// delay or another where it may, and errTooLong where nothing was sent.
	send(ctx context.Context, to *connection, r *request) error
}

// sender sends what waits for one receiver, in order.
type sender struct {
	name       string
	receiver   Receiver
	protocol   protocol
	connection atomic.Pointer[connection]
	timeout    time.Duration
	firstRetry time.Duration
	queue      *queue
	logger     *slog.Logger
	// changed receives when the connection has.
	changed chan struct{}
	stop    context.CancelFunc

	sent, failures         atomic.Uint64
	full, expired, refused atomic.Uint64
	lastSuccess            atomic.Pointer[time.Time]
	// down is whether the newest request failed, refuses whether some of the newest push was
	// refused, and lost what was since the last that is done with. Only run uses these and
	// those that follow.
	down, refuses bool
	lost          refusal
	// together is how many samples a request may have where several pushes wait. Above slowly
	// it grows slowly, since twice as many were too many. lessened is whether it was lessened
	// by the newest request.
	together, slowly int
	lessened         bool
	// dropping is whether samples have been dropped since a push was taken.
	dropping atomic.Bool
}

func newSender(name string, r Receiver, c Configuration, o Options, began time.Time) *sender {
	s := &sender{
		name: name, timeout: o.Timeout, firstRetry: o.FirstRetry, logger: o.Logger.With("receiver", name),
		changed: make(chan struct{}, 1), together: mostTogether, slowly: mostTogether,
	}
	s.queue = newQueue(s.drop)
	switch r.Protocol {
	case OTLP:
		s.protocol = &otlp{began: began, instance: o.Instance}
	default:
		s.protocol = &remoteWrite{logger: s.logger}
	}
	s.update(r, c)
	return s
}

// same reports whether r is where the sender sends to.
func (s *sender) same(r Receiver) bool {
	return r.URL == s.receiver.URL && r.Protocol == s.receiver.Protocol
}

// update has the sender send as r and c say. Only who started it may call it.
func (s *sender) update(r Receiver, c Configuration) {
	s.queue.bound(c.QueueBytes, c.MaxAge)
	former := s.connection.Load()
	if former != nil && r.Client == s.receiver.Client && maps.Equal(r.Headers, s.receiver.Headers) {
		return
	}
	s.receiver = r
	s.connection.Store(newConnection(r, s.timeout))
	if former == nil {
		return
	}
	former.close()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// drop counts samples that are dropped, and tells of the first.
func (s *sender) drop(reason string, samples int) {
	if reason == naming.DroppedFull {
		s.full.Add(uint64(samples))
	} else {
		s.expired.Add(uint64(samples))
	}
	if !s.dropping.Swap(true) {
		s.logger.Error("figures for the receiver dropped, the oldest first; they have waited too long, or there were too many", "reason", reason)
	}
}

// run sends until ctx ends, and then what is left, once.
func (s *sender) run(ctx context.Context) {
	defer func() { s.connection.Load().close() }()
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(drain, cancel) })()
	wait := backoff.ExponentialBackOff{InitialInterval: s.firstRetry, MaxInterval: longestRetry, Multiplier: 2, RandomizationFactor: 0.2}
	wait.Reset()
	for {
		entries, limit := s.queue.take(most, s.together)
		if len(entries) == 0 {
			select {
			case <-s.queue.arrived:
				continue
			case <-ctx.Done():
				return
			}
		}
		r := newRequest(entries, limit)
		err := s.send(sending, r)
		if err == nil {
			s.queue.remove(s.settle(r, entries))
			wait.Reset()
			continue
		}
		s.queue.release()
		if errors.Is(err, errLess) {
			continue
		}
		pause := wait.NextBackOff()
		if asked := (delay{}); errors.As(err, &asked) {
			pause = max(pause, min(asked.after, longestDelay))
		}
		select {
		case <-time.After(pause):
		case <-s.changed:
			wait.Reset()
		case <-ctx.Done():
			return
		}
	}
}

// errLess is that the same is to be sent again at once, less of it at a time.
var errLess = errors.New("less at a time")

// send sends a request. An error but for errLess is that the receiver is to be asked again
// later. Where it has more than what is sent alone, it is less the next time: the receiver may
// refuse it for one push in it, or not take as much in time.
func (s *sender) send(ctx context.Context, r *request) error {
	err := s.protocol.send(ctx, s.connection.Load(), r)
	refused := refusal{}
	switch {
	case err == nil:
	case errors.Is(err, errTooLong):
		s.together = min(r.fitting(), r.samples-1)
		return errLess
	case errors.As(err, &refused):
		if refused.lost >= r.samples && !r.smallest() {
			s.logger.Debug("several pushes at a time are refused; fewer are sent at a time", "samples", r.samples, "err", refused.error)
			s.less(r)
			return errLess
		}
	default:
		s.failed(ctx, err)
		s.less(r)
		return err
	}
	s.sent.Add(uint64(r.samples - refused.lost))
	s.refused.Add(uint64(refused.lost))
	if refused.lost > 0 {
		s.lost = refusal{refused.error, s.lost.lost + refused.lost}
	}
	if refused.lost < r.samples {
		s.more(r)
	}
	return nil
}

// less has fewer samples be sent together, where it was several pushes that were too many.
func (s *sender) less(r *request) {
	if r.smallest() {
		return
	}
	s.together = r.samples / 2
	if !s.lessened {
		s.slowly = s.together
	}
	s.lessened = true
}

// more has more samples be sent together, where as many were taken.
func (s *sender) more(r *request) {
	s.lessened = false
	if 2*r.samples < s.together {
		return // no more waited
	}
	next := max(s.together, r.samples)
	if next < s.slowly {
		next = min(2*next, s.slowly)
	} else {
		next += next/8 + 1
	}
	s.together = min(next, mostTogether, r.fitting())
}

// settle notes that a request is answered for good, and returns how many of the entries are
// done with.
func (s *sender) settle(r *request, entries []*entry) (done int) {
	if done = r.settle(entries); done > 0 {
		s.settled(s.lost)
		s.lost = refusal{}
	}
	return done
}

// failed counts a request that is to be tried again, and tells of the first.
func (s *sender) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.failures.Add(1)
	if !s.down {
		s.logger.Warn("figures not pushed; they wait, and are tried again", "err", err)
	}
	s.down = true
}

// settled is for a push that is answered for good. It tells where that is news.
func (s *sender) settled(refused refusal) {
	refuses := refused.lost > 0
	switch {
	case refuses && !s.refuses:
		s.logger.Error("the receiver refuses figures; they are dropped", "samples", refused.lost, "err", refused.error)
	case !refuses && (s.down || s.refuses):
		s.logger.Info("figures pushed again")
	}
	s.down, s.refuses = false, refuses
	if refuses {
		return
	}
	s.dropping.Store(false)
	now := time.Now()
	s.lastSuccess.Store(&now)
}
