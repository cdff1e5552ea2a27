package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// Every request that the web configuration lets through is counted once, also one for a
// page that is not there or that is not answered by its method.
func TestRequestsAreCounted(t *testing.T) {
	base := "http://" + serve(t, "", nil)
	for method, path := range map[string]string{http.MethodGet: "/nowhere", http.MethodDelete: "/report", http.MethodHead: "/-/healthy"} {
		get(t, method, base+path, nil)
	}
	_, body := get(t, http.MethodGet, base+"/metrics", nil)
	for _, want := range []string{
		`planwatch_http_requests_total{code="404",handler="unknown"} 1`,
		`planwatch_http_requests_total{code="405",handler="unknown"} 1`,
		`planwatch_http_requests_total{code="200",handler="healthy"} 1`,
		`planwatch_http_request_duration_seconds_count{handler="unknown"} 2`,
	} {
		if !strings.Contains(string(body), want+"\n") {
			t.Errorf("no %s", want)
		}
	}
}
