package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/spf13/cobra"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/message"
	"planwatch/config"
	"planwatch/internal/exporter"
	"planwatch/internal/hangup"
	"planwatch/internal/language"
	"planwatch/internal/web"
)

// serveName is the command that reloads on SIGHUP.
const serveName = "serve"

func newServe(s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   serveName,
		Short: "Collect on schedule and serve /metrics",
		Args:  cobra.NoArgs,
	}
	defaults := config.DefaultService()
	flags := cmd.Flags()
	flags.StringSlice("web.listen-address", defaults.Web.ListenAddress, "`address` to listen on; repeatable")
	flags.String("web.config.file", defaults.Web.ConfigFile, "`file` with TLS and basic authentication, in the form of Prometheus' exporter-toolkit")
	flags.String("web.external-url", defaults.Web.ExternalURL, "`url` where people reach planwatch, for the links in messages")
	flags.Bool("web.enable-lifecycle", defaults.Web.EnableLifecycle, "reload on a POST to /-/reload")
	flags.String("storage.path", defaults.Storage.Path, "`directory` for what planwatch keeps")
	flags.String("log.level", defaults.Log.Level, "debug, info, warn or error")
	flags.String("log.format", defaults.Log.Format, "logfmt or json")
	overrides := config.Overrides{
		"web.listen_address":   flags.Lookup("web.listen-address"),
		"web.config_file":      flags.Lookup("web.config.file"),
		"web.external_url":     flags.Lookup("web.external-url"),
		"web.enable_lifecycle": flags.Lookup("web.enable-lifecycle"),
		"storage.path":         flags.Lookup("storage.path"),
		"log.level":            flags.Lookup("log.level"),
		"log.format":           flags.Lookup("log.format"),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return runServe(cmd, func() (*config.Region, error) { return s.load(overrides) })
	}
	return cmd
}

// garbagePercent is how much garbage there may be beside what is in use, in percent,
// where GOGC says nothing. It is half of Go's own: memory is dearer than the little
// processor time that this takes, since a scrape allocates next to nothing.
const garbagePercent = 50

func runServe(cmd *cobra.Command, load func() (*config.Region, error)) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	region, err := load()
	if err != nil {
		return err
	}
	logger, err := newLogger(region.Log, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	for _, notice := range region.Notices() {
		logger.Warn("the configuration is valid, but may not be what was meant", "notice", notice)
	}
	planwatch, err := exporter.New(cmd.Context(), region, exporter.Options{Load: load, Logger: logger})
	if err != nil {
		return err
	}
	content := web.Content{
		Metrics: planwatch.Metrics(), Store: planwatch.Store(), Registry: planwatch.Registry(), Ready: planwatch.Ready,
		Alerts: planwatch.Alerts, Report: planwatch.Report, EarlierReport: planwatch.EarlierReport, Collectors: planwatch.Collectors, Clock: planwatch.Clock(), History: planwatch.History,
		Summary: func(alert evaluator.Alert, l *language.Language) string {
			return message.New(planwatch.Region()).Summary(alert.Labels, alert.Annotations, l)
		},
	}
	content.ExternalURL, content.Silences = region.Web.ExternalURL, planwatch.Silences()
	content.PastAlerts = planwatch.PastAlerts
	content.Replica, content.ReplicaMetrics = planwatch.Replica(), planwatch.ReplicaMetrics()
	content.Alertmanager, content.Outbox, content.Undelivered = planwatch.Alertmanager, planwatch.Outbox, planwatch.Undelivered
	kept, err := openAnswers(region.Storage.Path, logger)
	if err != nil {
		// Alerts cannot be answered; figures are served all the same.
		logger.Error("comments and the audit log are not kept; nobody can answer alerts", "err", err)
	} else {
		defer kept.close(logger)
		content.Comments, content.Audit = kept.comments, kept.audit
		planwatch.Share("comments", kept.comments)
	}
	if region.Web.EnableLifecycle {
		content.Reload = planwatch.Reload
	}
	server, err := web.Listen(cmd.Context(), region.Web, content, logger)
	if err != nil {
		return err
	}

	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	failed := make(chan error, 1)
	var all sync.WaitGroup
	all.Go(func() { planwatch.Run(ctx) })
	all.Go(func() { reloadOnHangup(ctx, hangup.Signals(), planwatch) })
	all.Go(func() { failed <- server.Serve() })
	for _, url := range server.URLs() {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is served on %s (metrics: %s/metrics)\n", region.Title, url, url)
	}
	select {
	case <-ctx.Done():
		logger.Info("stopping", "drain_time", region.DrainTime)
	case err = <-failed:
		stop()
	}
	return errors.Join(err, drain(ctx, server, &all, time.Duration(region.DrainTime)))
}

// newLogger makes the configured logger.
func newLogger(c config.Log, w io.Writer) (*slog.Logger, error) {
	level, format := promslog.NewLevel(), promslog.NewFormat()
	if err := level.Set(c.Level); err != nil {
		return nil, err
	}
	if err := format.Set(c.Format); err != nil {
		return nil, err
	}
	return promslog.New(&promslog.Config{Level: level, Format: format, Writer: w}), nil
}

// drain waits for open scrapes and runs, at most for limit.
func drain(ctx context.Context, server *web.Server, all *sync.WaitGroup, limit time.Duration) error {
	ended := make(chan struct{})
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	err := server.Shutdown(limited)
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-limited.Done():
		err = fmt.Errorf("not everything ended within drain_time, %s", limit)
	}
	return err
}

func reloadOnHangup(ctx context.Context, hangups <-chan os.Signal, planwatch *exporter.Exporter) {
	for {
		select {
		case <-hangups:
			// The exporter logs the result.
			_ = planwatch.Reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}
