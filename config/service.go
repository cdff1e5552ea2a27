package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
	"planwatch/internal/yamlfile"
)

// Service is planwatch.yaml: how planwatch itself runs. Every key can be set
// by an environment variable, PLANWATCH_ and the key's path in capitals.
type Service struct {
	// The region's name, where people read it.
	Region string `yaml:"region" jsonschema:"required"`
	// The zone of schedules, of dates, and of the warehouse's local times.
	TimeZone string `yaml:"time_zone" jsonschema:"default=Europe/Stockholm"`
	// Where planwatch's clock starts, RFC 3339, to show a past day. Without it the clock is the wall's.
	Clock string `yaml:"clock" jsonschema:"format=date-time"`
	// The warehouses that collectors read, by name.
	Sources map[string]warehouse.Config `yaml:"sources" jsonschema:"required"`
	// How soon a failed run is tried again.
	Retry collectors.Retry `yaml:"retry"`
	// The HTTP server.
	Web Web `yaml:"web"`
	// Alerting within planwatch, for a site without a Prometheus.
	Alerting Alerting `yaml:"alerting"`
	// What planwatch keeps.
	Storage Storage `yaml:"storage"`
	// What planwatch writes to its log.
	Log Log `yaml:"log"`
	// How long a stop waits for scrapes and runs that are under way.
	DrainTime yamlfile.Duration `yaml:"drain_time" jsonschema:"default=10s"`
}

// Web is the HTTP server's part of planwatch.yaml.
type Web struct {
	// Addresses to listen on.
	ListenAddress []string `yaml:"listen_address" jsonschema:"default=:9846"`
	// File with TLS and basic authentication, in the form of Prometheus' exporter-toolkit.
	ConfigFile string `yaml:"config_file"`
	// Whether a POST to /-/reload reloads the configuration. SIGHUP always does.
	EnableLifecycle bool `yaml:"enable_lifecycle"`
}

// Alerting is the embedded evaluation of the region's alert rules.
type Alerting struct {
	// Whether planwatch evaluates the rules itself. With a Prometheus that has the rules, switch it off, or every alert comes twice.
	Embedded bool `yaml:"embedded" jsonschema:"default=true"`
	// URLs of the Alertmanagers that alerts are sent to. Without any, alerts show on the page and in planwatch alerts only.
	Alertmanagers []string `yaml:"alertmanagers"`
	// How often figures are sampled and rules evaluated.
	Interval yamlfile.Duration `yaml:"interval" jsonschema:"default=15s"`
	// Where people reach planwatch, for the links in alerts.
	ExternalURL string `yaml:"external_url" jsonschema:"default=http://localhost:9846"`
}

// Storage is where planwatch keeps what outlasts a restart.
type Storage struct {
	// Directory for the saved snapshot; made if need be.
	Path string `yaml:"path" jsonschema:"default=planwatch-data"`
}

// Log is the log's part of planwatch.yaml.
type Log struct {
	// The least severe messages that are written.
	Level string `yaml:"level" jsonschema:"enum=debug,enum=info,enum=warn,enum=error,default=info"`
	// How they are written.
	Format string `yaml:"format" jsonschema:"enum=logfmt,enum=json,default=logfmt"`
}

// DefaultService is what planwatch.yaml says where it is silent.
func DefaultService() Service {
	return Service{
		TimeZone:  "Europe/Stockholm",
		Retry:     collectors.DefaultRetry(),
		Web:       Web{ListenAddress: []string{":9846"}},
		Alerting:  Alerting{Embedded: true, Interval: yamlfile.Duration(15 * time.Second), ExternalURL: "http://localhost:9846"},
		Storage:   Storage{Path: "planwatch-data"},
		Log:       Log{Level: "info", Format: "logfmt"},
		DrainTime: yamlfile.Duration(10 * time.Second),
	}
}

