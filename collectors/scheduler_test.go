package collectors_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"planwatch/collectors"
	"planwatch/internal/clock"
	"planwatch/internal/warehouse"
	"planwatch/internal/yamlfile"
)

func retry(initial, longest time.Duration) collectors.Retry {
	return collectors.Retry{Initial: yamlfile.Duration(initial), Max: yamlfile.Duration(longest)}
}

func every(t *testing.T, fields string) collectors.Schedule {
	t.Helper()
	schedule, err := collectors.ParseSchedule(fields, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return schedule
}

// run runs the scheduler for a span of the bubble's time.
func run(t *testing.T, s *collectors.Scheduler, span time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), span)
	defer stop()
	s.Run(ctx)
}

func TestSchedulerRunsAtStartAndOnSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := collectors.NewScheduler(clock.Clock{}, retry(time.Second, time.Minute), slog.New(slog.DiscardHandler))
		var runs []time.Time
		s.Add("beds", every(t, "*/5 * * * *"), func(context.Context) error {
			runs = append(runs, time.Now())
			return nil
		})
		start := time.Now()
		run(t, s, 11*time.Minute)
		// A bubble's time begins at midnight, so the first due run is five minutes in.
		want := []time.Duration{0, 5 * time.Minute, 10 * time.Minute}
		if len(runs) != len(want) {
			t.Fatalf("ran %d times, want %d", len(runs), len(want))
		}
		for i, at := range runs {
			if at.Sub(start) != want[i] {
				t.Errorf("run %d came after %s, want %s", i, at.Sub(start), want[i])
			}
		}
	})
}

func TestSchedulerFollowsItsOwnClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := clock.StartingAt(time.Date(2025, 3, 18, 5, 59, 0, 0, time.UTC))
		s := collectors.NewScheduler(own, retry(time.Second, time.Minute), slog.New(slog.DiscardHandler))
		var runs atomic.Int32
		s.Add("staffing", every(t, "0 6 * * *"), func(context.Context) error { runs.Add(1); return nil })
		run(t, s, 2*time.Minute)
		if runs.Load() != 2 {
			t.Errorf("ran %d times, want once at start and once at six", runs.Load())
		}
	})
}

func TestSchedulerRetriesUntilItSucceeds(t *testing.T) {
	const second, hour = time.Second, time.Hour
	slow := fmt.Errorf("q.sql: %w", warehouse.ErrTimeout)
	down := fmt.Errorf("source warehouse: %w", warehouse.ErrUnavailable)
	tests := []struct {
		name, schedule string
		// fails are the errors of the first runs.
		fails []error
		waits []time.Duration
	}{
		{"a source that is down, up to max", "0 0 1 7 *", []error{down, down, down, down}, []time.Duration{second, 2 * second, 4 * second, 4 * second}},
		{"a query that is too slow, up to an hour", "0 0 1 7 *", repeat(slow, 14), []time.Duration{
			second, 2 * second, 4 * second, 8 * second, 16 * second, 32 * second, 64 * second, 128 * second, 256 * second, 512 * second, 1024 * second, 2048 * second, hour, hour,
		}},
		{"a source that goes down, and comes up with a slow query", "0 0 1 7 *", []error{slow, slow, down, down, slow}, []time.Duration{
			second, 2 * second, second, 2 * second, second,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := collectors.NewScheduler(clock.Clock{}, retry(second, 4*second), slog.New(slog.DiscardHandler))
				var runs []time.Time
				s.Add("staffing", every(t, tt.schedule), func(context.Context) error {
					runs = append(runs, time.Now())
					if len(runs) <= len(tt.fails) {
						return tt.fails[len(runs)-1]
					}
					return nil
				})
				run(t, s, 5*hour)
				if len(runs) <= len(tt.fails) {
					t.Fatalf("ran %d times, want at least %d", len(runs), len(tt.fails)+1)
				}
				for i, about := range tt.waits {
					if wait := runs[i+1].Sub(runs[i]); wait < about*7/10 || wait > about*13/10 {
						t.Errorf("retry %d came after %s, want about %s", i+1, wait, about)
					}
				}
			})
		})
	}
}

// However long a failed run waits, it runs when it is due.
func TestSchedulerRunsWhenDueThoughRunsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := collectors.NewScheduler(clock.Clock{}, retry(time.Second, time.Minute), slog.New(slog.DiscardHandler))
		start := time.Now()
		var due []time.Duration
		runs := 0
		s.Add("staffing", every(t, "*/30 * * * *"), func(context.Context) error {
			runs++
			// The bubble's time begins at midnight.
			if since := time.Since(start); since%(30*time.Minute) == 0 {
				due = append(due, since)
			}
			return warehouse.ErrTimeout
		})
		run(t, s, 121*time.Minute)
		if len(due) != 5 {
			t.Errorf("ran at %v, want every half hour", due)
		}
		if runs > 20 {
			t.Errorf("ran %d times", runs)
		}
	})
}

