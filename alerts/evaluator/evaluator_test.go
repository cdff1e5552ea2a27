package evaluator_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/rules"
	"planwatch/internal/genfiles"
	"planwatch/internal/logtest"
	inuse "planwatch/internal/storage"
)

const bedsRule = `groups:
  - name: beds
    interval: 100ms
    rules:
      - alert: BedsAvailableOffPlan
        expr: kpi_beds_available < 36
        for: %s
        labels: {severity: warning}
        annotations: {summary: "{{ $labels.ward }} har {{ $value }} vårdplatser"}
`

// beds is an exposition of one ward whose figure a test changes; below zero
// the ward is gone.
type beds struct{ available atomic.Int64 }

func (b *beds) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	if n := b.available.Load(); n >= 0 {
		_, _ = fmt.Fprintf(w, "kpi_beds_available{ward=\"Kirurgi\"} %d\n", n)
	}
}

func options(t *testing.T, metrics http.Handler) evaluator.Options {
	t.Helper()
	external, err := url.Parse("http://planwatch.example.org")
	if err != nil {
		t.Fatal(err)
	}
	return evaluator.Options{
		Metrics: metrics, Instance: "localhost:9846", ExternalURL: external,
		Storage: storage(t, t.TempDir()), Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
	}
}

// configuration has the rule about beds, whose condition must hold so long.
func configuration(hold string) evaluator.Configuration {
	return evaluator.Configuration{
		Rules:    []evaluator.RuleFile{{Name: "beds.yaml", Data: fmt.Appendf(nil, bedsRule, hold)}},
		Interval: 100 * time.Millisecond,
	}
}

func storage(t *testing.T, directory string) *evaluator.Storage {
	t.Helper()
	s, err := evaluator.OpenStorage(directory, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStorageIsOneProcess(t *testing.T) {
	directory := t.TempDir()
	storage(t, directory)
	if _, err := evaluator.OpenStorage(directory, slog.New(slog.DiscardHandler)); !errors.Is(err, inuse.ErrInUse) {
		t.Errorf("opened a second time: %v", err)
	}
	if _, err := os.Stat(directory + ".damaged"); err == nil {
		t.Error("a storage in use was set aside")
	}
}

// An Alertmanager that takes connections and never answers holds up nothing.
func TestFrozenAlertmanager(t *testing.T) {
	frozen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer frozen.Close()
	var ward beds
	ward.available.Store(30)
	c := configuration("0s")
	c.Alertmanagers = []string{"http://" + frozen.Addr().String()}
	e, stop := start(t, options(t, &ward), c)
	until(t, e, "firing")
	began := time.Now()
	stop()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("stopping took %s", took)
	}
}

// start runs an evaluator until the test ends or stop is called.
func start(t *testing.T, o evaluator.Options, c evaluator.Configuration) (e *evaluator.Evaluator, stop func()) {
	t.Helper()
	e, err := evaluator.New(o, c)
	if err != nil {
		t.Fatal(err)
	}
	return e, run(t, e)
}

// run runs an evaluator until the test ends or stop is called.
func run(t *testing.T, e *evaluator.Evaluator) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// until waits for the alerts to be in these states.
func until(t *testing.T, e *evaluator.Evaluator, want ...string) []evaluator.Alert {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		alerts := e.Overview().Alerts
		states := make([]string, len(alerts))
		for i, alert := range alerts {
			states[i] = alert.State
		}
		if strings.Join(states, " ") == strings.Join(want, " ") {
			return alerts
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("alerts are %q, want %q", states, want)
		}
	}
}

func TestAlertFiresAndResolves(t *testing.T) {
	var ward beds
	ward.available.Store(38)
	e, _ := start(t, options(t, &ward), configuration("1s"))
	until(t, e)
	ward.available.Store(30)
	until(t, e, "pending")
	firing := until(t, e, "firing")[0]
	if firing.Name() != "BedsAvailableOffPlan" || firing.Value != 30 || firing.Labels["ward"] != "Kirurgi" ||
		firing.Labels["job"] != "planwatch" || firing.Labels["instance"] != "localhost:9846" ||
		firing.Annotations["summary"] != "Kirurgi har 30 vårdplatser" {
		t.Errorf("got %+v", firing)
	}
	ward.available.Store(38)
	until(t, e)
}

