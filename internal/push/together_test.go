package push_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"planwatch/internal/push"
)

// knowsFirst has the receiver answer 2.0 as one does that knows 1.0 only.
func knowsFirst(w http.ResponseWriter, r *http.Request) bool {
	if r.Header.Get("X-Prometheus-Remote-Write-Version") == "2.0.0" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return true
	}
	return false
}

// speaking are the ways in which a receiver is spoken to.
var speaking = []struct {
	name     string
	protocol push.Protocol
	answer   func(w http.ResponseWriter, r *http.Request) bool
	// beds is the key of a series by hospital.
	beds string
}{
	{"remote write 2.0", push.RemoteWrite, func(http.ResponseWriter, *http.Request) bool { return false }, writtenBeds},
	{"remote write 1.0", push.RemoteWrite, knowsFirst, writtenBeds},
	{"OTLP", push.OTLP, func(http.ResponseWriter, *http.Request) bool { return false }, pointsOfBeds},
}

const (
	writtenBeds  = "__name__=kpi_beds,exported_instance=a,hospital=Kalix,"
	pointsOfBeds = `kpi_beds "Beds." gauge exported_instance=a,hospital=Kalix,`
)

// of are the values of the series whose key has a text.
func (r *receiver) of(text string) []sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, all := range r.series {
		if strings.Contains(key, text) {
			return slices.Clone(all)
		}
	}
	return nil
}

// held is a receiver that answers nothing before it is released.
type held struct {
	*receiver
	free   chan struct{}
	freely sync.Once
}

func (h *held) release() { h.freely.Do(func() { close(h.free) }) }

func hold(t *testing.T, answer func(w http.ResponseWriter, r *http.Request) bool) *held {
	t.Helper()
	h := &held{free: make(chan struct{})}
	h.receiver = newReceiver(t, func(_ int, w http.ResponseWriter, r *http.Request) bool {
		if answer(w, r) {
			return true
		}
		select {
		case <-h.free:
			return false
		case <-r.Context().Done():
			return true
		}
	})
	t.Cleanup(h.release)
	return h
}

// What has waited for a receiver comes in few requests, in order, with the ends of series.
func TestCatchingUp(t *testing.T) {
	for _, tt := range speaking {
		t.Run(tt.name, func(t *testing.T) {
			const scrapes = 120
			r := hold(t, tt.answer)
			c := to(r.receiver)
			c.Interval = 10 * time.Millisecond
			c.Receivers["a"] = push.Receiver{URL: r.URL, Protocol: tt.protocol}
			p := start(t, everything, push.Options{Timeout: patience}, c)
			until(t, "the first request is there", func() bool { return r.count() > 0 })
			// A series that ends and comes back, and a name that becomes that of another kind.
			var all []string
			for i := range scrapes {
				text := everything
				if i%3 == 1 {
					text = strings.Replace(text, "Kalix", "Piteå", 1)
				}
				if i%4 == 1 {
					text = strings.Replace(text, "planwatch_runs_total counter\nplanwatch_runs_total 3", "kpi_risks gauge\nkpi_risks 3", 1)
				}
				if i%4 == 2 {
					text += "# TYPE kpi_risks histogram\nkpi_risks_bucket{le=\"+Inf\"} 2\nkpi_risks_sum 3\nkpi_risks_count 2\n"
				}
				all = append(all, text)
			}
			until(t, "so many pushes wait", p.shown.once(all...))
			before := r.count()
			r.release()
			until(t, "it has caught up", func() bool { return len(r.of(tt.beds)) > scrapes*2/3 && p.metric(t, "planwatch_push_lag_seconds") == 0 })
			requests := r.count() - before
			p.stop()
			beds, ups := r.of(tt.beds), r.of("__name__=up")
			if tt.protocol == push.OTLP {
				ups = r.of(`] up "" gauge`)
			}
			for _, series := range [][]sample{beds, ups} {
				for i := 1; i < len(series); i++ {
					if series[i].at <= series[i-1].at {
						t.Fatalf("out of order: %v", series)
					}
				}
			}
			if len(ups) < scrapes {
				t.Errorf("%d pushes came of %d", len(ups), scrapes)
			}
			ends := 0
			for i, s := range beds {
				if !value.IsStaleNaN(s.value) {
					continue
				}
				ends++
				if i > 0 && value.IsStaleNaN(beds[i-1].value) {
					t.Errorf("it ends twice: %v", beds)
				}
			}
			if ends != scrapes/3 {
				t.Errorf("the series ends %d times, want %d", ends, scrapes/3)
			}
			// While it catches up, others come.
			if requests > scrapes/4 {
				t.Errorf("%d requests for %d pushes", requests, scrapes)
			}
			if lost := p.metric(t, "planwatch_push_dropped_samples_total", "reason=refused") + p.metric(t, "planwatch_push_failures_total"); lost != 0 {
				t.Errorf("%v samples are refused, or requests failed", lost)
			}
		})
	}
}

