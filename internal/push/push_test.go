package push_test

import (
	"encoding/pem"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/value"

	"planwatch/internal/httpclient"
	"planwatch/internal/push"
)

// everything is an exposition with each kind of metric, labels that Prometheus has others
// for, and one that is empty.
const everything = `# HELP kpi_beds Beds.
# TYPE kpi_beds gauge
kpi_beds{hospital="Kalix",instance="a",region="own",standard=""} 12
# TYPE planwatch_runs_total counter
planwatch_runs_total 3
# TYPE kpi_wait histogram
kpi_wait_bucket{le="30"} 2
kpi_wait_bucket{le="90.5"} 5
kpi_wait_bucket{le="+Inf"} 6
kpi_wait_sum 300
kpi_wait_count 6
# TYPE go_gc summary
go_gc{quantile="0"} 0.5
go_gc{quantile="1"} 0.75
go_gc_sum 9
go_gc_count 4
`

// first is the first value of each series.
func first(r *receiver) map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string]string{}
	for key, values := range r.series {
		if strings.Contains(key, "scrape_duration_seconds") {
			continue
		}
		all[key] = values[0].String()
	}
	return all
}

func TestRemoteWrite(t *testing.T) {
	const target = "instance=planwatch.example.org:443,job=planwatch,region=north,replica=a"
	want := map[string]string{
		"__name__=kpi_beds,exported_instance=a,hospital=Kalix,instance=planwatch.example.org:443,job=planwatch,region=own,replica=a": "12",
		"__name__=planwatch_runs_total," + target: "3",
		"__name__=kpi_wait_bucket,instance=planwatch.example.org:443,job=planwatch,le=30.0,region=north,replica=a": "2",
		"__name__=kpi_wait_bucket,instance=planwatch.example.org:443,job=planwatch,le=90.5,region=north,replica=a": "5",
		"__name__=kpi_wait_bucket,instance=planwatch.example.org:443,job=planwatch,le=+Inf,region=north,replica=a": "6",
		"__name__=kpi_wait_sum," + target:   "300",
		"__name__=kpi_wait_count," + target: "6",
		"__name__=go_gc,instance=planwatch.example.org:443,job=planwatch,quantile=0.0,region=north,replica=a": "0.5",
		"__name__=go_gc,instance=planwatch.example.org:443,job=planwatch,quantile=1.0,region=north,replica=a": "0.75",
		"__name__=go_gc_sum," + target:   "9",
		"__name__=go_gc_count," + target: "4",
		"__name__=up," + target:          "1",
	}
	refuse := func(status int) func(int, http.ResponseWriter, *http.Request) bool {
		return func(_ int, w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("X-Prometheus-Remote-Write-Version") != "2.0.0" {
				return false
			}
			w.WriteHeader(status)
			return true
		}
	}
	for _, tt := range []struct {
		name   string
		answer func(int, http.ResponseWriter, *http.Request) bool
		first  bool
	}{
		{"2.0", nil, false},
		{"a receiver of 1.0 that says so", refuse(http.StatusUnsupportedMediaType), true},
		{"a receiver of 1.0 that takes 2.0 for nothing", refuse(http.StatusNoContent), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t, tt.answer)
			c := to(r)
			c.ExternalLabels = map[string]string{"region": "north", "replica": "a"}
			p := start(t, everything, push.Options{}, c)
			until(t, "three pushes arrive", func() bool { return len(r.values("__name__=up")) >= 3 })
			p.stop()
			if diff := cmp.Diff(want, first(r)); diff != "" {
				t.Error(diff)
			}
			for _, s := range r.values("__name__=kpi_beds") {
				if s.at%interval.Milliseconds() != 0 {
					t.Errorf("a sample at %d, which is no multiple of %s", s.at, interval)
				}
			}
			told := p.log.Count("takes remote write 1.0") == 1
			if told != tt.first {
				t.Errorf("the log:\n%s", p.log)
			}
			if got := r.types["__name__=kpi_beds,exported_instance=a,hospital=Kalix,instance=planwatch.example.org:443,job=planwatch,region=own,replica=a"]; !tt.first && got != "METRIC_TYPE_GAUGE Beds." {
				t.Errorf("metadata %q", got)
			}
			if got, want := p.metric(t, "planwatch_push_samples_total", "receiver=a"), float64(13*len(r.values("__name__=up"))); got != want {
				t.Errorf("%v samples counted, want %v", got, want)
			}
		})
	}
}

