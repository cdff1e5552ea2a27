package exposition_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/clock"
	"planwatch/internal/exposition"
	"planwatch/internal/logtest"
	"planwatch/internal/snapshot"
)

// counting gives how many times it was gathered, and err.
type counting struct {
	gathered atomic.Int64
	err      atomic.Pointer[error]
}

func (c *counting) Gather() ([]*dto.MetricFamily, error) {
	value := float64(c.gathered.Add(1))
	families := []*dto.MetricFamily{{Name: new("gathered"), Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: &value}}}}}
	if err := c.err.Load(); err != nil {
		return families, *err
	}
	return families, nil
}

var _ prometheus.Gatherer = (*counting)(nil)

// A scrape gathers nothing while Run does so: every five seconds, soon after a change,
// and not where there are no scrapes.
func TestOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logtest.Log
		logger, source := slog.New(slog.NewTextHandler(&log, nil)), &counting{}
		own := exposition.NewOwn(source, snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, logger), logger)
		handler := exposition.Handler(own)
		scrape := func(want int) {
			t.Helper()
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
			if line := "gathered " + string(rune('0'+want)) + "\n"; !strings.Contains(answer.Body.String(), line) {
				t.Errorf("no %q in %q", line, answer.Body)
			}
		}
		pass := func(d time.Duration) {
			<-time.After(d)
			synctest.Wait()
		}
		scrape(1) // before Run each scrape gathers
		scrape(2)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			own.Run(ctx)
		}()
		pass(5*time.Second + time.Millisecond)
		scrape(3)
		scrape(3)
		for range 10 {
			own.Changed() // many changes are one
		}
		synctest.Wait()
		scrape(4)
		own.Changed()
		synctest.Wait()
		if source.gathered.Load() != 4 {
			t.Errorf("gathered %d times: the next change waits a little", source.gathered.Load())
		}
		scrape(5) // and a scrape has it at once
		scrape(5)
		pass(300 * time.Millisecond)
		scrape(6)
		source.err.Store(new(errors.New("a metric is broken")))
		pass(10 * time.Minute)
		if source.gathered.Load() > 6+26 {
			t.Errorf("gathered %d times, and nobody asked for it", source.gathered.Load())
		}
		if n := log.Count("metrics about planwatch itself are incomplete"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, &log)
		}
		source.gathered.Store(6)
		scrape(7) // the first one after a while gathers itself
		cancel()
		<-ended
	})
}

// slow gives a state, as it was when the gathering began, once it may.
type slow struct {
	state    atomic.Int64
	gathered atomic.Int64
	begun    chan struct{}
	may      chan struct{}
}

func (s *slow) Gather() ([]*dto.MetricFamily, error) {
	value := float64(s.state.Load())
	s.gathered.Add(1)
	s.begun <- struct{}{}
	<-s.may
	return []*dto.MetricFamily{{Name: new("state"), Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: &value}}}}}, nil
}

// A scrape that comes while metrics are gathered waits for those of the newest change, and
// many scrapes at once are told by one gathering.
func TestOwnWhileGathering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, source := slog.New(slog.DiscardHandler), &slow{begun: make(chan struct{}), may: make(chan struct{})}
		own := exposition.NewOwn(source, snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, logger), logger)
		handler := exposition.Handler(own)
		var scrapes sync.WaitGroup
		scrape := func(want string) {
			scrapes.Go(func() {
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
				if !strings.Contains(answer.Body.String(), "state "+want+"\n") {
					t.Errorf("not %s: %q", want, answer.Body)
				}
			})
			synctest.Wait()
		}
		ctx, cancel := context.WithCancel(t.Context())
		var run sync.WaitGroup
		run.Go(func() { own.Run(ctx) })
		gather := func() {
			<-source.begun
			source.may <- struct{}{}
			synctest.Wait()
		}

		// Before Run keeps them: the first gathers, and one of those that came meanwhile.
		scrape("0")
		for range 10 {
			scrape("0")
		}
		gather()
		gather()
		scrapes.Wait()
		if n := source.gathered.Load(); n != 2 {
			t.Errorf("gathered %d times for eleven scrapes", n)
		}

		<-time.After(5 * time.Second)
		gather() // Run's own
		scrape("0")
		scrapes.Wait() // needs none
		own.Changed()
		<-source.begun // Run has seen that change
		source.state.Store(1)
		own.Changed() // and not this one
		for range 10 {
			scrape("1")
		}
		source.may <- struct{}{}
		synctest.Wait()
		gather()
		scrapes.Wait()
		if n := source.gathered.Load(); n != 5 {
			t.Errorf("gathered %d times", n)
		}
		cancel()
		run.Wait()
	})
}
