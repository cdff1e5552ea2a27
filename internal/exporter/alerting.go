package exporter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"planwatch/alerts/alertmanager"
	"planwatch/alerts/evaluator"
	"planwatch/internal/naming"
	"planwatch/internal/storage"
)

// alerting is embedded alerting: it evaluates the alert rules. It stays over
// reloads, and with it what is pending and firing. It implements
// prometheus.Gatherer, for its own metrics.
type alerting struct {
	// evaluator is nil if there can be none, which failed has the reason of.
	evaluator *evaluator.Evaluator
	// alertmanager sends what the evaluator finds; nil where Alertmanagers of
	// others do.
	alertmanager *alertmanager.Alertmanager
	// external is the address that alerts link to and series are labelled with.
	// A change of it takes another evaluator.
	external string
	registry *prometheus.Registry
	logger   *slog.Logger
	// replicas is nil where planwatch is alone; settling is how long one that begins to lead
	// waits with messages, until it has evaluated all rules.
	replicas *replicas
	settling time.Duration
	// unstored is whether there is no evaluator since its storage cannot be opened.
	unstored bool
	// failed is why evaluating has ended before its time.
	failed atomic.Pointer[error]
	stop   context.CancelFunc
	ended  chan struct{}
}

// prepareAlerting gives g embedded alerting if its configuration has it: that of
// the running generation where possible. Rules and metrics are the same as for
// an external Prometheus.
func (e *Exporter) prepareAlerting(ctx context.Context, g *generation) error {
	settings := g.region.Alerting
	if !settings.Embedded || g.region.OnCall == nil {
		return nil
	}
	opened, err := e.alerts.open()
	if err != nil {
		// Figures are served all the same.
		g.alerting = &alerting{registry: prometheus.NewRegistry(), unstored: true}
		g.alerting.failed.Store(&err)
		return nil //nolint:nilerr // it is kept, and shown
	}
	g.duty = e.newDuty(g.region)
	files, err := g.duty.files()
	if err != nil {
		return err
	}
	g.sending = Sending(g.region, files)
	g.rules = evaluator.Configuration{
		Rules: evaluator.RuleFiles(files), Interval: time.Duration(settings.Interval), Alertmanagers: settings.Alertmanagers,
		Client: evaluator.Client(settings.AlertmanagerClient),
	}
	if len(g.rules.Alertmanagers) > 0 {
		if err := g.rules.Client.CheckSecret(); err != nil {
			e.logger.Warn("the Alertmanagers' password or token cannot be read; no alert is sent until it can", "err", err)
		}
	}
	if err := errors.Join(g.rules.Validate(), g.validateSending()); err != nil {
		return err
	}
	g.warnOfAddresses()
	if former := e.current.Load(); former != nil && former.alerting.runs() && former.alerting.external == g.region.Web.ExternalURL && former.alerting.sends() == g.sends() {
		g.alerting = former.alerting
		return nil
	}
	g.alerting, err = e.newAlerting(ctx, g, opened)
	return err
}

func (e *Exporter) newAlerting(ctx context.Context, g *generation, opened *evaluator.Storage) (*alerting, error) {
	address := g.region.Web.ExternalURL
	external, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("web: external_url: %w", err)
	}
	a := &alerting{external: address, registry: prometheus.NewRegistry(), logger: e.logger, replicas: e.replicas, settling: settling(g.rules.Interval)}
	registerer := prometheus.WrapRegistererWithPrefix(naming.AlertingPrefix, a.registry)
	options := evaluator.Options{
		Metrics: e.metrics, Ready: e.Ready,
		Instance: external.Host, ExternalURL: external,
		Storage: opened, Registerer: registerer, Resolving: e.resolving, Ended: e.keepPast, Logger: e.logger,
	}
	if g.region.Beside {
		options.Region = g.region.Name
	}
	if g.sends() {
		a.alertmanager, err = alertmanager.New(ctx, alertmanager.Options{
			Directory: filepath.Join(g.region.Storage.Path, "alertmanager"), ExternalURL: external.JoinPath(naming.AlertmanagerPath),
			Heads: e.replicas.sending(), Alerts: before(opened.Sent(), time.Now()), Registerer: registerer, Logger: e.logger,
		})
		if err != nil {
			// Figures are served all the same.
			e.logger.Error("alerts are not evaluated", "err", err)
			a.failed.Store(&err)
			return a, nil //nolint:nilerr // it is kept, and shown
		}
		options.Within = &evaluator.Within{URL: alertmanager.URL, Client: a.alertmanager.Client()}
	}
	a.evaluator, err = evaluator.New(options, g.rules)
	return a, err
}

