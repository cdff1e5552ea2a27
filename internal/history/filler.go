package history

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// How long the Filler waits: before it looks for moments that have come, and
// before it tries again what failed for another reason than a source that is
// down.
const (
	lookInterval  = time.Minute
	retryInterval = time.Hour
)

// Subject is a collector whose history is kept.
type Subject struct {
	Definition *collectors.Definition
	Key        Key
	// Ask asks the collector's source.
	Ask collectors.Ask
}

// Filler reads what is missing of the past into a Store, behind the live runs.
type Filler struct {
	subjects []Subject
	settings config.History
	store    *Store
	clock    clock.Clock
	logger   *slog.Logger
	// began is when planwatch began to keep history, where nothing before is read.
	began    time.Time
	progress atomic.Pointer[Progress]
	changed  chan struct{}
	// kept and failed are by subject; only Run uses them. failed has when the moment
	// was tried.
	kept, failed []map[time.Time]time.Time
	// looked is set after the first pass, and filled once that all is kept was told; here is
	// whether something was read from the warehouse.
	looked, filled, here bool
	// elsewhere is nil where planwatch is alone, and waits is whether the last pass left
	// something to another.
	elsewhere Elsewhere
	waits     bool
}

// NewFiller makes a Filler of the subjects, and looks at what is kept of them. Where
// elsewhere is nil, all is read from the warehouse.
func NewFiller(ctx context.Context, subjects []Subject, settings config.History, store *Store, elsewhere Elsewhere, c clock.Clock, logger *slog.Logger) *Filler {
	f := &Filler{elsewhere: elsewhere, subjects: subjects, settings: settings, store: store, clock: c, logger: logger, began: c.Now(), changed: make(chan struct{}, 1)}
	f.progress.Store(&Progress{})
	for range subjects {
		f.kept, f.failed = append(f.kept, nil), append(f.failed, map[time.Time]time.Time{})
	}
	if err := f.lookUp(ctx, f.began); err != nil {
		f.fault(ctx, err)
		return f
	}
	left := coarseOf(f.tasks(f.began))
	f.note(func(p *Progress) { p.Coarse = left == 0 })
	return f
}

// Progress is how far the reading has come.
func (f *Filler) Progress() Progress { return *f.progress.Load() }

// Changed receives when more has been read since it last did, and once when it is
// known what is kept. It is for one reader.
func (f *Filler) Changed() <-chan struct{} { return f.changed }

// task is a moment of one subject to read. It is coarse if a reader needs it to see
// how a figure went and where it is heading.
type task struct {
	subject int
	at      time.Time
	coarse  bool
}

// outcome is what came of a task.
type outcome struct {
	task
	samples []kpi.Sample
	// read is when it was read, and there whether another planwatch did; nowhere is that it
	// is waited for.
	read           time.Time
	there, nowhere bool
	err            error
}

// Run reads the past, and each moment when it has come, until ctx ends.
func (f *Filler) Run(ctx context.Context) {
	for {
		f.waits = false
		f.pass(ctx)
		interval := lookInterval
		if f.waits {
			interval = elsewhereInterval
		}
		again := time.NewTimer(interval)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return
		}
	}
}

// pass reads all that is due.
func (f *Filler) pass(ctx context.Context) {
	began, now := time.Now(), f.clock.Now()
	if err := errors.Join(f.adopt(ctx), f.lookUp(ctx, now)); err != nil {
		f.fault(ctx, err)
		return
	}
	tasks := f.tasks(now)
	left := coarseOf(tasks)
	f.note(func(p *Progress) { p.Reading, p.Coarse = len(tasks) > 0, p.Coarse || left == 0 })
	read := f.read(ctx, tasks, left)
	if p := f.Progress(); !f.filled && read > 0 && p.Kept == p.Wanted && ctx.Err() == nil {
		f.filled = true
		told := []any{"moments", p.Kept, "read_now", read, "failed", p.Failed, "duration", time.Since(began).Round(time.Millisecond)}
		if f.here {
			f.logger.Info("the past has been read from the warehouse", told...)
		} else {
			f.logger.Info("the past has been read, without the warehouse", told...)
		}
	}
	f.note(func(p *Progress) { p.Reading = false })
	if read > 0 || !f.looked {
		f.notify()
	}
	f.looked = true
	f.fault(ctx, f.store.Prune(ctx, now.Add(-time.Duration(f.settings.Keep))))
}