// A series that is gone does not fire on as if it were there.
func TestVanishedSeriesResolves(t *testing.T) {
	var ward beds
	ward.available.Store(30)
	e, _ := start(t, options(t, &ward), configuration("0s"))
	until(t, e, "firing")
	ward.available.Store(-1)
	until(t, e)
}

// restartable are options whose storage reopen closes and opens again, as a
// restart does.
func restartable(t *testing.T, metrics http.Handler) (o evaluator.Options, reopen func() evaluator.Options) {
	t.Helper()
	o = options(t, metrics)
	directory := t.TempDir()
	var err error
	if o.Storage, err = evaluator.OpenStorage(directory, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return o, func() evaluator.Options {
		t.Helper()
		if err := o.Storage.Close(); err != nil {
			t.Fatal(err)
		}
		again := o
		again.Storage, again.Registerer = storage(t, directory), prometheus.NewRegistry()
		return again
	}
}

// A restart goes on with what was pending, and does not begin to wait anew.
func TestPendingOutlastsARestart(t *testing.T) {
	var ward beds
	ward.available.Store(30)
	o, reopen := restartable(t, &ward)
	e, stop := start(t, o, configuration("1h"))
	before := until(t, e, "pending")[0]
	// Prometheus' rules engine moves the beginning by the time that planwatch
	// was down, which a loaded machine makes long: it has been pending for
	// longer than a restart takes.
	deadline := time.After(time.Minute)
	for time.Since(before.ActiveAt) < 5*time.Second {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("time stands still")
		}
	}
	stop()
	o = reopen()
	restarted := time.Now()
	again, _ := start(t, o, configuration("1h"))
	for {
		after := until(t, again, "pending")[0]
		if after.ActiveAt.Before(restarted) {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("pending since %s, before the restart at %s since %s", after.ActiveAt, restarted, before.ActiveAt)
		}
	}
}

// A restart is at no moment without an alert that fired before it and still
// does, once it says that all rules have been evaluated.
func TestFiringOutlastsARestart(t *testing.T) {
	var ward beds
	ward.available.Store(30)
	o, reopen := restartable(t, &ward)
	e, stop := start(t, o, configuration("1s"))
	before := until(t, e, "firing")[0]
	stop()
	o = reopen()
	c := configuration("1s")
	// The group would be evaluated at some moment of the next hour.
	c.Rules[0].Data = bytes.Replace(c.Rules[0].Data, []byte("interval: 100ms"), []byte("interval: 1h"), 1)
	again, _ := start(t, o, c)
	after := evaluated(t, again).Alerts
	if len(after) != 1 || after[0].State != "firing" || after[0].ActiveAt.Sub(before.ActiveAt).Abs() > time.Second {
		t.Errorf("after the restart: %+v, before it: %+v", after, before)
	}
}

// evaluated waits until all rules have been evaluated.
func evaluated(t *testing.T, e *evaluator.Evaluator) evaluator.Overview {
	t.Helper()
	return overview(t, e, "evaluated", func(o evaluator.Overview) bool {
		if !o.Evaluated && len(o.Alerts) > 0 {
			t.Fatalf("alerts before they were evaluated: %v", o.Alerts)
		}
		return o.Evaluated
	})
}

// The first evaluation waits for figures that are still to come.
func TestEvaluationWaitsForTheFigures(t *testing.T) {
	var ward beds
	ward.available.Store(-1)
	var ready atomic.Bool
	o := options(t, &ward)
	scraped := make(chan struct{}, 1)
	o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ward.ServeHTTP(w, r)
		select {
		case scraped <- struct{}{}:
		default:
		}
	})
	o.Ready = func() error {
		if !ready.Load() {
			return errors.New("collector beds has not run yet")
		}
		return nil
	}
	e, _ := start(t, o, configuration("0s"))
	for range 3 {
		<-scraped
		if e.Overview().Evaluated {
			t.Fatal("evaluated without figures")
		}
	}
	ward.available.Store(30)
	ready.Store(true)
	if o := evaluated(t, e); len(o.Alerts) != 1 {
		t.Errorf("%d alerts once the figures were there, want 1", len(o.Alerts))
	}
}

