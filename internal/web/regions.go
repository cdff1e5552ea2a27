package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/config"
	"planwatch/internal/api"
	"planwatch/internal/naming"
)

// Process is what is of a process with several regions, and of none of them.
type Process struct {
	// Metrics answers scrapes of the metrics about the process.
	Metrics http.Handler
	// Registry registers the metrics about what is of no region.
	Registry prometheus.Registerer
	// Reload loads the configuration of a region again, or for the first time where that
	// has failed. If it is nil, /-/reload is off.
	Reload func(ctx context.Context, name string) error
	// ReloadAll does so for all; nil likewise.
	ReloadAll func(context.Context) error
}

// Regions are the several regions of one server, each under config.RegionsPath and its name.
type Regions struct {
	settings config.Web
	process  Process
	logger   *slog.Logger
	places   []*place
}

// place is where a region is served, once it can be.
type place struct {
	name string
	now  atomic.Pointer[placed]
}

// placed is a region as it is served, or why it is not.
type placed struct {
	content Content
	handler http.Handler
	note    func(r *http.Request, why string)
	err     error
}

// errNotBegun is that of a region of which nothing is known yet.
var errNotBegun = errors.New("it is being started")

// NewRegions makes the regions of those names, of which none is served yet.
func NewRegions(settings config.Web, names []string, process Process, logger *slog.Logger) *Regions {
	all := &Regions{settings: settings, process: process, logger: logger}
	for _, name := range names {
		p := &place{name: name}
		p.now.Store(&placed{err: errNotBegun})
		all.places = append(all.places, p)
	}
	return all
}

// Serve serves the region from now on. Its pages do not know under which path they are: it
// is taken away, as by a proxy.
func (rs *Regions) Serve(name string, content Content, logger *slog.Logger) {
	content.Beside = true
	guard := newWriting(rs.settings, content, logger)
	rs.place(name).now.Store(&placed{content: content, handler: survived(newHandler(guard, content, logger), logger), note: guard.note})
}

// Refuse says why the region cannot be served.
func (rs *Regions) Refuse(name string, err error) { rs.place(name).now.Store(&placed{err: err}) }

// place is nil for a name that there is not.
func (rs *Regions) place(name string) *place {
	for _, p := range rs.places {
		if p.name == name {
			return p
		}
	}
	return nil
}

// ListenRegions listens on the addresses and makes a Server of several regions.
func ListenRegions(ctx context.Context, regions *Regions) (*Server, error) {
	return listen(ctx, regions.settings, regions.handler(), regions.note, regions.logger)
}

// underRegions is the pattern of what is of one region.
const underRegions = config.RegionsPath + "{" + naming.LabelRegion + "}"

// handler answers for the regions, and for the process.
func (rs *Regions) handler() http.Handler {
	process := routed([]route{
		{"GET /{$}", "regions", compressed(http.HandlerFunc(rs.serveList)), false},
		{"GET /kpi/{kpi}", "kpi", compressed(http.HandlerFunc(rs.serveCommon)), false},
		{"GET /static/{file}", "static", compressed(static()), false},
		{"GET /metrics", "metrics", rs.process.Metrics, false},
		{"GET /-/targets", "targets", http.HandlerFunc(rs.serveTargets), false},
		{"GET /-/healthy", "healthy", http.HandlerFunc(healthy), false},
		{"GET /-/ready", "ready", http.HandlerFunc(rs.serveReady), false},
		{"/-/reload", "reload", reload(rs.process.ReloadAll), false},
		{"GET " + underRegions, "region", http.HandlerFunc(toRegion), false},
		{underRegions + "/{asked...}", "region", http.HandlerFunc(rs.serveUnserved), false},
	}, rs.process.Registry, nil)
	mux := http.NewServeMux()
	mux.Handle("/", process)
	mux.Handle("GET "+underRegions, process)
	mux.HandleFunc(underRegions+"/", func(w http.ResponseWriter, r *http.Request) {
		// A region counts what it answers itself.
		if served := rs.served(r); served != nil {
			served.ServeHTTP(w, r)
			return
		}
		process.ServeHTTP(w, r)
	})
	return behindTheToolkit(guarded(mux))
}