// adopt makes the subjects' definitions those whose figures are kept. It is done once,
// when Run has begun: before a reload the former definitions' Filler still writes.
func (f *Filler) adopt(ctx context.Context) error {
	if f.looked {
		return nil
	}
	var names []string
	for _, s := range f.subjects {
		names = append(names, s.Key.Collector)
		if err := f.store.Adopt(ctx, s.Key, !s.Definition.Revised()); err != nil {
			return err
		}
	}
	return f.store.Retain(ctx, names)
}

// lookUp finds what is kept already.
func (f *Filler) lookUp(ctx context.Context, now time.Time) error {
	if err := f.store.Present(); err != nil {
		return err
	}
	wanted, kept, collectors := 0, 0, map[string]Moments{}
	for i, s := range f.subjects {
		if f.kept[i] == nil {
			known, err := f.store.Kept(ctx, s.Key)
			if err != nil {
				return err
			}
			f.kept[i] = known
		}
		of := Moments{Failed: len(f.failed[i])}
		for _, at := range f.wanted(s, now) {
			of.Wanted++
			if _, is := f.kept[i][at]; is {
				of.Kept++
			}
		}
		wanted, kept, collectors[s.Key.Collector] = wanted+of.Wanted, kept+of.Kept, of
	}
	f.note(func(p *Progress) { p.Wanted, p.Kept, p.Collectors, p.Err = wanted, kept, collectors, nil })
	return nil
}