// Alerts are the same ones over an update, however soon updates follow each
// other; rules that are new are evaluated at once.
func TestUpdateKeepsAlerts(t *testing.T) {
	var ward beds
	ward.available.Store(30)
	c := configuration("1s")
	e, _ := start(t, options(t, &ward), c)
	before := until(t, e, "pending")[0]
	another := func(name string) evaluator.RuleFile {
		return evaluator.RuleFile{Name: name, Data: bytes.Replace(fmt.Appendf(nil, bedsRule, "0s"), []byte("interval: 100ms"), []byte("interval: 1h"), 1)}
	}
	states := func() (firing int) {
		for _, alert := range e.Overview().Alerts {
			if alert.State == "firing" {
				firing++
			}
		}
		return firing
	}
	deadline := time.After(20 * time.Second)
	for i := 0; states() < 2; i++ {
		next := configuration("1s")
		// The rules about beds change in a text, and others come.
		next.Rules[0].Data = bytes.Replace(next.Rules[0].Data, []byte("vårdplatser"), fmt.Append(nil, "platser ", i), 1)
		next.Rules = append(next.Rules, another("other.yaml"))
		if err := e.Update(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		if o := e.Overview(); !o.Evaluated || len(o.Alerts) != 2 {
			t.Fatalf("after update %d: evaluated: %t, %v", i, o.Evaluated, o.Alerts)
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("what is pending never fires while the configuration is updated")
		}
	}
	for _, alert := range e.Overview().Alerts {
		if strings.Contains(alert.Annotations["summary"], "platser ") && !alert.ActiveAt.Equal(before.ActiveAt) {
			t.Errorf("active since %s, want %s", alert.ActiveAt, before.ActiveAt)
		}
	}
	bad := configuration("1s")
	bad.Rules[0].Data = []byte("groups: [{name: a, rules: [{alert: A, expr: 'sum(('}]}]")
	if err := e.Update(t.Context(), bad); err == nil || len(e.Overview().Alerts) != 2 {
		t.Errorf("a bad update: %v; %d alerts", err, len(e.Overview().Alerts))
	}
}

// alertmanager takes alerts, unless it is down.
type alertmanager struct {
	down     atomic.Bool
	received chan []map[string]any
}

func (a *alertmanager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.down.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	data, _ := io.ReadAll(r.Body)
	var alerts []map[string]any
	if err := json.Unmarshal(data, &alerts); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	select {
	case a.received <- alerts:
	default:
	}
}

func TestAlertsAreSent(t *testing.T) {
	receiver := &alertmanager{received: make(chan []map[string]any, 100)}
	receiver.down.Store(true)
	server := httptest.NewServer(receiver)
	defer server.Close()
	var ward beds
	ward.available.Store(30)
	o, c := options(t, &ward), configuration("0s")
	registry := prometheus.NewRegistry()
	o.Registerer, c.Alertmanagers = registry, []string{server.URL}
	e, _ := start(t, o, c)
	until(t, e, "firing")
	failed := func() float64 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			if family.GetName() == "prometheus_notifications_errors_total" && len(family.Metric) > 0 {
				return family.Metric[0].GetCounter().GetValue()
			}
		}
		return 0
	}
	deadline := time.After(20 * time.Second)
	for failed() == 0 {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("the failure is not counted")
		}
	}
	receiver.down.Store(false)
	ward.available.Store(38) // resolution is sent at once, and not only after the resend delay
	select {
	case alerts := <-receiver.received:
		labels, _ := alerts[0]["labels"].(map[string]any)
		if labels["alertname"] != "BedsAvailableOffPlan" {
			t.Errorf("got %v", alerts)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was sent once the Alertmanager was back")
	}
}

