package main

import (
	"context"
	"log/slog"
	"os"
	"os/user"
	"strconv"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/message"
	"planwatch/config"
	"planwatch/internal/exporter"
	"planwatch/internal/language"
	"planwatch/internal/storage"
	"planwatch/internal/web"
)

// served is a region that is served: what runs it, what people have said there, and what
// its pages are made of.
type served struct {
	*exporter.Exporter
	content web.Content
	// kept is nil where it cannot be.
	kept   *answers
	logger *slog.Logger
}

// newServed prepares the region; load loads it again. What it opens is closed by Run and
// close.
func newServed(ctx context.Context, region *config.Region, load func() (*config.Region, error), logger *slog.Logger) (*served, error) {
	for _, notice := range region.Notices() {
		logger.Warn("the configuration is valid, but may not be what was meant", "notice", notice)
	}
	warnRoot(region.Storage.Path, logger)
	planwatch, err := exporter.New(ctx, region, exporter.Options{Load: load, Logger: logger})
	if err != nil {
		return nil, err
	}
	s := &served{Exporter: planwatch, logger: logger}
	s.content = web.Content{
		Metrics: planwatch.Metrics(), Store: planwatch.Store(), Registry: planwatch.Registry(), Ready: planwatch.Ready,
		Alerts: planwatch.Alerts, Report: planwatch.Report, EarlierReport: planwatch.EarlierReport, Collectors: planwatch.Collectors, Clock: planwatch.Clock(), History: planwatch.History,
		Summary: func(alert evaluator.Alert, l *language.Language) string {
			return message.New(planwatch.Region()).Summary(alert.Labels, alert.Annotations, l)
		},
	}
	s.content.ExternalURL, s.content.Silences = region.Web.ExternalURL, planwatch.Silences()
	s.content.PastAlerts = planwatch.PastAlerts
	s.content.Replica, s.content.ReplicaMetrics = planwatch.Replica(), planwatch.ReplicaMetrics()
	s.content.Replicas = planwatch.Replicas()
	s.content.Alertmanager, s.content.Outbox, s.content.Undelivered = planwatch.Alertmanager, planwatch.Outbox, planwatch.Undelivered
	if s.kept, err = openAnswers(region.Storage.Path, logger); err != nil {
		// Alerts cannot be answered; figures are served all the same.
		logger.Error("comments and the audit log are not kept; nobody can answer alerts", "err", err)
	} else {
		s.content.Comments, s.content.Audit = s.kept.comments, s.kept.audit
		planwatch.ShareComments(s.kept.comments)
	}
	if region.Web.EnableLifecycle {
		s.content.Reload = planwatch.Reload
	}
	return s, nil
}

// warnRoot warns of root where planwatch is to run as the user whom the storage belongs
// to. It may be meant so, as in a container on somebody's volume.
func warnRoot(path string, logger *slog.Logger) {
	if os.Geteuid() != 0 {
		return
	}
	owner, err := storage.Owner(path)
	if err != nil || owner == 0 {
		return // what cannot be looked at is told when it is opened
	}
	name := strconv.Itoa(owner)
	if known, err := user.LookupId(name); err == nil {
		name = known.Username
	}
	logger.Warn("planwatch runs as root over the storage of another user, who cannot read what root writes there; run it as that user", "path", path, "user", name)
}

// close closes what people have said; Run closes the rest.
func (s *served) close() {
	if s.kept != nil {
		s.kept.close(s.logger)
	}
}