// wanted are the moments of the subject's history up to now, without those that
// are waited for, each once.
func (f *Filler) wanted(s Subject, now time.Time) []time.Time {
	var all []time.Time
	for _, stage := range f.stages(s, now) {
		all = append(all, stage...)
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// stages are the subject's, without the moments that are not read at all or not
// yet. They are in UTC, as those of Store.Kept.
func (f *Filler) stages(s Subject, now time.Time) [][]time.Time {
	all := stages(s.Definition, f.settings, now)
	for i := range all {
		all[i] = slices.DeleteFunc(all[i], func(at time.Time) bool {
			return !f.settings.Backfill && at.Before(f.began) || !due(s.Definition, at, time.Time{}, now)
		})
		for j := range all[i] {
			all[i][j] = all[i][j].UTC()
		}
	}
	return all
}

// tasks are what to read, stage by stage and in each the latest moment first. What
// is read again comes last.
func (f *Filler) tasks(now time.Time) []task {
	var inOrder, again []task
	met := map[task]bool{}
	perSubject := make([][][]time.Time, len(f.subjects))
	most := 0
	for i, s := range f.subjects {
		perSubject[i] = f.stages(s, now)
		most = max(most, len(perSubject[i]))
	}
	for stage := range most {
		var missing []task
		for i, s := range f.subjects {
			for _, at := range perSubject[i][stage] {
				t := task{i, at, false}
				read := f.kept[i][at]
				if met[t] || !due(s.Definition, at, read, now) || now.Sub(f.failed[i][at]) < retryInterval {
					continue
				}
				met[t] = true
				t.coarse = stage < coarse
				if read.IsZero() {
					missing = append(missing, t)
				} else {
					again = append(again, t)
				}
			}
		}
		slices.SortStableFunc(missing, func(a, b task) int { return b.at.Compare(a.at) })
		inOrder = append(inOrder, missing...)
	}
	return append(inOrder, again...)
}

// coarseOf counts the coarse tasks.
func coarseOf(tasks []task) int {
	n := 0
	for _, t := range tasks {
		if t.coarse {
			n++
		}
	}
	return n
}

// read does the tasks, of which so many are coarse, and returns how many moments it
// kept. A source that is down is not asked again.
func (f *Filler) read(ctx context.Context, tasks []task, coarse int) (read int) {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	open, outcomes := make(chan task), make(chan outcome)
	memories := make([]*memory, len(f.subjects))
	for i, s := range f.subjects {
		memories[i] = newMemory(s.Ask)
	}
	var workers sync.WaitGroup
	for range f.settings.Concurrency {
		workers.Go(func() {
			for t := range open {
				outcomes <- f.carryOut(reading, t, memories[t.subject])
				f.rest(reading)
			}
		})
	}
	go func() {
		workers.Wait()
		close(outcomes)
	}()
	// What is waited for elsewhere comes in the same order: the rest of that subject's is not
	// there either.
	down, waits := map[string]bool{}, map[int]bool{}
	next, last := 0, time.Time{}
	hand := open
	for {
		for next < len(tasks) && (waits[tasks[next].subject] || down[f.subjects[tasks[next].subject].Definition.Source]) {
			next++
		}
		if hand != nil && (next == len(tasks) || ctx.Err() != nil) {
			close(open)
			hand = nil
		}
		var t task
		if hand != nil {
			t = tasks[next]
		}
		select {
		case hand <- t:
			next++
		case o, more := <-outcomes:
			if !more {
				return read
			}
			waits[o.subject] = waits[o.subject] || o.nowhere
			f.waits = f.waits || o.nowhere
			if f.settle(ctx, o, down) {
				read++
			}
			if o.coarse && !errors.Is(o.err, warehouse.ErrUnavailable) {
				coarse--
			}
			if coarse == 0 && !f.Progress().Coarse {
				f.note(func(p *Progress) { p.Coarse = true })
			}
			if !o.at.Equal(last) {
				last = o.at
				f.notify()
			}
		}
	}
}

// settle keeps an outcome, and reports whether it did.
func (f *Filler) settle(ctx context.Context, o outcome, down map[string]bool) bool {
	s := f.subjects[o.subject]
	switch {
	case ctx.Err() != nil, o.nowhere:
		return false
	case errors.Is(o.err, warehouse.ErrUnavailable):
		down[s.Definition.Source] = true
		return false
	case o.err != nil:
		if len(f.failed[o.subject]) == 0 {
			f.logger.Warn("a past moment could not be read; there are no figures of it", "collector", s.Key.Collector, "at", o.at, "err", o.err)
		}
		f.failed[o.subject][o.at] = f.clock.Now()
		f.count(o.subject, false)
		f.countFailed()
		return false
	}
	revised, err := f.store.Put(ctx, Reading{Key: s.Key, At: o.at, Read: o.read, Samples: o.samples})
	if err != nil {
		f.fault(ctx, err)
		return false
	}
	delete(f.failed[o.subject], o.at)
	_, again := f.kept[o.subject][o.at]
	f.kept[o.subject][o.at] = o.read
	f.here = f.here || !o.there
	f.note(func(p *Progress) {
		p.Revised += uint64(revised)
		p.Newest, p.Err = o.read, nil
		if !again {
			p.Kept++
		}
	})
	f.count(o.subject, !again)
	f.countFailed()
	return true
}

// count notes how a subject stands, which may have one more moment.
func (f *Filler) count(subject int, more bool) {
	f.note(func(p *Progress) {
		name := f.subjects[subject].Key.Collector
		of := p.Collectors[name]
		if of.Failed = len(f.failed[subject]); more {
			of.Kept++
		}
		p.Collectors = maps.Clone(p.Collectors)
		p.Collectors[name] = of
	})
}

func (f *Filler) countFailed() {
	failed := 0
	for _, moments := range f.failed {
		failed += len(moments)
	}
	f.note(func(p *Progress) { p.Failed = failed })
}

// rest keeps a worker from asking again at once, so that live runs go before.
func (f *Filler) rest(ctx context.Context) {
	select {
	case <-time.After(time.Duration(f.settings.Pause)):
	case <-ctx.Done():
	}
}

// fault notes that the store cannot be read or written, and logs it when that
// begins.
func (f *Filler) fault(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	if f.Progress().Err == nil {
		f.logger.Error("history cannot be kept", "err", err)
	}
	f.note(func(p *Progress) { p.Err = err })
}

// note changes the progress. Only Run's goroutine does.
func (f *Filler) note(change func(*Progress)) {
	next := f.Progress()
	change(&next)
	f.progress.Store(&next)
}

func (f *Filler) notify() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}