func TestOTLP(t *testing.T) {
	const resource = "[service.name=planwatch,service.instance.id=planwatch.example.org:443] "
	const target = "instance=planwatch.example.org:443,job=planwatch,region=north"
	want := map[string]string{
		resource + `kpi_beds "Beds." gauge exported_instance=a,hospital=Kalix,instance=planwatch.example.org:443,job=planwatch,region=own`: "12",
		resource + `planwatch_runs_total "" sum, monotonic true, AGGREGATION_TEMPORALITY_CUMULATIVE, begun true ` + target:                 "3",
		resource + `kpi_wait "" histogram [30 90.5] [2 3 1], sum 300 ` + target:                                                            "6",
		resource + `go_gc "" summary [0=0.5 1=0.75], sum 9 ` + target:                                                                      "4",
		resource + `up "" gauge ` + target: "1",
	}
	r := newReceiver(t, nil)
	c := to(r)
	c.Receivers["a"] = push.Receiver{URL: r.URL, Protocol: push.OTLP}
	c.ExternalLabels = map[string]string{"region": "north"}
	p := start(t, everything, push.Options{}, c)
	until(t, "a push arrives", func() bool { return len(r.taken()) >= 6 })
	if diff := cmp.Diff(want, first(r)); diff != "" {
		t.Error(diff)
	}
	p.shown.set("# TYPE kpi_beds gauge\nkpi_beds{hospital=\"Piteå\"} 4\n")
	until(t, "everything that is gone has ended", func() bool {
		ended := 0
		for _, line := range r.taken() {
			if strings.Contains(line, "stale") {
				ended++
			}
		}
		return ended == 4
	})
}

func TestStaleMarkers(t *testing.T) {
	r := newReceiver(t, nil)
	p := start(t, everything, push.Options{}, to(r))
	ended := func(labels ...string) bool {
		all := r.values(labels...)
		return len(all) > 1 && value.IsStaleNaN(all[len(all)-1].value)
	}
	until(t, "figures arrive", func() bool { return len(r.values("hospital=Kalix")) > 1 })

	p.shown.set(strings.Replace(strings.Replace(everything, "Kalix", "Piteå", 1), `le="30"`, `le="40"`, 1))
	until(t, "a series that is gone has ended", func() bool { return ended("hospital=Kalix") })
	until(t, "a bucket that is gone has ended", func() bool { return ended("__name__=kpi_wait_bucket", "le=30.0") })
	until(t, "another goes on", func() bool { return len(r.values("le=40.0")) > 2 })
	for _, labels := range [][]string{{"hospital=Piteå"}, {"__name__=kpi_wait_count"}, {"__name__=kpi_wait_sum"}, {"le=+Inf"}, {"le=90.5"}, {"__name__=up"}} {
		if slices.ContainsFunc(r.values(labels...), func(s sample) bool { return value.IsStaleNaN(s.value) }) {
			t.Errorf("%v has ended: %v", labels, r.values(labels...))
		}
	}
	if all := r.values("hospital=Kalix"); slices.IndexFunc(all, func(s sample) bool { return value.IsStaleNaN(s.value) }) != len(all)-1 {
		t.Errorf("ended more than once: %v", all)
	}

	p.shown.set("")
	until(t, "after a scrape that fails everything has ended", func() bool { return ended("hospital=Piteå") && ended("__name__=go_gc_count") })
	if all := r.values("__name__=up"); all[len(all)-1].value != 0 {
		t.Errorf("up is %v", all)
	}
	until(t, "it is told", func() bool { return p.log.Count("they cannot be scraped") == 1 })
	p.shown.set(everything)
	until(t, "figures are back", func() bool { return !ended("hospital=Kalix") && !ended("le=30.0") })
	p.stop()
	if all := r.values("hospital=Kalix"); value.IsStaleNaN(all[len(all)-1].value) {
		t.Error("a stop ends series, which another planwatch may go on with")
	}
}

