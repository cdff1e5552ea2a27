package exporter

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"planwatch/internal/report"
)

// A report of an earlier moment is made once, however many ask for it at once, and one at
// a time.
func TestEarlierReportIsMadeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		e := newEarlierReports()
		var made, under atomic.Int32
		release := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			e.run(ctx, func(_ context.Context, moment time.Time) (*report.Report, error) {
				if under.Add(1) > 1 {
					t.Error("two at a time")
				}
				<-release
				under.Add(-1)
				made.Add(1)
				return &report.Report{At: moment}, nil
			})
		})
		day := time.Date(2025, 2, 18, 0, 0, 0, 0, time.UTC)
		var asking sync.WaitGroup
		for i := range 20 {
			asking.Go(func() {
				moment := day.AddDate(0, 0, i%2)
				if r, err := e.of(ctx, moment); err != nil || !r.At.Equal(moment) {
					t.Errorf("%v, %v", r, err)
				}
			})
		}
		synctest.Wait() // all have asked
		close(release)
		asking.Wait()
		if n := made.Load(); n != 2 {
			t.Errorf("made %d times, want once for each of two moments", n)
		}
		for i := range mostEarlier + 1 {
			if _, err := e.of(ctx, day.AddDate(0, 1, i)); err != nil {
				t.Error(err)
			}
		}
		if _, err := e.of(ctx, day); err != nil || made.Load() != 2+mostEarlier+1+1 {
			t.Errorf("made %d times, %v: the oldest was to be forgotten", made.Load(), err)
		}
		cancel()
		all.Wait()
	})
}

// Who does not wait is told to ask again, and then finds what was begun. An error is not
// kept.
func TestEarlierReportTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		e := newEarlierReports()
		var all sync.WaitGroup
		broken := errors.New("broken")
		var asked int
		release := make(chan struct{})
		all.Go(func() {
			e.run(ctx, func(_ context.Context, moment time.Time) (*report.Report, error) {
				asked++
				<-release
				if asked == 2 {
					return nil, broken
				}
				return &report.Report{At: moment}, nil
			})
		})
		short := func() context.Context {
			c, stop := context.WithTimeout(ctx, time.Second)
			t.Cleanup(stop)
			return c
		}
		day := time.Date(2025, 2, 18, 0, 0, 0, 0, time.UTC)
		for range 2 { // the second cannot even ask
			if _, err := e.of(short(), day); !errors.Is(err, report.ErrBeingMade) {
				t.Errorf("%v", err)
			}
		}
		close(release)
		if r, err := e.of(short(), day); err != nil || !r.At.Equal(day) || asked != 1 {
			t.Errorf("%v, %v, asked %d times", r, err, asked)
		}
		other := day.AddDate(0, 0, 1)
		if _, err := e.of(ctx, other); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
		if _, err := e.of(ctx, other); err != nil {
			t.Errorf("the error was kept: %v", err)
		}
		cancel()
		all.Wait()
		if _, err := e.of(ctx, day.AddDate(1, 0, 0)); !errors.Is(err, report.ErrBeingMade) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// What is kept is answered at once while another is being made, and what lacks figures is
// not kept.
func TestEarlierReportThatIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		e := newEarlierReports()
		var all sync.WaitGroup
		made := map[time.Time]int{}
		release := make(chan struct{})
		kept, slow, lacking := time.Date(2025, 2, 18, 0, 0, 0, 0, time.UTC), time.Date(2025, 2, 19, 0, 0, 0, 0, time.UTC), time.Date(2025, 2, 20, 0, 0, 0, 0, time.UTC)
		all.Go(func() {
			e.run(ctx, func(_ context.Context, moment time.Time) (*report.Report, error) {
				made[moment]++
				if moment.Equal(slow) {
					<-release
				}
				return &report.Report{At: moment, Incomplete: moment.Equal(lacking)}, nil
			})
		})
		for range 2 {
			for _, moment := range []time.Time{kept, lacking} {
				if r, err := e.of(ctx, moment); err != nil || !r.At.Equal(moment) {
					t.Errorf("%v, %v", r, err)
				}
			}
		}
		if made[kept] != 1 || made[lacking] != 2 {
			t.Errorf("made %v", made)
		}
		var asking sync.WaitGroup
		asking.Go(func() { _, _ = e.of(ctx, slow) })
		synctest.Wait() // it is being made
		short, stop := context.WithTimeout(ctx, time.Second)
		if r, err := e.of(short, kept); err != nil || !r.At.Equal(kept) {
			t.Errorf("%v, %v", r, err)
		}
		stop()
		close(release)
		asking.Wait()
		cancel()
		all.Wait()
	})
}
