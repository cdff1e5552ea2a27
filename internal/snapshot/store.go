package snapshot

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"planwatch/internal/clock"
)

// Snapshot is all that is shown at one moment. It never changes.
type Snapshot struct {
	catalogue *Catalogue
	assessed  *Assessed
	// chunks are in order of collector.
	chunks []*Chunk
}

// Chunks are the collectors' parts, in order of name.
func (s *Snapshot) Chunks() []*Chunk { return s.chunks }

// Chunk is the part of one collector, or nil if it has none yet.
func (s *Snapshot) Chunk(collector string) *Chunk {
	for _, c := range s.chunks {
		if c.Collector == collector {
			return c
		}
	}
	return nil
}

// WriteTo copies the encoded snapshot, less OpenMetrics' end mark, and after
// it tail, which is of the same format and not compressed.
func (s *Snapshot) WriteTo(w io.Writer, format Format, compression Compression, tail []byte) error {
	if compression == Gzip {
		return writeGzip(w, s.encodings(), format, tail)
	}
	for _, e := range s.encodings() {
		if _, err := w.Write(e.in(format, compression)); err != nil {
			return err
		}
	}
	_, err := w.Write(tail)
	return err
}

func (s *Snapshot) encodings() []*encoded {
	all := make([]*encoded, 0, len(s.chunks)+2)
	all = append(all, &s.catalogue.encoded, &s.assessed.encoded)
	for _, c := range s.chunks {
		all = append(all, &c.encoded)
	}
	return all
}

// with is a Snapshot in which chunk takes the place of its collector's.
func (s *Snapshot) with(chunk *Chunk) *Snapshot {
	chunks := slices.Clone(s.chunks)
	i, found := slices.BinarySearchFunc(chunks, chunk.Collector, func(c *Chunk, name string) int { return strings.Compare(c.Collector, name) })
	if found {
		chunks[i] = chunk
	} else {
		chunks = slices.Insert(chunks, i, chunk)
	}
	return &Snapshot{catalogue: s.catalogue, assessed: s.assessed, chunks: chunks}
}

// Store keeps the current Snapshot: it replaces it, withdraws what has grown
// too old, and saves every change.
type Store struct {
	clock   clock.Clock
	file    File
	logger  *slog.Logger
	current atomic.Pointer[Snapshot]
	// asked are the forms that some scrape has asked for, a bit each.
	asked   atomic.Uint32
	unsaved chan struct{}
	changed chan struct{}
	saves   saves
}

// saves count how saving went, for the exporter's metrics about itself.
type saves struct {
	last   atomic.Pointer[time.Time]
	failed atomic.Uint64
}

// NewStore makes an empty Store that saves to file. A file without a path is
// never written.
func NewStore(clock clock.Clock, file File, logger *slog.Logger) *Store {
	s := &Store{clock: clock, file: file, logger: logger, unsaved: make(chan struct{}, 1), changed: make(chan struct{}, 1)}
	s.current.Store(&Snapshot{catalogue: &Catalogue{}, assessed: &Assessed{}})
	return s
}

// Current is the Snapshot of this moment.
func (s *Store) Current() *Snapshot { return s.current.Load() }

// Saved is when the snapshot was last written, or the zero time, and how
// many times that has failed.
func (s *Store) Saved() (last time.Time, failures uint64) {
	if p := s.saves.last.Load(); p != nil {
		last = *p
	}
	return last, s.saves.failed.Load()
}

// Replace shows figures in place of their collector's former ones.
func (s *Store) Replace(figures Figures) {
	chunk := newChunk(figures, s.clock.Now())
	s.warm(&chunk.encoded)
	s.change(func(old *Snapshot) *Snapshot { return old.with(chunk) })
	s.tell()
}

// Assess shows what the figures amount to against the plan.
func (s *Store) Assess(assessed *Assessed) {
	s.warm(&assessed.encoded)
	s.change(func(old *Snapshot) *Snapshot {
		return &Snapshot{catalogue: old.catalogue, assessed: assessed, chunks: old.chunks}
	})
}

// Changed receives when figures have changed since it last did. It is for
// one reader.
func (s *Store) Changed() <-chan struct{} { return s.changed }