// A name that becomes that of another kind ends as what it was.
func TestKindChanges(t *testing.T) {
	const gauge = "# TYPE kpi_beds gauge\nkpi_beds 4\n"
	const histogram = "# TYPE kpi_beds histogram\nkpi_beds_bucket{le=\"+Inf\"} 2\nkpi_beds_sum 3\nkpi_beds_count 2\n"
	for _, texts := range [][2]string{{gauge, histogram}, {histogram, gauge}} {
		r := newReceiver(t, nil)
		c := to(r)
		c.Receivers["a"] = push.Receiver{URL: r.URL, Protocol: push.OTLP}
		p := start(t, texts[0], push.Options{}, c)
		until(t, "figures arrive", func() bool { return strings.Contains(strings.Join(r.taken(), ""), "kpi_beds") })
		p.shown.set(texts[1])
		until(t, "one has ended, and the other is there", func() bool {
			ended, there := false, false
			for _, line := range r.taken() {
				if strings.Contains(line, "kpi_beds") {
					ended, there = ended || strings.HasSuffix(line, "stale]"), there || !strings.Contains(line, "stale")
				}
			}
			return ended && there
		})
		p.stop()
	}
}

// Every fault is told once, nothing is lost that may be sent again, and what is sent is in
// order.
func TestReceiverFails(t *testing.T) {
	status := func(until int, code int, headers ...string) func(int, http.ResponseWriter, *http.Request) bool {
		return func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n > until {
				return false
			}
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(code)
			return true
		}
	}
	tests := []struct {
		name     string
		answer   func(int, http.ResponseWriter, *http.Request) bool
		protocol push.Protocol
		// refused is whether samples are lost, and told what the log has, once.
		refused bool
		told    string
	}{
		{"503", status(3, http.StatusServiceUnavailable), push.RemoteWrite, false, "they wait, and are tried again"},
		{"500", status(3, http.StatusInternalServerError), push.RemoteWrite, false, "they wait, and are tried again"},
		{"500 of OTLP, which is final", status(3, http.StatusInternalServerError), push.OTLP, true, "they are dropped"},
		{"503 of OTLP", status(3, http.StatusServiceUnavailable), push.OTLP, false, "they wait, and are tried again"},
		{"429", status(3, http.StatusTooManyRequests), push.RemoteWrite, false, "they wait, and are tried again"},
		{"400", status(3, http.StatusBadRequest), push.RemoteWrite, true, "they are dropped"},
		{"401", status(3, http.StatusUnauthorized), push.RemoteWrite, true, "they are dropped"},
		{"a redirect", status(3, http.StatusFound, "Location", "/elsewhere"), push.RemoteWrite, true, "it leads elsewhere, which is not followed"},
		{"some samples are refused", status(3, http.StatusBadRequest, "X-Prometheus-Remote-Write-Samples-Written", "7"), push.RemoteWrite, true, "they are dropped"},
		{"fewer are taken than were sent", status(3, http.StatusOK, "X-Prometheus-Remote-Write-Samples-Written", "7"), push.RemoteWrite, true, "it has not taken all of them"},
		{"it hangs", func(n int, _ http.ResponseWriter, r *http.Request) bool {
			if n <= 2 {
				<-r.Context().Done()
			}
			return n <= 2
		}, push.RemoteWrite, false, "they wait, and are tried again"},
		{"it hangs up", func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n <= 2 {
				panic(http.ErrAbortHandler)
			}
			return false
		}, push.RemoteWrite, false, "they wait, and are tried again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t, tt.answer)
			c := to(r)
			c.Receivers["a"] = push.Receiver{URL: r.URL, Protocol: tt.protocol}
			p := start(t, everything, push.Options{Timeout: 200 * time.Millisecond, FirstRetry: 5 * time.Millisecond}, c)
			until(t, "pushes arrive after all", func() bool { return p.metric(t, "planwatch_push_samples_total") >= 13*5 })
			until(t, "nothing waits", func() bool { return p.metric(t, "planwatch_push_lag_seconds") == 0 })
			p.stop()
			lost := p.metric(t, "planwatch_push_dropped_samples_total", "reason=refused")
			if (lost > 0) != tt.refused {
				t.Errorf("%v samples are lost", lost)
			}
			if p.log.Count(tt.told) != 1 || p.log.Count("figures pushed again") != 1 {
				t.Errorf("the log:\n%s", p.log)
			}
			if failures := p.metric(t, "planwatch_push_failures_total"); (failures > 0) == tt.refused {
				t.Errorf("%v failures", failures)
			}
			if tt.protocol == push.OTLP {
				return
			}
			all := r.values("__name__=kpi_beds")
			for i := 1; i < len(all); i++ {
				if step := all[i].at - all[i-1].at; step <= 0 {
					t.Errorf("out of order: %v", all)
				}
			}
		})
	}
}

