package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/crypto/bcrypt"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/logtest"
	"planwatch/internal/report"
	"planwatch/internal/web"
)

// served is regions that are served, and where.
type served struct {
	*web.Regions
	url string
	log *logtest.Log
}

// serveRegions serves the names, of which none has content yet.
func serveRegions(t *testing.T, settings config.Web, change func(*web.Process), names ...string) served {
	t.Helper()
	s := served{log: &logtest.Log{}}
	settings.ListenAddress, settings.MaxConnections = []string{"127.0.0.1:0"}, config.DefaultService().Web.MaxConnections
	registry := prometheus.NewRegistry()
	process := web.Process{Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), Registry: registry}
	if change != nil {
		change(&process)
	}
	s.Regions = web.NewRegions(settings, names, process, slog.New(slog.NewTextHandler(s.log, nil)))
	server, err := web.ListenRegions(t.Context(), s.Regions)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	t.Cleanup(func() {
		if err := errors.Join(server.Shutdown(context.Background()), <-ended); err != nil {
			t.Error(err)
		}
	})
	s.url = server.URLs()[0]
	return s
}

// called has the region's title in its report.
func called(t *testing.T, title string) func(*web.Content) {
	t.Helper()
	return func(c *web.Content) {
		region := bare(t)
		region.Title = title
		c.Clock = clock.Clock{}
		c.Report = func() *report.Report { return &report.Report{Region: region} }
	}
}

// Each of several regions has its pages, metrics, health and API under its name, and the
// process has its own beside them.
func TestRegions(t *testing.T) {
	s := serveRegions(t, config.Web{}, nil, "south", "north", "west")
	for _, name := range []string{"south", "north"} {
		s.Serve(name, content(t, called(t, "Region "+name)), slog.New(slog.DiscardHandler))
	}
	s.Refuse("west", errors.New("planwatch.yaml:3:1: colour"))
	tests := []struct {
		path   string
		status int
		want   string
	}{
		{"/", 200, "<a href=\"r/south/\">Region south</a>"},
		{"/?lang=sv", 200, "<a href=\"r/north/?lang=sv\">Region north</a>"},
		{"/", 200, "planwatch.yaml:3:1: colour"},
		{"/metrics", 200, `planwatch_http_requests_total{code="200",handler="regions"}`},
		{"/-/healthy", 200, "planwatch is up."},
		{"/-/ready", 200, "planwatch is ready.\nregion west is not served: planwatch.yaml:3:1: colour\n"},
		{"/static/board.css", 200, ":root"},
		{"/collectors", 404, ""},
		{"/r/north/", 200, "Region north"},
		{"/r/north/collectors", 200, "Region north"},
		{"/r/north/metrics", 200, `kpi_beds_available{ward="Kirurgi"} 38`},
		{"/r/north/-/ready", 200, "planwatch is ready."},
		{"/r/north/api/v1/collectors", 200, "collectors"},
		{"/r/north/static/board.css", 200, ":root"},
		{"/r/north/nothing", 404, ""},
		{"/r/west/", 503, "region west is not served: planwatch.yaml:3:1: colour"},
		{"/r/west/-/ready", 503, "region west is not served"},
		{"/r/east/", 404, "there is no region of that name here; there is south, north, west"},
		{"/r/", 404, ""},
	}
	for _, tt := range tests {
		answer, body := get(t, http.MethodGet, s.url+tt.path, http.Header{"Accept-Language": {"en"}})
		if answer.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s: %s\n%s", tt.path, answer.Status, body)
		}
	}
	for path, to := range map[string]string{"/r/north": "north/", "/r/north/api/v1": "v1/", "/r/north/kpi/": "../kpi"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if got := response.Header.Get("Location"); got != to {
			t.Errorf("%s leads to %q, want %q", path, got, to)
		}
	}
}

// Ready is once every region is that can be; one that is being started keeps it.
func TestRegionsReady(t *testing.T) {
	s := serveRegions(t, config.Web{}, nil, "north", "south")
	ready := func(want int, said string) {
		t.Helper()
		if answer, body := get(t, http.MethodGet, s.url+"/-/ready", nil); answer.StatusCode != want || string(body) != said {
			t.Errorf("%s\n%s", answer.Status, body)
		}
	}
	ready(503, "planwatch is not ready: region north: it is being started\nregion south: it is being started\n")
	s.Refuse("north", errors.New("a fault"))
	ready(503, "planwatch is not ready: region south: it is being started\nregion north is not served: a fault\n")
	s.Serve("south", content(t, func(c *web.Content) {
		called(t, "South")(c)
		c.Ready = func() error { return errors.New("collector beds has not run yet") }
	}), slog.New(slog.DiscardHandler))
	ready(503, "planwatch is not ready: region south: collector beds has not run yet\nregion north is not served: a fault\n")
	s.Serve("north", content(t, called(t, "North")), slog.New(slog.DiscardHandler))
	s.Serve("south", content(t, called(t, "South")), slog.New(slog.DiscardHandler))
	ready(200, "planwatch is ready.\n")
}