// served answers for the region that is asked for; it is nil where none is served.
func (rs *Regions) served(r *http.Request) http.Handler {
	p := rs.place(r.PathValue(naming.LabelRegion))
	if p == nil {
		return nil
	}
	now := p.now.Load()
	if now.err != nil {
		return nil
	}
	under := config.RegionsPath + p.name
	if r.URL.Path == under+strings.TrimSuffix(api.Path, "/") {
		// The mux would lead to the path without what is taken away.
		return leadingTo(path.Base(api.Path) + "/")
	}
	return http.StripPrefix(under, now.handler)
}

// leadingTo leads to a relative address, since a proxy may have planwatch under a path.
func leadingTo(address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", address)
		w.WriteHeader(http.StatusMovedPermanently)
	})
}

// toRegion leads to a region's first page.
func toRegion(w http.ResponseWriter, r *http.Request) {
	leadingTo(url.PathEscape(r.PathValue(naming.LabelRegion))+"/").ServeHTTP(w, r)
}

// serveUnserved answers for a region that is not served. It may be reloaded.
func (rs *Regions) serveUnserved(w http.ResponseWriter, r *http.Request) {
	p := rs.place(r.PathValue(naming.LabelRegion))
	if p == nil {
		http.Error(w, "there is no region of that name here; there is "+strings.Join(rs.names(), ", "), http.StatusNotFound)
		return
	}
	if r.PathValue("asked") == "-/reload" {
		var one func(context.Context) error
		if rs.process.Reload != nil {
			one = func(ctx context.Context) error { return rs.process.Reload(ctx, p.name) }
		}
		reload(one)(w, r)
		return
	}
	err := p.now.Load().err
	if err == nil {
		err = errNotBegun // it is served from now on
	}
	http.Error(w, "region "+p.name+" is not served: "+bounded(err.Error(), shownError), http.StatusServiceUnavailable)
}

func (rs *Regions) names() []string {
	names := make([]string, len(rs.places))
	for i, p := range rs.places {
		names[i] = p.name
	}
	return names
}

// note keeps in a region's audit log that somebody was refused there, and else in the log.
func (rs *Regions) note(r *http.Request, why string) {
	rest, under := strings.CutPrefix(r.URL.Path, config.RegionsPath)
	name, _, _ := strings.Cut(rest, "/")
	if p := rs.place(name); under && p != nil {
		if note := p.now.Load().note; note != nil {
			note(r, why)
			return
		}
	}
	rs.logger.Warn("refused: somebody without the right tried to write", "address", address(r), "why", why)
}

// serveReady is ready once every region is that could be started. The others do not keep
// it, since they would keep those that are ready.
func (rs *Regions) serveReady(w http.ResponseWriter, _ *http.Request) {
	var waiting, refused []string
	for _, p := range rs.places {
		now := p.now.Load()
		switch {
		case errors.Is(now.err, errNotBegun):
			waiting = append(waiting, fmt.Sprintf("region %s: %s", p.name, errNotBegun))
		case now.err != nil:
			refused = append(refused, fmt.Sprintf("region %s is not served: %s", p.name, bounded(now.err.Error(), shownError)))
		default:
			if err := now.content.Ready(); err != nil {
				waiting = append(waiting, fmt.Sprintf("region %s: %s", p.name, bounded(err.Error(), shownError)))
			}
		}
	}
	if len(waiting) > 0 {
		http.Error(w, "planwatch is not ready: "+strings.Join(append(waiting, refused...), "\n"), http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintln(w, strings.Join(append([]string{"planwatch is ready."}, refused...), "\n"))
}

// survived ends an answer in which there is a fault, and nothing else.
func survived(next http.Handler, logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if fault != http.ErrAbortHandler { //nolint:errorlint // it is not wrapped
				logger.Error("page ended by a panic", "path", r.URL.Path, "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(w, r)
	})
}