// What the Alertmanager asks for comes from files, which are read anew, and is
// in no log.
func TestAlertmanagerAsksWhoItIs(t *testing.T) {
	const first, second = "first-secret", "second-secret"
	secret := filepath.Join(t.TempDir(), "secret")
	write := func(t *testing.T, text string) {
		t.Helper()
		if err := os.WriteFile(secret, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		client evaluator.Client
		header func(secret string) string
	}{
		{"basic authentication", evaluator.Client{User: "planwatch", PasswordFile: secret}, func(s string) string {
			return "Basic " + base64.StdEncoding.EncodeToString([]byte("planwatch:"+s))
		}},
		{"a token", evaluator.Client{TokenFile: secret}, func(s string) string { return "Bearer " + s }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			headers := make(chan string, 100)
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				select {
				case headers <- r.Header.Get("Authorization"):
				default:
				}
				w.WriteHeader(http.StatusUnauthorized)
			}))
			defer server.Close()
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			authority := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
				t.Fatal(err)
			}
			var ward beds
			ward.available.Store(30)
			logged := &logtest.Log{}
			o, c := options(t, &ward), configuration("0s")
			o.Logger = slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
			c.Alertmanagers, c.Client = []string{server.URL}, tt.client
			c.Client.CAFile = authority
			write(t, first)
			e, stop := start(t, o, c)
			until(t, e, "firing")
			if got := <-headers; got != tt.header(first) {
				t.Errorf("asked with %q", got)
			}
			write(t, second)
			ward.available.Store(38) // what is resolved is sent at once
			for got := range headers {
				if got == tt.header(second) {
					break
				}
			}
			stop()
			if text := logged.String(); !strings.Contains(text, "Error sending alerts") || strings.Contains(text, first) || strings.Contains(text, second) {
				t.Errorf("the log:\n%s", text)
			}
		})
	}
}

// No alert is taken for resolved because evaluating or sending fails for five
// minutes, with an evaluation a minute: it is sent at every evaluation, and is
// valid for so long that the last one before the failure bears until the first
// one after it.
func TestFiringIsSentInTime(t *testing.T) {
	receiver := &alertmanager{received: make(chan []map[string]any, 100)}
	server := httptest.NewServer(receiver)
	defer server.Close()
	var ward beds
	ward.available.Store(30)
	c := configuration("0s")
	c.Rules[0].Data = bytes.Replace(c.Rules[0].Data, []byte("interval: 100ms"), []byte("interval: 1500ms"), 1)
	c.Alertmanagers = []string{server.URL}
	start(t, options(t, &ward), c)
	const evaluations, interval, failure = 3, 1500 * time.Millisecond, 5 * time.Minute
	began := time.Now()
	for range evaluations {
		select {
		case alerts := <-receiver.received:
			ends, err := time.Parse(time.RFC3339, fmt.Sprint(alerts[0]["endsAt"]))
			if valid := time.Until(ends); err != nil || valid < failure+2*rules.Evaluation {
				t.Errorf("valid for %s, %v", valid, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("not sent again")
		}
	}
	if took := time.Since(began); took < (evaluations-2)*interval {
		t.Errorf("sent %d times within %s, more often than evaluated", evaluations, took)
	}
}

// While figures cannot be scraped, alerts stay as they were, and are sent again
// so that they are not taken for resolved. The watchdog is not.
func TestFailedScrapeKeepsAlerts(t *testing.T) {
	receiver := &alertmanager{received: make(chan []map[string]any, 100)}
	server := httptest.NewServer(receiver)
	defer server.Close()
	var ward beds
	ward.available.Store(30)
	var broken atomic.Bool
	o := options(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		ward.ServeHTTP(w, r)
	}))
	c := configuration("0s")
	c.Alertmanagers = []string{server.URL}
	c.Rules = append(c.Rules, watchdog())
	e, _ := start(t, o, c)
	until(t, e, "firing", "firing")

	broken.Store(true)
	down := overview(t, e, "a fault", func(o evaluator.Overview) bool { return o.Err != nil })
	if down.Up() || !down.Evaluated || time.Since(down.AsOf) > time.Minute || down.Err.Error() != "planwatch does not get its own metrics" {
		t.Errorf("%+v", down)
	}
	for len(receiver.received) > 0 {
		<-receiver.received // from before
	}
	for sent := 0; sent < 10; {
		for _, alert := range <-receiver.received {
			labels, _ := alert["labels"].(map[string]any)
			ends, err := time.Parse(time.RFC3339, fmt.Sprint(alert["endsAt"]))
			if err != nil || labels["alertname"] != "BedsAvailableOffPlan" || time.Until(ends) < time.Minute {
				t.Fatalf("sent: %v", alert)
			}
			sent++
		}
	}
	if o := e.Overview(); len(o.Alerts) != 2 || o.Alerts[0].State != "firing" {
		t.Errorf("%v", o.Alerts)
	}

	ward.available.Store(38)
	broken.Store(false)
	until(t, e, "firing") // the watchdog
	overview(t, e, "evaluated again", evaluator.Overview.Up)
}

