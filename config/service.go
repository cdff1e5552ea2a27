package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"planwatch/collectors"
	"planwatch/internal/clock"
	"planwatch/internal/naming"
	"planwatch/internal/warehouse"
	"planwatch/internal/warehouse/settings"
	"planwatch/internal/yamlfile"
)

// Service is planwatch.yaml: how planwatch itself runs. Every key can be set
// by an environment variable, PLANWATCH_ and the key's path in capitals.
type Service struct {
	// The region's name, where people read it.
	Title string `yaml:"region" jsonschema:"required"`
	// The languages that people read it in, the first of which is used where nobody asks for another: sv, en. planwatch has messages in Swedish and English; for any other language the region has them in texts/CODE/*.yaml.
	LanguageCodes []string `yaml:"languages" jsonschema:"required,minItems=1"`
	// The zone of schedules, of dates, and of the warehouse's local times.
	TimeZone string `yaml:"time_zone" jsonschema:"required"`
	// Where planwatch's clock starts, RFC 3339, to show a past day. Without it the clock is the wall's.
	Clock string `yaml:"clock" jsonschema:"format=date-time"`
	// The days on which a report was given to the board, in order: 2025-03-18. planwatch report --since last-report tells what has changed since the latest of them.
	ReportDates []string `yaml:"report_dates"`
	// The warehouses that collectors read, by name.
	Sources map[string]warehouse.Config `yaml:"sources" jsonschema:"required"`
	// How soon a failed run is tried again.
	Retry collectors.Retry `yaml:"retry"`
	// The HTTP server.
	Web Web `yaml:"web"`
	// Alerting within planwatch, for a site without a Prometheus.
	Alerting Alerting `yaml:"alerting"`
	// Several planwatch for one region, so that one may fail.
	Replicas Replicas `yaml:"replicas"`
	// Sending what a scrape of /metrics shows to engines that do not scrape.
	Push Push `yaml:"push"`
	// What planwatch keeps.
	Storage Storage `yaml:"storage"`
	// What planwatch reads and keeps of the past.
	History History `yaml:"history"`
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
	// Where people reach planwatch, for the links in messages: a URL, with a path where a proxy has planwatch under one, such as https://proxy.example.org/planwatch. The proxy takes the path away.
	ExternalURL string `yaml:"external_url" jsonschema:"default=http://localhost:9846"`
	// How many connections may stand at a time. When one more comes, the one that has been idle the longest is closed.
	MaxConnections int `yaml:"max_connections" jsonschema:"minimum=8,default=512"`
	// The header in which a reverse proxy names the person it has signed in, who may then acknowledge, silence and comment. Without it, only users of config_file may.
	TrustedHeader TrustedHeader `yaml:"trusted_header"`
}

// minConnections is enough for two Prometheus, a health check and one browser.
const minConnections = 8

// Alerting is the embedded evaluation of the region's alert rules.
type Alerting struct {
	// Whether planwatch evaluates the rules itself. With a Prometheus that has the rules, switch it off, or every alert comes twice.
	Embedded bool `yaml:"embedded" jsonschema:"default=true"`
	// URLs of the Alertmanagers that alerts are sent to. Without any, planwatch groups, silences and sends them itself, as oncall.yaml says.
	Alertmanagers []string `yaml:"alertmanagers"`
	// Whether messages are kept for the page /outbox in place of being sent, to see what they would say. It has no effect where alertmanagers are given.
	Outbox bool `yaml:"outbox"`
	// How planwatch proves to the Alertmanagers who it is, and checks who they are.
	AlertmanagerClient Client `yaml:"alertmanager_client"`
	// How often figures are sampled. Rules are evaluated with every fourth sample, and once a minute at least.
	Interval yamlfile.Duration `yaml:"interval" jsonschema:"default=15s"`
}

// Client is planwatch as a client of a server.
type Client struct {
	// User of basic authentication.
	User string `yaml:"user"`
	// File that holds the user's password; read at every request, so that a changed password needs no restart.
	PasswordFile string `yaml:"password_file"`
	// File that holds a bearer token, in place of user and password; read at every request.
	TokenFile string `yaml:"token_file"`
	// Certificates of the authorities to trust, in PEM; without it, the system's.
	CAFile string `yaml:"ca_file"`
}

