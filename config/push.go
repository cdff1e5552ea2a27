package config

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// Push is how figures are sent to engines that do not scrape planwatch.
type Push struct {
	// How often figures are sent. They are of moments that are multiples of it, so that two planwatch that push the same figures push the same samples.
	Interval yamlfile.Duration `yaml:"interval" jsonschema:"default=1m"`
	// Labels that are added to every series, beside job and instance: the region, or which of two planwatch it is. Of several regions in one process each has region besides. A series that has such a label keeps its own.
	ExternalLabels map[string]string `yaml:"external_labels"`
	// Where figures are sent, by a name that metrics and the log have. Without any, nothing is sent.
	Receivers map[string]PushReceiver `yaml:"receivers"`
	// What waits for a receiver that takes nothing.
	Queue PushQueue `yaml:"queue"`
}

// PushReceiver is an engine that takes figures.
type PushReceiver struct {
	// Its address, with the path: https://thanos.example.org/api/v1/receive, https://victoriametrics.example.org/api/v1/write.
	URL string `yaml:"url" jsonschema:"required"`
	// How it is spoken to: Prometheus' remote write (2.0, and 1.0 where it takes no other) or OpenTelemetry's OTLP over HTTP.
	Protocol string `yaml:"protocol" jsonschema:"enum=remote_write,enum=otlp,default=remote_write"`
	// Headers of every request, such as THANOS-TENANT or X-Scope-OrgID. What is secret stands in the files of client.
	Headers map[string]string `yaml:"headers"`
	// How planwatch proves to it who it is, and checks who it is.
	Client Client `yaml:"client"`
}

// PushQueue bounds what waits for each receiver. The oldest is dropped first.
type PushQueue struct {
	// How many megabytes of memory it may take. A sample takes 16 bytes or less. The newest figures are kept however many they are.
	Megabytes int `yaml:"megabytes" jsonschema:"minimum=1,maximum=4096,default=64"`
	// How old figures may be and still be sent. Thanos and Prometheus refuse what is more than an hour older than the newest they have.
	MaxAge yamlfile.Duration `yaml:"max_age" jsonschema:"default=2h"`
}

// Protocols of a receiver.
const (
	protocolRemoteWrite = "remote_write"
	protocolOTLP        = "otlp"
)

func defaultPush() Push {
	return Push{Interval: yamlfile.Duration(time.Minute), Queue: PushQueue{Megabytes: 64, MaxAge: yamlfile.Duration(2 * time.Hour)}}
}

// SpeaksOTLP reports whether the receiver takes OTLP rather than remote write.
func (r PushReceiver) SpeaksOTLP() bool { return r.Protocol == protocolOTLP }

func (p Push) validate(f *yamlfile.Faults) {
	if p.Interval < yamlfile.Duration(time.Second) {
		f.Add(".push.interval", "push: interval: %s is shorter than 1s", p.Interval)
	}
	if p.Queue.Megabytes < 1 || p.Queue.Megabytes > 4096 {
		f.Add(".push.queue.megabytes", "push: queue: megabytes: %d is not from 1 to 4096", p.Queue.Megabytes)
	}
	if p.Queue.MaxAge < p.Interval {
		f.Add(".push.queue.max_age", "push: queue: max_age: %s is shorter than interval, %s", p.Queue.MaxAge, p.Interval)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Receivers)) {
		p.Receivers[name].validate(f, name)
	}
}

func (r PushReceiver) validate(f *yamlfile.Faults, name string) {
	path, key := ".push.receivers."+name, "push: receivers: "+name
	if r.URL == "" {
		f.Add(path, "%s: url: missing; such as https://thanos.example.org/api/v1/receive", key)
	} else {
		requireURL(f, path+".url", key+": url", r.URL, "https://thanos.example.org/api/v1/receive")
		refuseMore(f, path+".url", key+": url", "client", r.URL)
	}
	if !slices.Contains([]string{"", protocolRemoteWrite, protocolOTLP}, r.Protocol) {
		f.Add(path+".protocol", "%s: protocol: %q is not %s or %s", key, r.Protocol, protocolRemoteWrite, protocolOTLP)
	}
	r.Client.validate(f, path+".client", key+": client")
	if r.Client.CAFile != "" && !strings.HasPrefix(r.URL, "https:") {
		f.Add(path+".client.ca_file", "%s: client: ca_file: the url does not begin with https", key)
	}
	for _, header := range slices.Sorted(maps.Keys(r.Headers)) {
		if !httpguts.ValidHeaderFieldValue(r.Headers[header]) {
			f.Add(path+".headers", "%s: headers: %s: the value has what no header may have", key, http.CanonicalHeaderKey(header))
		}
	}
}

// setByPlanwatch are headers that planwatch sets itself.
var setByPlanwatch = []string{"Authorization", "Connection", "Host", "Retry-Attempt", "Transfer-Encoding", "User-Agent"}

// validateNames finds receivers, labels and headers whose names are not valid.
func (p Push) validateNames() error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(p.Receivers)) {
		path := "$.push.receivers." + name
		if !naming.ValidName(name) {
			faults = append(faults, yamlfile.Faultf(path, "push: receivers: %q is not a name of lower-case words joined by underscores", name))
		}
		for _, header := range slices.Sorted(maps.Keys(p.Receivers[name].Headers)) {
			canonical := http.CanonicalHeaderKey(header)
			switch {
			case !httpguts.ValidHeaderFieldName(header) || strings.Contains(header, "."):
				faults = append(faults, yamlfile.Faultf(path+".headers", "push: receivers: %s: headers: %q is not the name of a header", name, header))
			case slices.Contains(setByPlanwatch, canonical) || strings.HasPrefix(canonical, "Content-") || strings.HasPrefix(canonical, "X-Prometheus-"):
				faults = append(faults, yamlfile.Faultf(path+".headers", "push: receivers: %s: headers: %s is set by planwatch; credentials stand under client", name, header))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.ExternalLabels)) {
		path := "$.push.external_labels." + name
		if reason := naming.Reserved(name); !naming.ValidName(name) {
			faults = append(faults, yamlfile.Faultf(path, "push: external_labels: %q is not a name of lower-case words joined by underscores", name))
		} else if reason != "" && !slices.Contains(naming.External, name) {
			faults = append(faults, yamlfile.Faultf(path, "push: external_labels: %s: %s", name, reason))
		}
	}
	return errors.Join(faults...)
}
