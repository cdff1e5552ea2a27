package collectors

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/robfig/cron/v3"

	"planwatch/internal/clock"
	"planwatch/internal/warehouse"
	"planwatch/internal/yamlfile"
)

// Retry says how soon a failed run is tried again: after Initial, then twice
// as long each time, up to Max if its source does not answer. A run that fails
// although its source answers may be a burden to it, and waits ever longer, up
// to an hour, but never beyond the moment when it is due.
type Retry struct {
	// How long to wait after the first failure.
	Initial yamlfile.Duration `yaml:"initial" jsonschema:"default=1s"`
	// The longest that a failed run waits while its source does not answer. If the source answers, a run that fails waits up to an hour, or until it is due.
	Max yamlfile.Duration `yaml:"max" jsonschema:"default=1m"`
}

// DefaultRetry is the Retry of a configuration that gives none.
func DefaultRetry() Retry {
	return Retry{Initial: yamlfile.Duration(time.Second), Max: yamlfile.Duration(time.Minute)}
}

// Validate returns an error if a duration is out of range.
func (r Retry) Validate() error {
	if r.Initial <= 0 {
		return yamlfile.Faultf("$.initial", "retry: initial: %s is not above zero", r.Initial)
	}
	if r.Max < r.Initial {
		return yamlfile.Faultf("$.max", "retry: max: %s is shorter than initial, %s", r.Max, r.Initial)
	}
	return nil
}

// longestRetry is the longest that a failed run waits.
const longestRetry = time.Hour

// Scheduler runs jobs at start and on their schedules, each never more than
// once at a time, and a failed one again until it succeeds.
type Scheduler struct {
	clock clock.Clock
	retry Retry
	cron  *cron.Cron
	jobs  map[string]cron.EntryID
	// ctx is that of Run. cron calls a job without one.
	ctx context.Context
	// triggered receives when all jobs are to run at once.
	triggered chan struct{}
}

// NewScheduler makes a Scheduler whose schedules follow clock.
func NewScheduler(clock clock.Clock, retry Retry, logger *slog.Logger) *Scheduler {
	log := cronLogger{logger}
	return &Scheduler{
		clock: clock, retry: retry, jobs: map[string]cron.EntryID{}, triggered: make(chan struct{}, 1),
		// Recover is the inner wrapper. If a panic reached SkipIfStillRunning,
		// the job would count as running for ever.
		cron: cron.New(cron.WithLogger(log), cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log))),
	}
}

// Add adds a job before Run is called. A job's error is a failed run.
func (s *Scheduler) Add(name string, schedule Schedule, job func(context.Context) error) {
	s.jobs[name] = s.cron.Schedule(cronSchedule{schedule, s.clock}, cron.FuncJob(func() { s.untilDone(job, schedule) }))
}

// Run runs every job at once, and after that on its schedule until ctx ends.
// It returns when the last job has returned.
func (s *Scheduler) Run(ctx context.Context) {
	s.ctx = ctx
	var atOnce sync.WaitGroup
	all := func() {
		for _, entry := range s.cron.Entries() {
			atOnce.Go(entry.WrappedJob.Run)
		}
	}
	all()
	s.cron.Start()
	for {
		select {
		case <-s.triggered:
			all()
			continue
		case <-ctx.Done():
		}
		<-s.cron.Stop().Done()
		atOnce.Wait()
		return
	}
}

// Trigger has every job run at once, but those that run already.
func (s *Scheduler) Trigger() {
	select {
	case s.triggered <- struct{}{}:
	default:
	}
}

// Next is when the job is due next by planwatch's clock, or the zero time.
func (s *Scheduler) Next(name string) time.Time {
	next := s.cron.Entry(s.jobs[name]).Next
	if next.IsZero() {
		return next
	}
	return s.clock.At(next)
}

// untilDone tries the job until it succeeds or the scheduler stops. Runs
// that are due in the meantime are skipped.
func (s *Scheduler) untilDone(job func(context.Context) error, schedule Schedule) {
	unavailable, failing := s.backOff(time.Duration(s.retry.Max)), s.backOff(max(longestRetry, time.Duration(s.retry.Max)))
	for {
		err := job(s.ctx)
		if err == nil || s.ctx.Err() != nil {
			return
		}
		var wait time.Duration
		if errors.Is(err, warehouse.ErrUnavailable) {
			wait = unavailable.NextBackOff()
			failing.Reset()
		} else {
			wait = min(failing.NextBackOff(), s.untilDue(schedule))
			unavailable.Reset()
		}
		again := time.NewTimer(wait)
		select {
		case <-again.C:
		case <-s.ctx.Done():
			again.Stop()
			return
		}
	}
}

func (s *Scheduler) backOff(longest time.Duration) *backoff.ExponentialBackOff {
	b := &backoff.ExponentialBackOff{
		InitialInterval: time.Duration(s.retry.Initial), MaxInterval: longest, Multiplier: 2, RandomizationFactor: 0.2,
	}
	b.Reset()
	return b
}

// untilDue returns how long it is until the schedule's next moment.
func (s *Scheduler) untilDue(schedule Schedule) time.Duration {
	now := s.clock.Now()
	if next := schedule.Next(now); !next.IsZero() {
		return next.Sub(now)
	}
	return longestRetry
}

// cronSchedule is a Schedule for cron, which uses the machine's time.
type cronSchedule struct {
	schedule Schedule
	clock    clock.Clock
}

func (o cronSchedule) Next(wall time.Time) time.Time {
	next := o.schedule.Next(o.clock.At(wall))
	if next.IsZero() {
		return next
	}
	return o.clock.Wall(next)
}

// cronLogger logs cron's messages: every step at level debug, and panics as
// errors.
type cronLogger struct{ *slog.Logger }

func (l cronLogger) Info(msg string, keysAndValues ...any) {
	l.Debug("cron", append([]any{"event", msg}, keysAndValues...)...)
}

func (l cronLogger) Error(err error, msg string, keysAndValues ...any) {
	l.Logger.Error("cron", append([]any{"event", msg, "err", err}, keysAndValues...)...)
}