// link matches what a page leads to.
var link = regexp.MustCompile(`(?:href|src|action)="([^"#]*)[^"]*"`)

// What a region's pages lead to is within the region, but for the page of all regions, also
// where a proxy has planwatch under a path. That it is there: cmd/planwatch.
func TestRegionsLinks(t *testing.T) {
	s := serveRegions(t, config.Web{}, nil, "north", "south")
	for _, name := range []string{"north", "south"} {
		s.Serve(name, content(t, func(c *web.Content) {
			called(t, "Region "+name)(c)
			c.ExternalURL = "https://example.org/planwatch/r/" + name
		}), slog.New(slog.DiscardHandler))
	}
	target, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(http.StripPrefix("/planwatch", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}))
	defer proxy.Close()
	seen := 0
	for _, page := range []string{"/", "/r/north/", "/r/north/kpi", "/r/north/collectors", "/r/north/alerts", "/r/north/runbook"} {
		at, err := url.Parse(proxy.URL + "/planwatch" + page)
		if err != nil {
			t.Fatal(err)
		}
		answer, body := get(t, http.MethodGet, at.String(), nil)
		if answer.StatusCode != http.StatusOK && !strings.HasSuffix(page, "runbook") {
			t.Errorf("%s: %s", page, answer.Status)
		}
		for _, found := range link.FindAllStringSubmatch(string(body), -1) {
			to, err := at.Parse(strings.ReplaceAll(found[1], "&amp;", "&"))
			if err != nil {
				t.Fatal(err)
			}
			seen++
			if got := to.Path; page != "/" && got != "/planwatch/" && !strings.HasPrefix(got, "/planwatch/r/north/") {
				t.Errorf("%s leads to %s", page, got)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d links", seen)
	}
	answer, _ := get(t, http.MethodGet, proxy.URL+"/planwatch/r/north/", nil)
	if cookie := answer.Header.Get("Set-Cookie"); !strings.Contains(cookie, "; Path=/planwatch/r/north/;") {
		t.Errorf("the cookie of the last visit is %q", cookie)
	}
}

// Two regions of one title are told apart by their names.
func TestRegionsOfOneTitle(t *testing.T) {
	s := serveRegions(t, config.Web{}, nil, "north", "south")
	for name, other := range map[string]string{"north": "south", "south": "north"} {
		s.Serve(name, content(t, func(c *web.Content) {
			everything(t, "[sv, en]")(c)
			made := *c.Report()
			region := *made.Region
			region.Name, region.Title, region.Namesakes = name, "Region Test", []string{other}
			made.Region = &region
			c.Report = func() *report.Report { return &made }
		}), slog.New(slog.DiscardHandler))
	}
	for _, path := range []string{"/?lang=en", "/kpi/beds_available?lang=en"} {
		_, body := get(t, http.MethodGet, s.url+path, nil)
		for _, want := range []string{">Region Test (north)</a>", ">Region Test (south)</a>"} {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s: no %s", path, want)
			}
		}
	}
}

// What is saved of two regions is not taken for one another.
func TestRegionsDownloads(t *testing.T) {
	s := serveRegions(t, config.Web{}, nil, "north", "south")
	for _, name := range []string{"north", "south"} {
		comments, err := comment.Open(t.TempDir(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = comments.Close() })
		s.Serve(name, content(t, func(c *web.Content) {
			everything(t, "[sv, en]")(c)
			c.Comments = comments
			made := *c.Report()
			region := *made.Region
			region.Name = name
			made.Region = &region
			c.Report = func() *report.Report { return &made }
		}), slog.New(slog.DiscardHandler))
	}
	for path, want := range map[string]string{
		"/r/north/api/v1/report?format=csv": "north-report-2025-03-18.csv", "/r/south/api/v1/report?format=xlsx": "south-report-2025-03-18.xlsx",
		"/r/north/report?format=markdown": "north-report-2025-03-18.md", "/r/south/comments.csv": "south-comments.csv",
	} {
		if answer, body := get(t, http.MethodGet, s.url+path, nil); answer.Header.Get("Content-Disposition") != `attachment; filename="`+want+`"` {
			t.Errorf("%s: %s, %q\n%.200s", path, answer.Status, answer.Header.Get("Content-Disposition"), body)
		}
	}
}

