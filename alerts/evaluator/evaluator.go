// Package evaluator evaluates alert rules within planwatch, for a site that
// runs no Prometheus. It uses Prometheus' scraping, storage, engine, rule
// manager and notifier. No other package uses them, since their API changes
// between releases.
package evaluator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	configutil "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/notifier"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/scrape"

	"planwatch/internal/naming"
	"planwatch/internal/pipe"
)

const (
	// job is the job label of planwatch's series, which the rules expect.
	job = naming.Planwatch
	// sendTimeout limits a send, and so how long an Alertmanager that does not
	// answer can delay a stop. The next Evaluator sends the alerts that were
	// not sent.
	sendTimeout = 3 * time.Second
	// outageTolerance is Prometheus' default: after a longer outage, pending
	// alerts start again.
	outageTolerance = time.Hour
	// startLimit is the longest that the first evaluation waits for the figures
	// to be complete.
	startLimit = time.Minute
	// resendDelay is less than the interval between evaluations, so that an alert
	// that fires is sent at every one, and not at every other.
	resendDelay = time.Second
	// validity is how long an Alertmanager takes a firing alert for firing, unless
	// it is sent again. It bears evaluating or sending to fail for five minutes,
	// with an evaluation a minute.
	validity = 10 * time.Minute
	// overdue is how many intervals may pass without a scrape or an evaluation.
	overdue = 3
)

