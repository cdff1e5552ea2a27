package endtoend_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts/alertmanager"
	"planwatch/alerts/evaluator"
	"planwatch/internal/logtest"
)

// fault is something that goes wrong, and is mended again.
type fault struct {
	name       string
	begin, end func(*world)
	// alert is the one alert that tells of it, or "" if there is none.
	alert string
}

// faults are none of the plan's: none of them is told to those who answer for a
// figure, and what there is to tell is told once to those who answer for the
// source.
var faults = []fault{
	{"the database is away", func(w *world) { w.server.Stop() }, func(w *world) { w.server.StartAgain() }, "SourceDown"},
	{"the database is frozen", func(w *world) { w.server.Freeze() }, func(w *world) { w.server.Thaw() }, "SourceDown"},
	{"the database is slow", (*world).lock, (*world).unlock, "CollectorFailing"},
	{"a row does not fit", func(w *world) { w.execute("UPDATE warehouse.queue SET patients = -1") }, func(w *world) { w.execute("UPDATE warehouse.queue SET patients = 30") }, "CollectorFailing"},
	{"scrapes fail", func(w *world) { w.broken.Store(true); w.wait(8 * time.Second) }, func(w *world) { w.broken.Store(false) }, ""},
	{"planwatch is killed", func(w *world) { w.kill() }, func(w *world) { w.kill() }, ""},
	{"the clock goes back", func(w *world) { w.shift(-2 * time.Hour) }, func(w *world) { w.shift(0) }, ""},
	{"the clock goes on", func(w *world) { w.shift(2 * time.Hour) }, func(w *world) { w.shift(0) }, ""},
	{"summer time begins", func(w *world) { w.at("2025-03-30T01:59:56+01:00"); w.wait(8 * time.Second) }, func(w *world) { w.shift(0) }, ""},
	{"summer time ends", func(w *world) { w.at("2025-10-26T02:59:56+02:00"); w.wait(8 * time.Second) }, func(w *world) { w.shift(0) }, ""},
	{"a reload that fails", func(w *world) { w.spoil() }, func(w *world) { w.mend() }, "ConfigReloadFailed"},
	{"the storage cannot be written to", (*world).block, (*world).unblock, "SnapshotNotSaved"},
	{"messages are refused", func(w *world) {
		w.sink.Refuse(true)
		w.execute("UPDATE warehouse.queue SET patients = -1")
		w.reload()
		w.firing("CollectorFailing")
		w.wait(4 * time.Second)
		w.sink.Refuse(false)
	}, func(w *world) { w.execute("UPDATE warehouse.queue SET patients = 30") }, "CollectorFailing"},
}

// away is the fault that only a site with an Alertmanager of its own has.
var away = fault{"the Alertmanager is away", func(w *world) {
	w.stopAlertmanager()
	w.execute("UPDATE warehouse.queue SET patients = -1")
	w.reload()
	w.firing("CollectorFailing")
	w.wait(4 * time.Second)
	w.stopAlertmanager = w.startAlertmanager()
}, func(w *world) { w.execute("UPDATE warehouse.queue SET patients = 30") }, "CollectorFailing"}

// world is the region, with planwatch's rules evaluated and its messages sent by
// the packages that planwatch has within it, or by an Alertmanager.
type world struct {
	*site
	broken    atomic.Bool
	evaluator *evaluator.Evaluator
	locked    func()
}

// Faults are told of once, to those who answer for the source, and never as news
// about a figure; within planwatch, and by an Alertmanager of the site's own.
func TestFaultsAreNotThePlans(t *testing.T) {
	binary := build(t)
	for _, tt := range []struct {
		name string
		own  bool
	}{{"within planwatch", false}, {"an Alertmanager", true}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, binary, tt.own)
			all := slices.Clone(faults)
			if tt.own {
				all = append(all, away)
			}
			for _, f := range all {
				t.Run(f.name, func(t *testing.T) {
					w.t = t
					w.goesThrough(f)
				})
			}
			w.t = t
			w.queue("Kalix", 60)
			w.until("told of the plan at the end", func() bool { return len(w.messages("ward", "Kalix", false)) > 0 })
			if all := w.messages("ward", "", false); len(all) != 1 {
				t.Errorf("%d messages about the plan, want that at the end", len(all))
			}
		})
	}
}