// A fault in the pages of one region ends the answer, and nothing of another.
func TestRegionsOutliveAFault(t *testing.T) {
	s := serveRegions(t, config.Web{}, nil, "north", "south")
	s.Serve("north", content(t, func(c *web.Content) {
		called(t, "North")(c)
		c.Collectors = nil
	}), slog.New(slog.NewTextHandler(s.log, nil)))
	s.Serve("south", content(t, called(t, "South")), slog.New(slog.DiscardHandler))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/r/north/collectors", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(request); err == nil {
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		t.Errorf("answered with %s\n%s", response.Status, body)
	}
	if !strings.Contains(s.log.String(), "page ended by a panic") {
		t.Errorf("the log does not tell:\n%s", s.log)
	}
	for path, want := range map[string]string{"/r/south/collectors": "South", "/r/north/metrics": "kpi_beds_available", "/": "how it does could not be found; the log says why"} {
		if answer, body := get(t, http.MethodGet, s.url+path, nil); answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s\n%s", path, answer.Status, body)
		}
	}
}

// All regions are reloaded, or one, also one that is not served.
func TestRegionsReload(t *testing.T) {
	var reloaded []string
	s := serveRegions(t, config.Web{}, func(p *web.Process) {
		p.Reload = func(_ context.Context, name string) error {
			reloaded = append(reloaded, name)
			return errors.New("still a fault")
		}
		p.ReloadAll = func(context.Context) error {
			reloaded = append(reloaded, "all")
			return errors.New("region south: still a fault")
		}
	}, "north", "south")
	s.Serve("north", content(t, func(c *web.Content) {
		called(t, "North")(c)
		c.Reload = func(context.Context) error { reloaded = append(reloaded, "north itself"); return nil }
	}), slog.New(slog.DiscardHandler))
	s.Refuse("south", errors.New("a fault"))
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"/-/reload", 500, "region south: still a fault\n"},
		{"/r/north/-/reload", 200, "configuration reloaded.\n"},
		{"/r/south/-/reload", 500, "still a fault\n"},
	} {
		if answer, body := get(t, http.MethodPost, s.url+tt.path, nil); answer.StatusCode != tt.status || string(body) != tt.want {
			t.Errorf("%s: %s\n%s", tt.path, answer.Status, body)
		}
		if answer, _ := get(t, http.MethodPost, s.url+tt.path, http.Header{"Sec-Fetch-Site": {"cross-site"}}); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s from another site's page: %s", tt.path, answer.Status)
		}
	}
	if want := []string{"all", "north itself", "south"}; !slices.Equal(reloaded, want) {
		t.Errorf("%q", reloaded)
	}
}

// Who is refused at a region's pages stands in that region's audit log, also where the
// password was wrong; a comment is the region's alone.
func TestRegionsAudit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yml")
	hash, err := bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("basic_auth_users:\n  anna: "+string(hash)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serveRegions(t, config.Web{ConfigFile: file}, nil, "north", "south")
	logs, storages := map[string]*audit.Log{}, map[string]string{}
	for _, name := range []string{"north", "south"} {
		storage := t.TempDir()
		storages[name] = storage
		log, err := audit.Open(storage, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		comments, err := comment.Open(storage, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = comments.Close() })
		logs[name] = log
		s.Serve(name, content(t, func(c *web.Content) {
			called(t, name)(c)
			c.Audit, c.Comments = log, comments
			c.Alerts = func() evaluator.Overview { return evaluator.Overview{} }
		}), slog.New(slog.DiscardHandler))
	}
	post := func(path string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader("comment=x"))
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth("anna", "wrong")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
	post("/r/south/comments")
	post("/-/reload")
	if err := errors.Join(logs["north"].Close(), logs["south"].Close()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.log.String(), "refused: somebody without the right tried to write") {
		t.Errorf("what is of no region is not in the log:\n%s", s.log)
	}
	for name, want := range map[string]int{"north": 0, "south": 1} {
		entries, _, err := audit.Read(storages[name])
		if err != nil || len(entries) != want {
			t.Errorf("%s: %v, %v", name, entries, err)
		}
	}
}
