package exporter

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"planwatch/config"
)

// errStopped is the error of a reload after the end of Run.
var errStopped = errors.New("planwatch is stopping")

// Reload loads the configuration again and runs it. If that fails, the running
// configuration stays active.
func (e *Exporter) Reload(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case e.reloads <- answer:
	case <-e.ended:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-e.ended:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// alertingInterval is how often alerting that has no storage, as on a full disk, tries to
// have it.
const alertingInterval = 15 * time.Second

// awaitReload waits for a reload that succeeds. The caller answers it when the
// generation is active. Where the clock was set there is nobody to answer, and everything
// begins anew as at a start. At the end of ctx it returns nil.
func (e *Exporter) awaitReload(ctx context.Context) (*generation, chan<- error) {
	var again <-chan time.Time
	tick := time.NewTicker(alertingInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if !e.current.Load().alerting.lacksStorage() {
				continue
			}
			if _, err := e.alerts.open(); err != nil {
				continue
			}
			e.logger.Info("alerting storage opened; alerts are evaluated")
			again = time.After(0)
		case <-ctx.Done():
			return nil, nil
		case by := <-e.clockSet:
			e.logger.Warn("the clock was set; everything is collected anew", "by", by.Round(time.Second))
			again = time.After(0)
		case <-again:
			next, err := e.anew(ctx)
			if err == nil {
				return next, nil
			}
			e.logger.Error("configuration not reloaded; the running one goes on", "err", err)
			// Without what has ended, as alerting, it is not left at that.
			again = time.After(time.Minute)
		case answer := <-e.reloads:
			next, err := e.reload(ctx)
			if err == nil {
				return next, answer
			}
			e.counters.reloadFailed()
			e.own.Changed()
			e.logger.Error("configuration not reloaded; the running one goes on", "err", err)
			answer <- err
		}
	}
}

// anew prepares the running configuration once more. Prometheus' and Alertmanager's parts
// take no time but one that goes on, so they end, and begin with what they have kept.
func (e *Exporter) anew(ctx context.Context) (*generation, error) {
	current := e.current.Load()
	current.alerting.end()
	e.alerts.close()
	return e.prepare(ctx, current.region)
}

func (e *Exporter) reload(ctx context.Context) (*generation, error) {
	region, err := e.load()
	if err != nil {
		return nil, err
	}
	if key := needsRestart(e.Region().Service, region.Service); key != "" {
		return nil, fmt.Errorf("planwatch.yaml: %s: has changed, which takes a restart", key)
	}
	return e.prepare(ctx, region)
}

// needsRestart returns the key of a changed setting that takes effect only
// after a restart, or "".
func needsRestart(running, next config.Service) string {
	switch {
	case next.Clock != running.Clock:
		return "clock"
	case !reflect.DeepEqual(next.Web, running.Web):
		return "web"
	case !reflect.DeepEqual(next.Replicas, running.Replicas):
		return "replicas"
	case next.Storage != running.Storage:
		return "storage"
	case next.Log != running.Log:
		return "log"
	case next.DrainTime != running.DrainTime:
		return "drain_time"
	}
	return ""
}
