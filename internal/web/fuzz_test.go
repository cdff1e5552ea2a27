package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/comment"
	"planwatch/internal/web"
)

// FuzzRequest asks for anything: no request makes planwatch fail, every answer
// is guarded, and nothing of a request comes back as HTML.
func FuzzRequest(f *testing.F) {
	for _, seed := range []struct{ method, path, query, language, accept string }{
		{"GET", "/", "lang=sv", "sv-SE,sv;q=0.9,en;q=0.8", "text/html"},
		{"GET", "/", "lang=<script>alert(1)</script>", "*", ""},
		{"GET", "/report", "since=2025-02-18&format=html&owner=surgery&lang=en", "", ""},
		{"GET", "/report", "since=<img src=x>&format=%00", "", ""},
		{"GET", "/collectors", "lang=en&lang=sv&as_of=2025-03-18", "en;q=2,sv;q=-1", "*/*"},
		{"HEAD", "/collectors", "%zz&;=&lang=%00%ff", ",,;;q=,x-y-z", ""},
		{"GET", "/metrics", "name[]=\"><img src=x>", "", "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.9"},
		{"GET", "/metrics", "", "", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"},
		{"GET", "/api/v1/alerts", "filter={severity=\"critical\"}&lang=../../etc", "", "application/json"},
		{"GET", "/api/v1/report", "owner=surgery&hospital=Sunderby&format=csv&lang=sv", "", ""},
		{"GET", "/api/v1/report", "q=%00%ff<script>&format=xlsx", "sv", ""},
		{"GET", "/api/v1/report", "owner=&format=excel-csv&format=csv", "", ""},
		{"HEAD", "/api/v1/history", "kpi=beds_available&from=2025-01-01&to=2025-03-18T08:00:00Z&format=excel-csv", "", ""},
		{"GET", "/api/v1/history", "from=-1&to=99999999999&target=../../", "", ""},
		{"GET", "/api/v1/kpis", "kpi=beds_available&q=%zz", "", ""},
		{"GET", "/api/v1/comments", "kpi=beds_available&limit=0&offset=-1", "", ""},
		{"GET", "/api/v1/collectors", "lang=en;q=1", "", ""},
		{"GET", "/api/v1/openapi.json", "x", "", ""},
		{"PUT", "/api/v1/report/<img src=probe>", "", "", ""},
		{"GET", "/runbook", "lang=en", "", ""},
		{"GET", "/runbook/DataStale", "", "sv", ""},
		{"GET", "/runbook/<img src=probe>", "", "", ""},
		{"GET", "/static/board.css", "", "", ""},
		{"GET", "/static/..%2f..%2fserver.go", "", "", ""},
		{"GET", "/events", "lang=en", "", ""},
		{"GET", "/event", "owner=surgery&hospital=<script>alert(1)</script>&lang=en", "", ""},
		{"GET", "/event", "owner=%00", "", ""},
		{"GET", "/comments", "kpi=beds_available&target=\"><img src=x>", "", ""},
		{"GET", "/comments", "kpi=beds_available", "", ""},
		{"GET", "/comments.csv", "", "", ""},
		{"GET", "/kpi", "q=<img src=probe>&lang=en", "", ""},
		{"GET", "/kpi/beds_available", "target=beds-surgery&hospital=%00&ward=\"><img src=x>", "", ""},
		{"GET", "/kpi/beds_available", "hospital=Sunderby&ward=Kirurgi&ward=Ortopedi", "sv", ""},
		{"GET", "/kpi/strange", "", "", ""},
		{"GET", "/kpi/<img src=probe>", "", "", ""},
		{"POST", "/event/acknowledge", "owner=surgery", "", ""},
		{"POST", "/comments", "kpi=beds_available", "", ""},
		{"POST", "/-/reload", "", "", ""},
		{"PUT", "/-/ready", "", "", ""},
		{"GET", "//x/../<svg onload=alert(1)>", "", "", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.language, seed.accept)
	}
	comments, err := comment.Open(f.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = comments.Close() })
	handler := web.Handler(config.Web{}, content(f, func(c *web.Content) {
		everything(f, "[sv, en]")(c)
		c.Comments, c.Silences = comments, &kept{}
		c.Reload = func(context.Context) error { return nil }
	}), slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, method, path, query, language, accept string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		request.Method, request.URL.Path, request.URL.RawQuery = method, path, query
		request.Header.Set("Accept-Language", language)
		request.Header.Set("Accept", accept)
		// What would show that a request comes back, whatever the fuzzer sends.
		const probe = "<img src=probe>"
		request.URL.RawQuery += "&lang=" + probe + "&" + probe
		recorded := httptest.NewRecorder()
		handler.ServeHTTP(recorded, request)
		response := recorded.Result()
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s: %s", response.Status, body)
		}
		if response.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(response.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: not guarded: %v", response.Status, response.Header)
		}
		if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			page := withoutScript(string(body))
			for _, sent := range []string{probe, "<script", "<img"} {
				if strings.Contains(page, sent) {
					t.Errorf("%s: %q comes back\n%.500s", response.Status, sent, body)
				}
			}
		}
	})
}