func (s Service) validate() error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(path, format, args...))
	}
	if s.Region == "" {
		fault("$.region", "region: missing")
	}
	if _, err := s.location(); err != nil {
		fault("$.time_zone", "time_zone: %q is not a time zone such as Europe/Stockholm", s.TimeZone)
	}
	if s.Clock != "" {
		if _, err := time.Parse(time.RFC3339, s.Clock); err != nil {
			fault("$.clock", "clock: %q is not a moment such as 2025-03-18T08:00:00+01:00", s.Clock)
		}
	}
	if len(s.Sources) == 0 {
		fault("$.sources", "sources: missing; name at least one warehouse")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Sources)) {
		faults = append(faults, within("$.sources."+name, "source "+name, s.Sources[name].Validate()))
	}
	faults = append(faults, within("$.retry", "", s.Retry.Validate()))
	if len(s.Web.ListenAddress) == 0 {
		fault("$.web.listen_address", "web: listen_address: missing; name at least one")
	}
	for i, address := range s.Web.ListenAddress {
		if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
			fault(fmt.Sprintf("$.web.listen_address[%d]", i), "web: listen_address: %q is not an address such as :9846 or 127.0.0.1:9846", address)
		}
	}
	for i, address := range append(slices.Clone(s.Alerting.Alertmanagers), s.Alerting.ExternalURL) {
		place, key := fmt.Sprintf("$.alerting.alertmanagers[%d]", i), "alertmanagers"
		if i == len(s.Alerting.Alertmanagers) {
			place, key = "$.alerting.external_url", "external_url"
		}
		if parsed, err := url.Parse(address); err != nil || parsed.Host == "" || !slices.Contains([]string{"http", "https"}, parsed.Scheme) {
			fault(place, "alerting: %s: %q is not a URL such as http://localhost:9093", key, address)
		}
	}
	if s.Alerting.Interval < yamlfile.Duration(time.Second) {
		fault("$.alerting.interval", "alerting: interval: %s is shorter than 1s", s.Alerting.Interval)
	}
	if s.Storage.Path == "" {
		fault("$.storage.path", "storage: path: missing; name a directory that planwatch may write to")
	}
	if err := new(slog.LevelVar).UnmarshalText([]byte(s.Log.Level)); err != nil || !slices.Contains([]string{"debug", "info", "warn", "error"}, s.Log.Level) {
		fault("$.log.level", "log: level: %q is not debug, info, warn or error", s.Log.Level)
	}
	if !slices.Contains([]string{"logfmt", "json"}, s.Log.Format) {
		fault("$.log.format", "log: format: %q is not logfmt or json", s.Log.Format)
	}
	if s.DrainTime <= 0 {
		fault("$.drain_time", "drain_time: %s is not above zero", s.DrainTime)
	}
	return errors.Join(faults...)
}

// validateNames finds sources whose names are none.
func (s Service) validateNames() error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(s.Sources)) {
		if !kpi.ValidName(name) {
			faults = append(faults, yamlfile.Faultf("$.sources."+name, "sources: %q is not a name of lower-case words joined by underscores", name))
		}
	}
	return errors.Join(faults...)
}

// location is the configured zone. The empty name and Local would be the
// machine's own, which nobody set.
func (s Service) location() (*time.Location, error) {
	if s.TimeZone == "" || s.TimeZone == "Local" {
		return nil, errors.New("not set")
	}
	return time.LoadLocation(s.TimeZone)
}

// within moves the faults of a part to the part's place in the whole.
func within(place, subject string, err error) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, within(place, subject, one))
		}
		return errors.Join(all...)
	}
	inner := err
	if fault, ok := errors.AsType[*yamlfile.Fault](err); ok {
		place += strings.TrimPrefix(fault.Path, "$")
		inner = fault.Err
	}
	if subject != "" {
		inner = fmt.Errorf("%s: %w", subject, inner)
	}
	return &yamlfile.Fault{Path: place, Err: inner}
}