// Options configure an Evaluator for as long as it lives.
type Options struct {
	// Metrics is the handler that is scraped.
	Metrics http.Handler
	// Ready returns nil once Metrics has all figures. The first evaluation waits
	// for it, for a minute at most; nil is always ready.
	Ready func() error
	// Instance is the instance label of scraped series, host:port.
	Instance string
	// Region is the region label of scraped series; "" for none.
	Region string
	// ExternalURL is the address of planwatch for users, for links in alerts.
	ExternalURL *url.URL
	// Storage keeps samples and pending alerts over a restart, and what was sent.
	Storage *Storage
	// Within is the Alertmanager within planwatch, which alerts are sent to where
	// the configuration names none; nil for none.
	Within *Within
	// Resolving is told of alerts that have resolved, by their labels, and of those
	// that fire on, before an Alertmanager is; nil tells nobody.
	Resolving func(ctx context.Context, resolved, firing []map[string]string)
	// Ended is told of alerts that have resolved, to keep them; nil tells nobody. After a
	// kill it may be told of one twice.
	Ended func(ended []Sent)
	// Registerer registers the metrics about evaluating and sending.
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// Within is an Alertmanager that only a client of its own reaches.
type Within struct {
	URL    string
	Client *http.Client
}

// Evaluator evaluates alert rules. It keeps its alerts over an Update.
type Evaluator struct {
	options  Options
	logger   *slog.Logger
	loader   *loader
	rules    *rules.Manager
	scraper  *scrape.Manager
	scrapes  *scrapes
	notifier *notifier.Manager
	listener *pipe.Listener
	sent     *sentAlerts
	// receivers are the Alertmanagers, for the notifier.
	receivers chan map[string][]*targetgroup.Group

	// configuring is held while the configuration changes.
	configuring   sync.Mutex
	configuration Configuration
	// interval is the configuration's, between scrapes, and client is too.
	interval atomic.Int64
	client   atomic.Pointer[Client]
	// deliveries are those to the Alertmanagers.
	deliveries deliveries
	// loaded is whether the manager has the rules. It gets them with the first
	// complete scrape, since rules that are evaluated without figures would say
	// that nothing is wrong, and would lose what was pending.
	loaded atomic.Bool
	// evaluating is held during an evaluation, so that a group is never
	// evaluated twice at a time.
	evaluating sync.Mutex
	// evaluations holds the *evaluation of each group, by its key.
	evaluations sync.Map
	// notify sends alerts and records it; send only sends.
	notify, send rules.NotifyFunc

	telling sync.Mutex // guards told
	// told is whether the log says that alerts are not evaluated.
	told bool
}

// New makes an Evaluator. It fails if the configuration is not valid.
func New(o Options, c Configuration) (*Evaluator, error) {
	parsed := parser.NewParser(parser.Options{})
	e := &Evaluator{
		options: o, logger: o.Logger.With("component", "alerting"), listener: pipe.Listen(o.Instance), sent: o.Storage.sent,
		loader:    &loader{parser: parsed, logger: o.Logger},
		receivers: make(chan map[string][]*targetgroup.Group, 1),
	}
	e.scrapes = newScrapes(o, e.tell)
	storage := o.Storage.db
	var err error
	if e.scraper, err = scrape.NewManager(&scrape.Options{
		DiscoveryReloadOnStartup: true,
		HTTPClientOptions: []configutil.HTTPClientOption{configutil.WithDialContextFunc(
			func(ctx context.Context, _, _ string) (net.Conn, error) { return e.listener.Dial(ctx) },
		)},
	}, e.logger, nil, e.scrapes, nil, prometheus.NewRegistry()); err != nil {
		return nil, fmt.Errorf("alerting: %w", err)
	}
	e.notifier = notifier.NewManager(&notifier.Options{QueueCapacity: 10_000, DrainOnShutdown: o.Within != nil, Do: e.post, Registerer: o.Registerer}, model.LegacyValidation, e.logger)
	engine := promql.NewEngine(promql.EngineOpts{
		Logger: e.logger, MaxSamples: 5_000_000, Timeout: time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true, Parser: parsed,
	})
	e.send = rules.SendAlerts(e.notifier, o.ExternalURL.String())
	e.notify = func(ctx context.Context, expr string, alerts ...*rules.Alert) {
		for _, alert := range alerts { // copies
			alert.ValidUntil = time.Now().Add(validity)
		}
		alerts, resolved := e.sent.note(expr, alerts, e.deliveries.reached(), e.options.Ended)
		if len(resolved) > 0 && o.Resolving != nil {
			o.Resolving(ctx, resolved, e.sent.firing())
		}
		e.send(ctx, expr, alerts...)
	}
	e.rules = rules.NewManager(&rules.ManagerOptions{
		NameValidationScheme: model.LegacyValidation,
		ExternalURL:          o.ExternalURL,
		QueryFunc:            rules.EngineQueryFunc(engine, storage),
		NotifyFunc:           e.notify,
		Context:              context.Background(),
		Appendable:           storage,
		Queryable:            storage,
		Logger:               e.logger,
		Registerer:           o.Registerer,
		OutageTolerance:      outageTolerance,
		// No extra wait: an alert that fired before a restart fires again at
		// once.
		ForGracePeriod: 0,
		ResendDelay:    resendDelay,
		GroupLoader:    e.loader,
		Parser:         parsed,
	})
	if err := e.configure(c); err != nil {
		return nil, err
	}
	return e, nil
}

// Update evaluates by c from now on. Alerts of rules that both configurations
// have go on as they are. If c is not valid, nothing changes.
func (e *Evaluator) Update(ctx context.Context, c Configuration) error {
	if err := e.configure(c); err != nil {
		return err
	}
	if e.loaded.Load() {
		return e.load(ctx)
	}
	return nil
}

// configure makes c the configuration. The rules are not loaded yet.
func (e *Evaluator) configure(c Configuration) error {
	if within := e.options.Within; within != nil && len(c.Alertmanagers) == 0 {
		c.Alertmanagers, c.Client = []string{within.URL}, Client{}
	}
	settings, receivers, err := c.parse(e.options.Logger)
	if err != nil {
		return err
	}
	e.configuring.Lock()
	defer e.configuring.Unlock()
	e.client.Store(&c.Client)
	if err := errors.Join(e.scraper.ApplyConfig(settings), e.notifier.ApplyConfig(settings)); err != nil {
		return fmt.Errorf("alerting: %w", err)
	}
	e.configuration = c
	e.interval.Store(int64(c.Interval))
	select {
	case <-e.receivers: // those of a configuration that never ran
	default:
	}
	e.receivers <- receivers
	return nil
}

// load gives the rules to the manager, and evaluates at once those that have
// not been evaluated: the manager would begin up to an interval later.
func (e *Evaluator) load(ctx context.Context) error {
	e.configuring.Lock()
	defer e.configuring.Unlock()
	e.loader.files, e.loader.scrapes = map[string][]byte{}, e.configuration.Interval
	var names []string
	for _, file := range e.configuration.Rules {
		e.loader.files[file.Name] = file.Data
		names = append(names, file.Name)
	}
	if err := e.rules.Update(e.configuration.Interval, names, labels.EmptyLabels(), e.options.ExternalURL.String(), e.iterate); err != nil {
		return fmt.Errorf("alerting: %w", err)
	}
	for _, group := range e.rules.RuleGroups() {
		e.evaluating.Lock()
		if !evaluated(group) {
			e.evaluate(ctx, group, time.Now())
		}
		e.evaluating.Unlock()
	}
	e.loaded.Store(true)
	e.settle(ctx)
	return nil
}

func group(address string) []*targetgroup.Group {
	return []*targetgroup.Group{{Source: address, Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(address)}}}}
}