// watchdog is the rule about nothing, which always fires.
func watchdog() evaluator.RuleFile {
	return evaluator.RuleFile{Name: "own.yaml", Data: []byte("groups: [{name: own, interval: 100ms, rules: [{alert: Watchdog, expr: vector(1)}]}]")}
}

// A rule that fails leaves its alerts as they were, and is told. They are sent
// on, and so is the watchdog, whose rule does not fail.
func TestFailedRuleKeepsAlerts(t *testing.T) {
	receiver := &alertmanager{received: make(chan []map[string]any, 100)}
	server := httptest.NewServer(receiver)
	defer server.Close()
	var ward beds
	ward.available.Store(30)
	c := configuration("0s")
	c.Alertmanagers = []string{server.URL}
	c.Rules = append(c.Rules, watchdog())
	e, _ := start(t, options(t, &ward), c)
	until(t, e, "firing", "firing")
	c.Rules = []evaluator.RuleFile{configuration("0s").Rules[0], watchdog()}
	// Two series with the same labels cannot be told apart.
	c.Rules[0].Data = bytes.Replace(c.Rules[0].Data, []byte("kpi_beds_available < 36"),
		[]byte(`kpi_beds_available < 36 or {__name__=~"up|scrape_samples_scraped"} * 1`), 1)
	if err := e.Update(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	down := overview(t, e, "a fault", func(o evaluator.Overview) bool { return o.Err != nil })
	if down.Up() || len(down.Alerts) != 2 || !strings.HasPrefix(down.Err.Error(), "BedsAvailableOffPlan: ") {
		t.Errorf("%+v", down)
	}
	for len(receiver.received) > 0 {
		<-receiver.received // from before
	}
	sent := map[any]bool{}
	deadline := time.After(20 * time.Second)
	for len(sent) < 2 {
		select {
		case alerts := <-receiver.received:
			for _, alert := range alerts {
				labels, _ := alert["labels"].(map[string]any)
				sent[labels["alertname"]] = true
			}
		case <-deadline:
			t.Fatalf("only these are sent: %v", sent)
		}
	}
}

// A rule that failed is evaluated again with the next figures, and not only when
// it is due. Until it has been, nothing says that alerts are evaluated again.
func TestFailedRuleIsTriedWithTheNextScrape(t *testing.T) {
	var ward beds
	ward.available.Store(30)
	var doubled atomic.Bool
	doubled.Store(true)
	logged := &logtest.Log{}
	o := options(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ward.ServeHTTP(w, r)
		if doubled.Load() {
			_, _ = fmt.Fprintln(w, "kpi_beds_available{ward=\"Medicin\"} 30")
		}
	}))
	o.Logger = slog.New(slog.NewTextHandler(logged, nil))
	c := configuration("0s")
	// It fails where there are two wards, since one of them must be chosen.
	c.Rules[0].Data = []byte("groups: [{name: beds, interval: 1h, rules: [{alert: BedsAvailableOffPlan, expr: 'vector(1) * on() kpi_beds_available'}]}]")
	e, _ := start(t, o, c)
	overview(t, e, "a fault", func(o evaluator.Overview) bool { return o.Evaluated && o.Err != nil })
	doubled.Store(false)
	overview(t, e, "evaluated again", evaluator.Overview.Up)
	overview(t, e, "told", func(evaluator.Overview) bool { return strings.Contains(logged.String(), "alerts are evaluated again") })
	for _, told := range []string{"alerts are not evaluated; they stay as they were", "alerts are evaluated again"} {
		if n := logged.Count(told); n != 1 {
			t.Errorf("%q was told %d times:\n%s", told, n, logged)
		}
	}
}

