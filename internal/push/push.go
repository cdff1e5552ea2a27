// Package push sends what a scrape shows to receivers that nobody scrapes for: engines
// that take Prometheus' remote write or OTLP. It keeps what a receiver does not take, in
// bounds, and none waits for another.
package push

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/internal/httpclient"
)

// Protocol is how a receiver is spoken to.
type Protocol string

// The protocols.
const (
	// RemoteWrite is Prometheus' remote write: 2.0, and 1.0 where the receiver takes no
	// other.
	RemoteWrite Protocol = "remote_write"
	// OTLP is OpenTelemetry's, as protobuf over HTTP.
	OTLP Protocol = "otlp"
)

// Configuration is what an Update may change of a Pusher.
type Configuration struct {
	// Interval is the time between pushes. They are at its multiples, so that all who
	// push the same figures do so at the same moments.
	Interval time.Duration
	// QueueBytes is how much may wait for each receiver, and MaxAge how long.
	QueueBytes int64
	MaxAge     time.Duration
	// ExternalLabels are added to every series that has none of that name.
	ExternalLabels map[string]string
	// Receivers by name; without any, nothing is pushed.
	Receivers map[string]Receiver
}

// Receiver is an address that takes figures.
type Receiver struct {
	URL      string
	Protocol Protocol
	// Headers are sent with every request.
	Headers map[string]string
	Client  httpclient.Client
}

// Validate returns an error if the authorities that a receiver's certificate is held
// against cannot be read.
func (c Configuration) Validate() error {
	for _, name := range slices.Sorted(maps.Keys(c.Receivers)) {
		if err := c.Receivers[name].Client.CheckAuthorities(); err != nil {
			return fmt.Errorf("push: receivers: %s: client: %w", name, err)
		}
	}
	return nil
}

// CheckSecrets returns why passwords and tokens cannot be read. Those receivers are sent
// nothing until they can.
func (c Configuration) CheckSecrets() []error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(c.Receivers)) {
		if err := c.Receivers[name].Client.CheckSecret(); err != nil {
			faults = append(faults, fmt.Errorf("push: receivers: %s: client: %w", name, err))
		}
	}
	return faults
}

// Options configure a Pusher for as long as it lives.
type Options struct {
	// Metrics is the handler that is scraped.
	Metrics http.Handler
	// Instance is the instance label of the series, host:port.
	Instance string
	Logger   *slog.Logger
	// Timeout is how long a request may take, and FirstRetry how soon one that failed is
	// tried again; left out, thirty seconds and one.
	Timeout, FirstRetry time.Duration
}

// Pusher pushes what a handler shows to receivers.
type Pusher struct {
	options Options
	began   time.Time
	wanted  atomic.Pointer[Configuration]
	updated chan struct{}
	// senders are those that run, by receiver; the map does not change.
	senders atomic.Pointer[map[string]*sender]
}

// New makes a Pusher that has no receivers.
func New(o Options) *Pusher {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.FirstRetry == 0 {
		o.FirstRetry = time.Second
	}
	p := &Pusher{options: o, began: time.Now(), updated: make(chan struct{}, 1)}
	p.wanted.Store(&Configuration{})
	p.senders.Store(&map[string]*sender{})
	return p
}

// Update has Run push as c says from now on.
func (p *Pusher) Update(c Configuration) {
	p.wanted.Store(&c)
	select {
	case p.updated <- struct{}{}:
	default:
	}
}

// Run pushes until ctx ends. What waits then is tried once more, for a few seconds at
// most. Series are not marked as ended, since a planwatch that stops is to come back, or
// another goes on with the same series.
func (p *Pusher) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	var running Configuration
	scraped := newScraper(p.options)
	var due <-chan time.Time
	var last time.Time
	for {
		select {
		case <-p.updated:
			next := *p.wanted.Load()
			p.configure(ctx, &all, running, next, scraped)
			running = next
		case <-due:
			// Where the clock was set back, or a timer is early, that moment has been.
			if at := time.Now().Truncate(running.Interval); !at.Equal(last) {
				last = at
				p.push(ctx, at, labelsOf(running.ExternalLabels), scraped)
			}
		case <-ctx.Done():
			return
		}
		due = nil
		if len(running.Receivers) > 0 {
			now := time.Now()
			due = time.After(now.Truncate(running.Interval).Add(running.Interval).Sub(now))
		}
	}
}

// push scrapes, and has every receiver sent what there is.
func (p *Pusher) push(ctx context.Context, at time.Time, external []label, scraped *scraper) {
	b := scraped.scrape(ctx, at)
	for _, s := range *p.senders.Load() {
		s.queue.add(&entry{batch: b, external: external})
	}
}

// configure starts and ends senders, so that they are those of next. A receiver that is
// still there keeps what waits for it. Series that end by this are marked as ended.
func (p *Pusher) configure(ctx context.Context, all *sync.WaitGroup, former, next Configuration, scraped *scraper) {
	senders := map[string]*sender{}
	end := func(s *sender) {
		if b := scraped.ended(time.Now()); b.samples() > 0 {
			s.queue.add(&entry{batch: b, external: labelsOf(former.ExternalLabels)})
		}
	}
	relabelled := !maps.Equal(former.ExternalLabels, next.ExternalLabels)
	for name, s := range *p.senders.Load() {
		r, stays := next.Receivers[name]
		stays = stays && s.same(r)
		if !stays || relabelled {
			end(s)
		}
		if stays {
			senders[name] = s
			s.update(r, next)
			continue
		}
		s.stop()
	}
	for name, r := range next.Receivers {
		if senders[name] != nil {
			continue
		}
		s := newSender(name, r, next, p.options, p.began)
		senders[name] = s
		sending, stop := context.WithCancel(ctx)
		s.stop = stop
		all.Go(func() {
			defer stop()
			s.run(sending)
		})
	}
	p.senders.Store(&senders)
	if len(senders) == 0 {
		scraped.forget()
	}
}
