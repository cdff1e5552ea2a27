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
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"planwatch/alerts/alertmanager"
	"planwatch/alerts/evaluator"
	"planwatch/alerts/past"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/api"
	"planwatch/internal/audit"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/history"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/replica"
	"planwatch/internal/report"
	"planwatch/internal/snapshot"
)

// Content is what the server serves.
type Content struct {
	// Metrics answers scrapes.
	Metrics http.Handler
	// Replica answers other replicas, and ReplicaMetrics scrapes of the metrics about this
	// process; both are nil where planwatch is alone.
	Replica, ReplicaMetrics http.Handler
	// Replicas returns what this planwatch is among several, and the others; nil where it is
	// alone.
	Replicas func() (replica.Role, []replica.Peer)
	// Store holds the figures.
	Store *snapshot.Store
	// Registry registers the metrics about the server.
	Registry prometheus.Registerer
	// Alerts returns the pending and firing alerts.
	Alerts func() evaluator.Overview
	// PastAlerts returns the alerts that have ended, in the order in which they did; ok is
	// false where they are not known, and it is nil where they never are.
	PastAlerts func() (ended []past.Alert, ok bool)
	// Summary returns the text of an alert in one line, or "".
	Summary func(alert evaluator.Alert, l *language.Language) string
	// Ready returns why planwatch is not ready, or nil.
	Ready func() error
	// Reload reloads the configuration. If it is nil, /-/reload is off.
	Reload func(context.Context) error
	// Report returns the current report.
	Report func() *report.Report
	// EarlierReport returns the report of an earlier moment; the error is report.ErrBeingMade
	// if it is not made before ctx ends.
	EarlierReport func(ctx context.Context, moment time.Time) (*report.Report, error)
	// Collectors returns the status of each collector.
	Collectors func() []collectors.Status
	// History returns how far the reading of the past has come; ok is false where
	// none is kept.
	History func() (p history.Progress, ok bool)
	// Alertmanager answers the API of the Alertmanager within planwatch, or says
	// that there is none.
	Alertmanager http.HandlerFunc
	// Outbox returns the messages that were kept in place of being sent, the newest
	// first; ok is false where none are kept.
	Outbox func() (messages []alertmanager.Message, ok bool)
	// Undelivered returns the recipients that the last message did not reach.
	Undelivered func() []alertmanager.Undelivered
	// Clock is planwatch's clock.
	Clock clock.Clock
	// Silences is what people have said about alerts; nil where no Alertmanager
	// keeps it.
	Silences Silences
	// Comments and Audit are kept in the storage; nil where they cannot be.
	Comments *comment.Log
	Audit    *audit.Log
	// ExternalURL is where people reach planwatch.
	ExternalURL string
	// Beside is whether the region is one of several that the server serves.
	Beside bool
}

// path is that of the pages, as browsers see it. Behind a proxy, one region by itself cannot
// tell.
func (c Content) path() string {
	external, err := url.Parse(c.ExternalURL)
	if !c.Beside || err != nil {
		return "/"
	}
	return external.EscapedPath() + "/"
}