// OpenSecrets gives the files with a secret that everyone can read.
func (c Client) OpenSecrets() []settings.OpenSecret {
	return settings.OpenSecrets(settings.SecretFile{Key: "password_file", Path: c.PasswordFile}, settings.SecretFile{Key: "token_file", Path: c.TokenFile})
}

// Storage is where planwatch keeps what outlasts a restart.
type Storage struct {
	// Directory for the saved snapshot; made if need be.
	Path string `yaml:"path" jsonschema:"default=planwatch-data"`
}

// History is how the figures of past moments are read from the warehouse.
type History struct {
	// Whether what is missing of the past is read, behind the live runs. Without it each moment is read when it has come, and nothing before the first start.
	Backfill bool `yaml:"backfill" jsonschema:"default=true"`
	// How many collectors may be asked about the past at a time.
	Concurrency int `yaml:"concurrency" jsonschema:"minimum=1,maximum=16,default=2"`
	// How long each of these waits before it asks again.
	Pause yamlfile.Duration `yaml:"pause" jsonschema:"default=20ms"`
	// How many months back figures are read by week and by day.
	Months int `yaml:"months" jsonschema:"minimum=1,maximum=120,default=13"`
	// How many years back figures are read by month, as far as the warehouse has them.
	Years int `yaml:"years" jsonschema:"minimum=1,maximum=20,default=3"`
	// How long figures are kept.
	Keep yamlfile.Duration `yaml:"keep" jsonschema:"default=10y"`
	// URL of a Prometheus-compatible API that has what planwatch has shown, such as that of Prometheus, Thanos or VictoriaMetrics. What it has of the past is read from there, and the rest from the warehouse. Figures about people and histograms are read from the warehouse all the same.
	URL string `yaml:"url"`
	// Labels that planwatch's series have there besides, so that others' are not read: {region: norrbotten}. Of several regions in one process each has region besides, unless it is given here.
	Labels map[string]string `yaml:"labels"`
	// How planwatch proves to that API who it is, and checks who it is.
	Client Client `yaml:"client"`
}

func (h History) validate(f *yamlfile.Faults) {
	for _, bound := range []struct {
		key         string
		value, most int
	}{{"concurrency", h.Concurrency, 16}, {"months", h.Months, 120}, {"years", h.Years, 20}} {
		if bound.value < 1 || bound.value > bound.most {
			f.Add(".history."+bound.key, "history: %s: %d is not from 1 to %d", bound.key, bound.value, bound.most)
		}
	}
	if most := yamlfile.Duration(time.Minute); h.Pause > most {
		f.Add(".history.pause", "history: pause: %s is longer than %s", h.Pause, most)
	}
	if least := yamlfile.Duration(365 * 24 * time.Hour); h.Keep < least {
		f.Add(".history.keep", "history: keep: %s is shorter than a year, so that nothing could be compared with the year before", h.Keep)
	}
	h.Client.validate(f, ".history.client", "history: client")
	if h.URL == "" {
		if len(h.Labels) > 0 || h.Client != (Client{}) {
			f.Add(".history", "history: labels and client are of url, which is missing")
		}
		return
	}
	requireURL(f, ".history.url", "history: url", h.URL, "https://thanos-query.example.org")
	refuseMore(f, ".history.url", "history: url", "client", h.URL)
	for _, name := range slices.Sorted(maps.Keys(h.Labels)) {
		if !model.LegacyValidation.IsValidLabelName(name) {
			f.Add(".history.labels", "history: labels: %q is not the name of a label", name)
		}
	}
}

// Log is the log's part of planwatch.yaml.
type Log struct {
	// The least severe messages that are written.
	Level string `yaml:"level" jsonschema:"enum=debug,enum=info,enum=warn,enum=error,default=info"`
	// How they are written.
	Format string `yaml:"format" jsonschema:"enum=logfmt,enum=json,default=logfmt"`
}