// tell lets those know who act on changed figures.
func (s *Store) tell() {
	for _, listener := range []chan struct{}{s.unsaved, s.changed} {
		select {
		case listener <- struct{}{}:
		default:
		}
	}
}

// Configure shows the catalogue, and drops all figures but those of which
// keep is true. What keep sets in the figures it is given, they have then.
func (s *Store) Configure(catalogue *Catalogue, keep func(*Figures) bool) {
	s.warm(&catalogue.encoded)
	s.change(func(old *Snapshot) *Snapshot {
		next := &Snapshot{catalogue: catalogue, assessed: old.assessed}
		for _, chunk := range old.chunks {
			if figures := chunk.Figures; keep(&figures) {
				kept := newChunk(figures, s.clock.Now())
				s.warm(&kept.encoded)
				next.chunks = append(next.chunks, kept)
			}
		}
		return next
	})
	s.tell()
}

// Restore shows the figures that were saved, as far as keep is true of them.
// Figures of a later moment than the present, which a clock that was set
// back leaves behind, are dropped.
func (s *Store) Restore(keep func(*Figures) bool) {
	for _, figures := range s.file.read(s.logger) {
		if !figures.At.After(s.clock.Now()) && keep(&figures) {
			s.Replace(figures)
		}
	}
}

// Ask makes sure that the form is there, and from now on is made with every
// change.
func (s *Store) Ask(format Format, compression Compression) {
	bit := uint32(1) << (int(format)*int(compressionCount) + int(compression))
	if s.asked.Or(bit)&bit != 0 {
		return
	}
	for _, e := range s.Current().encodings() {
		e.in(format, compression)
	}
}

// warm encodes e in every form that is asked for.
func (s *Store) warm(e *encoded) {
	asked := s.asked.Load()
	for format := range formatCount {
		for compression := range compressionCount {
			if asked&(1<<(int(format)*int(compressionCount)+int(compression))) != 0 {
				e.in(format, compression)
			}
		}
	}
}

func (s *Store) change(next func(*Snapshot) *Snapshot) {
	for {
		old := s.current.Load()
		if s.current.CompareAndSwap(old, next(old)) {
			return
		}
	}
}

// Run saves changes and withdraws figures as they grow too old, until ctx
// ends; it saves once more then.
func (s *Store) Run(ctx context.Context) {
	for {
		wait, stop := s.nextWithdrawal()
		select {
		case <-s.unsaved:
			s.save()
		case <-wait:
			s.withdraw()
		case <-ctx.Done():
			stop()
			s.save()
			return
		}
		stop()
	}
}

// nextWithdrawal fires when the next figure grows too old.
func (s *Store) nextWithdrawal() (<-chan time.Time, func()) {
	var next time.Time
	for _, chunk := range s.Current().chunks {
		if !chunk.expires.IsZero() && (next.IsZero() || chunk.expires.Before(next)) {
			next = chunk.expires
		}
	}
	if next.IsZero() {
		return nil, func() {}
	}
	// At most a minute, since a timer does not see the wall's clock set.
	timer := time.NewTimer(min(next.Sub(s.clock.Now())+time.Millisecond, time.Minute))
	return timer.C, func() { timer.Stop() }
}

func (s *Store) withdraw() {
	now := s.clock.Now()
	for _, chunk := range s.Current().chunks {
		if chunk.expires.IsZero() || !chunk.expires.Before(now) {
			continue
		}
		rest := newChunk(chunk.Figures, now)
		s.warm(&rest.encoded)
		s.logger.Warn("figures withdrawn: older than max_age", "collector", chunk.Collector, "figures", rest.Withdrawn-chunk.Withdrawn, "max_age", chunk.MaxAge)
		s.change(func(old *Snapshot) *Snapshot {
			if old.Chunk(chunk.Collector) != chunk {
				return old
			}
			return old.with(rest)
		})
		s.tell()
	}
}

func (s *Store) save() {
	if s.file.Path == "" {
		return
	}
	if err := s.file.write(s.Current()); err != nil {
		s.saves.failed.Add(1)
		s.logger.Error("snapshot not saved; a restart would begin without figures", "err", err)
		return
	}
	now := time.Now()
	s.saves.last.Store(&now)
}