// overview waits for one that is as it should be.
func overview(t *testing.T, e *evaluator.Evaluator, what string, is func(evaluator.Overview) bool) evaluator.Overview {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		o := e.Overview()
		if is(o) {
			return o
		}
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatalf("never %s: %+v", what, o)
		}
	}
}

// A pipe in place of a file that is read at every message is not waited for.
func TestAlertmanagersFilesAreRegular(t *testing.T) {
	for name, key := range map[string]string{"a password": "password_file", "a token": "token_file", "authorities": "ca_file"} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(&alertmanager{received: make(chan []map[string]any, 100)})
			defer server.Close()
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
				t.Fatal(err)
			}
			var ward beds
			ward.available.Store(30)
			logged := &logtest.Log{}
			o, c := options(t, &ward), configuration("0s")
			o.Logger = slog.New(slog.NewTextHandler(logged, nil))
			c.Alertmanagers = []string{server.URL}
			switch key {
			case "password_file":
				c.Client = evaluator.Client{User: "planwatch", PasswordFile: file}
			case "token_file":
				c.Client = evaluator.Client{TokenFile: file}
			case "ca_file":
				c.Client = evaluator.Client{CAFile: file}
			}
			e, err := evaluator.New(o, c)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(os.Remove(file), syscall.Mkfifo(file, 0o600)); err != nil {
				t.Fatal(err)
			}
			run(t, e)
			want := "alerting: alertmanager_client: " + key + ": open " + file + ": a pipe, not a regular file"
			deadline := time.After(20 * time.Second)
			for !strings.Contains(logged.String(), want) {
				select {
				case <-time.After(10 * time.Millisecond):
				case <-deadline:
					t.Fatalf("not told: %s\n%s", want, logged)
				}
			}
		})
	}
}

// Which Alertmanagers alerts do not reach is known, and that they reach one
// again.
func TestUnreachedAlertmanagers(t *testing.T) {
	receiver := &alertmanager{received: make(chan []map[string]any, 100)}
	receiver.down.Store(true)
	healing := httptest.NewServer(receiver)
	defer healing.Close()
	well := httptest.NewServer(&alertmanager{})
	defer well.Close()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	defer refusing.Close()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://user:hunter2@"+closed(t)+"/", http.StatusTemporaryRedirect)
	}))
	defer elsewhere.Close()
	frozen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer frozen.Close()
	want := map[string]string{
		healing.URL:                        "it answers 503 Service Unavailable",
		refusing.URL + "/am":               "it answers 401 Unauthorized",
		elsewhere.URL:                      "it answers 307 Temporary Redirect",
		"http://" + frozen.Addr().String(): "no answer within 3s",
		"http://" + closed(t):              "connection refused",
	}
	var ward beds
	ward.available.Store(30)
	c := configuration("0s")
	c.Alertmanagers = append(slices.Collect(maps.Keys(want)), well.URL)
	began := time.Now()
	e, _ := start(t, options(t, &ward), c)
	first := overview(t, e, "told of all", func(o evaluator.Overview) bool { return len(o.Unreached) == len(want) })
	for _, am := range first.Unreached {
		if reason, ok := want[am.URL]; !ok || !strings.HasSuffix(am.Err.Error(), reason) || strings.Contains(am.Err.Error(), "hunter2") || am.Since.Before(began) || am.Since.After(time.Now()) {
			t.Errorf("%s since %s: %v\nwant %s", am.URL, am.Since, am.Err, reason)
		}
	}
	receiver.down.Store(false)
	ward.available.Store(38) // what is resolved is sent at once
	overview(t, e, "reached again", func(o evaluator.Overview) bool {
		return !slices.ContainsFunc(o.Unreached, func(am evaluator.Unreached) bool { return am.URL == healing.URL })
	})
	c.Alertmanagers = []string{well.URL}
	if err := e.Update(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	overview(t, e, "without those that are removed", func(o evaluator.Overview) bool { return len(o.Unreached) == 0 })
}