// DefaultService returns the values of keys that planwatch.yaml does not set.
func DefaultService() Service {
	return Service{
		Retry:    collectors.DefaultRetry(),
		Web:      Web{ListenAddress: []string{":9846"}, ExternalURL: "http://localhost:9846", MaxConnections: 512},
		Alerting: Alerting{Embedded: true, Interval: yamlfile.Duration(15 * time.Second)},
		Replicas: Replicas{Lease: yamlfile.Duration(10 * time.Second)},
		Push:     defaultPush(),
		Storage:  Storage{Path: "planwatch-data"},
		History: History{
			Backfill: true, Concurrency: 2, Pause: yamlfile.Duration(20 * time.Millisecond), Months: 13, Years: 3, Keep: yamlfile.Duration(10 * 365 * 24 * time.Hour),
		},
		Log:       Log{Level: "info", Format: "logfmt"},
		DrainTime: yamlfile.Duration(10 * time.Second),
	}
}

func (s Service) validate() error {
	f := yamlfile.NewFaults()
	if s.Title == "" {
		f.Add(".region", "region: missing; what people call the region")
	}
	// The environment may set it too.
	if err := cmp.Or(yamlfile.CheckLine(s.Title), yamlfile.CheckCharacters(s.Title)); err != nil {
		f.Add(".region", "region: %w", err)
	}
	if len(s.LanguageCodes) == 0 {
		f.Add(".languages", "languages: missing; name at least one, such as [sv, en]")
	}
	for i, code := range s.LanguageCodes {
		if slices.Index(s.LanguageCodes, code) < i {
			f.Add(fmt.Sprintf(".languages[%d]", i), "languages: %q is given twice", code)
		}
	}
	switch _, err := s.location(); {
	case s.TimeZone == "":
		f.Add(".time_zone", "time_zone: missing; the zone of schedules and of the warehouse's local times, such as Europe/Stockholm")
	case err != nil:
		f.Add(".time_zone", "time_zone: %q is not a time zone such as Europe/Stockholm", s.TimeZone)
	}
	if s.Clock != "" {
		if start, err := time.Parse(time.RFC3339, s.Clock); err != nil {
			f.Add(".clock", "clock: %q is not a moment such as 2025-03-18T08:00:00+01:00", s.Clock)
		} else if time.Since(start).Abs() > clock.Farthest {
			f.Add(".clock", "clock: %q is more than 100 years from now", s.Clock)
		}
	}
	s.validateReportDates(f)
	if len(s.Sources) == 0 {
		f.Add(".sources", "sources: missing; name at least one warehouse")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Sources)) {
		f.In(".sources."+name, "source "+name).Append(s.Sources[name].Validate())
	}
	f.In(".retry", "").Append(s.Retry.Validate())
	s.Web.validate(f)
	s.Web.TrustedHeader.validate(f)
	s.Alerting.validate(f)
	s.Replicas.validate(f, s)
	s.Push.validate(f)
	if s.Storage.Path == "" {
		f.Add(".storage.path", "storage: path: missing; name a directory that planwatch may write to")
	}
	s.History.validate(f)
	s.Log.validate(f)
	if s.DrainTime <= 0 {
		f.Add(".drain_time", "drain_time: %s is not above zero", s.DrainTime)
	}
	return f.Err()
}

func (w Web) validate(f *yamlfile.Faults) {
	if len(w.ListenAddress) == 0 {
		f.Add(".web.listen_address", "web: listen_address: missing; name at least one")
	}
	for i, address := range w.ListenAddress {
		if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
			f.Add(fmt.Sprintf(".web.listen_address[%d]", i), "web: listen_address: %q is not an address such as :9846 or 127.0.0.1:9846", address)
		}
	}
	const external = ".web.external_url"
	requireURL(f, external, "web: external_url", w.ExternalURL, "https://planwatch.example.org")
	if parsed, err := url.Parse(w.ExternalURL); err == nil && (parsed.User != nil || parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "") {
		f.Add(external, "web: external_url: %q has more than an address and a path; links begin with it", settings.HideUser(w.ExternalURL))
	}
	if w.MaxConnections < minConnections {
		f.Add(".web.max_connections", "web: max_connections: %d is below %d", w.MaxConnections, minConnections)
	}
}

