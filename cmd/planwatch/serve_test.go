//go:build gms_pure_go

package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
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
	storage := t.TempDir()
	served := startServing(t, "--web.enable-lifecycle", "--storage.path", storage)
	ctx, url := served.ctx, served.url
	if !regexp.MustCompile(`^Region Norrbotten is served on http://\S+ \(metrics: http://\S+/metrics\)\n$`).MatchString(served.said) {
		t.Fatalf("serve said %q", served.said)
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
	served.until(t, "alerts are evaluated", func() bool { return status(t, http.MethodGet, url+"/api/v1/alerts") == http.StatusOK })
	// What is off plan in the sample fires, and planwatch alerts tells.
	served.until(t, "an alert that is off plan", func() bool {
		return regexp.MustCompile(`(?m)^firing +(critical|warning) .*OffPlan`).MatchString(planwatch(t, "alerts", "--url", url))
	})
	if got := status(t, http.MethodPost, url+"/-/reload"); got != http.StatusOK {
		t.Errorf("reload: %d", got)
	}
	loaded := value(t, url, "planwatch_config_last_reload_success_timestamp_seconds")
	if err := served.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	served.until(t, "reloaded by SIGHUP", func() bool {
		return value(t, url, "planwatch_config_last_reload_success_timestamp_seconds") != loaded
	})
	if page := body(t, url+"/?q=disponibla"); !strings.Contains(page, "Region Norrbotten") || !strings.Contains(page, "Disponibla vårdplatser") {
		t.Error("the report does not name the region and its KPIs")
	}
	if !strings.Contains(body(t, url+"/collectors"), `<tr id="beds" class="well">`) {
		t.Error("the collectors' page does not say that beds does well")
	}

	if err := served.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := served.Wait(); err != nil {
		t.Errorf("stopped with %v\n%s", err, served.stderr.String())
	}
	if _, err := os.Stat(filepath.Join(storage, "snapshot")); err != nil {
		t.Error("no snapshot saved:", err)
	}
}

// A SIGHUP that comes while planwatch starts is a reload once it runs.
func TestEarlyHangup(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "planwatch", "serve", "--web.listen-address", "127.0.0.1:0", "--storage.path", t.TempDir())
	// The runtime says which package it has initialised. main comes after all.
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	hungUp, reloaded := false, false
	var said strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		line := lines.Text()
		if !hungUp && strings.HasPrefix(line, "init github.com/prometheus/client_golang/prometheus ") {
			hungUp = true
			if err := command.Process.Signal(syscall.SIGHUP); err != nil {
				t.Error(err)
			}
		}
		if !strings.HasPrefix(line, "init ") {
			said.WriteString(line + "\n")
		}
		if strings.Contains(line, `msg="configuration reloaded"`) {
			reloaded = true
			if err := command.Process.Signal(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		}
	}
	if err := command.Wait(); err != nil || !hungUp || !reloaded {
		t.Errorf("hung up: %t, reloaded: %t, ended with %v\n%s", hungUp, reloaded, err, said.String())
	}
}

// A stop gives a request that is under way drain_time to end, and no more.
func TestDrain(t *testing.T) {
	tests := []struct {
		name, drainTime string
		// finish is whether the request ends in that time.
		finish bool
		status int
		said   string
	}{
		{"a request that ends", "1m", true, exitFine, ""},
		{"a request that does not", "300ms", false, exitCouldNotRun, "planwatch: not everything ended within drain_time, 300ms\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PLANWATCH_DRAIN_TIME", tt.drainTime)
			served := startServing(t, "--web.enable-lifecycle", "--storage.path", t.TempDir())
			address := strings.TrimPrefix(served.url, "http://")
			dial := func() (net.Conn, error) { return new(net.Dialer).DialContext(served.ctx, "tcp", address) }
			conn, err := dial()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			// The second request is under way until its body has come, which is read
			// before the answer is written.
			const ask = "GET /-/healthy HTTP/1.1\r\nHost: planwatch\r\n"
			if _, err := io.WriteString(conn, ask+"\r\n"+ask+"Content-Length: 4\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewReader(conn)
			if err := read(answers); err != nil {
				t.Fatal(err)
			}
			value(t, served.url, "planwatch_snapshot_save_failures_total")
			if err := served.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			served.until(t, "closed to new requests", func() bool {
				another, err := dial()
				if err != nil {
					return true
				}
				_ = another.Close()
				return false
			})
			if tt.finish {
				if _, err := io.WriteString(conn, "body"); err != nil {
					t.Fatal(err)
				}
			}
			if err := read(answers); (err == nil) != tt.finish {
				t.Errorf("the request was answered with %v", err)
			}
			_ = served.Wait() // the status is looked at
			if got := served.ProcessState.ExitCode(); got != tt.status || !strings.HasSuffix(served.stderr.String(), tt.said) {
				t.Errorf("exit status %d\n%s", got, served.stderr.String())
			}
		})
	}
}

// read reads an answer to the end.
func read(answers *bufio.Reader) error {
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return errors.Join(err, answer.Body.Close())
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
