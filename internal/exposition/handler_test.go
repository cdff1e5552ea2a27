package exposition_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"planwatch/internal/clock"
	"planwatch/internal/exposition"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/regiontest"
	"planwatch/internal/snapshot"
)

// serve answers scrapes of one sample and of Go's own metrics, at the address
// that it gives.
func serve(t *testing.T) string {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	store := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet)
	k := kpi.KPI{Name: "beds_available", Title: language.Text{"en": "Available beds"}, Definition: language.Text{"en": "Staffed beds."}}
	store.Replace(snapshot.Record{Collector: "beds", Samples: []kpi.Sample{
		{KPI: "beds_available", Labels: kpi.NewLabels(kpi.Label{Name: "ward", Value: "Kirurgi"}), Value: 38, AsOf: time.Now()},
	}}, snapshot.Description{KPIs: []kpi.KPI{k}, MaxAge: time.Hour, HelpLanguage: regiontest.Languages(t).English()})
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector())
	server := httptest.NewServer(exposition.Handler(exposition.NewOwn(registry, store, quiet)))
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a response without its body.
type answer struct {
	Status     string
	StatusCode int
	Header     http.Header
}

// get asks without the client's own handling of compression.
func get(t *testing.T, url string, header http.Header) (answer, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
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

// In OpenMetrics a counter's family has its name without _total, and no two families may
// have the same: readers that keep to it refuse the whole answer.
func TestOpenMetricsNamesNoFamilyTwice(t *testing.T) {
	_, body := get(t, serve(t), http.Header{"Accept": {"application/openmetrics-text;version=1.0.0"}})
	met := map[string]bool{}
	for line := range strings.Lines(string(body)) {
		if of, found := strings.CutPrefix(line, "# TYPE "); found {
			name, _, _ := strings.Cut(of, " ")
			if met[name] {
				t.Errorf("%s is there twice", name)
			}
			met[name] = true
		}
	}
	if !met["go_memstats_alloc_bytes"] || !met["kpi_beds_available"] {
		t.Errorf("not there in\n%.3000s", body)
	}
}

func TestMetrics(t *testing.T) {
	url := serve(t)
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
		{"zstd", http.Header{"Accept-Encoding": {"zstd, gzip;q=0.5"}}, "text/plain", "zstd", []string{sample + "\n", "go_goroutines"}},
		{"zstd of OpenMetrics", http.Header{"Accept": {"application/openmetrics-text;version=1.0.0"}, "Accept-Encoding": {"zstd"}}, "application/openmetrics-text", "zstd", []string{sample, "\n# EOF\n"}},
		{"a browser's codings", http.Header{"Accept-Encoding": {"gzip, deflate, br, zstd"}}, "text/plain", "gzip", []string{sample + "\n"}},
		{"zstd refused", http.Header{"Accept-Encoding": {"zstd;q=0"}}, "text/plain", "", []string{sample + "\n"}},
		{"weights that are no numbers", http.Header{"Accept-Encoding": {"gzip;q=x, zstd;q=NaN"}}, "text/plain", "", []string{sample + "\n"}},
		{"a weight below zero", http.Header{"Accept-Encoding": {"gzip;q=-1"}}, "text/plain", "", []string{sample + "\n"}},
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
			response, body := get(t, url, tt.header)
			if response.StatusCode != http.StatusOK {
				t.Fatal(response.Status)
			}
			if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, tt.contentType) {
				t.Errorf("Content-Type %s", got)
			}
			if got := response.Header.Get("Content-Length"); got != strconv.Itoa(len(body)) {
				t.Errorf("Content-Length %s of %d bytes", got, len(body))
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
			if tt.encoding == "zstd" {
				frames, err := zstd.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				defer frames.Close()
				if body, err = io.ReadAll(frames); err != nil {
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