// attached has a browser save what is sent as a file of that name: of several regions, with
// the region's, since those of two would be taken for one another.
func (c Content) attached(header http.Header, region *config.Region, name string) {
	if c.Beside {
		name = region.Name + "-" + name
	}
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// undelivered are the recipients that the last message did not reach.
func (c Content) undelivered() []alertmanager.Undelivered {
	if c.Undelivered == nil {
		return nil
	}
	return c.Undelivered()
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
	// servers has one for each of listeners, since the toolkit puts its own handler
	// before that of each.
	servers   []*http.Server
	listeners []net.Listener
	// refused keeps that the toolkit has refused a request.
	refused func(r *http.Request, why string)
	toolkit *toolkit.FlagConfig
	logger  *slog.Logger
	tls     bool
}

// Listen listens on the addresses and makes a Server of one region.
func Listen(ctx context.Context, settings config.Web, content Content, logger *slog.Logger) (*Server, error) {
	guard := newWriting(settings, content, logger)
	return listen(ctx, settings, newHandler(guard, content, logger), guard.note, logger)
}

func listen(ctx context.Context, settings config.Web, handler http.Handler, refused func(*http.Request, string), logger *slog.Logger) (*Server, error) {
	configured, err := readConfigFile(settings.ConfigFile)
	if err != nil {
		return nil, err
	}
	for _, secret := range configured.openSecrets() {
		logger.Warn("everyone can read a file with a secret", "key", "web.config_file: "+secret.Key, "file", secret.Path, "mode", fmt.Sprintf("%04o", secret.Mode))
	}
	connections := newConnections(settings.MaxConnections, logger)
	s := &Server{
		refused: refused,
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
		s.servers = append(s.servers, &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       timeout,
			WriteTimeout:      timeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeader,
			ConnState:         connections.track,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		})
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
	errs := make([]error, len(s.listeners))
	var all sync.WaitGroup
	for i, listener := range s.listeners {
		server := s.servers[i]
		// By the first Accept the toolkit has put its handler in front.
		begun := &beginning{Listener: listener, begin: func() { server.Handler = beforeTheToolkit(s.refused, server.Handler) }}
		all.Go(func() {
			if err := toolkit.Serve(begun, server, s.toolkit, s.logger); !errors.Is(err, http.ErrServerClosed) {
				errs[i] = fmt.Errorf("web: %w", err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// beginning calls begin before the first Accept.
type beginning struct {
	net.Listener
	begin func()
	once  sync.Once
}

func (b *beginning) Accept() (net.Conn, error) {
	b.once.Do(b.begin)
	return b.Listener.Accept()
}

// Shutdown stops the server. It waits for open requests until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	errs := make([]error, len(s.servers))
	var all sync.WaitGroup
	for i, server := range s.servers {
		all.Go(func() { errs[i] = server.Shutdown(ctx) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// route is an address, and what answers there.
type route struct {
	pattern string
	// name is the handler's in the metrics.
	name    string
	handler http.Handler
	// writes is whether only those may ask for it who may write.
	writes bool
}

func routes(content Content, guard *writing, logger *slog.Logger) []route {
	pages := &board{content, logger, guard, make(chan struct{}, documentsAtOnce)}
	books := &runbooks{board: pages}
	kpis := &kpiPages{pages, books}
	programs := newEndpoints(pages)
	return []route{
		{"GET /{$}", "report", compressed(http.HandlerFunc(pages.serveReport)), false},
		{"GET /report", "document", compressed(http.HandlerFunc(pages.serveDocument)), false},
		{"GET /kpi", "kpis", compressed(http.HandlerFunc(kpis.serveList)), false},
		{"GET /kpi/{$}", "kpis", http.HandlerFunc(toList), false},
		{"GET /kpi/{kpi}", "kpi", compressed(http.HandlerFunc(kpis.serveOne)), false},
		{"GET /alerts", "alerts_page", compressed(http.HandlerFunc(pages.serveAlerts)), false},
		{"GET /events", "events", compressed(http.HandlerFunc(pages.serveEvents)), false},
		{"GET /event", "event", http.HandlerFunc(pages.serveEvent), false},
		{"POST /event/acknowledge", "acknowledge", pages.answer(audit.Acknowledge, acknowledge, fieldComment), true},
		{"POST /event/silence", "silence", pages.answer(audit.Silence, silence, fieldComment, fieldUntil, fieldAt), true},
		{"POST /event/end", "end", pages.answer(audit.End, end, fieldID), true},
		{"POST /event/comment", "comment", pages.answer(audit.Comment, commentOn, fieldComment), true},
		{"GET /comments", "comments", http.HandlerFunc(pages.serveComments), false},
		{"POST /comments", "comment", http.HandlerFunc(pages.takeComment), true},
		{"GET /comments.csv", "comments", http.HandlerFunc(pages.serveCommentsCSV), false},
		{"GET /activities", "activities", compressed(http.HandlerFunc(pages.serveActivities)), false},
		{"GET /risks", "risks", compressed(http.HandlerFunc(pages.serveRisks)), false},
		{"GET /collectors", "collectors", compressed(http.HandlerFunc(pages.serveCollectors)), false},
		{"GET /runbook", "runbooks", http.HandlerFunc(books.serveList), false},
		{"GET /runbook/{alert}", "runbook", http.HandlerFunc(books.serveOne), false},
		{"GET /outbox", "outbox", http.HandlerFunc(pages.serveOutbox), false},
		{"GET /" + naming.AlertmanagerPath + "/api/v2/{asked...}", "alertmanager", alertmanagerAPI(content.Alertmanager), false},
		{"POST /" + naming.AlertmanagerPath + "/api/v2/silences", "alertmanager", inOwnName(guard, alertmanagerAPI(content.Alertmanager)), true},
		{"DELETE /" + naming.AlertmanagerPath + "/api/v2/silence/{id}", "alertmanager", ended(guard, content.Silences, alertmanagerAPI(content.Alertmanager)), true},
		{"GET /static/{file}", "static", compressed(static()), false},
		{"GET /metrics", "metrics", content.Metrics, false},
		{"GET /metrics/replica", "replica_metrics", amongReplicas(content.ReplicaMetrics), false},
		{"GET " + replica.Path + "{asked...}", "replica", compressed(amongReplicas(content.Replica)), false},
		{"GET " + api.Path + "activities", "api_activities", programs.to("activities", programs.activities), false},
		{"GET " + api.Path + "alerts", "alerts", compressed(activeAlerts(content.Alerts, content.undelivered)), false},
		{"GET " + api.Path + "collectors", "api_collectors", programs.to("collectors", programs.collectors), false},
		{"GET " + api.Path + "comments", "api_comments", programs.to("comments", programs.comments), false},
		{"GET " + api.Path + "history", "api_history", programs.to("history", programs.history), false},
		{"GET " + api.Path + "kpis", "api_kpis", programs.to("kpis", programs.kpis), false},
		{"GET " + api.Path + "openapi.json", "api_description", compressed(http.HandlerFunc(serveDescription)), false},
		{"GET " + api.Path + "report", "api_report", programs.to("report", programs.report), false},
		{"GET " + api.Path + "risks", "api_risks", programs.to("risks", programs.risks), false},
		{api.Path, "api", http.HandlerFunc(serveUnknownAnswer), false},
		{"GET /-/healthy", "healthy", http.HandlerFunc(healthy), false},
		{"GET /-/ready", "ready", ready(content.Ready), false},
		{"/-/reload", "reload", reload(content.Reload), false},
	}
}

// amongReplicas answers by next, or that planwatch is alone where that is nil.
func amongReplicas(next http.Handler) http.Handler {
	if next != nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this planwatch has no replicas; planwatch.yaml names them in replicas.addresses", http.StatusNotFound)
	})
}

func newHandler(guard *writing, content Content, logger *slog.Logger) http.Handler {
	return routed(routes(content, guard, logger), content.Registry, guard)
}

// routed answers what there is a route for, and counts it. guard is nil where none
// writes.
func routed(all []route, registry prometheus.Registerer, guard *writing) http.Handler {
	counted, origin := newCounted(registry), sameOrigin()
	mux := http.NewServeMux()
	for _, r := range all {
		allowed := origin.Handler(r.handler)
		if r.writes {
			allowed = guard.handler(r.handler)
		}
		mux.Handle(r.pattern, counted.handler(r.name, allowed))
	}
	// What the mux itself answers: no such page, or not by this method.
	unknown := counted.handler("unknown", mux)
	return behindTheToolkit(guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			unknown.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})))
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
