//go:build gms_pure_go

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The main job: the default is served, scraped, reloaded, and stopped.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	storage := t.TempDir()
	serve := exec.CommandContext(ctx, "planwatch", "serve", "--web.listen-address", "127.0.0.1:0", "--web.enable-lifecycle", "--storage.path", storage)
	stdout, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	serve.Stderr = &stderr
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err, stderr.String())
	}
	said := regexp.MustCompile(`^Region Norrbotten is served on (http://\S+) \(metrics: http://\S+/metrics\)\n$`).FindStringSubmatch(line)
	if said == nil {
		t.Fatalf("serve said %q", line)
	}
	url := said[1]

	for status(t, http.MethodGet, url+"/-/ready") != http.StatusOK {
		select {
		case <-ctx.Done():
			t.Fatal("never ready", stderr.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	metrics := body(t, url+"/metrics")
	for _, want := range []string{
		`kpi_beds_available{division="Länssjukvård 2",hospital="Sunderby",ward="Kirurgi"} 38`,
		`kpi_beds_available{division="Länssjukvård 2",hospital="Sunderby",ward="Ortopedi"} 24`,
		`planwatch_source_up{source="warehouse"} 1`,
		`planwatch_collector_success{collector="beds"} 1`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s", want)
		}
	}
	promtool := exec.CommandContext(ctx, "promtool", "check", "metrics")
	promtool.Stdin = strings.NewReader(metrics)
	if said, err := promtool.CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("promtool: %v\n%s", err, said)
	}
	// What is off plan in the sample fires, and planwatch alerts tells.
	for {
		said := planwatch(t, "alerts", "--url", url)
		if firing := regexp.MustCompile(`(?m)^firing +(critical|warning) .*OffPlan`).FindString(said); firing != "" {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("nothing off plan fires:\n%s", said)
		case <-time.After(200 * time.Millisecond):
		}
	}
	if got := status(t, http.MethodPost, url+"/-/reload"); got != http.StatusOK {
		t.Errorf("reload: %d", got)
	}
	loaded := value(t, url, "planwatch_config_last_reload_success_timestamp_seconds")
	if err := serve.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for value(t, url, "planwatch_config_last_reload_success_timestamp_seconds") == loaded {
		select {
		case <-ctx.Done():
			t.Fatal("SIGHUP reloads nothing", stderr.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	if page := body(t, url+"/"); !strings.Contains(page, "Region Norrbotten") || !strings.Contains(page, "Disponibla vårdplatser") {
		t.Error("the report does not name the region and its KPIs")
	}
	if !strings.Contains(body(t, url+"/collectors"), `<tr id="beds" class="well">`) {
		t.Error("the collectors' page does not say that beds does well")
	}

	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("stopped with %v\n%s", err, stderr.String())
	}
	if _, err := os.Stat(filepath.Join(storage, "snapshot")); err != nil {
		t.Error("no snapshot saved:", err)
	}
}

// value is that of a series without labels.
func value(t *testing.T, url, series string) string {
	t.Helper()
	for line := range strings.Lines(body(t, url+"/metrics")) {
		if value, found := strings.CutPrefix(line, series+" "); found {
			return value
		}
	}
	t.Fatalf("no %s", series)
	return ""
}

func request(t *testing.T, method, url string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func status(t *testing.T, method, url string) int {
	t.Helper()
	response := request(t, method, url)
	defer response.Body.Close()
	return response.StatusCode
}

func body(t *testing.T, url string) string {
	t.Helper()
	response := request(t, http.MethodGet, url)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
