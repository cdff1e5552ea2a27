package web_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"planwatch/internal/web"
)

// A page of another site cannot have its reader's browser reload the
// configuration; planwatch's own pages and programs can.
func TestReloadFromAnotherSite(t *testing.T) {
	var reloads atomic.Int32
	address := serve(t, "", func(c *web.Content) {
		c.Reload = func(context.Context) error { reloads.Add(1); return nil }
	})
	tests := []struct {
		name, method string
		header       http.Header
		status       int
	}{
		{"a form on another site", http.MethodPost, http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://elsewhere.example"}}, http.StatusForbidden},
		{"a neighbour of the same site", http.MethodPost, http.Header{"Sec-Fetch-Site": {"same-site"}}, http.StatusForbidden},
		{"an old browser on another site", http.MethodPost, http.Header{"Origin": {"https://elsewhere.example"}}, http.StatusForbidden},
		{"another site by PUT", http.MethodPut, http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		{"a page without an origin", http.MethodPost, http.Header{"Origin": {"null"}}, http.StatusForbidden},
		{"the same origin", http.MethodPost, http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://" + address}}, http.StatusOK},
		{"an old browser on the same origin", http.MethodPost, http.Header{"Origin": {"http://" + address}}, http.StatusOK},
		{"a program", http.MethodPost, nil, http.StatusOK},
		{"a program by PUT", http.MethodPut, nil, http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := reloads.Load()
			response, body := get(t, tt.method, "http://"+address+"/-/reload", tt.header)
			if response.StatusCode != tt.status {
				t.Errorf("%s: %s", response.Status, body)
			}
			if reloaded := reloads.Load() > before; reloaded != (tt.status == http.StatusOK) {
				t.Errorf("reloaded: %v", reloaded)
			}
		})
	}
	// Reading changes nothing, so a link from elsewhere leads here.
	if response, _ := get(t, http.MethodGet, "http://"+address+"/", http.Header{"Sec-Fetch-Site": {"cross-site"}}); response.StatusCode != http.StatusOK {
		t.Errorf("a link from another site: %s", response.Status)
	}
}