func (a Alerting) validate(f *yamlfile.Faults) {
	for i, address := range a.Alertmanagers {
		path := fmt.Sprintf(".alerting.alertmanagers[%d]", i)
		requireURL(f, path, "alerting: alertmanagers", address, "http://localhost:9093")
		refuseMore(f, path, "alerting: alertmanagers", "alertmanager_client", address)
	}
	a.validateClient(f)
	if a.Interval < yamlfile.Duration(time.Second) {
		f.Add(".alerting.interval", "alerting: interval: %s is shorter than 1s", a.Interval)
	}
}

func (a Alerting) validateClient(f *yamlfile.Faults) {
	const path, key = ".alerting.alertmanager_client", "alerting: alertmanager_client"
	a.AlertmanagerClient.validate(f, path, key)
	encrypted := func(address string) bool { return strings.HasPrefix(address, "https:") }
	if a.AlertmanagerClient.CAFile != "" && len(a.Alertmanagers) > 0 && !slices.ContainsFunc(a.Alertmanagers, encrypted) {
		f.Add(path+".ca_file", "%s: ca_file: no Alertmanager's URL begins with https", key)
	}
}

// validate finds faults in what proves to a server who planwatch is; path and key are
// where it stands.
func (c Client) validate(f *yamlfile.Faults, path, key string) {
	if (c.User == "") != (c.PasswordFile == "") {
		f.Add(path, "%s: user and password_file must be given together", key)
	}
	if c.TokenFile != "" && (c.User != "" || c.PasswordFile != "") {
		f.Add(path+".token_file", "%s: token_file: a user is given as well; give only one of them", key)
	}
}

// refuseMore refuses what an address may have and planwatch would not send; key is the
// address's, and client that of its credentials.
func refuseMore(f *yamlfile.Faults, path, key, client, address string) {
	parsed, err := url.Parse(address)
	if err != nil || !slices.Contains([]string{"http", "https"}, parsed.Scheme) {
		return
	}
	// What follows may be a secret too.
	address, _, _ = strings.Cut(address, "?")
	if parsed.User != nil {
		f.Add(path, "%s: %q has a user in it; give %s.user and %[3]s.password_file", key, settings.HideUser(address), client)
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" {
		f.Add(path, "%s: %q has more than an address and a path; leave out what follows them", key, settings.HideUser(address))
	}
}

func requireURL(f *yamlfile.Faults, path, key, address, example string) {
	if parsed, err := url.Parse(address); err != nil || parsed.Host == "" || !slices.Contains([]string{"http", "https"}, parsed.Scheme) {
		f.Add(path, "%s: %q is not a URL such as %s", key, settings.HideUser(address), example)
	}
}

func (l Log) validate(f *yamlfile.Faults) {
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, l.Level) {
		f.Add(".log.level", "log: level: %q is not debug, info, warn or error", l.Level)
	}
	if !slices.Contains([]string{"logfmt", "json"}, l.Format) {
		f.Add(".log.format", "log: format: %q is not logfmt or json", l.Format)
	}
}

// validateNames finds sources whose names are not valid.
func (s Service) validateNames() error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(s.Sources)) {
		if !naming.ValidName(name) {
			faults = append(faults, yamlfile.Faultf("$.sources."+name, "sources: %q is not a name of lower-case words joined by underscores", name))
		}
	}
	return errors.Join(faults...)
}

// location returns the configured zone. The empty name and Local are errors,
// since they mean the machine's zone.
func (s Service) location() (*time.Location, error) {
	if s.TimeZone == "" || s.TimeZone == "Local" {
		return nil, errors.New("not set")
	}
	return time.LoadLocation(s.TimeZone)
}

// serviceFile is the name of the settings file in a region's directory.
const serviceFile = "planwatch.yaml"

func parseService(files fs.FS) (Service, *yamlfile.Document, error) {
	const name = serviceFile
	service := DefaultService()
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return service, nil, fmt.Errorf("configuration: no %s; planwatch init DIR makes a directory with one", name)
	}
	if err != nil {
		return service, nil, fmt.Errorf("configuration: %w", err)
	}
	file, err := yamlfile.Parse(name, data)
	if err != nil {
		return service, nil, err
	}
	if err := file.Decode(&service); err != nil {
		return service, nil, err
	}
	// viper makes keys lower case, so names are checked before.
	err = file.Locate(errors.Join(service.validateNames(), service.Push.validateNames()))
	return service, file, err
}
