package exporter

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"time"

	"planwatch/config"
	"planwatch/internal/httpclient"
	"planwatch/internal/naming"
	"planwatch/internal/push"
)

// newPusher makes what pushes the region's figures. It stays over reloads, and with it
// what waits for a receiver.
func newPusher(region *config.Region, metrics http.Handler, logger *slog.Logger) *push.Pusher {
	instance := region.Web.ExternalURL
	if parsed, err := url.Parse(instance); err == nil { // as it is: it has been checked
		instance = parsed.Host
	}
	return push.New(push.Options{Metrics: metrics, Instance: instance, Logger: logger})
}

// preparePush gives g where its figures are pushed.
func (e *Exporter) preparePush(g *generation) error {
	settings := g.region.Push
	labels := settings.ExternalLabels
	if g.region.Beside {
		if labels[naming.LabelRegion] != "" {
			return errors.New("push: external_labels: region: of several regions in one process, each has its name; leave it out")
		}
		labels = maps.Clone(labels)
		if labels == nil {
			labels = map[string]string{}
		}
		labels[naming.LabelRegion] = g.region.Name
	}
	g.push = push.Configuration{
		Interval: time.Duration(settings.Interval), QueueBytes: int64(settings.Queue.Megabytes) << 20, MaxAge: time.Duration(settings.Queue.MaxAge),
		ExternalLabels: labels, Receivers: map[string]push.Receiver{},
	}
	for name, r := range settings.Receivers {
		protocol := push.RemoteWrite
		if r.SpeaksOTLP() {
			protocol = push.OTLP
		}
		g.push.Receivers[name] = push.Receiver{URL: r.URL, Protocol: protocol, Headers: r.Headers, Client: httpclient.Client(r.Client)}
	}
	for _, err := range g.push.CheckSecrets() {
		e.logger.Warn("a receiver's password or token cannot be read; it is sent nothing until it can", "err", err)
	}
	return g.push.Validate()
}
