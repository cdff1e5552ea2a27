package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/internal/web"
)

// Every answer, of every route and of none, says that browsers are to take it
// as what it is, to frame it nowhere else and to tell nobody where they were. What
// has figures in it is kept by nobody.
func TestHeaders(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	tests := []struct{ name, method, path string }{
		{"a page that is not there", http.MethodGet, "/metric"},
		{"a method that is not allowed", http.MethodPost, "/metrics"},
		{"a path to be cleaned", http.MethodGet, "//metrics"},
		{"a style sheet", http.MethodGet, "/static/board.css"},
		{"an icon", http.MethodGet, "/static/icon.svg"},
		{"a file that is not there", http.MethodGet, "/static/none.css"},
	}
	for _, pattern := range web.Patterns() {
		method, path, found := strings.Cut(pattern, " ")
		if !found {
			method, path = http.MethodPost, pattern
		}
		path = strings.NewReplacer("{$}", "", "{file}", "board.css", "{alert}", "DataStale", "{kpi}", "beds_available").Replace(path)
		tests = append(tests, struct{ name, method, path string }{pattern, method, path})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, _ := get(t, tt.method, base+tt.path, nil)
			wantStored := strings.HasPrefix(tt.path, "/static/") && response.StatusCode == http.StatusOK
			keeps := "no-store"
			if isKept(tt.path) && tt.method == http.MethodGet { // which a browser asks about each time
				keeps = "private, no-cache"
			}
			if got := response.Header.Get("Cache-Control"); wantStored != (got == "") || !wantStored && got != keeps {
				t.Errorf("Cache-Control: %q", got)
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			} {
				if got := response.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			policy := response.Header.Get("Content-Security-Policy")
			forms := "form-action 'none'"
			if slices.Contains([]string{"/kpi", "/kpi/", "/", "/alerts"}, tt.path) { // which have a search
				forms = "form-action 'self'"
			}
			scripts := map[string]string{"/": "'self'"}[tt.path]
			for _, want := range []string{"default-src 'none'", "base-uri 'none'", forms, "frame-ancestors 'self'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("policy %q: no %s", policy, want)
				}
			}
			_, allowed, _ := strings.Cut(policy, "script-src ")
			allowed, _, _ = strings.Cut(allowed, ";")
			if allowed != scripts || strings.Contains(policy, "unsafe") {
				t.Errorf("policy %q, want scripts of %q", policy, scripts)
			}
		})
	}
}

// isKept reports whether a browser may keep what is there, and asks whether it is the same.
func isKept(path string) bool {
	noun, isAPI := strings.CutPrefix(path, "/api/v1/")
	return slices.Contains([]string{"/", "/collectors"}, path) || isAPI && slices.Contains([]string{"activities", "collectors", "history", "kpis", "openapi.json", "report", "risks"}, noun)
}

// What the operator sets in the web configuration goes before planwatch's own.
func TestHeadersOfTheOperator(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yaml")
	policy := "default-src 'none'; style-src 'self'; frame-ancestors https://intranet.example"
	if err := os.WriteFile(file, []byte("http_server_config: {headers: {Content-Security-Policy: \""+policy+"\"}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	response, _ := get(t, http.MethodGet, "http://"+serve(t, file, everything(t, "[sv, en]"))+"/", nil)
	if got := response.Header.Get("Content-Security-Policy"); got != policy {
		t.Errorf("policy %q", got)
	}
	if got := response.Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options: %q", got)
	}
}

// No directory is listed.
func TestStaticIsNotListed(t *testing.T) {
	base := "http://" + serve(t, "", nil)
	for _, path := range []string{"/static/", "/static", "/static/%2f", "/static/%2e", "/static/..", "/static/.", "/static/%2e%2e%2f", "/static/board.css/"} {
		if response, body := get(t, http.MethodGet, base+path, nil); response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusOK || strings.Contains(string(body), `<a href="icon.svg"`) {
			t.Errorf("%s: %s\n%s", path, response.Status, body)
		}
	}
	if response, _ := get(t, http.MethodGet, base+"/static/", nil); response.StatusCode != http.StatusNotFound {
		t.Error(response.Status)
	}
	if response, _ := get(t, http.MethodGet, base+"/static/board.css", nil); response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/css") {
		t.Errorf("the style sheet: %s, %s", response.Status, response.Header.Get("Content-Type"))
	}
}
