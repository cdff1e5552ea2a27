// Package alertmanager is Alertmanager within planwatch, for a site that runs
// none: it groups, inhibits, silences and sends alerts by the configuration
// that planwatch generates. It uses Alertmanager's own packages; no other
// package does, since their API changes between releases.
package alertmanager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/internal/pipe"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/api"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/route"
)

const (
	// alertGCInterval is how often alerts that have resolved are forgotten.
	alertGCInterval = 30 * time.Minute
	// groupGCInterval is how often groups without alerts are forgotten.
	groupGCInterval = 30 * time.Second
	// requestTimeout limits a request to the API.
	requestTimeout = 30 * time.Second
	// maxSilences bounds what the API may store.
	maxSilences = 10_000
	// maxSilenceSize is the most bytes that one silence may have.
	maxSilenceSize = 64 << 10
)

// Options configure an Alertmanager for as long as it lives.
type Options struct {
	// Directory keeps what has been sent and which silences there are, over a
	// restart and a kill.
	Directory string
	// ExternalURL is the API's address for users.
	ExternalURL *url.URL
	// Alerts are those of before a restart. They are there before anything is
	// sent, so that no group is taken for one that is new, or has resolved.
	Alerts []Alert
	// Heads reports whether messages are sent from here, of several planwatch that share
	// what was sent; nil is one that is alone. Lead is called when that changes.
	Heads func() bool
	// Timeout is how long a message may be under way; 30 seconds where it is 0.
	Timeout time.Duration
	// Registerer registers Alertmanager's metrics.
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

const defaultTimeout = 30 * time.Second

// Alert is an alert that was sent before a restart.
type Alert struct {
	Labels, Annotations map[string]string
	// StartsAt and EndsAt are as in Alertmanager's API, by the system's clock.
	StartsAt, EndsAt time.Time
}

// Alertmanager groups, inhibits, silences and sends alerts.
type Alertmanager struct {
	options  Options
	logger   *slog.Logger
	journal  *journal
	alerts   *mem.Alerts
	silencer *silence.Silencer
	api      *api.API
	handler  http.Handler
	listener *pipe.Listener
	pipeline *notify.PipelineBuilder
	groups   marker.GroupMarker
	metrics  *dispatch.DispatcherMetrics

	outbox     *outbox
	deliveries *deliveries

	// updating is held while the configuration changes, and with it configuration and
	// heads.
	updating      sync.Mutex
	configuration *Configuration
	heads         bool
	current       atomic.Pointer[generation]
}

// generation is what belongs to one configuration.
type generation struct {
	// dispatcher is nil where messages are not sent from here.
	dispatcher *dispatch.Dispatcher
	inhibitor  *inhibit.Inhibitor
	// running are the goroutines of both.
	running sync.WaitGroup
	// sending is held for reading while a message is sent and recorded, and for
	// writing by who sets stopped.
	sending sync.RWMutex
	stopped bool
}

// stop ends the generation, and waits for it. A message under way is sent and
// recorded, since it would be sent again otherwise.
func (g *generation) stop() {
	if g == nil {
		return
	}
	g.inhibitor.Stop()
	if g.dispatcher != nil {
		g.dispatcher.Stop()
	}
	g.running.Wait()
	g.sending.Lock()
	defer g.sending.Unlock()
	g.stopped = true
}

// stage returns the stage that stop waits for.
func (g *generation) stage(of notify.Stage) notify.Stage {
	return notify.StageFunc(func(ctx context.Context, l *slog.Logger, alerts ...*alert.Alert) (context.Context, []*alert.Alert, error) {
		g.sending.RLock()
		defer g.sending.RUnlock()
		if g.stopped {
			return ctx, nil, context.Canceled
		}
		return of.Exec(ctx, l, alerts...)
	})
}

// recorder records nothing: planwatch has a log of its own.
var recorder = eventrecorder.NopRecorder()

// New opens the storage and makes an Alertmanager, which sends nothing before
// the first Update. What is damaged in the storage is set aside, with a warning.
func New(ctx context.Context, o Options) (*Alertmanager, error) {
	a := &Alertmanager{options: o, heads: o.Heads == nil, logger: o.Logger.With("component", "alertmanager"), groups: marker.NewGroupMarker(), listener: pipe.Listen(host)}
	var err error
	if a.journal, err = openJournal(o.Directory, a.logger); err != nil {
		return nil, err
	}
	if a.outbox, err = openOutbox(filepath.Join(o.Directory, "outbox.jsonl")); err != nil {
		return nil, errors.Join(err, a.journal.close())
	}
	a.deliveries = openDeliveries(filepath.Join(o.Directory, "undelivered.json"), cmp.Or(o.Timeout, defaultTimeout), a.logger)
	a.silencer = silence.NewSilencer(a.journal.silences, a.logger, recorder)
	if a.alerts, err = mem.NewAlerts(context.WithoutCancel(ctx), alertGCInterval, 0, a.silencer, a.logger, recorder, o.Registerer, featurecontrol.NoopFlags{}); err != nil {
		return nil, fmt.Errorf("alertmanager: %w", err)
	}
	if err := a.restore(ctx); err != nil {
		return nil, err
	}
	if a.api, err = api.New(api.Options{
		Alerts: a.alerts, Silences: a.journal.silences, GroupMutedFunc: a.groups.Muted, Timeout: requestTimeout, Logger: a.logger, Registry: o.Registerer,
		RequestDuration: requestDuration(o.Registerer), GroupFunc: a.alertGroups,
	}); err != nil {
		return nil, fmt.Errorf("alertmanager: %w", err)
	}
	a.handler = a.api.Register(route.New(), "/")
	a.pipeline = notify.NewPipelineBuilder(o.Registerer, featurecontrol.NoopFlags{}, recorder)
	a.metrics = dispatch.NewDispatcherMetrics(false, o.Registerer, featurecontrol.NoopFlags{})
	return a, nil
}

// requestDuration is the metric that the API needs.
func requestDuration(registerer prometheus.Registerer) *prometheus.HistogramVec {
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "alertmanager_http_request_duration_seconds", Help: "How long requests to the API took.", Buckets: prometheus.DefBuckets,
	}, []string{"handler", "method", "code"})
	registerer.MustRegister(duration)
	return duration
}

