package snapshot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Store keeps the current Snapshot: it replaces it, withdraws samples that are
// older than their max_age, and saves every change.
type Store struct {
	clock   clock.Clock
	file    SaveDirectory
	logger  *slog.Logger
	current atomic.Pointer[Snapshot]
	// asked is when each form was last asked for, in seconds since begun, from 1; 0 for
	// never.
	asked     [encodingCount][compressionCount]atomic.Int64
	begun     time.Time
	unsaved   chan struct{}
	changed   chan struct{}
	lastSaved atomic.Pointer[time.Time]
	failures  atomic.Uint64
	// saved is what each file has, by collector; nil for one that was there at the start.
	// Only Restore, and then Run, use it.
	saved map[string]*Chunk
	// saveFailed is whether the newest attempt to save failed. Only Run sets it.
	saveFailed atomic.Bool
}

// How soon a failed save is tried again: after the first, then twice as long
// each time, up to the second.
const (
	firstRetry  = time.Second
	longestWait = time.Minute
)

// NewStore makes an empty Store that saves to file.
func NewStore(clock clock.Clock, file SaveDirectory, logger *slog.Logger) *Store {
	s := &Store{clock: clock, file: file, logger: logger, begun: time.Now(), saved: map[string]*Chunk{}, unsaved: make(chan struct{}, 1), changed: make(chan struct{}, 1)}
	s.current.Store(&Snapshot{content: content{info: NewInfo(kpi.Catalogue{}, nil), gauges: &Gauges{}, own: newOwn(nil)}})
	return s
}

// Current is the Snapshot of this moment.
func (s *Store) Current() *Snapshot { return s.current.Load() }

// Samples are those that are shown at this moment, of all collectors.
func (s *Store) Samples() []kpi.Sample {
	var samples []kpi.Sample
	for _, chunk := range s.Current().chunks {
		samples = append(samples, chunk.Shown...)
	}
	return samples
}

// Past is what all collectors gave at the moments of references.
func (s *Store) Past() plan.Past { return s.Current().Past(s.clock.Now()) }

// Saved is when the snapshot was last saved, or the zero time, and how many
// times that has failed.
func (s *Store) Saved() (last time.Time, failures uint64) {
	if p := s.lastSaved.Load(); p != nil {
		last = *p
	}
	return last, s.failures.Load()
}

// SaveFails reports whether the newest attempt to save failed.
func (s *Store) SaveFails() bool { return s.saveFailed.Load() }

// Replace shows a record in place of its collector's former one.
func (s *Store) Replace(r Record, d Description) {
	chunk := newChunk(r, d, s.clock.Now())
	chunk.encode(s.wanted())
	s.change(func(old content) content { return old.with(chunk) })
	s.notify()
}

// ReplaceGauges shows the gauges in place of the former ones.
func (s *Store) ReplaceGauges(gauges *Gauges) {
	gauges.encode(s.wanted())
	s.change(func(old content) content {
		old.gauges = gauges
		return old
	})
}

// ReplaceOwn shows metrics about planwatch itself in place of the former ones.
func (s *Store) ReplaceOwn(made []*dto.MetricFamily) {
	own := newOwn(made)
	own.encode(s.wanted())
	s.change(func(old content) content {
		old.own = own
		return old
	})
}

// Describe is what the configuration says of a record; ok is false for a record
// of a definition that it does not have.
type Describe func(Record) (d Description, ok bool)

// Configure shows the info, and drops the records that describe does not know, and those
// of a later moment than the present, which a clock that was set back leaves behind.
func (s *Store) Configure(info *Info, describe Describe) {
	for _, chunk := range s.Current().chunks {
		if s.toCome(chunk.Record) {
			s.drop(chunk.Record)
		}
	}
	info.encode(s.wanted())
	s.change(func(old content) content {
		next := content{info: info, gauges: old.gauges, own: old.own}
		for _, chunk := range old.chunks {
			if description, ok := describe(chunk.Record); ok && !s.toCome(chunk.Record) {
				kept := newChunk(chunk.Record, description, s.clock.Now())
				kept.encode(s.wanted())
				next.chunks = append(next.chunks, kept)
			}
		}
		return next
	})
	s.notify()
}

// clockTolerance is how far the clock may have been set back between a save and
// a start, as clocks are that are kept synchronised.
const clockTolerance = 5 * time.Minute

// toCome reports whether the record is of a later moment than the present.
func (s *Store) toCome(r Record) bool { return r.At.Sub(s.clock.Now()) > clockTolerance }

// drop logs that a record is of a moment to come.
func (s *Store) drop(r Record) {
	s.logger.Warn("saved figures dropped", "collector", r.Collector, "why", "they are of a moment to come, so the clock was set back", "at", r.At)
}

// Restore shows the records that were saved, without those that describe does
// not know and those of a later moment than the present, which a clock that was
// set back leaves behind. It logs what it leaves out.
func (s *Store) Restore(describe Describe) {
	s.file.clear()
	saved := s.file.read(s.logger)
	for _, name := range slices.Sorted(maps.Keys(saved)) {
		s.saved[name] = nil
		for _, r := range saved[name] {
			s.restore(r, describe)
		}
	}
}

// ErrUnknown is the error of a record of a definition that the configuration does not
// have.
var ErrUnknown = errors.New("its definition, its query or its source is another here")

