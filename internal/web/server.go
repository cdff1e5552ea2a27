// Package web serves planwatch over HTTP: the metrics, its health, and pages
// with the report and the state of the collectors.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/exposition"
	"planwatch/internal/history"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/snapshot"
)

// Content is what the server serves.
type Content struct {
	// Store holds the figures.
	Store *snapshot.Store
	// Registry registers the metrics about the server.
	Registry prometheus.Registerer
	// Gatherer gives the metrics about planwatch itself.
	Gatherer prometheus.Gatherer
	// Alerts returns the pending and firing alerts.
	Alerts func() evaluator.Overview
	// Summary returns the text of an alert in one line, or "".
	Summary func(alert evaluator.Alert, l *language.Language) string
	// Ready returns why planwatch is not ready, or nil.
	Ready func() error
	// Reload reloads the configuration. If it is nil, /-/reload is off.
	Reload func(context.Context) error
	// Report returns the current report.
	Report func() *report.Report
	// Collectors returns the status of each collector.
	Collectors func() []collectors.Status
	// History returns how far the reading of the past has come; ok is false where
	// none is kept.
	History func() (p history.Progress, ok bool)
	// Clock is planwatch's clock.
	Clock clock.Clock
}

// The bounds of a request. A minute is longer than a reload or a scrape takes.
const (
	maxHeader     = 64 << 10 // bytes
	headerTimeout = 5 * time.Second
	timeout       = time.Minute
	idleTimeout   = 2 * time.Minute
)

// Server is planwatch's HTTP server.
type Server struct {
	http      *http.Server
	listeners []net.Listener
	toolkit   *toolkit.FlagConfig
	logger    *slog.Logger
	tls       bool
}

// Listen listens on the addresses and makes a Server.
func Listen(ctx context.Context, settings config.Web, content Content, logger *slog.Logger) (*Server, error) {
	configured, err := readConfigFile(settings.ConfigFile)
	if err != nil {
		return nil, err
	}
	for _, secret := range configured.openSecrets() {
		logger.Warn("everyone can read a file with a secret", "key", "web.config_file: "+secret.Key, "file", secret.Path, "mode", fmt.Sprintf("%04o", secret.Mode))
	}
	connections := newConnections(settings.MaxConnections, logger)
	s := &Server{
		http: &http.Server{
			Handler:           newHandler(content, logger),
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       timeout,
			WriteTimeout:      timeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeader,
			ConnState:         connections.track,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		},
		toolkit: &toolkit.FlagConfig{WebListenAddresses: &settings.ListenAddress, WebSystemdSocket: new(false), WebConfigFile: &settings.ConfigFile},
		logger:  logger,
		tls:     configured.TLS != nil,
	}
	for _, address := range settings.ListenAddress {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			s.closeListeners()
			return nil, fmt.Errorf("web.listen-address: %w", err)
		}
		s.listeners = append(s.listeners, connections.listener(listener))
	}
	return s, nil
}

func (s *Server) closeListeners() {
	for _, listener := range s.listeners {
		_ = listener.Close()
	}
}

// URLs returns the server's URLs on this machine.
func (s *Server) URLs() []string {
	scheme := "http"
	if s.tls {
		scheme = "https"
	}
	urls := make([]string, len(s.listeners))
	for i, listener := range s.listeners {
		host, port, err := net.SplitHostPort(listener.Addr().String())
		if ip := net.ParseIP(host); err != nil || ip.IsUnspecified() {
			host = "localhost"
		}
		urls[i] = scheme + "://" + net.JoinHostPort(host, port)
	}
	return urls
}

// Serve answers requests until Shutdown is called.
func (s *Server) Serve() error {
	if err := toolkit.ServeMultiple(s.listeners, s.http, s.toolkit, s.logger); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("web: %w", err)
	}
	return nil
}

// Shutdown stops the server. It waits for open requests until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error { return s.http.Shutdown(ctx) }

// route is an address, and what answers there.
type route struct {
	pattern string
	// name is the handler's in the metrics.
	name    string
	handler http.Handler
}

func routes(content Content, logger *slog.Logger) []route {
	pages := &board{content, logger}
	books := &runbooks{board: pages}
	return []route{
		{"GET /{$}", "report", http.HandlerFunc(pages.serveReport)},
		{"GET /collectors", "collectors", http.HandlerFunc(pages.serveCollectors)},
		{"GET /runbook", "runbooks", http.HandlerFunc(books.serveList)},
		{"GET /runbook/{alert}", "runbook", http.HandlerFunc(books.serveOne)},
		{"GET /static/{file}", "static", static()},
		{"GET /metrics", "metrics", exposition.Handler(content.Store, content.Gatherer, logger)},
		{"GET /api/v1/alerts", "alerts", activeAlerts(content.Alerts)},
		{"GET /-/healthy", "healthy", http.HandlerFunc(healthy)},
		{"GET /-/ready", "ready", ready(content.Ready)},
		{"/-/reload", "reload", reload(content.Reload)},
	}
}

func newHandler(content Content, logger *slog.Logger) http.Handler {
	counted, origin := newCounted(content.Registry), sameOrigin()
	mux := http.NewServeMux()
	for _, r := range routes(content, logger) {
		mux.Handle(r.pattern, counted.handler(r.name, origin.Handler(r.handler)))
	}
	return guarded(mux)
}

// counted counts and times requests by handler.
type counted struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newCounted(registry prometheus.Registerer) counted {
	c := counted{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: naming.HTTPRequests, Help: "HTTP requests by handler and status code.",
		}, []string{naming.LabelHandler, naming.LabelCode}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: naming.HTTPRequestDuration, Help: "How long requests took, by handler.",
			Buckets: []float64{.001, .005, .025, .1, .5, 2.5, 10},
		}, []string{naming.LabelHandler}),
	}
	registry.MustRegister(c.requests, c.duration)
	return c
}

func (c counted) handler(name string, next http.Handler) http.Handler {
	labels := prometheus.Labels{naming.LabelHandler: name}
	return promhttp.InstrumentHandlerDuration(c.duration.MustCurryWith(labels),
		promhttp.InstrumentHandlerCounter(c.requests.MustCurryWith(labels), next))
}
