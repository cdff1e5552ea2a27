package docs_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"planwatch/internal/naming"
)

// Every metric that planwatch exposes stands in operations.md, with its type
// and labels, and none stands there that it does not expose.
func TestOperationsListsEveryMetric(t *testing.T) {
	rows := tables(t, "operations.md", "metric")
	exposed := scrape(t)
	for name, family := range exposed {
		if name != naming.KPIInfo && name != naming.KPIEvent && strings.HasPrefix(name, "kpi_") || strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		row, ok := rows[name]
		if !ok {
			t.Errorf("operations.md does not list %s: %s", name, family.GetHelp())
			continue
		}
		if want := strings.ToLower(family.GetType().String()); row.text["type"] != want {
			t.Errorf("operations.md: %s is a %s, not a %s", name, want, row.text["type"])
		}
		if row.text["meaning"] == "" {
			t.Errorf("operations.md: %s has no meaning", name)
		}
		checkLabels(t, name, row.code["labels"], family)
	}
	// The sample has two years of the four that an interval takes.
	delete(rows, naming.PlanForecastLow)
	delete(rows, naming.PlanForecastHigh)
	// It is alone.
	delete(rows, naming.ReplicaLeads)
	delete(rows, naming.ReplicaUp)
	delete(rows, naming.ReplicaFaults)
	for name := range rows {
		if exposed[name] == nil {
			t.Errorf("operations.md lists %s, which is not exposed", name)
		}
	}
}

// checkLabels compares a metric's labels. Those of the plan's metrics also
// have the labels of their targets, and those of KPIs and events a title in each language.
func checkLabels(t *testing.T, name string, documented []string, family *dto.MetricFamily) {
	t.Helper()
	has := map[string]bool{}
	for _, metric := range family.GetMetric() {
		for _, label := range metric.GetLabel() {
			has[label.GetName()] = true
		}
	}
	for _, label := range documented {
		if !has[label] && !strings.HasSuffix(label, "…") {
			t.Errorf("operations.md: %s has no label %s", name, label)
		}
		delete(has, label)
	}
	if strings.HasPrefix(name, "plan_") {
		return
	}
	for label := range has {
		if !strings.HasPrefix(label, "title_") {
			t.Errorf("operations.md: %s: the label %s is missing", name, label)
		}
	}
}

// patience bounds each wait for planwatch.
const patience = 6 * time.Minute

// scrape serves the built-in region, and gives its metrics once all of them are
// there.
func scrape(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "planwatch")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-tags", "gms_pure_go", "-o", binary, "./cmd/planwatch")
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, said)
	}
	ctx, stop := context.WithCancel(t.Context())
	serve := exec.CommandContext(ctx, binary, "serve", "--config", pushingRegion(t, binary), "--web.listen-address=127.0.0.1:0", "--storage.path", filepath.Join(t.TempDir(), "storage"))
	serve.Env = append(os.Environ(), "PLANWATCH_ALERTING_INTERVAL=1s")
	serve.Cancel = func() error { return serve.Process.Signal(os.Interrupt) }
	serve.WaitDelay = patience
	var log strings.Builder
	serve.Stderr = &log
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = serve.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	address := regexp.MustCompile(`http://[^ ]+/metrics`).FindString(line)
	if address == "" {
		t.Fatalf("planwatch does not say where it is served: %q, %v", line, err)
	}
	// These come last: when the plan was assessed, when the first alert was
	// sent, and when a group with a pending alert was evaluated a second time.
	last := []string{"plan_forecast", naming.PushLastSuccess, "planwatch_alerting_prometheus_notifications_latency_seconds", "planwatch_alerting_prometheus_rule_group_last_restore_duration_seconds"}
	limited, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		ready := get(limited, strings.TrimSuffix(address, "/metrics")+"/-/ready") != nil
		families := map[string]*dto.MetricFamily{}
		if text := get(limited, address); text != nil {
			parser := expfmt.NewTextParser(model.LegacyValidation)
			if families, err = parser.TextToMetricFamilies(strings.NewReader(string(text))); err != nil {
				t.Fatal(err)
			}
		}
		missing := slices.DeleteFunc(slices.Clone(last), func(name string) bool { return families[name] != nil })
		if ready && len(missing) == 0 {
			return families
		}
		select {
		case <-tick.C:
		case <-limited.Done():
			t.Fatalf("planwatch does not become ready, or does not expose %s", strings.Join(missing, ", "))
		}
	}
}

// pushingRegion is the built-in region, which pushes to a receiver that takes everything.
func pushingRegion(t *testing.T, binary string) string {
	t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(receiver.Close)
	region := filepath.Join(t.TempDir(), "region")
	if said, err := exec.CommandContext(t.Context(), binary, "init", region).CombinedOutput(); err != nil {
		t.Fatalf("planwatch init: %v\n%s", err, said)
	}
	settings := filepath.Join(region, "planwatch.yaml")
	text, err := os.ReadFile(settings)
	if err == nil {
		text = fmt.Appendf(text, "\npush: {interval: 1s, receivers: {engine: {url: %q}}}\n", receiver.URL)
		err = os.WriteFile(settings, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// get is the body of a good answer, or nil.
func get(ctx context.Context, address string) []byte {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return nil
	}
	return body
}