// restore takes over the alerts of before the restart.
func (a *Alertmanager) restore(ctx context.Context) error {
	now := time.Now()
	var all []*alert.Alert
	for _, restored := range a.options.Alerts {
		all = append(all, &alert.Alert{
			Alert: model.Alert{
				Labels: labelSet(restored.Labels), Annotations: labelSet(restored.Annotations), StartsAt: restored.StartsAt, EndsAt: restored.EndsAt,
			},
			UpdatedAt: now,
		})
	}
	if err := a.alerts.Put(ctx, all...); err != nil {
		return fmt.Errorf("alertmanager: %w", err)
	}
	return nil
}

func labelSet(of map[string]string) model.LabelSet {
	set := make(model.LabelSet, len(of))
	for name, value := range of {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	return set
}

// Handler answers Alertmanager's API, under /api/v2.
func (a *Alertmanager) Handler() http.Handler { return a.handler }

// host is the API's within the process.
const host = "alertmanager.planwatch.internal"

// URL is the API's address, for the client of Client.
const URL = "http://" + host

// Client returns a client that reaches the API while Run runs, as nobody
// outside the process can.
func (a *Alertmanager) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return a.listener.Dial(ctx) },
	}}
}

// Update sends by c from now on. If c is not valid, nothing changes.
func (a *Alertmanager) Update(c Configuration) error {
	a.updating.Lock()
	defer a.updating.Unlock()
	if err := a.update(c, time.Now()); err != nil {
		return err
	}
	a.configuration = &c
	return nil
}

// Lead begins to send messages after a while, in which what is to be sent can become
// known, or ends it.
func (a *Alertmanager) Lead(heads bool, after time.Duration) error {
	a.updating.Lock()
	defer a.updating.Unlock()
	if a.heads == heads {
		return nil
	}
	a.heads = heads
	if a.configuration == nil {
		return nil
	}
	return a.update(*a.configuration, time.Now().Add(after))
}

// update runs a generation that sends by c, from a moment on.
func (a *Alertmanager) update(c Configuration, begin time.Time) error {
	parsed, err := c.parse()
	if err != nil {
		return err
	}
	receivers, err := a.receivers(c, parsed)
	if err != nil {
		return err
	}
	intervals := map[string][]timeinterval.TimeInterval{}
	for _, interval := range parsed.TimeIntervals {
		intervals[interval.Name] = interval.TimeIntervals
	}
	a.current.Load().stop()
	next := &generation{inhibitor: inhibit.NewInhibitor(a.alerts, parsed.InhibitRules, a.logger, recorder)}
	a.api.Update(parsed, func(ctx context.Context, labels model.LabelSet) {
		next.inhibitor.Mutes(ctx, labels)
		a.silencer.Mutes(ctx, labels)
	})
	next.running.Go(next.inhibitor.Run)
	next.inhibitor.WaitForLoading()
	if a.heads {
		routes := dispatch.NewRoute(parsed.Route, nil)
		alone := func() time.Duration { return 0 } // there is no cluster to wait for
		stages := a.pipeline.New(receivers, alone, next.inhibitor, a.silencer, timeinterval.NewIntervener(intervals), a.groups, a.journal.notifications, nil)
		next.dispatcher = dispatch.NewDispatcher(a.alerts, routes, next.stage(newGroupKeys(routes).stage(stages)), a.groups, sendingTimeout, groupGCInterval, nil, a.logger, recorder, a.metrics, nil)
		next.running.Go(func() { next.dispatcher.Run(begin) })
		next.dispatcher.WaitForLoading()
	}
	a.deliveries.only(receivers, parsed.Route.GroupInterval)
	a.current.Store(next)
	return nil
}

// sendingTimeout is how long a message may take, of a group that is told of
// news at that interval.
func sendingTimeout(groupInterval time.Duration) time.Duration {
	return max(groupInterval, notify.MinTimeout)
}

// alertGroups returns the groups of the current configuration.
func (a *Alertmanager) alertGroups(ctx context.Context, routes func(*dispatch.Route) bool, alerts func(*alert.Alert, time.Time) bool) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
	current := a.current.Load()
	if current == nil || current.dispatcher == nil {
		return nil, nil, nil
	}
	return current.dispatcher.Groups(ctx, routes, alerts)
}

// Run answers the API and keeps the storage in order until ctx ends, then ends
// sending and closes the storage. The Alertmanager must not be used afterwards.
func (a *Alertmanager) Run(ctx context.Context) error {
	server := &http.Server{Handler: a.handler, ReadHeaderTimeout: 5 * time.Second}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(a.listener) }) // it fails when it is closed
	a.journal.maintain(ctx)
	_ = server.Close()
	serving.Wait()
	a.updating.Lock()
	defer a.updating.Unlock()
	a.current.Swap(nil).stop()
	a.alerts.Close()
	return a.journal.close()
}