// A receiver that asks to be left alone for a while is.
func TestRetryAfter(t *testing.T) {
	var asked, again atomic.Int64
	r := newReceiver(t, func(n int, w http.ResponseWriter, _ *http.Request) bool {
		switch n {
		case 1:
			asked.Store(time.Now().UnixNano())
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		case 2:
			again.Store(time.Now().UnixNano())
		}
		return false
	})
	start(t, everything, push.Options{FirstRetry: time.Millisecond}, to(r))
	until(t, "it is asked again", func() bool { return again.Load() > 0 })
	if waited := time.Duration(again.Load() - asked.Load()); waited < time.Second {
		t.Errorf("asked again after %s", waited)
	}
}

// A receiver that takes some requests of a push and then none gets the rest later, and
// nothing twice.
func TestHalfOfAPush(t *testing.T) {
	var text strings.Builder
	text.WriteString("# TYPE kpi_beds gauge\n")
	for i := range 12000 {
		fmt.Fprintf(&text, "kpi_beds{ward=\"%d\"} %d\n", i, i)
	}
	r := newReceiver(t, func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n == 2 || n == 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	})
	c := to(r)
	c.Interval, c.QueueBytes = 500*time.Millisecond, 64<<20
	p := start(t, text.String(), push.Options{FirstRetry: time.Millisecond}, c)
	until(t, "a push arrives", func() bool { return len(r.values("__name__=up")) > 0 })
	p.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.series) != 12002 {
		t.Errorf("%d series", len(r.series))
	}
	for key, all := range r.series {
		for i := 1; i < len(all); i++ {
			if all[i].at <= all[i-1].at {
				t.Fatalf("%s: %v", key, all)
			}
		}
	}
}

