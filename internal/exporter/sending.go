package exporter

import (
	"context"
	"net/http"
	"path"
	"sync"
	"time"

	"planwatch/alerts"
	"planwatch/alerts/alertmanager"
	"planwatch/alerts/evaluator"
	"planwatch/alerts/oncall"
	"planwatch/alerts/routing"
	"planwatch/alerts/silences"
	"planwatch/config"
	"planwatch/internal/genfiles"
	"planwatch/internal/naming"
)

// Sending returns what the Alertmanager within planwatch sends by, from the
// generated files.
func Sending(region *config.Region, files []genfiles.File) alertmanager.Configuration {
	c := alertmanager.Configuration{Outbox: region.Alerting.Outbox, Watchdog: oncall.WatchdogReceiver, Addresses: map[string]string{}}
	for _, file := range files {
		switch directory, name := path.Split(file.Path); {
		case name == alerts.AlertmanagerFile:
			c.YAML = file.Data
		case path.Base(directory) == alerts.TemplatesDirectory:
			c.Templates = append(c.Templates, string(file.Data))
		}
	}
	for _, receiver := range region.OnCall.Receivers {
		if file := receiver.AddressFile(); file != "" {
			c.Addresses[routing.AddressOf(receiver.ID)] = region.OnCall.Path(file)
		}
	}
	return c
}

// warnOfAddresses logs the files with addresses that messages could not be sent by
// now.
func (g *generation) warnOfAddresses() {
	if !g.region.Sends() || g.sending.Outbox {
		return
	}
	for _, err := range g.sending.Unaddressed() {
		g.logger.Warn("messages by this file would not be sent", "err", err)
	}
}

// sends reports whether planwatch itself sends what its rules find.
func (g *generation) sends() bool { return len(g.rules.Alertmanagers) == 0 }

// validateSending returns why planwatch cannot send by the configuration, or nil.
func (g *generation) validateSending() error {
	if !g.sends() {
		return nil
	}
	return g.sending.Validate()
}

// newSilences returns what people have said about alerts, or nil if planwatch
// knows no Alertmanager.
func (e *Exporter) newSilences(g *generation) (*silences.Silences, error) {
	o := silences.Options{Alertmanagers: g.region.Alerting.Alertmanagers, Firing: e.firing, Logger: e.logger}
	switch {
	case len(o.Alertmanagers) > 0:
		var err error
		if o.Client, err = evaluator.Client(g.region.Alerting.AlertmanagerClient).HTTP(); err != nil {
			return nil, err
		}
	case g.alerting.sends():
		o.Alertmanagers, o.Client = []string{alertmanager.URL}, g.alerting.alertmanager.Client()
	default:
		return nil, nil
	}
	return silences.New(o)
}

// firing returns the labels of the alerts that fire; ok is false if they are not
// evaluated now.
func (e *Exporter) firing() (alerts []map[string]string, ok bool) {
	if !e.replicas.heads() {
		return nil, false // who leads looks after them
	}
	now := e.current.Load().alerting.overview()
	for _, alert := range now.Alerts {
		if alert.State == naming.StateFiring {
			alerts = append(alerts, alert.Labels)
		}
	}
	return alerts, now.Up()
}

// resolving ends acknowledgements of alerts that have resolved.
func (e *Exporter) resolving(ctx context.Context, resolved, firing []map[string]string) {
	if s := e.current.Load().silences; s != nil {
		s.Resolving(ctx, resolved, firing)
	}
}

// Outbox returns the messages that were kept in place of being sent, the newest
// first. ok is false if messages are sent, or not by planwatch.
func (e *Exporter) Outbox() (messages []alertmanager.Message, ok bool) {
	g := e.current.Load()
	if !g.alerting.sends() || !g.sending.Outbox {
		return nil, false
	}
	return g.alerting.alertmanager.Outbox(), true
}

// Undelivered returns the recipients that the last message did not reach, where
// planwatch sends.
func (e *Exporter) Undelivered() []alertmanager.Undelivered {
	if a := e.current.Load().alerting; a.sends() {
		return a.alertmanager.Undelivered()
	}
	return nil
}

// Alertmanager answers the API of the Alertmanager within planwatch, or says
// that there is none.
func (e *Exporter) Alertmanager(w http.ResponseWriter, r *http.Request) {
	if a := e.current.Load().alerting; a.sends() {
		a.alertmanager.Handler().ServeHTTP(w, r)
		return
	}
	http.Error(w, "planwatch does not send alerts itself; ask the Alertmanagers that alerting.alertmanagers names", http.StatusNotFound)
}

// startSending starts the Alertmanager within planwatch, if there is one; end
// ends it, and waits for it.
func (a *alerting) startSending(ctx context.Context) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	if a.alertmanager != nil {
		all.Go(func() {
			if err := a.alertmanager.Run(ctx); err != nil {
				a.logger.Error("what was sent is not kept", "err", err)
			}
		})
	}
	return func() {
		stop()
		all.Wait()
	}
}

// sendBy sends by c from now on, where planwatch itself sends.
func (a *alerting) sendBy(c alertmanager.Configuration) {
	if a.alertmanager == nil {
		return
	}
	if err := a.alertmanager.Update(c); err != nil {
		a.logger.Error("alerts are not sent", "err", err)
	}
}

// sends reports whether planwatch itself sends.
func (a *alerting) sends() bool { return a != nil && a.alertmanager != nil }

// before returns the alerts that were sent before a start, as the Alertmanager
// takes them now.
func before(all []evaluator.Sent, now time.Time) []alertmanager.Alert {
	var alerts []alertmanager.Alert
	for _, sent := range all {
		alert := alertmanager.Alert{Labels: sent.Labels, Annotations: sent.Annotations, StartsAt: sent.StartsAt, EndsAt: sent.EndsAt}
		if alert.EndsAt.IsZero() {
			alert.EndsAt = now.Add(evaluator.Validity)
		}
		alerts = append(alerts, alert)
	}
	return alerts
}