func repeat(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func TestSchedulerStartsNoRunTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := collectors.NewScheduler(clock.Clock{}, retry(time.Second, time.Minute), slog.New(slog.DiscardHandler))
		var going, most, runs int32
		s.Add("slow", every(t, "* * * * *"), func(context.Context) error {
			most = max(most, atomic.AddInt32(&going, 1))
			time.Sleep(150 * time.Second) //nolint:forbidigo // the bubble's time, which passes at once
			atomic.AddInt32(&going, -1)
			runs++
			return nil
		})
		run(t, s, 10*time.Minute)
		if most != 1 {
			t.Errorf("%d runs went at once", most)
		}
		if runs < 3 {
			t.Errorf("ran %d times only", runs)
		}
	})
}

func TestSchedulerSurvivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := collectors.NewScheduler(clock.Clock{}, retry(time.Second, time.Minute), slog.New(slog.DiscardHandler))
		var others, panics int
		s.Add("broken", every(t, "* * * * *"), func(context.Context) error { panics++; panic("a fault in the code") })
		s.Add("sound", every(t, "* * * * *"), func(context.Context) error { others++; return nil })
		run(t, s, 3*time.Minute+time.Second)
		if others != 4 || panics != 4 {
			t.Errorf("the sound job ran %d times and the broken one %d times, want 4 each", others, panics)
		}
	})
}

func TestSchedulerStopsARunningJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := collectors.NewScheduler(clock.Clock{}, retry(time.Second, time.Minute), slog.New(slog.DiscardHandler))
		ended := false
		s.Add("slow", every(t, "0 6 * * *"), func(ctx context.Context) error {
			<-ctx.Done()
			ended = true
			return ctx.Err()
		})
		run(t, s, time.Minute)
		if !ended {
			t.Error("Run returned before the job had ended")
		}
	})
}

// On the Sundays on which the clocks change no run is lost, and a daily one does not
// come twice.
func TestSchedulerOnTheSundaysOfTheClocks(t *testing.T) {
	stockholm := location(t, "Europe/Stockholm")
	quarters := func(times ...string) (all []string) {
		for _, hour := range times {
			for _, minute := range []string{"00", "15", "30", "45"} {
				all = append(all, hour[:3]+minute+hour[3:])
			}
		}
		return all
	}
	tests := []struct {
		name, from, to, fields string
		want                   []string
	}{
		{"spring, in the hour that is left out", "2025-03-29T12:00:00+01:00", "2025-03-31T12:00:00+02:00", "30 2 * * *", []string{"Sun 03:00+02", "Mon 02:30+02"}},
		{"spring, as the hour ends that is left out", "2025-03-29T12:00:00+01:00", "2025-03-31T12:00:00+02:00", "0 3 * * *", []string{"Sun 03:00+02", "Mon 03:00+02"}},
		{"spring, in the morning", "2025-03-29T12:00:00+01:00", "2025-03-31T12:00:00+02:00", "0 7 * * *", []string{"Sun 07:00+02", "Mon 07:00+02"}},
		{"spring, every quarter", "2025-03-30T00:50:00+01:00", "2025-03-30T04:50:00+02:00", "*/15 * * * *", quarters("01:+01", "03:+02", "04:+02")},
		{"spring, quarters of certain hours", "2025-03-30T00:50:00+01:00", "2025-03-30T04:50:00+02:00", "*/15 1-3 * * *", quarters("01:+01", "03:+02")},
		{"autumn, in the hour that comes twice", "2025-10-25T12:00:00+02:00", "2025-10-27T12:00:00+01:00", "30 2 * * *", []string{"Sun 02:30+02", "Mon 02:30+01"}},
		{"autumn, as the hour ends that comes twice", "2025-10-25T12:00:00+02:00", "2025-10-27T12:00:00+01:00", "0 3 * * *", []string{"Sun 03:00+01", "Mon 03:00+01"}},
		{"autumn, in the morning", "2025-10-25T12:00:00+02:00", "2025-10-27T12:00:00+01:00", "0 7 * * *", []string{"Sun 07:00+01", "Mon 07:00+01"}},
		{"autumn, every quarter", "2025-10-26T01:50:00+02:00", "2025-10-26T03:50:00+01:00", "*/15 * * * *", quarters("02:+02", "02:+01", "03:+01")},
		{"autumn, quarters of certain hours", "2025-10-26T01:50:00+02:00", "2025-10-26T03:50:00+01:00", "*/15 2-3 * * *", quarters("02:+02", "03:+01")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			schedule, err := collectors.ParseSchedule(tt.fields, stockholm)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				own := clock.StartingAt(moment(t, tt.from))
				s := collectors.NewScheduler(own, retry(time.Second, time.Minute), slog.New(slog.DiscardHandler))
				var runs []string
				s.Add("beds", schedule, func(context.Context) error {
					layout := "Mon 15:04-07"
					if len(tt.want) > 2 { // within a day
						layout = "15:04-07"
					}
					runs = append(runs, own.Now().In(stockholm).Format(layout))
					return nil
				})
				run(t, s, moment(t, tt.to).Sub(moment(t, tt.from)))
				if got := runs[1:]; !slices.Equal(got, tt.want) { // the first is that of the start
					t.Errorf("runs at\n%s\nwant\n%s", got, tt.want)
				}
			})
		})
	}
}