// One that hangs delays no other, and what waits for it is within its bound.
func TestOneReceiverDelaysNoOther(t *testing.T) {
	hangs := newReceiver(t, func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
	well := newReceiver(t, nil)
	c := to(hangs, well)
	c.QueueBytes = 2000
	p := start(t, everything, push.Options{Timeout: patience}, c)
	until(t, "the other gets ten pushes", func() bool { return len(well.values("__name__=up")) >= 10 })
	if hangs.count() != 1 {
		t.Errorf("%d requests to the one that hangs", hangs.count())
	}
	until(t, "the oldest are dropped", func() bool {
		return p.metric(t, "planwatch_push_dropped_samples_total", "receiver=a", "reason=full") > 0
	})
	if queued := p.metric(t, "planwatch_push_queued_bytes", "receiver=a"); queued > 2*2000 {
		t.Errorf("%v bytes wait", queued)
	}
	if lag := p.metric(t, "planwatch_push_lag_seconds", "receiver=a"); lag <= 0 {
		t.Errorf("a lag of %v", lag)
	}
	if got := p.metric(t, "planwatch_push_dropped_samples_total", "receiver=b", "reason=full"); got != 0 {
		t.Errorf("%v samples of the other are dropped", got)
	}
	if p.log.Count("dropped, the oldest first") != 1 {
		t.Errorf("the log:\n%s", p.log)
	}
	// The request that hangs is given up.
	p.stop()
}

// A reload keeps what waits, and says which series have ended by it.
func TestUpdate(t *testing.T) {
	var down atomic.Bool
	r := newReceiver(t, func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return down.Load()
	})
	c := to(r)
	c.ExternalLabels = map[string]string{"replica": "a"}
	p := start(t, everything, push.Options{FirstRetry: time.Hour}, c)
	until(t, "pushes arrive", func() bool { return len(r.values("__name__=up", "replica=a")) > 1 })

	down.Store(true)
	until(t, "a request fails", func() bool { return p.metric(t, "planwatch_push_failures_total") > 0 })
	before := len(r.values("__name__=up", "replica=a"))
	until(t, "some wait", func() bool { return p.metric(t, "planwatch_push_lag_seconds") > 4*interval.Seconds() })
	down.Store(false)
	// It would be an hour until it is tried again.
	c.Receivers = map[string]push.Receiver{"a": {URL: r.URL, Protocol: push.RemoteWrite, Headers: map[string]string{"X-Scope-OrgID": "north"}}}
	p.Update(c)
	until(t, "what waited arrives", func() bool { return len(r.values("__name__=up", "replica=a")) > before+4 })
	all := r.values("__name__=up", "replica=a")
	for i := 1; i < len(all); i++ {
		if all[i].at-all[i-1].at > 2*interval.Milliseconds() {
			t.Errorf("a gap: %v", all)
		}
	}
	if header := r.headers[len(r.headers)-1].Get("X-Scope-OrgID"); header != "north" {
		t.Errorf("the header is %q", header)
	}

	ended := func(labels ...string) bool {
		all := r.values(labels...)
		return len(all) > 0 && value.IsStaleNaN(all[len(all)-1].value)
	}
	c.ExternalLabels = map[string]string{"replica": "b"}
	p.Update(c)
	until(t, "series by other labels arrive", func() bool { return len(r.values("__name__=kpi_beds", "replica=b")) > 1 })
	if !ended("__name__=kpi_beds", "replica=a") || !ended("__name__=kpi_wait_bucket", "replica=a", "le=30.0") {
		t.Errorf("not ended: %v", r.values("__name__=kpi_beds", "replica=a"))
	}
	c.Receivers = nil
	p.Update(c)
	until(t, "a receiver that is taken away has all ended", func() bool { return ended("__name__=kpi_beds", "replica=b") && ended("__name__=up", "replica=b") })
	if p.metric(t, "planwatch_push_samples_total") != -1 {
		t.Error("there still are metrics about it")
	}
}

// No connection is left of a receiver that is taken away, or is spoken to otherwise.
func TestConnectionsEnd(t *testing.T) {
	var begun, ended atomic.Int64
	r := &receiver{series: map[string][]sample{}, types: map[string]string{}}
	r.Server = httptest.NewUnstartedServer(r)
	r.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			begun.Add(1)
		case http.StateClosed:
			ended.Add(1)
		}
	}
	r.Start()
	t.Cleanup(r.Close)
	c := to(r)
	p := start(t, everything, push.Options{}, c)
	until(t, "figures arrive", func() bool { return len(r.values("__name__=up")) > 1 })
	c.Receivers = map[string]push.Receiver{"a": {URL: r.URL, Protocol: push.RemoteWrite, Headers: map[string]string{"X-Scope-OrgID": "north"}}}
	p.Update(c)
	until(t, "the former connection has ended", func() bool { return begun.Load() > 1 && ended.Load() == begun.Load()-1 })
	c.Receivers = nil
	p.Update(c)
	until(t, "none is left", func() bool { return ended.Load() == begun.Load() })
}

// Two that push the same push the same samples.
func TestTwoPushTheSame(t *testing.T) {
	one, other := newReceiver(t, nil), newReceiver(t, nil)
	c := to(one)
	c.Interval = 200 * time.Millisecond
	a := start(t, everything, push.Options{}, c)
	c = to(other)
	c.Interval = 200 * time.Millisecond
	b := start(t, everything, push.Options{}, c)
	until(t, "both push", func() bool { return len(one.values("__name__=up")) > 3 && len(other.values("__name__=up")) > 3 })
	a.stop()
	b.stop()
	theirs := other.values("__name__=kpi_beds")
	same := 0
	for _, s := range one.values("__name__=kpi_beds") {
		if slices.Contains(theirs, s) {
			same++
		}
	}
	if same < 3 {
		t.Errorf("%v\n%v", one.values("__name__=kpi_beds"), theirs)
	}
}

