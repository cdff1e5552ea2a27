package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/prometheus/common/model"

	"planwatch/config"
	"planwatch/internal/naming"
)

// targetGroup is what Prometheus' HTTP service discovery reads.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// serveTargets tells a Prometheus where each region's metrics are, and the process' own,
// by the address that it asks by itself.
func (rs *Regions) serveTargets(w http.ResponseWriter, r *http.Request) {
	scheme, under := askedBy(r, rs.settings.ExternalURL)
	group := func(path string) targetGroup {
		return targetGroup{[]string{r.Host}, map[string]string{model.SchemeLabel: scheme, model.MetricsPathLabel: under + path}}
	}
	groups := []targetGroup{group("/metrics")}
	for _, name := range rs.names() {
		of := group(config.RegionsPath + name + "/metrics")
		of.Labels[naming.LabelRegion] = name
		groups = append(groups, of)
	}
	w.Header().Set("Content-Type", "application/json")
	// An error is that the reader is gone.
	_ = json.NewEncoder(w).Encode(groups)
}

// askedBy is the scheme that planwatch was asked by, and the path that it is under there. A
// proxy that passes its name on has taken both away: they are those of the external URL,
// where that is of the same name and port. Any other request came to planwatch itself.
func askedBy(r *http.Request, externalURL string) (scheme, under string) {
	scheme = "http"
	if r.TLS != nil {
		scheme = "https"
	}
	external, err := url.Parse(externalURL)
	if err != nil || external.Host == "" || !isHost(r.Host, external) {
		return scheme, ""
	}
	if external.Scheme == "https" {
		scheme = external.Scheme
	}
	return scheme, strings.TrimRight(external.Path, "/")
}

// isHost reports whether a Host header is that of the URL, whose port may be its scheme's.
func isHost(host string, of *url.URL) bool {
	asked := url.URL{Host: host}
	port := func(u *url.URL) string {
		return cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[of.Scheme])
	}
	return strings.EqualFold(asked.Hostname(), of.Hostname()) && port(&asked) == port(of)
}
