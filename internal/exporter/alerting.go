package exporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/internal/kpi"
)

// alerting evaluates the rules of one configuration. It is nil where a
// configuration switches it off, or calls nobody.
type alerting struct {
	*evaluator.Evaluator
	registry *prometheus.Registry
}

// Alerts are those that are pending or firing, and whether planwatch
// evaluates them at all.
func (e *Exporter) Alerts() (active []evaluator.Alert, embedded bool) {
	current := e.current.Load()
	if current.alerting == nil {
		return nil, false
	}
	return current.alerting.Alerts(), true
}

// Gather implements prometheus.Gatherer: the metrics about planwatch itself,
// and about its alerting where that is on.
func (e *Exporter) Gather() ([]*dto.MetricFamily, error) {
	gatherers := prometheus.Gatherers{e.registry}
	if current := e.current.Load(); current.alerting != nil {
		gatherers = append(gatherers, wellNamed{current.alerting.registry})
	}
	return gatherers.Gather()
}

// wellNamed leaves out those of Prometheus' own metrics that its linter
// objects to: a native histogram beside each summary of the same.
type wellNamed struct{ prometheus.Gatherer }

func (w wellNamed) Gather() ([]*dto.MetricFamily, error) {
	families, err := w.Gatherer.Gather()
	return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return strings.Contains(f.GetName(), "_histogram_") }), err
}

// prepareAlerting reads the rules that follow from the configuration, which
// are those that are generated for a Prometheus.
func (e *Exporter) prepareAlerting(cfg *config.Config) (*alerting, error) {
	if !cfg.Alerting.Embedded || cfg.OnCall == nil {
		return nil, nil //nolint:nilnil // no alerting is an answer
	}
	if e.alertStorage == nil {
		storage, err := evaluator.OpenStorage(filepath.Join(cfg.Storage.Path, "alerting"), e.logger)
		if errors.Is(err, evaluator.ErrInUse) {
			return nil, err
		}
		if err != nil {
			// Figures are served all the same, and planwatch_alerting_up tells.
			e.logger.Error("alerts are not evaluated", "err", err)
			return nil, nil //nolint:nilnil // no alerting is an answer
		}
		e.alertStorage = storage
	}
	uids, err := dashboards.UIDs(cfg)
	if err != nil {
		return nil, err
	}
	files, err := alerts.Generate(cfg.AlertRegion(uids))
	if err != nil {
		return nil, err
	}
	external, err := url.Parse(cfg.Alerting.ExternalURL)
	if err != nil {
		return nil, fmt.Errorf("alerting: external_url: %w", err)
	}
	a := &alerting{registry: prometheus.NewRegistry()}
	a.Evaluator, err = evaluator.New(evaluator.Options{
		Rules: evaluator.RuleFiles(files), Metrics: e.options.Metrics(e), Instance: external.Host, ExternalURL: external,
		Interval: time.Duration(cfg.Alerting.Interval), Alertmanagers: cfg.Alerting.Alertmanagers,
		Storage: e.alertStorage, Registerer: prometheus.WrapRegistererWithPrefix(kpi.ExporterPrefix+"_alerting_", a.registry), Logger: e.logger,
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// runAlerting evaluates until ctx ends. That it cannot is no reason to stop
// serving figures.
func (e *Exporter) runAlerting(ctx context.Context, a *alerting) {
	if a == nil {
		return
	}
	if err := a.Run(ctx); err != nil {
		e.logger.Error("alerts are not evaluated", "err", err)
	}
}

// Handler makes what answers scrapes of an Exporter.
type Handler func(*Exporter) http.Handler
