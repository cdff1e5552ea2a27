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
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	configutil "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
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
)

// Options configure an Evaluator.
type Options struct {
	// Rules are the rule files to evaluate.
	Rules []RuleFile
	// Metrics is the handler that is scraped.
	Metrics http.Handler
	// Instance is the instance label of scraped series, host:port.
	Instance string
	// ExternalURL is the address of planwatch for users, for links in alerts.
	ExternalURL *url.URL
	// Interval is the time between scrapes, and between evaluations of a group
	// that has no interval.
	Interval time.Duration
	// Alertmanagers are the URLs that alerts are sent to; without any, none are
	// sent.
	Alertmanagers []string
	// Storage keeps samples and pending alerts over a restart.
	Storage *Storage
	// Registerer registers the metrics about evaluating and sending.
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// Evaluator evaluates alert rules.
type Evaluator struct {
	options   Options
	rules     *rules.Manager
	scraper   *scrape.Manager
	notifier  *notifier.Manager
	listener  *pipe.Listener
	receivers map[string][]*targetgroup.Group
}

// New makes an Evaluator. It fails if a rule does not parse or an
// Alertmanager's URL is not valid.
func New(o Options) (*Evaluator, error) {
	parsed := parser.NewParser(parser.Options{})
	files := loader{files: map[string][]byte{}, parser: parsed, logger: o.Logger}
	var names []string
	for _, file := range o.Rules {
		files.files[file.Name] = file.Data
		names = append(names, file.Name)
	}
	settings, receivers, err := settings(o)
	if err != nil {
		return nil, err
	}
	e := &Evaluator{options: o, listener: pipe.Listen(o.Instance), receivers: receivers}
	logger := o.Logger.With("component", "alerting")
	storage := o.Storage.db
	if e.scraper, err = scrape.NewManager(&scrape.Options{
		DiscoveryReloadOnStartup: true,
		HTTPClientOptions: []configutil.HTTPClientOption{configutil.WithDialContextFunc(
			func(ctx context.Context, _, _ string) (net.Conn, error) { return e.listener.Dial(ctx) },
		)},
	}, logger, nil, storage, nil, prometheus.NewRegistry()); err != nil {
		return nil, fmt.Errorf("alerting: %w", err)
	}
	e.notifier = notifier.NewManager(&notifier.Options{QueueCapacity: 10_000, Registerer: o.Registerer}, model.LegacyValidation, logger)
	engine := promql.NewEngine(promql.EngineOpts{
		Logger: logger, MaxSamples: 5_000_000, Timeout: time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true, Parser: parsed,
	})
	e.rules = rules.NewManager(&rules.ManagerOptions{
		NameValidationScheme: model.LegacyValidation,
		ExternalURL:          o.ExternalURL,
		QueryFunc:            rules.EngineQueryFunc(engine, storage),
		NotifyFunc:           rules.SendAlerts(e.notifier, o.ExternalURL.String()),
		Context:              context.Background(),
		Appendable:           storage,
		Queryable:            storage,
		Logger:               logger,
		Registerer:           o.Registerer,
		OutageTolerance:      outageTolerance,
		// No extra wait: an alert that fired before a restart fires again at
		// once.
		ForGracePeriod: 0,
		ResendDelay:    time.Minute,
		GroupLoader:    files,
		Parser:         parsed,
	})
	if err := errors.Join(
		e.scraper.ApplyConfig(settings),
		e.notifier.ApplyConfig(settings),
		e.rules.Update(o.Interval, names, labels.EmptyLabels(), o.ExternalURL.String(), nil),
	); err != nil {
		return nil, fmt.Errorf("alerting: %w", err)
	}
	return e, nil
}

// settings returns Prometheus' configuration, parsed from YAML so that it has
// Prometheus' defaults, and the Alertmanagers as target groups.
func settings(o Options) (*config.Config, map[string][]*targetgroup.Group, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "global: {scrape_interval: %s, scrape_timeout: %s, evaluation_interval: %s}\n",
		model.Duration(o.Interval), model.Duration(min(o.Interval, 10*time.Second)), model.Duration(o.Interval))
	fmt.Fprintf(&text, "scrape_configs: [{job_name: %s, scrape_protocols: [PrometheusText0.0.4]}]\n", job)
	receivers := map[string][]*targetgroup.Group{}
	if len(o.Alertmanagers) > 0 {
		text.WriteString("alerting:\n  alertmanagers:\n")
	}
	for i, address := range o.Alertmanagers {
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host == "" || !slices.Contains([]string{"http", "https"}, parsed.Scheme) {
			return nil, nil, fmt.Errorf("alerting: alertmanagers: not a URL such as http://localhost:9093")
		}
		fmt.Fprintf(&text, "    - {api_version: v2, timeout: %s, scheme: %s, path_prefix: %q}\n", model.Duration(sendTimeout), parsed.Scheme, parsed.Path)
		receivers[fmt.Sprintf("config-%d", i)] = group(parsed.Host)
	}
	settings, err := config.Load(text.String(), o.Logger)
	if err != nil {
		return nil, nil, fmt.Errorf("alerting: %w", err)
	}
	return settings, receivers, nil
}

func group(address string) []*targetgroup.Group {
	return []*targetgroup.Group{{Source: address, Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(address)}}}}
}

// Run scrapes, evaluates and sends until ctx ends. It returns when all it
// started has ended.
func (e *Evaluator) Run(ctx context.Context) error {
	server := &http.Server{Handler: e.options.Metrics, ReadHeaderTimeout: 5 * time.Second}
	scraped, sent := make(chan map[string][]*targetgroup.Group, 1), make(chan map[string][]*targetgroup.Group, 1)
	scraped <- map[string][]*targetgroup.Group{job: group(e.options.Instance)}
	sent <- e.receivers
	var all sync.WaitGroup
	var serveErr, scrapeErr error
	all.Go(func() {
		if err := server.Serve(e.listener); !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			serveErr = err
		}
	})
	all.Go(func() { scrapeErr = e.scraper.Run(scraped) })
	all.Go(func() { e.notifier.Run(sent) })
	all.Go(e.rules.Run)
	<-ctx.Done()
	e.rules.Stop()
	e.scraper.Stop()
	e.notifier.Stop()
	closeErr := server.Close()
	all.Wait()
	if err := errors.Join(serveErr, scrapeErr, closeErr); err != nil {
		return fmt.Errorf("alerting: %w", err)
	}
	return nil
}

// loader loads rule files from memory.
type loader struct {
	files  map[string][]byte
	parser parser.Parser
	logger *slog.Logger
}

func (l loader) Load(name string, ignoreUnknownFields bool, scheme model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	return rulefmt.Parse(l.files[name], ignoreUnknownFields, scheme, l.parser, l.logger)
}

func (l loader) Parse(query string) (parser.Expr, error) { return l.parser.ParseExpr(query) }
