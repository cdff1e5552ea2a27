package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promcollectors "github.com/prometheus/client_golang/prometheus/collectors"

	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/exposition"
	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/regiontest"
	"planwatch/internal/report"
	"planwatch/internal/snapshot"
	"planwatch/internal/web"
)

// bare is a region of which the pages need no more.
func bare(t testing.TB) *config.Region {
	t.Helper()
	return &config.Region{Service: config.Service{Title: "Region Test"}, Location: time.UTC, Languages: regiontest.Languages(t)}
}

// serve starts a server on a free loopback port and gives its address.
func serve(t *testing.T, configFile string, change func(*web.Content)) string {
	t.Helper()
	return serveWith(t, config.Web{ConfigFile: configFile, MaxConnections: config.DefaultService().Web.MaxConnections}, change)
}

// serveWith is serve with settings of its own but for the address.
func serveWith(t *testing.T, settings config.Web, change func(*web.Content)) string {
	t.Helper()
	return serveLogging(t, settings, slog.New(slog.DiscardHandler), change)
}

// content is what the server has to serve, but for what a test changes.
func content(t testing.TB, change func(*web.Content)) web.Content {
	t.Helper()
	store := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, slog.New(slog.DiscardHandler))
	k := kpi.KPI{Name: "beds_available", Title: language.Text{"en": "Available beds"}, Definition: language.Text{"en": "Staffed beds."}}
	region := bare(t)
	store.Replace(snapshot.Record{Collector: "beds", Samples: []kpi.Sample{
		{KPI: "beds_available", Labels: kpi.NewLabels(kpi.Label{Name: "ward", Value: "Kirurgi"}), Value: 38, AsOf: time.Now()},
	}}, snapshot.Description{KPIs: []kpi.KPI{k}, MaxAge: time.Hour, HelpLanguage: region.Languages.English()})
	registry := prometheus.NewRegistry()
	registry.MustRegister(promcollectors.NewGoCollector())
	served := web.Content{
		Store: store, Registry: registry, Ready: func() error { return nil },
		Report: func() *report.Report { return &report.Report{Region: region} },
		EarlierReport: func(_ context.Context, moment time.Time) (*report.Report, error) {
			return &report.Report{Region: region, At: moment}, nil
		},
		Collectors: func() []collectors.Status { return nil },
		Alerts:     func() evaluator.Overview { return evaluator.Overview{Off: true} },
		History:    func() (history.Progress, bool) { return history.Progress{}, true },
		Summary: func(a evaluator.Alert, l *language.Language) string {
			return a.Annotations[naming.AnnotationSummary(region.Languages.Suffix(l))]
		},
	}
	if change != nil {
		change(&served)
	}
	served.Metrics = exposition.Handler(exposition.NewOwn(registry, served.Store, slog.New(slog.DiscardHandler)))
	return served
}

// serveLogging is serveWith with a log.
func serveLogging(t *testing.T, settings config.Web, logger *slog.Logger, change func(*web.Content)) string {
	t.Helper()
	settings.ListenAddress = []string{"127.0.0.1:0"}
	server, err := web.Listen(t.Context(), settings, content(t, change), logger)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return strings.TrimPrefix(server.URLs()[0], "http://")
}

// answer is a response without its body.
type answer struct {
	Status     string
	StatusCode int
	Header     http.Header
}

// get asks without the client's own handling of compression.
func get(t *testing.T, method, url string, header http.Header) (answer, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(request.Header, header)
	client := http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.Status, response.StatusCode, response.Header}, body
}

// HEAD answers as GET does, without the body.
func TestHead(t *testing.T) {
	base := "http://" + serve(t, "", func(c *web.Content) {
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Evaluated: true, Alerts: []evaluator.Alert{}} }
	})
	for _, path := range []string{"/", "/kpi", "/collectors", "/runbook", "/metrics", "/api/v1/alerts", "/static/board.css", "/-/healthy", "/-/ready"} {
		t.Run(path, func(t *testing.T) {
			header := http.Header{"Accept-Encoding": {"gzip"}}
			full, body := get(t, http.MethodGet, base+path, header)
			head, nothing := get(t, http.MethodHead, base+path, header)
			if head.StatusCode != http.StatusOK || len(body) == 0 || len(nothing) > 0 {
				t.Errorf("%s with %d bytes, by GET %d", head.Status, len(nothing), len(body))
			}
			for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Security-Policy", "Vary"} {
				if got, want := head.Header.Get(name), full.Header.Get(name); got != want {
					t.Errorf("%s: %q, by GET %q", name, got, want)
				}
			}
		})
	}
}

