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

	"planwatch/config"
	"planwatch/internal/hangup"
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
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return configurationFault{err} })
	defaults := config.DefaultService()
	flags := cmd.Flags()
	flags.StringSlice("web.listen-address", defaults.Web.ListenAddress, "`address` to listen on; repeatable")
	flags.String("web.config.file", defaults.Web.ConfigFile, "`file` with TLS and basic authentication, in the form of Prometheus' exporter-toolkit")
	flags.String("web.external-url", defaults.Web.ExternalURL, "`url` where people reach planwatch, for the links in messages")
	flags.Bool("web.enable-lifecycle", defaults.Web.EnableLifecycle, "reload on a POST to /-/reload")
	flags.String("storage.path", defaults.Storage.Path, "`directory` for what planwatch keeps")
	flags.String("log.level", defaults.Log.Level, "debug, info, warn or error")
	flags.String("log.format", defaults.Log.Format, "logfmt or json")
	completeFlag(cmd, "log.level", promslog.LevelFlagOptions...)
	completeFlag(cmd, "log.format", promslog.FormatFlagOptions...)
	_ = cmd.MarkFlagDirname(storagePath) // there is one of that name
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
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(garbagePercent)
		}
		if s.areSeveral() {
			return serveSeveral(cmd, s.dirs, overrides)
		}
		return serveOne(cmd, func() (*config.Region, error) { return s.load(overrides) })
	}
	return cmd
}

// garbagePercent is how much garbage there may be beside what is in use, in percent,
// where GOGC says nothing. It is half of Go's own: memory is dearer than the little
// processor time that this takes, since a scrape allocates next to nothing.
const garbagePercent = 50

// serveOne serves one region, whose pages are at /.
func serveOne(cmd *cobra.Command, load func() (*config.Region, error)) error {
	region, err := load()
	if err != nil {
		return configurationFault{err}
	}
	logger, err := newLogger(region.Log, cmd.ErrOrStderr())
	if err != nil {
		return configurationFault{err}
	}
	planwatch, err := newServed(cmd.Context(), region, load, logger)
	if err != nil {
		return startFault(err)
	}
	defer planwatch.close()
	server, err := web.Listen(cmd.Context(), region.Web, planwatch.content, logger)
	if err != nil {
		return startFault(err)
	}

	// What runs goes on while it hands over.
	ctx, stop := context.WithCancel(context.WithoutCancel(cmd.Context()))
	defer stop()
	failed := make(chan error, 1)
	var all sync.WaitGroup
	all.Go(func() { planwatch.Run(ctx) })
	all.Go(func() { reloadOnHangup(ctx, hangup.Signals(), planwatch.Reload) })
	all.Go(func() { failed <- server.Serve() })
	for _, url := range server.URLs() {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is served on %s (metrics: %s/metrics)\n", region.Title, url, url)
	}
	select {
	case <-cmd.Context().Done():
		logger.Info("stopping", "drain_time", region.DrainTime)
		handOver(ctx, planwatch)
	case err = <-failed:
	}
	stop()
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

// handOverLimit is how long a stop waits for other replicas. They lead without that, too.
const handOverLimit = 3 * time.Second

// handOver has other replicas lead, and know of all that was sent.
func handOver(ctx context.Context, all ...*served) {
	ctx, cancel := context.WithTimeout(ctx, handOverLimit)
	defer cancel()
	var each sync.WaitGroup
	for _, one := range all {
		each.Go(func() { one.HandOver(ctx) })
	}
	each.Wait()
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
		err = limited.Err()
	}
	// Of both at once either may be seen first.
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("not everything ended within drain_time, %s", limit)
	}
	return err
}

// reloadOnHangup reloads on SIGHUP, until ctx ends.
func reloadOnHangup(ctx context.Context, hangups <-chan os.Signal, reload func(context.Context) error) {
	for {
		select {
		case <-hangups:
			// What reloads logs the result.
			_ = reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}
