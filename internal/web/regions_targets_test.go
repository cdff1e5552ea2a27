package web_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"planwatch/config"
	"planwatch/internal/naming"
)

// A Prometheus is told where each region's metrics are, by the address that it asks by: each
// is there.
func TestRegionsTargets(t *testing.T) {
	tests := []struct {
		name string
		// start starts a proxy; nil is none.
		start func(http.Handler) *httptest.Server
		// strip is the path that the proxy has planwatch under, and external what comes after
		// its address in the external URL.
		strip, external string
		// past is whether planwatch is asked past the proxy.
		past bool
		want []string
	}{
		{"none between", nil, "", "", false, []string{" http /metrics", "north http /r/north/metrics", "south http /r/south/metrics"}},
		{"a proxy with a path", httptest.NewServer, "/planwatch", "/planwatch", false, []string{" http /planwatch/metrics", "north http /planwatch/r/north/metrics", "south http /planwatch/r/south/metrics"}},
		{"one with TLS", httptest.NewTLSServer, "/a/planwatch", "/a/planwatch/", false, []string{" https /a/planwatch/metrics", "north https /a/planwatch/r/north/metrics", "south https /a/planwatch/r/south/metrics"}},
		{"one with TLS alone", httptest.NewTLSServer, "", "", false, []string{" https /metrics", "north https /r/north/metrics", "south https /r/south/metrics"}},
		{"past a proxy", httptest.NewTLSServer, "/planwatch", "/planwatch", true, []string{" http /metrics", "north http /r/north/metrics", "south http /r/south/metrics"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var behind atomic.Pointer[url.URL]
			settings, base, client := config.Web{}, "", http.DefaultClient
			if tt.start != nil {
				proxy := tt.start(http.StripPrefix(tt.strip, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
					r.SetURL(behind.Load())
					r.Out.Host = r.In.Host
				}}))
				defer proxy.Close()
				settings.ExternalURL, base, client = proxy.URL+tt.external, proxy.URL+tt.strip, proxy.Client()
			}
			s := serveRegions(t, settings, nil, "north", "south")
			for _, name := range []string{"north", "south"} {
				s.Serve(name, content(t, called(t, name)), slog.New(slog.DiscardHandler))
			}
			at, err := url.Parse(s.url)
			if err != nil {
				t.Fatal(err)
			}
			behind.Store(at)
			if base == "" || tt.past {
				base = s.url
			}
			var groups []struct {
				Targets []string
				Labels  map[string]string
			}
			if err := json.Unmarshal(fetched(t, client, base+"/-/targets"), &groups); err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, g := range groups {
				scheme, path := g.Labels["__scheme__"], g.Labels["__metrics_path__"]
				told = append(told, g.Labels[naming.LabelRegion]+" "+scheme+" "+path)
				for _, target := range g.Targets {
					if !strings.Contains(string(fetched(t, client, scheme+"://"+target+path)), "# HELP ") {
						t.Errorf("no metrics at %s of %s", path, target)
					}
				}
			}
			if !slices.Equal(told, tt.want) {
				t.Errorf("%q, want %q", told, tt.want)
			}
		})
	}
}

// fetched is what is there.
func fetched(t *testing.T, client *http.Client, address string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, response.Status, err)
	}
	return body
}

// A name is that of the external URL with the port of its scheme, or without one.
func TestRegionsTargetsByName(t *testing.T) {
	s := serveRegions(t, config.Web{ExternalURL: "https://Example.org/planwatch"}, nil, "north")
	for host, want := range map[string]string{
		"example.org": "https /planwatch/metrics", "EXAMPLE.org:443": "https /planwatch/metrics", "example.org:9846": "http /metrics", "other.example.org": "http /metrics", "": "http /metrics",
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/-/targets", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var groups []struct{ Labels map[string]string }
		err = json.NewDecoder(response.Body).Decode(&groups)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got := groups[0].Labels["__scheme__"] + " " + groups[0].Labels["__metrics_path__"]; got != want {
			t.Errorf("asked as %q: %s, want %s", host, got, want)
		}
	}
}