func TestPromtoolHasNothingToSay(t *testing.T) {
	_, body := get(t, http.MethodGet, "http://"+serve(t, "", nil)+"/metrics", nil)
	promtool := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
	promtool.Stdin = bytes.NewReader(body)
	if said, err := promtool.CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestLifecycle(t *testing.T) {
	reloads := 0
	base := "http://" + serve(t, "", func(c *web.Content) {
		c.Reload = func(context.Context) error {
			reloads++
			if reloads > 1 {
				return errors.New("collectors/beds.yaml:14: kpi beds_available: better: \"up\" is not higher or lower")
			}
			return nil
		}
	})
	off := "http://" + serve(t, "", func(c *web.Content) { c.Ready = func() error { return errors.New("collector beds has not run yet") } })
	tests := []struct {
		name, method, url string
		status            int
		body              string
	}{
		{"healthy", http.MethodGet, base + "/-/healthy", http.StatusOK, "planwatch is up.\n"},
		{"ready", http.MethodGet, base + "/-/ready", http.StatusOK, "planwatch is ready.\n"},
		{"not ready", http.MethodGet, off + "/-/ready", http.StatusServiceUnavailable, "planwatch is not ready: collector beds has not run yet\n"},
		{"reload", http.MethodPost, base + "/-/reload", http.StatusOK, "configuration reloaded.\n"},
		{"a reload that fails", http.MethodPost, base + "/-/reload", http.StatusInternalServerError, "collectors/beds.yaml:14: kpi beds_available: better: \"up\" is not higher or lower\n"},
		{"reload by GET", http.MethodGet, base + "/-/reload", http.StatusMethodNotAllowed, "use POST or PUT\n"},
		{"reload where it is off", http.MethodPost, off + "/-/reload", http.StatusForbidden, "reloading over HTTP is off; start with --web.enable-lifecycle, or send SIGHUP\n"},
		{"a page that is not there", http.MethodGet, base + "/metric", http.StatusNotFound, "404 page not found\n"},
		{"metrics by POST", http.MethodPost, base + "/metrics", http.StatusMethodNotAllowed, "Method Not Allowed\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := get(t, tt.method, tt.url, nil)
			if response.StatusCode != tt.status || string(body) != tt.body {
				t.Errorf("%d %s", response.StatusCode, body)
			}
		})
	}
}

func TestBasicAuth(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yaml")
	// The password is "test".
	if err := os.WriteFile(file, []byte("basic_auth_users:\n  prometheus: $2y$05$vxJVFf4WvOOlJxjEZZkF7.1CAyS9zRMVEr9YbDpGgCYTtDLYJvmRu\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := "http://" + serve(t, file, nil)
	asked := 0
	for _, pattern := range web.Patterns() {
		method, path, found := strings.Cut(pattern, " ")
		if !found { // any method
			method, path = http.MethodGet, pattern
		}
		path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(strings.TrimSuffix(path, "{$}"), "x")
		if response, body := get(t, method, base+path, nil); response.StatusCode != http.StatusUnauthorized || len(body) > 100 {
			t.Errorf("%s %s: %s, %d bytes", method, path, response.Status, len(body))
		}
		asked++
	}
	if asked < 30 {
		t.Errorf("only %d routes", asked)
	}
}

func TestListenRefuses(t *testing.T) {
	taken := serve(t, "", nil)
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bad := file("web.yaml", "tls_server_konfig: {}\n")
	key := file("key.yaml", "tls_server_config: {cert_file: key.yaml, key_file: pipe}\n")
	cert := file("cert.yaml", "tls_server_config: {cert_file: pipe, key_file: key.yaml}\n")
	authorities := file("ca.yaml", "tls_server_config: {client_ca_file: "+pipe+", client_auth_type: RequireAndVerifyClientCert}\n")
	secret := file("secret.yaml", "basic_auth_users: {prometheus: hunter2")
	tests := []struct{ name, address, configFile, want string }{
		{"an address that is taken", taken, "", "web.listen-address: listen tcp " + taken + ": bind: address already in use"},
		{"a web configuration with an unknown key", "127.0.0.1:0", bad, "web.config.file: yaml: unmarshal errors"},
		{"a web configuration that is a pipe", "127.0.0.1:0", pipe, "web.config.file: open " + pipe + ": a pipe, not a regular file"},
		{"a web configuration that is not there", "127.0.0.1:0", pipe + "s", "web.config.file: open " + pipe + "s: no such file or directory"},
		{"a web configuration whose key is a pipe", "127.0.0.1:0", key, "web.config.file: tls_server_config.key_file: open " + pipe + ": a pipe, not a regular file"},
		{"a web configuration whose certificate is a pipe", "127.0.0.1:0", cert, "web.config.file: tls_server_config.cert_file: open " + pipe + ": a pipe, not a regular file"},
		{"a web configuration whose authorities are a pipe", "127.0.0.1:0", authorities, "web.config.file: tls_server_config.client_ca_file: open " + pipe + ": a pipe, not a regular file"},
		{"a web configuration that is cut short", "127.0.0.1:0", secret, "web.config.file: yaml: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			content := web.Content{Registry: prometheus.NewRegistry()}
			_, err := web.Listen(t.Context(), config.Web{ListenAddress: []string{tt.address}, ConfigFile: tt.configFile, MaxConnections: 1}, content, slog.New(slog.DiscardHandler))
			if err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), "\n", " "), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
