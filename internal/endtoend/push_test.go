package endtoend_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What Prometheus has of what is pushed, by remote write 2.0 and by OTLP, is what it has of
// a scrape of its own: the same series, and the same figures.
func TestPushIsAsAScrape(t *testing.T) {
	address := free(t)
	prometheus := "http://" + address
	binary := buildWithSample(t)
	written := pushBy(t, binary, "remote_write", prometheus+"/api/v1/write")
	otlp := pushBy(t, binary, "otlp", prometheus+"/api/v1/otlp/v1/metrics")
	configuration := filepath.Join(t.TempDir(), "prometheus.yml")
	// The instance is that by which planwatch pushes. OpenMetrics would leave out a metric of
	// Go's whose name is a counter's too.
	text := fmt.Sprintf("global: {scrape_interval: 1s, scrape_protocols: [PrometheusText0.0.4]}\n"+
		"scrape_configs:\n  - job_name: planwatch\n    static_configs: [{targets: [%q], labels: {instance: planwatch.example.org}}]\n",
		strings.TrimPrefix(written.url, "http://"))
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	begin(t, &program{name: "prometheus", ready: prometheus + "/-/ready", args: []string{
		filepath.Join(repository, "bin", "tools", "prometheus"), "--config.file=" + configuration, "--storage.tsdb.path=" + t.TempDir(),
		"--web.listen-address=" + address, "--web.enable-remote-write-receiver", "--web.enable-otlp-receiver",
	}})
	written.idle()
	otlp.idle()
	same(t, prometheus, "", "remote_write")
	same(t, prometheus, "", "otlp")
	if log, err := os.ReadFile(written.log); err != nil || strings.Contains(string(log), "remote write 1.0") {
		t.Errorf("it does not take 2.0, %v:\n%s", err, log)
	}
}

// pushBy is a planwatch that pushes to an address every second by a protocol, which the label
// pushed names.
func pushBy(t *testing.T, binary, protocol, address string) *pushing {
	t.Helper()
	return startPushing(t, binary, fmt.Sprintf(
		"push:\n  interval: 1s\n  external_labels: {pushed: %s}\n  receivers: {engine: {url: %q, protocol: %[1]s}}\n", protocol, address))
}

// same waits until an engine has the same series by two ways, and the same figures.
func same(t *testing.T, engine, one, other string) {
	t.Helper()
	eventually(t, fmt.Sprintf("what comes by %q is what comes by %q", one, other), func() error {
		ours, theirs := seriesBy(t, engine, one), seriesBy(t, engine, other)
		var faults []error
		for labels, value := range ours {
			if theirs[labels] != value {
				faults = append(faults, fmt.Errorf("%s is %q, and %q by %q", labels, value, theirs[labels], other))
			}
		}
		for labels := range theirs {
			if ours[labels] == "" {
				faults = append(faults, fmt.Errorf("%s by %q only", labels, other))
			}
		}
		if len(ours) < 200 {
			faults = append(faults, fmt.Errorf("only %d series", len(ours)))
		}
		return errors.Join(faults...)
	})
}

// seriesBy are the series that came by some way, with their values where they are figures.
func seriesBy(t *testing.T, engine, way string) map[string]string {
	t.Helper()
	now := time.Now().Truncate(time.Second)
	all := map[string]string{}
	for _, s := range ranged(t, engine, fmt.Sprintf(`{job="planwatch",pushed=%q}`, way), now, now, time.Second) {
		delete(s.Metric, "pushed")
		name := s.Metric["__name__"]
		if slices.Contains([]string{"scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"}, name) {
			continue // only who scrapes over a network knows them
		}
		if strings.HasPrefix(name, "planwatch_http_") {
			continue // the two were not asked alike
		}
		for _, label := range []string{"le", "quantile"} {
			// From OTLP, engines write these numbers in other ways.
			if number, err := strconv.ParseFloat(s.Metric[label], 64); err == nil {
				s.Metric[label] = fmt.Sprint(number)
			}
		}
		all[fmt.Sprint(s.Metric)] = "there"
		if strings.HasPrefix(name, "kpi_") { // two planwatch are not of the same moment
			all[fmt.Sprint(s.Metric)] = fmt.Sprint(s.Values[0][1])
		}
	}
	return all
}