// Adopt shows a record that another planwatch made, unless what is shown is of a later
// moment.
func (s *Store) Adopt(r Record, describe Describe) error {
	description, ok := describe(r)
	if !ok {
		return fmt.Errorf("collector %s: %w", r.Collector, ErrUnknown)
	}
	if err := description.Fits(r); err != nil {
		return fmt.Errorf("collector %s: %w", r.Collector, err)
	}
	if s.toCome(r) {
		return fmt.Errorf("collector %s: the record is of a moment to come, %s; set the clocks of both machines", r.Collector, r.At.Format(time.RFC3339))
	}
	if shown := s.Current().Chunk(r.Collector); shown != nil && shown.Fingerprint == r.Fingerprint && shown.At.After(r.At) {
		return nil
	}
	s.Replace(r, description)
	return nil
}

func (s *Store) restore(r Record, describe Describe) {
	description, ok := describe(r)
	misfit := description.Fits(r)
	switch {
	case !ok:
		s.logger.Info("saved figures dropped", "collector", r.Collector, "why", "its definition, its query or its source has changed")
	case s.toCome(r):
		s.drop(r)
	case misfit != nil:
		s.logger.Warn("saved figures dropped", "collector", r.Collector, "why", misfit.Error())
	default:
		s.Replace(r, description)
	}
}

// askedFor is how long a form is kept ready after it was asked for. Scrapes come
// far more often.
const askedFor = 10 * time.Minute

// Answer is the current snapshot in one form, which is made with every change from
// now on, as long as it is asked for.
func (s *Store) Answer(encoding Encoding, compression Compression) *Answer {
	s.asked[encoding][compression].Store(1 + int64(time.Since(s.begun).Seconds()))
	return s.Current().Answer(encoding, compression)
}

// wanted are the forms that are asked for.
func (s *Store) wanted() forms {
	var all forms
	since := max(1, 1+int64((time.Since(s.begun)-askedFor).Seconds()))
	for encoding := range encodingCount {
		for compression := range compressionCount {
			if s.asked[encoding][compression].Load() >= since {
				all |= form{encoding, compression}.bit()
			}
		}
	}
	return all
}

// forget forgets the forms that are not asked for any more.
func (s *Store) forget() {
	s.Current().keep(s.wanted())
}

// change shows what next makes of what is shown, with the answers that are asked for.
func (s *Store) change(next func(content) content) {
	for {
		old := s.current.Load()
		changed := &Snapshot{content: next(old.content)}
		changed.prepare(s.wanted())
		if s.current.CompareAndSwap(old, changed) {
			return
		}
	}
}

// Changed receives when records have changed since it last did. It is for one
// reader.
func (s *Store) Changed() <-chan struct{} { return s.changed }

// notify makes the Store save, and Changed receive.
func (s *Store) notify() {
	for _, listener := range []chan struct{}{s.unsaved, s.changed} {
		select {
		case listener <- struct{}{}:
		default:
		}
	}
}

// Run saves changes and withdraws samples when they are older than their
// max_age, until ctx ends, and then saves once more. What could not be saved is
// tried again.
func (s *Store) Run(ctx context.Context) {
	wait := backoff.ExponentialBackOff{InitialInterval: firstRetry, MaxInterval: longestWait, Multiplier: 2}
	var again <-chan time.Time
	save := func() {
		again = nil
		if s.save() {
			wait.Reset()
			return
		}
		again = time.After(wait.NextBackOff())
	}
	wait.Reset()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		expired, stop := s.nextExpiry()
		select {
		case <-minute.C:
			s.forget()
		case <-s.unsaved:
			if again == nil { // or it is saved then: what changes meanwhile makes no wait longer
				save()
			}
		case <-again:
			save()
		case <-expired:
			s.withdraw()
		case <-ctx.Done():
			stop()
			s.save()
			return
		}
		stop()
	}
}

// nextExpiry fires when the next sample is older than its max_age.
func (s *Store) nextExpiry() (<-chan time.Time, func()) {
	var next time.Time
	for _, chunk := range s.Current().chunks {
		if !chunk.expires.IsZero() && (next.IsZero() || chunk.expires.Before(next)) {
			next = chunk.expires
		}
	}
	if next.IsZero() {
		return nil, func() {}
	}
	// At most a minute, since a timer does not notice that the system's clock is
	// set.
	timer := time.NewTimer(min(next.Sub(s.clock.Now())+time.Millisecond, time.Minute))
	return timer.C, func() { timer.Stop() }
}

func (s *Store) withdraw() {
	now := s.clock.Now()
	for _, chunk := range s.Current().chunks {
		if chunk.expires.IsZero() || !chunk.expires.Before(now) {
			continue
		}
		rest := newChunk(chunk.Record, chunk.Description, now)
		rest.encode(s.wanted())
		s.logger.Warn("figures withdrawn: older than max_age", "collector", chunk.Collector, "figures", rest.Withdrawn-chunk.Withdrawn, "max_age", chunk.MaxAge)
		s.change(func(old content) content {
			if old.chunk(chunk.Collector) != chunk {
				return old
			}
			return old.with(rest)
		})
		s.notify()
	}
}

// save saves the snapshot, and reports whether it is saved. A failure is logged
// when it begins and when it ends.
func (s *Store) save() bool {
	if s.file.Path == "" {
		return true
	}
	if err := s.file.write(s.Current(), s.saved); err != nil {
		s.failures.Add(1)
		if !s.saveFailed.Load() {
			s.logger.Error("snapshot not saved; a restart would begin without figures", "err", err)
		}
		s.saveFailed.Store(true)
		return false
	}
	if s.saveFailed.Load() {
		s.logger.Info("snapshot saved again")
	}
	s.saveFailed.Store(false)
	now := time.Now()
	s.lastSaved.Store(&now)
	return true
}