// goesThrough has the fault come and go, and checks who is told of what.
func (w *world) goesThrough(f fault) {
	w.t.Helper()
	before, over := len(w.messages("it", "", false)), len(w.messages("it", "", true))
	f.begin(w)
	if f.alert != "" {
		if f.name != "the database is away" && f.name != "the database is frozen" {
			w.tryReload()
		}
		w.until("told of "+f.alert, func() bool { return len(w.messages("it", "", false)) > before })
	}
	f.end(w)
	w.tryReload()
	w.until("well again", func() bool { return len(w.active()) == 0 })
	if f.alert != "" {
		w.until("told that it is over", func() bool { return len(w.messages("it", "", true)) > over })
	}
	told := w.messages("it", "", false)[before:]
	switch {
	case f.alert == "" && len(told) > 0:
		w.t.Errorf("told of %q", told[0].subject)
	case f.alert != "" && (len(told) != 1 || !strings.Contains(told[0].text, f.alert)):
		for _, one := range told {
			w.t.Errorf("told of %s\n%s", one.subject, one.text)
		}
	}
	if all := w.messages("it", "", true)[over:]; f.alert != "" && len(all) != 1 {
		w.t.Errorf("told %d times that it is over", len(all))
	}
	if all := w.messages("ward", "", false); len(all) > 0 {
		w.t.Errorf("told the ward of %q", all[0].subject)
	}
}

// newWorld starts everything, and waits until nothing fires.
func newWorld(t *testing.T, binary string, own bool) *world {
	t.Helper()
	w := &world{site: newSite(t, binary)}
	w.env = append(w.env, "PLANWATCH_ALERTING_EMBEDDED=false")
	made := t.TempDir()
	generate := exec.CommandContext(t.Context(), binary, "generate", "--config", filepath.Join(w.directory, "region"), made)
	generate.Env = append(os.Environ(), w.env...)
	if said, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("planwatch generate: %v\n%s", err, said)
	}
	generated := filepath.Join(made, "alerts", "region")
	rewrite(t, filepath.Join(generated, "rules"), `(?m)^( +(?:for|keep_firing_for): )[0-9]+[mh].*$`, "${1}2s")
	rewrite(t, filepath.Join(generated, "rules"), `(?m)^( +interval: ).*$`, "${1}1s")
	rewrite(t, filepath.Join(generated, "rules"), `\[15m\]`, "[5s]")
	w.start()

	logger := slog.New(slog.NewTextHandler(&logtest.Log{}, nil))
	storage, err := evaluator.OpenStorage(filepath.Join(t.TempDir(), "alerting"), logger)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.SetBasicAuth(user, password) },
		ErrorHandler: func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) },
	}
	options := evaluator.Options{
		Metrics: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if w.broken.Load() {
				http.Error(rw, "broken", http.StatusInternalServerError)
				return
			}
			proxy.ServeHTTP(rw, r)
		}),
		Instance: target.Host, ExternalURL: target, Storage: storage, Registerer: prometheus.NewRegistry(), Logger: logger,
	}
	configuration := evaluator.Configuration{Rules: ruleFiles(t, generated), Interval: time.Second}
	ctx, cancel := context.WithCancel(context.Background())
	var ended []chan error
	run := func(what func(context.Context) error) {
		end := make(chan error, 1)
		ended = append(ended, end)
		go func() { end <- what(ctx) }()
	}
	if own {
		w.alertmanager()
		for _, setting := range w.env {
			if address, found := strings.CutPrefix(setting, "PLANWATCH_ALERTING_ALERTMANAGERS="); found {
				configuration.Alertmanagers = []string{address}
			}
		}
	} else {
		am, err := alertmanager.New(t.Context(), alertmanager.Options{Directory: filepath.Join(t.TempDir(), "alertmanager"), ExternalURL: target, Registerer: prometheus.NewRegistry(), Logger: logger})
		if err != nil {
			t.Fatal(err)
		}
		if err := am.Update(sending(t, w.directory, generated)); err != nil {
			t.Fatal(err)
		}
		options.Within = &evaluator.Within{URL: alertmanager.URL, Client: am.Client()}
		run(am.Run)
	}
	if w.evaluator, err = evaluator.New(options, configuration); err != nil {
		t.Fatal(err)
	}
	run(w.evaluator.Run)
	t.Cleanup(func() {
		cancel()
		for _, end := range ended {
			if err := <-end; err != nil {
				t.Error(err)
			}
		}
		if err := storage.Close(); err != nil {
			t.Error(err)
		}
	})
	w.until("evaluated, and nothing fires", func() bool { return w.evaluator.Overview().Up() && len(w.active()) == 0 })
	return w
}

