package exporter_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts/alertmanager"
)

// Where another Prometheus evaluates the rules, alerts are shown as its
// Alertmanager knows them, and answered there.
func TestAlertsOfAnotherPrometheus(t *testing.T) {
	am, err := alertmanager.New(t.Context(), alertmanager.Options{Directory: t.TempDir(), ExternalURL: &url.URL{}, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := am.Update(alertmanager.Configuration{YAML: []byte("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(am.Handler())
	t.Cleanup(server.Close)
	dir := alertingRegion(t)
	file := filepath.Join(dir, "planwatch.yaml")
	settings, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(settings, []byte("alerting: {embedded: false, alertmanagers: [\""+server.URL+"\"]}\n")...), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, t.TempDir())
	labels := map[string]string{"alertname": offPlan, "severity": "critical", "owner": "it", "target": "queue-kalix"}
	body, err := json.Marshal([]map[string]any{{"labels": labels, "annotations": map[string]string{"actual": "42 patients"}, "endsAt": time.Now().Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v2/alerts", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	now := p.Alerts()
	if len(now.Alerts) != 1 || now.Alerts[0].Name() != offPlan || now.Alerts[0].Annotations["actual"] != "42 patients" || now.Off || !now.Elsewhere || !now.Up() {
		t.Fatalf("%+v", now)
	}
	if _, err := p.Silences().Acknowledge(t.Context(), []map[string]string{now.Alerts[0].Labels}, "anna", "mine"); err != nil {
		t.Fatal(err)
	}
	if all, err := p.Silences().InForce(t.Context()); err != nil || len(all) != 1 || all[0].CreatedBy != "anna" || !all[0].Matches(labels) {
		t.Errorf("%+v, %v", all, err)
	}
	server.Close()
	if now := p.Alerts(); now.Err == nil || !strings.Contains(now.Err.Error(), "no Alertmanager has answered") || now.Up() {
		t.Errorf("with the Alertmanager away: %+v", now)
	}
}
