package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"planwatch/alerts/evaluator"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/internal/snapshot"
	"planwatch/internal/web"
)

// serve starts a server on a free loopback port and gives its address.
func serve(t *testing.T, configFile string, change func(*web.Exporter)) string {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	store := snapshot.NewStore(clock.Clock{}, snapshot.File{}, quiet)
	k := kpi.KPI{Name: "beds_available", Title: kpi.Text{EN: "Available beds"}, Definition: kpi.Text{EN: "Staffed beds."}}
	store.Replace(snapshot.Figures{Collector: "beds", KPIs: []kpi.KPI{k}, MaxAge: time.Hour, Samples: []kpi.Sample{
		{KPI: "beds_available", Labels: kpi.NewLabels(kpi.Label{Name: "ward", Value: "Kirurgi"}), Value: 38, AsOf: time.Now()},
	}})
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector())
	exporter := web.Exporter{
		Store: store, Registry: registry, Gatherer: registry, Ready: func() error { return nil },
		Report:     func() *report.Report { return &report.Report{Region: "Region Test"} },
		Collectors: func() []report.CollectorStatus { return nil },
		Alerts:     func() ([]evaluator.Alert, bool) { return nil, false },
	}
	if change != nil {
		change(&exporter)
	}
	server, err := web.Listen(t.Context(), []string{"127.0.0.1:0"}, configFile, exporter, quiet)
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

func TestMetrics(t *testing.T) {
	url := "http://" + serve(t, "", nil) + "/metrics"
	const sample = `kpi_beds_available{ward="Kirurgi"} 38`
	tests := []struct {
		name        string
		header      http.Header
		contentType string
		encoding    string
		contains    []string
	}{
		{"text", nil, "text/plain", "", []string{sample + "\n", "go_goroutines"}},
		{"OpenMetrics", http.Header{"Accept": {"application/openmetrics-text;version=1.0.0"}}, "application/openmetrics-text", "", []string{sample + ".0\n", "\n# EOF\n"}},
		{"gzip", http.Header{"Accept-Encoding": {"deflate, gzip;q=0.8"}}, "text/plain", "gzip", []string{sample + "\n", "go_goroutines"}},
		{"gzip of OpenMetrics", http.Header{"Accept": {"application/openmetrics-text;version=1.0.0"}, "Accept-Encoding": {"gzip"}}, "application/openmetrics-text", "gzip", []string{sample, "\n# EOF\n"}},
		{"gzip refused", http.Header{"Accept-Encoding": {"gzip;q=0, identity"}}, "text/plain", "", []string{sample + "\n"}},
		{"gzip in a second header", http.Header{"Accept-Encoding": {"br", "deflate, GZIP ; Q=0.5"}}, "text/plain", "gzip", []string{sample + "\n"}},
		{"gzip refused in a second header", http.Header{"Accept-Encoding": {"*", "gzip; q=0"}}, "text/plain", "", []string{sample + "\n"}},
		{"any coding", http.Header{"Accept-Encoding": {"br;q=0.1, *;q=0.5"}}, "text/plain", "gzip", []string{sample + "\n"}},
		{"any coding refused", http.Header{"Accept-Encoding": {"identity, *;q=0"}}, "text/plain", "", []string{sample + "\n"}},
		{"any coding refused but gzip", http.Header{"Accept-Encoding": {"*;q=0, gzip"}}, "text/plain", "gzip", []string{sample + "\n"}},
		{"another coding", http.Header{"Accept-Encoding": {"br, x-gzip-not"}}, "text/plain", "", []string{sample + "\n"}},
		{"protobuf", http.Header{"Accept": {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"}}, "application/vnd.google.protobuf", "", []string{"kpi_beds_available", "Kirurgi", "go_goroutines"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := get(t, http.MethodGet, url, tt.header)
			if response.StatusCode != http.StatusOK {
				t.Fatal(response.Status)
			}
			if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, tt.contentType) {
				t.Errorf("Content-Type %s", got)
			}
			if got := response.Header.Get("Content-Encoding"); got != tt.encoding {
				t.Errorf("Content-Encoding %q", got)
			}
			if tt.encoding == "gzip" {
				zip, err := gzip.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				zip.Multistream(false) // browsers and curl read no more
				if body, err = io.ReadAll(zip); err != nil {
					t.Fatal(err)
				}
			}
			for _, part := range tt.contains {
				if !bytes.Contains(body, []byte(part)) {
					t.Errorf("no %q in\n%.2000s", part, body)
				}
			}
			if n := bytes.Count(body, []byte("# EOF")); n > 1 {
				t.Errorf("%d end marks", n)
			}
		})
	}
}

// HEAD answers as GET does, without the body.
func TestHead(t *testing.T) {
	base := "http://" + serve(t, "", func(e *web.Exporter) {
		e.Alerts = func() ([]evaluator.Alert, bool) { return []evaluator.Alert{}, true }
	})
	for _, path := range []string{"/", "/collectors", "/metrics", "/api/v1/alerts", "/static/board.css", "/-/healthy", "/-/ready"} {
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
	base := "http://" + serve(t, "", func(e *web.Exporter) {
		e.Reload = func(context.Context) error {
			reloads++
			if reloads > 1 {
				return errors.New("collectors/beds.yaml:14: kpi beds_available: better: \"up\" is not higher or lower")
			}
			return nil
		}
	})
	off := "http://" + serve(t, "", func(e *web.Exporter) { e.Ready = func() error { return errors.New("collector beds has not run yet") } })
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
	response, _ := get(t, http.MethodGet, "http://"+serve(t, file, nil)+"/metrics", nil)
	if response.StatusCode != http.StatusUnauthorized {
		t.Error(response.Status)
	}
}

func TestListenRefuses(t *testing.T) {
	taken := serve(t, "", nil)
	bad := filepath.Join(t.TempDir(), "web.yaml")
	if err := os.WriteFile(bad, []byte("tls_server_konfig: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, address, configFile, want string }{
		{"an address that is taken", taken, "", "web.listen-address: listen tcp " + taken + ": bind: address already in use"},
		{"a web configuration with an unknown key", "127.0.0.1:0", bad, "web.config.file: yaml: unmarshal errors"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			exporter := web.Exporter{Registry: prometheus.NewRegistry()}
			_, err := web.Listen(t.Context(), []string{tt.address}, tt.configFile, exporter, slog.New(slog.DiscardHandler))
			if err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), "\n", " "), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
