package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/exporter"
	"planwatch/internal/web"
)

func newServe(s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Collect on schedule and serve /metrics",
		Args:  cobra.NoArgs,
	}
	defaults := config.DefaultService()
	flags := cmd.Flags()
	flags.StringSlice("web.listen-address", defaults.Web.ListenAddress, "`address` to listen on; repeatable")
	flags.String("web.config.file", defaults.Web.ConfigFile, "`file` with TLS and basic authentication, in the form of Prometheus' exporter-toolkit")
	flags.Bool("web.enable-lifecycle", defaults.Web.EnableLifecycle, "reload on a POST to /-/reload")
	flags.String("storage.path", defaults.Storage.Path, "`directory` for what planwatch keeps")
	flags.String("log.level", defaults.Log.Level, "debug, info, warn or error")
	flags.String("log.format", defaults.Log.Format, "logfmt or json")
	overrides := config.Overrides{
		"web.listen_address":   flags.Lookup("web.listen-address"),
		"web.config_file":      flags.Lookup("web.config.file"),
		"web.enable_lifecycle": flags.Lookup("web.enable-lifecycle"),
		"storage.path":         flags.Lookup("storage.path"),
		"log.level":            flags.Lookup("log.level"),
		"log.format":           flags.Lookup("log.format"),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return serve(cmd, func() (*config.Config, error) { return s.load(overrides) })
	}
	return cmd
}

func serve(cmd *cobra.Command, load func() (*config.Config, error)) error {
	// From the first moment to the last: unheard, the signal would end planwatch.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	cfg, err := load()
	if err != nil {
		return err
	}
	level, format := promslog.NewLevel(), promslog.NewFormat()
	if err := level.Set(cfg.Log.Level); err != nil {
		return err
	}
	if err := format.Set(cfg.Log.Format); err != nil {
		return err
	}
	logger := promslog.New(&promslog.Config{Level: level, Format: format, Writer: cmd.ErrOrStderr()})
	planwatch, err := exporter.New(cmd.Context(), exporter.Options{Load: load, Metrics: metrics(logger), Logger: logger})
	if err != nil {
		return err
	}
	shown := web.Exporter{
		Store: planwatch.Store(), Registry: planwatch.Registry(), Gatherer: planwatch, Ready: planwatch.Ready,
		Alerts: planwatch.Alerts,
		Report: planwatch.Report, Collectors: planwatch.Collectors, Clock: planwatch.Clock(),
	}
	if cfg.Web.EnableLifecycle {
		shown.Reload = planwatch.Reload
	}
	server, err := web.Listen(cmd.Context(), cfg.Web.ListenAddress, cfg.Web.ConfigFile, shown, logger)
	if err != nil {
		return err
	}

	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	failed := make(chan error, 1)
	var all sync.WaitGroup
	all.Go(func() { planwatch.Run(ctx) })
	all.Go(func() { reloadOnHangup(ctx, hangups, planwatch) })
	all.Go(func() { failed <- server.Serve() })
	for _, url := range server.URLs() {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is served on %s (metrics: %s/metrics)\n", cfg.Region, url, url)
	}
	select {
	case <-ctx.Done():
		logger.Info("stopping", "drain_time", cfg.DrainTime)
	case err = <-failed:
		stop()
	}
	return errors.Join(err, drain(ctx, server, &all, time.Duration(cfg.DrainTime)))
}

// metrics answers the scrapes of embedded alerting as it answers Prometheus.
func metrics(logger *slog.Logger) exporter.Handler {
	return func(e *exporter.Exporter) http.Handler { return web.Metrics(e.Store(), e, logger) }
}

// drain waits for scrapes and runs that are under way, but no longer than
// it is given.
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
			// The exporter logs how it went.
			_ = planwatch.Reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}