// What the Alertmanager leads to gets neither a request nor the secret.
func TestSilencesFollowNoRedirect(t *testing.T) {
	var led atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		led.Add(1)
		if secret := r.Header.Get("Authorization"); secret != "" {
			t.Errorf("elsewhere is told %q", secret)
		}
	}))
	defer elsewhere.Close()
	leading := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer leading.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := evaluator.Client{TokenFile: file}.HTTP()
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, leading.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusTemporaryRedirect || led.Load() > 0 {
		t.Errorf("it answers %s, %v; led elsewhere %d times", response.Status, err, led.Load())
	}
}

// closed is an address on which nothing listens.
func closed(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return server.Listener.Addr().String()
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*evaluator.Configuration)
		want   string
	}{
		{"a rule that does not parse", func(c *evaluator.Configuration) {
			c.Rules[0].Data = []byte("groups: [{name: a, rules: [{alert: A, expr: 'sum(('}]}]")
		}, "alerting: "},
		{"an Alertmanager that is no URL", func(c *evaluator.Configuration) { c.Alertmanagers = []string{"localhost:9093"} }, `alerting: alertmanagers: not a URL such as http://localhost:9093`},
		{"authorities that are not there", func(c *evaluator.Configuration) {
			c.Alertmanagers, c.Client.CAFile = []string{"https://localhost:9093"}, "/nowhere/ca.pem"
		}, "alerting: alertmanager_client: ca_file: open /nowhere/ca.pem: no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := configuration("0s")
			tt.change(&c)
			if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("Validate: %v", err)
			}
			if _, err := evaluator.New(options(t, &beds{}), c); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDamagedStorageIsSetAside(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "alerting")
	if err := os.MkdirAll(filepath.Join(directory, "wal"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, "wal", "checkpoint.zero"), []byte("no checkpoint"), 0o600); err != nil {
		t.Fatal(err)
	}
	storage(t, directory)
	if _, err := os.Stat(directory + ".damaged"); err != nil {
		t.Error(err)
	}
}

// writerFunc is a function as an io.Writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Where a new storage cannot be opened either, the one that is there is not
// damaged: it stays.
func TestStorageThatIsNotDamagedStays(t *testing.T) {
	// The lock's name fits, and that of the first file of samples does not.
	const longest, longestName = 4095, 255
	directory := t.TempDir()
	for left := longest - len("/wal/0000") - len(directory); left > 0; left = longest - len("/wal/0000") - len(directory) {
		directory += "/" + strings.Repeat("d", min(left-1, longestName-len(".damaged")))
	}
	if err := os.MkdirAll(directory, 0o750); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(directory, "kept")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	times := 0
	logger := slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte("alerting storage set aside")) {
			if times++; times > 1 {
				t.Fatal("set aside again and again")
			}
		}
		return len(p), nil
	}), nil))
	if _, err := evaluator.OpenStorage(directory, logger); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
	if times > 0 {
		t.Error("said to be set aside")
	}
}

func TestCheck(t *testing.T) {
	files := []genfiles.File{
		{Path: "alerts/test/rules/good.yaml", Data: fmt.Appendf(nil, bedsRule, "1m")},
		{Path: "alerts/test/rules/bad.yaml", Data: []byte("groups: [{name: a, rules: [{alert: A, expr: 'sum(('}]}]")},
		{Path: "alerts/test/alertmanager.yml", Data: []byte("route: {}")},
	}
	found := evaluator.RuleFiles(files)
	if len(found) != 2 {
		t.Fatalf("%d files of rules, want 2", len(found))
	}
	if err := evaluator.Check(found[:1]); err != nil {
		t.Errorf("a good file: %v", err)
	}
	if err := evaluator.Check(found); err == nil || !strings.HasPrefix(err.Error(), "alerts/test/rules/bad.yaml: ") {
		t.Errorf("a file that does not parse: %v", err)
	}
}