// What proves who planwatch is reaches the receiver that it is for, and neither the log nor
// whoever a receiver leads to. It is read anew at every request.
func TestSecretsStayWhereTheyAre(t *testing.T) {
	const first, second = "first-secret", "second-secret"
	elsewhere := newReceiver(t, nil)
	var seen atomic.Pointer[http.Header]
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Clone()
		seen.Store(&header)
		user, password, _ := r.BasicAuth()
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
		fmt.Fprintf(w, "%s %s %s %s is not welcome", r.Header.Get("Authorization"), user, password, r.Header.Get("X-Scope-OrgID"))
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	authority, secret := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "secret")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	for _, tt := range []struct {
		name   string
		client httpclient.Client
		want   func(secret string) func(http.Header) bool
	}{
		{"a token", httpclient.Client{TokenFile: secret, CAFile: authority}, func(s string) func(http.Header) bool {
			return func(h http.Header) bool { return h.Get("Authorization") == "Bearer "+s }
		}},
		{"a user", httpclient.Client{User: "planwatch", PasswordFile: secret, CAFile: authority}, func(s string) func(http.Header) bool {
			return func(h http.Header) bool {
				_, password, _ := (&http.Request{Header: h}).BasicAuth()
				return password == s
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen.Store(nil)
			write(secret, first+"\n")
			c := to(elsewhere)
			c.Receivers["a"] = push.Receiver{URL: server.URL, Protocol: push.RemoteWrite, Client: tt.client, Headers: map[string]string{"X-Scope-OrgID": "tenant-secret"}}
			p := start(t, everything, push.Options{FirstRetry: time.Millisecond}, c)
			asked := func(want func(http.Header) bool) func() bool {
				return func() bool {
					header := seen.Load()
					return header != nil && want(*header)
				}
			}
			until(t, "it is asked with the secret", asked(tt.want(first)))
			write(secret, second)
			until(t, "it is asked with another", asked(tt.want(second)))
			until(t, "the log says why", func() bool { return p.log.Count("is not welcome: it leads elsewhere, which is not followed") == 1 })
			p.stop()
			text := p.log.String()
			for _, word := range []string{first, second, "tenant-secret", "Zmlyc3Qt"} {
				if strings.Contains(text, word) {
					t.Errorf("the log has %s:\n%s", word, text)
				}
			}
			if elsewhere.count() != 0 {
				t.Error("a redirect is followed")
			}
		})
	}
}

// A file that cannot be read keeps figures waiting, and says so.
func TestUnreadableSecret(t *testing.T) {
	r := newReceiver(t, nil)
	c := to(r)
	missing := filepath.Join(t.TempDir(), "token")
	c.Receivers["a"] = push.Receiver{URL: r.URL, Protocol: push.RemoteWrite, Client: httpclient.Client{TokenFile: missing}}
	if faults := c.CheckSecrets(); len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "push: receivers: a: client: token_file: open ") {
		t.Errorf("%v", faults)
	}
	p := start(t, everything, push.Options{FirstRetry: time.Millisecond}, c)
	until(t, "it fails", func() bool { return p.metric(t, "planwatch_push_failures_total") > 1 })
	if r.count() != 0 {
		t.Error("it is asked without the token")
	}
	if err := os.WriteFile(missing, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "what waited arrives", func() bool { return len(r.values("__name__=up")) > 2 })
	if p.log.Count("token_file: open ") != 1 {
		t.Errorf("the log:\n%s", p.log)
	}
}

// A value that is no number is one to Prometheus, and not the end of a series.
func TestNaN(t *testing.T) {
	r := newReceiver(t, nil)
	start(t, "kpi_ratio NaN\n", push.Options{}, to(r))
	until(t, "it arrives", func() bool { return len(r.values("__name__=kpi_ratio")) > 0 })
	if got := r.values("__name__=kpi_ratio")[0].value; !math.IsNaN(got) || value.IsStaleNaN(got) {
		t.Errorf("%v", got)
	}
}
