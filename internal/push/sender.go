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
	// most is how many samples a request has at most, but for those of one histogram.
	most = 5000
)

// protocol sends samples to a receiver. It is for one goroutine.
type protocol interface {
	// send sends a part. The error is a refusal of what the receiver will never take, and a
	// delay or another where it may.
	send(ctx context.Context, to *connection, p part) error
}

// part is some metrics of a batch.
type part struct {
	at       time.Time
	metrics  []*metric
	values   []float64
	external []label
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
	// down is whether the newest request failed, and refuses whether some of the newest push
	// was refused. Only run uses them.
	down, refuses bool
	// dropping is whether samples have been dropped since a push was taken.
	dropping atomic.Bool
}

func newSender(name string, r Receiver, c Configuration, o Options, began time.Time) *sender {
	s := &sender{
		name: name, timeout: o.Timeout, firstRetry: o.FirstRetry, logger: o.Logger.With("receiver", name),
		changed: make(chan struct{}, 1),
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
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(drain, cancel) })()
	wait := backoff.ExponentialBackOff{InitialInterval: s.firstRetry, MaxInterval: longestRetry, Multiplier: 2, RandomizationFactor: 0.2}
	wait.Reset()
	for {
		e := s.queue.take()
		if e == nil {
			select {
			case <-s.queue.arrived:
				continue
			case <-ctx.Done():
				return
			}
		}
		err := s.send(sending, e)
		if err == nil {
			s.queue.remove()
			wait.Reset()
			continue
		}
		s.queue.release()
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

// send sends what is left of an entry. An error is that the receiver is to be asked again.
func (s *sender) send(ctx context.Context, e *entry) error {
	for e.metric < len(e.metrics) {
		last, samples := e.metric, 0
		for last < len(e.metrics) && (samples == 0 || samples+e.metrics[last].series() <= most) {
			samples += e.metrics[last].series()
			last++
		}
		p := part{e.at, e.metrics[e.metric:last], e.values[e.sample : e.sample+samples], e.external}
		err := s.protocol.send(ctx, s.connection.Load(), p)
		refused := refusal{}
		if err != nil && !errors.As(err, &refused) {
			s.failed(ctx, err)
			return err
		}
		s.sent.Add(uint64(samples - refused.lost))
		s.refused.Add(uint64(refused.lost))
		if refused.lost > 0 {
			e.refused = refusal{refused.error, e.refused.lost + refused.lost}
		}
		e.metric, e.sample = last, e.sample+samples
	}
	s.settled(e.refused)
	return nil
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
