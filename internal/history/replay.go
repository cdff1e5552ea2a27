package history

import (
	"context"
	"errors"
	"sync"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/warehouse"
)

// Replay gives the figures of past moments from the warehouse, as Store gives those
// that are kept.
type Replay struct {
	subjects map[Key]Subject
	memories map[Key]*memory
	// concurrency is how many moments are asked about at a time.
	concurrency int
	// kept is asked first; it may be nil.
	kept *Store
	// told is called with each moment that has been asked about; it may be nil.
	told func()

	lock   sync.Mutex
	failed []error
}

// NewReplay makes a Replay of a region's collectors. Where there is a store, only
// what it lacks is asked for. told, unless nil, is called with each answer.
func NewReplay(region *config.Region, sources config.Sources, kept *Store, told func()) *Replay {
	r := &Replay{subjects: map[Key]Subject{}, memories: map[Key]*memory{}, concurrency: region.History.Concurrency, kept: kept, told: told}
	for _, d := range region.Collectors {
		if d.Replays() != nil {
			continue
		}
		key := Key{d.Collector, region.Fingerprint(d)}
		r.subjects[key] = Subject{Definition: d, Key: key, Ask: d.Asking(sources[d.Source])}
		r.memories[key] = newMemory(r.subjects[key].Ask)
	}
	return r
}

// Failed are the errors of moments that could not be asked about, and of which
// there are no figures.
func (r *Replay) Failed() []error {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.failed
}

// Figures are those of a collector at each of the moments. The error is that of a
// source that does not answer, or ctx's.
func (r *Replay) Figures(ctx context.Context, key Key, moments []time.Time) (map[time.Time][]Figure, error) {
	subject, ok := r.subjects[key]
	if !ok {
		return nil, nil
	}
	figures, missing, err := r.look(ctx, key, moments)
	if err != nil {
		return nil, err
	}
	asking, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	open := make(chan time.Time)
	var workers sync.WaitGroup
	for range r.concurrency {
		workers.Go(func() {
			for at := range open {
				answer, err := collect(asking, subject, r.memories[key], at)
				if errors.Is(err, warehouse.ErrUnavailable) {
					stop(err)
				}
				r.add(figures, at, answer, err)
			}
		})
	}
	for _, at := range missing {
		if asking.Err() != nil {
			break
		}
		open <- at
	}
	close(open)
	workers.Wait()
	if err := context.Cause(asking); err != nil {
		return nil, err
	}
	return figures, nil
}

// look finds what is kept, and which moments are missing.
func (r *Replay) look(ctx context.Context, key Key, moments []time.Time) (figures map[time.Time][]Figure, missing []time.Time, err error) {
	figures = map[time.Time][]Figure{}
	kept := map[time.Time]time.Time{}
	if r.kept != nil {
		if kept, err = r.kept.Kept(ctx, key); err != nil {
			return nil, nil, err
		}
		if figures, err = r.kept.Figures(ctx, key, moments); err != nil {
			return nil, nil, err
		}
	}
	met := map[time.Time]bool{{}: true}
	for _, at := range moments {
		if at = at.UTC(); !met[at] {
			met[at] = true
			if _, is := kept[at]; !is {
				missing = append(missing, at)
			}
		}
	}
	return figures, missing, nil
}

func (r *Replay) add(figures map[time.Time][]Figure, at time.Time, answer []Figure, err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	switch {
	case err != nil && !errors.Is(err, context.Canceled):
		r.failed = append(r.failed, err)
	case len(answer) > 0:
		figures[at] = answer
	}
	if r.told != nil {
		r.told()
	}
}

// collect asks for the figures that were shown at the moment.
func collect(ctx context.Context, s Subject, m *memory, at time.Time) ([]Figure, error) {
	shown, err := asof.Then(ctx, s.Definition, m.asking(at), at)
	if err != nil {
		return nil, err
	}
	figures := make([]Figure, len(shown))
	for i, sample := range shown {
		figures[i] = Figure{Sample: sample}
	}
	return figures, nil
}