// scraped is the target with planwatch's figures.
func (o Options) scraped() []*targetgroup.Group {
	targets := group(o.Instance)
	if o.Region != "" {
		targets[0].Labels = model.LabelSet{naming.LabelRegion: model.LabelValue(o.Region)}
	}
	return targets
}

// Run scrapes, evaluates and sends until ctx ends, or until the rules cannot be
// loaded. It returns when all it started has ended.
func (e *Evaluator) Run(ctx context.Context) error {
	server := &http.Server{Handler: e.scrapes.handler(e.options.Metrics), ReadHeaderTimeout: 5 * time.Second}
	scraped := make(chan map[string][]*targetgroup.Group, 1)
	scraped <- map[string][]*targetgroup.Group{job: e.options.scraped()}
	var all sync.WaitGroup
	var serveErr, scrapeErr error
	all.Go(func() {
		if err := server.Serve(e.listener); !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			serveErr = err
		}
	})
	all.Go(func() { scrapeErr = e.scraper.Run(scraped) })
	all.Go(func() { e.notifier.Run(e.receivers) })
	all.Go(e.rules.Run)
	loadErr := e.loadWhenScraped(ctx)
	if loadErr == nil {
		e.retryUntil(ctx)
	}
	e.rules.Stop()
	e.scraper.Stop()
	e.notifier.Stop()
	closeErr := server.Close()
	all.Wait()
	if err := errors.Join(serveErr, scrapeErr, closeErr); err != nil {
		return fmt.Errorf("alerting: %w", errors.Join(loadErr, err))
	}
	return loadErr
}

// loadWhenScraped loads the rules once a scrape has stored all figures.
func (e *Evaluator) loadWhenScraped(ctx context.Context) error {
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	e.keepRestored(ctx)
	stored := e.scrapes.complete
	for {
		select {
		case <-stored:
			return e.load(ctx)
		case <-limit.C:
			stored = e.scrapes.stored
		case <-ctx.Done():
			return nil
		}
	}
}

// retryUntil evaluates again what failed, after each scrape that is stored,
// until ctx ends: the manager would do so up to a minute later.
func (e *Evaluator) retryUntil(ctx context.Context) {
	for {
		select {
		case <-e.scrapes.stored:
			for _, group := range e.rules.RuleGroups() {
				e.evaluating.Lock()
				if e.evaluation(group).err != nil {
					e.evaluate(ctx, group, time.Now())
				}
				e.evaluating.Unlock()
			}
			e.settle(ctx)
			e.tell()
		case <-ctx.Done():
			return
		}
	}
}