// One push that a receiver will not have takes no other with it; nor does it that a receiver
// takes no large requests, by whatever it says so.
func TestRefusedTogether(t *testing.T) {
	bad := strings.Replace(everything, `standard=""} 12`, `standard=""} 666`, 1)
	isBad := func(s sample) bool { return s.value == 666 }
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	status := func(code int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for _, speaks := range speaking {
		for _, tt := range []struct {
			name    string
			refuses func(samples []sample) bool
			how     func(http.ResponseWriter, *http.Request)
			// lost is how many pushes are.
			lost int
		}{
			{"400 for one push", func(all []sample) bool { return slices.ContainsFunc(all, isBad) }, status(http.StatusBadRequest), 1},
			{"400 for one push, and says that it took none", func(all []sample) bool { return slices.ContainsFunc(all, isBad) }, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Prometheus-Remote-Write-Samples-Written", "0")
				w.WriteHeader(http.StatusBadRequest)
			}, 1},
			{"413", func(all []sample) bool { return len(all) > 50 }, status(http.StatusRequestEntityTooLarge), 0},
			{"429", func(all []sample) bool { return len(all) > 50 }, status(http.StatusTooManyRequests), 0},
			{"503", func(all []sample) bool { return len(all) > 50 }, status(http.StatusServiceUnavailable), 0},
			{"it is too slow for many", func(all []sample) bool { return len(all) > 200 }, hang, 0},
		} {
			t.Run(speaks.name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				const scrapes = 30
				r := hold(t, speaks.answer)
				r.judge = func(samples []sample, w http.ResponseWriter, request *http.Request) bool {
					if !tt.refuses(samples) {
						return false
					}
					tt.how(w, request)
					return true
				}
				c := to(r.receiver)
				c.Receivers["a"] = push.Receiver{URL: r.URL, Protocol: speaks.protocol}
				p := start(t, everything, push.Options{Timeout: 500 * time.Millisecond, FirstRetry: 5 * time.Millisecond}, c)
				until(t, "the first request is there", func() bool { return r.count() > 0 })
				all := slices.Repeat([]string{everything}, scrapes)
				all[scrapes/2] = bad
				until(t, "so many pushes wait", p.shown.once(all...))
				r.release()
				until(t, "it has caught up", func() bool {
					return len(r.of(speaks.beds)) > scrapes && p.metric(t, "planwatch_push_lag_seconds") == 0
				})
				p.stop()
				lost := p.metric(t, "planwatch_push_dropped_samples_total", "reason=refused")
				if lost != float64(13*tt.lost) {
					t.Errorf("%v samples are lost, of pushes of 13", lost)
				}
				got := r.of(speaks.beds)
				if slices.ContainsFunc(got, isBad) != (tt.lost == 0) {
					t.Errorf("the one push: %v", got)
				}
				for i := 1; i < len(got); i++ {
					if got[i].at <= got[i-1].at {
						t.Fatalf("out of order: %v", got)
					}
				}
				if taken := p.metric(t, "planwatch_push_samples_total"); taken != float64(13*len(got)) {
					t.Errorf("%v samples counted of %d pushes", taken, len(got))
				}
			})
		}
	}
}

// What a receiver has taken a part of, and says so, is not sent again.
func TestTakenInPart(t *testing.T) {
	r := hold(t, func(http.ResponseWriter, *http.Request) bool { return false })
	var mu sync.Mutex
	refused := 0
	r.judge = func(samples []sample, w http.ResponseWriter, _ *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if len(samples) <= 13 || refused > 0 {
			return false
		}
		refused = len(samples)
		w.Header().Set("X-Prometheus-Remote-Write-Samples-Written", fmt.Sprint(refused-3))
		w.WriteHeader(http.StatusBadRequest)
		return true
	}
	p := start(t, everything, push.Options{Timeout: patience}, to(r.receiver))
	until(t, "the first request is there", func() bool { return r.count() > 0 })
	until(t, "ten pushes wait", p.shown.once(slices.Repeat([]string{everything}, 10)...))
	r.release()
	until(t, "a part is refused", func() bool { return p.metric(t, "planwatch_push_dropped_samples_total", "reason=refused") > 0 })
	until(t, "nothing waits", func() bool { return p.metric(t, "planwatch_push_lag_seconds") == 0 })
	p.stop()
	if lost := p.metric(t, "planwatch_push_dropped_samples_total", "reason=refused"); lost != 3 {
		t.Errorf("%v samples are lost, want 3", lost)
	}
	// The receiver of this test keeps none of those it says that it took.
	if got, want := p.metric(t, "planwatch_push_samples_total"), float64(13*len(r.of(writtenBeds))+refused-3); got != want {
		t.Errorf("%v samples counted, want %v", got, want)
	}
}