func ruleFiles(t *testing.T, generated string) []evaluator.RuleFile {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(generated, "rules", "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatal("no rules", err)
	}
	var all []evaluator.RuleFile
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, evaluator.RuleFile{Name: name, Data: data})
	}
	return all
}

// sending is what planwatch itself sends by, from the generated files.
func sending(t *testing.T, directory, generated string) alertmanager.Configuration {
	t.Helper()
	c := alertmanager.Configuration{Watchdog: "watchdog", Addresses: map[string]string{}}
	var err error
	if c.YAML, err = os.ReadFile(filepath.Join(generated, "alertmanager.yml")); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(generated, "templates", "*.tmpl"))
	if err != nil || len(names) == 0 {
		t.Fatal("no templates", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c.Templates = append(c.Templates, string(data))
	}
	for _, name := range []string{"it", "ward", "chief"} {
		c.Addresses["address."+name] = filepath.Join(directory, name+".tmpl")
	}
	return c
}

// active are the names of the alerts that are pending or fire, but the watchdog.
func (w *world) active() []string {
	var names []string
	for _, alert := range w.evaluator.Overview().Alerts {
		if alert.Name() != "Watchdog" {
			names = append(names, alert.Name())
		}
	}
	return names
}

// firing waits until the alert fires.
func (w *world) firing(name string) {
	w.t.Helper()
	w.until(name+" fires", func() bool {
		for _, alert := range w.evaluator.Overview().Alerts {
			if alert.Name() == name && alert.State == "firing" {
				return true
			}
		}
		return false
	})
}

// wait has the fault last: several evaluations, and messages of what they find.
func (w *world) wait(lasts time.Duration) {
	began := time.Now()
	w.until("the fault's time is over", func() bool { return time.Since(began) > lasts })
}

func (w *world) execute(statement string) {
	w.t.Helper()
	if _, err := w.server.Root().ExecContext(w.t.Context(), statement); err != nil {
		w.t.Fatal(err)
	}
}

// reload has every collector run.
func (w *world) reload() {
	w.t.Helper()
	if status, body := w.ask(http.MethodPost, "/-/reload"); status != http.StatusOK {
		w.t.Fatalf("reload: %d %s", status, body)
	}
}

// tryReload has every collector run, if the configuration is right.
func (w *world) tryReload() { _, _ = w.ask(http.MethodPost, "/-/reload") }

// lock holds the table, so that its readers wait until their time is over.
func (w *world) lock() {
	w.t.Helper()
	conn, err := w.server.Root().Conn(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := conn.ExecContext(w.t.Context(), "LOCK TABLES warehouse.queue WRITE"); err != nil {
		w.t.Fatal(err)
	}
	w.locked = func() {
		if _, err := conn.ExecContext(context.Background(), "UNLOCK TABLES"); err != nil {
			w.t.Error(err)
		}
		_ = conn.Close() // it goes back to the pool
	}
}

func (w *world) unlock() { w.locked() }

// shift has planwatch's clock be that far from the system's, as after a restart
// on a machine whose clock was set.
func (w *world) shift(by time.Duration) {
	w.t.Helper()
	clock := ""
	if by != 0 {
		clock = time.Now().Add(by).Format(time.RFC3339)
	}
	w.setClock(clock)
}

// at has planwatch's clock go on from a moment.
func (w *world) at(moment string) { w.setClock(moment) }

func (w *world) setClock(clock string) {
	w.t.Helper()
	w.env = append(w.env, "PLANWATCH_CLOCK="+clock)
	w.kill()
}

// spoil makes the configuration one that cannot be read, and mend makes it right.
func (w *world) spoil() {
	w.replace(filepath.Join("region", "units.yaml"), "unit: patients", "units: patients")
}

func (w *world) mend() {
	w.replace(filepath.Join("region", "units.yaml"), "units: patients", "unit: patients")
}

// block has the snapshot not be written, and unblock lets it be.
func (w *world) block() {
	w.t.Helper()
	snapshot := filepath.Join(w.directory, "storage", "snapshot")
	if err := os.RemoveAll(snapshot); err != nil {
		w.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(snapshot, "waiting", "in the way"), 0o700); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) unblock() {
	w.t.Helper()
	if err := os.RemoveAll(filepath.Join(w.directory, "storage", "snapshot")); err != nil {
		w.t.Fatal(err)
	}
}