// start evaluates, and sends by c, until ctx ends or end is called. If that
// fails, planwatch still serves metrics. Nothing is started for nil.
func (a *alerting) start(ctx context.Context, c alertmanager.Configuration) {
	if a == nil || a.evaluator == nil {
		return
	}
	ctx, a.stop = context.WithCancel(ctx)
	a.ended = make(chan struct{})
	a.sendBy(c)
	a.lead()
	go func() {
		defer close(a.ended)
		// What is found is sent first.
		defer a.startSending(context.WithoutCancel(ctx))()
		if err := a.evaluator.Run(ctx); err != nil {
			a.failed.Store(&err)
			a.logger.Error("alerts are not evaluated", "err", err)
		}
	}()
}

// settling is how long it takes until all rules have been evaluated, with scrapes at that
// interval: rules are with every fourth, and once a minute at least.
func settling(interval time.Duration) time.Duration { return min(4*interval, time.Minute) + interval }

// lead sends messages, or ends to, as this planwatch's role says.
func (a *alerting) lead() {
	if !a.sends() || a.replicas == nil {
		return
	}
	if err := a.alertmanager.Lead(a.replicas.Heads(), a.settling); err != nil {
		a.logger.Error("alerts are not sent", "err", err)
	}
}

// lacksStorage reports whether nothing is evaluated since the storage cannot be opened.
func (a *alerting) lacksStorage() bool { return a != nil && a.unstored }

// runs reports whether a has been started and has not ended.
func (a *alerting) runs() bool {
	if a == nil || a.ended == nil {
		return false
	}
	select {
	case <-a.ended:
		return false
	default:
		return true
	}
}

// end ends what start started, and waits for it.
func (a *alerting) end() {
	if a == nil || a.evaluator == nil {
		return
	}
	a.stop()
	<-a.ended
}

// update evaluates and sends as a reloaded configuration says.
func (a *alerting) update(ctx context.Context, g *generation) {
	if err := a.evaluator.Update(ctx, g.rules); err != nil {
		a.logger.Error("alerts are not evaluated", "err", err)
	}
	a.sendBy(g.sending)
}

// overview returns the pending and firing alerts; nil evaluates none.
func (a *alerting) overview() evaluator.Overview {
	if a == nil {
		return evaluator.Overview{Off: true}
	}
	var now evaluator.Overview
	if a.evaluator != nil {
		now = a.evaluator.Overview()
	}
	if failed := a.failed.Load(); failed != nil {
		now.Err = *failed
	}
	return now
}

// Gather implements prometheus.Gatherer. It leaves out Prometheus' native
// histograms, to which its linter objects, most of Alertmanager's metrics, and of
// the others what is about integrations that planwatch does not send by.
func (a *alerting) Gather() ([]*dto.MetricFamily, error) {
	families, err := a.registry.Gather()
	return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool {
		name, alertmanagers := strings.CutPrefix(f.GetName(), naming.AlertmanagerPrefix)
		if alertmanagers {
			f.Metric = slices.DeleteFunc(f.Metric, ofAnotherIntegration)
		}
		return alertmanagers && (!slices.Contains(naming.AlertmanagerMetrics, name) || len(f.Metric) == 0) || strings.Contains(f.GetName(), naming.NativeHistograms)
	}), err
}

// ofAnotherIntegration reports whether the metric is about an integration that
// planwatch does not send by.
func ofAnotherIntegration(m *dto.Metric) bool {
	return slices.ContainsFunc(m.Label, func(l *dto.LabelPair) bool {
		return l.GetName() == naming.LabelIntegration && !slices.Contains(alertmanager.Kinds(), l.GetValue())
	})
}

// alertStorage is the storage of embedded alerting. It stays open over reloads,
// and is opened by the first configuration that needs it.
type alertStorage struct {
	parent *storage.Directory
	path   string
	logger *slog.Logger
	opened *evaluator.Storage
	// failed is whether the last attempt to open it failed.
	failed bool
}

// open returns the storage. An error is logged when it begins, unless it is that of
// parent, which has been.
func (s *alertStorage) open() (*evaluator.Storage, error) {
	if s.opened != nil {
		return s.opened, nil
	}
	if err := s.parent.Hold(); err != nil {
		return nil, err
	}
	opened, err := evaluator.OpenStorage(s.path, s.logger)
	if err != nil {
		if !s.failed {
			s.logger.Error("alerts are not evaluated", "err", err)
		}
		s.failed = true
		return nil, err
	}
	s.opened, s.failed = opened, false
	return opened, nil
}

func (s *alertStorage) close() {
	if s.opened == nil {
		return
	}
	if err := s.opened.Close(); err != nil {
		s.logger.Error("alerting storage not closed", "err", err)
	}
	s.opened = nil
}
