package exporter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/internal/exposition"
	"planwatch/internal/naming"
)

// alerting is embedded alerting: it evaluates the alert rules of one
// configuration. It implements prometheus.Gatherer, for its own metrics.
type alerting struct {
	evaluator *evaluator.Evaluator
	registry  *prometheus.Registry
	logger    *slog.Logger
}

// prepareAlerting gives g embedded alerting if its configuration has it. Rules
// and metrics are the same as for an external Prometheus.
func (e *Exporter) prepareAlerting(g *generation) error {
	settings := g.region.Alerting
	if !settings.Embedded || g.region.OnCall == nil {
		return nil
	}
	storage, err := e.alerts.open()
	if err != nil || storage == nil {
		return err
	}
	files, err := alerts.Generate(g.region)
	if err != nil {
		return err
	}
	external, err := url.Parse(settings.ExternalURL)
	if err != nil {
		return fmt.Errorf("alerting: external_url: %w", err)
	}
	a := &alerting{registry: prometheus.NewRegistry(), logger: e.logger}
	a.evaluator, err = evaluator.New(evaluator.Options{
		Rules: evaluator.RuleFiles(files), Metrics: exposition.Handler(e.store, prometheus.Gatherers{e.registry, a}, e.logger),
		Instance: external.Host, ExternalURL: external, Interval: time.Duration(settings.Interval), Alertmanagers: settings.Alertmanagers,
		Storage: storage, Registerer: prometheus.WrapRegistererWithPrefix(naming.AlertingPrefix, a.registry), Logger: e.logger,
	})
	if err != nil {
		return err
	}
	g.alerting = a
	return nil
}

// run evaluates until ctx ends. If it fails, planwatch still serves metrics.
func (a *alerting) run(ctx context.Context) {
	if err := a.evaluator.Run(ctx); err != nil {
		a.logger.Error("alerts are not evaluated", "err", err)
	}
}

// Gather implements prometheus.Gatherer. It leaves out Prometheus' native
// histograms, to which its linter objects.
func (a *alerting) Gather() ([]*dto.MetricFamily, error) {
	families, err := a.registry.Gather()
	return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return strings.Contains(f.GetName(), naming.NativeHistograms) }), err
}

// alertStorage is the storage of embedded alerting. It stays open over reloads,
// and is opened by the first configuration that needs it.
type alertStorage struct {
	directory string
	logger    *slog.Logger
	opened    *evaluator.Storage
}

// open returns the storage, or nil if it cannot be opened; metrics are still
// served, and show it. It returns an error only if another planwatch uses the
// storage.
func (s *alertStorage) open() (*evaluator.Storage, error) {
	if s.opened != nil {
		return s.opened, nil
	}
	storage, err := evaluator.OpenStorage(s.directory, s.logger)
	switch {
	case errors.Is(err, evaluator.ErrInUse):
		return nil, err
	case err != nil:
		s.logger.Error("alerts are not evaluated", "err", err)
		return nil, nil //nolint:nilnil // no storage is not an error
	}
	s.opened = storage
	return storage, nil
}

func (s *alertStorage) close() {
	if s.opened == nil {
		return
	}
	if err := s.opened.Close(); err != nil {
		s.logger.Error("alerting storage not closed", "err", err)
	}
}
