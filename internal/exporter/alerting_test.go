package exporter_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/databasetest"
	"planwatch/internal/exporter"
	"planwatch/internal/storage"
)

const alertingUp = "planwatch_alerting_up"

// alertingRegion is queueRegion with someone to call and a target that the
// figure misses.
func alertingRegion(t *testing.T) string {
	t.Helper()
	dir, _ := alertingRegionOf(t)
	return dir
}

// alertingRegionOf is alertingRegion, and its server.
func alertingRegionOf(t *testing.T) (dir string, server *databasetest.Server) {
	t.Helper()
	server = queue(t)
	dir = queueRegion(t, server, "1h")
	for name, text := range map[string]string{
		"oncall.yaml": `operations: it
links: {runbook: "runbooks/{alert}.md", dashboard: "http://localhost:3000/d/{dashboard}"}
owners:
  - {id: it, name: {sv: IT, en: IT}, receivers: [it]}
receivers:
  - {id: it, webhook: {url_file: it.url}}
`,
		"plan/targets.yaml": `plan: Plan
targets:
  - {id: queue-kalix, kpi: patients_waiting, where: {hospital: Kalix}, value: 40, from: 2020-01-01, basis: operational, owner: it}
`,
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PLANWATCH_ALERTING_INTERVAL", "1s")
	return dir, server
}

// offPlan is the alert about the target that is missed.
const offPlan = "PatientsWaitingOffPlan"

// evaluated waits until the alerts have been evaluated, and returns since when
// the one about the target has been active.
func (p *planwatch) evaluated() time.Time {
	p.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if now := p.Alerts(); now.Evaluated {
			return p.since(now)
		}
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatal("alerts are not evaluated")
		}
	}
}

// since returns since when the alert about the target has been active.
func (p *planwatch) since(now evaluator.Overview) time.Time {
	p.t.Helper()
	for _, alert := range now.Alerts {
		if alert.Name() == offPlan {
			return alert.ActiveAt
		}
	}
	p.t.Fatalf("no alert %s; evaluated: %t; %v", offPlan, now.Evaluated, now.Alerts)
	return time.Time{}
}

// Embedded alerting evaluates what planwatch exposes, within seconds of the
// start. A reload has the alerts go on as they are, and so does a restart.
func TestEmbeddedAlerting(t *testing.T) {
	dir, storage := alertingRegion(t), t.TempDir()
	p := start(t, dir, storage)
	began := p.evaluated()
	oncall := filepath.Join(dir, "oncall.yaml")
	former, err := os.ReadFile(oncall)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		// The rules change too: their links do.
		changed := strings.Replace(string(former), "localhost:3000", fmt.Sprint("localhost:", 3001+i), 1)
		if err := os.WriteFile(oncall, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		p.again()
		now := p.Alerts()
		if since := p.since(now); !now.Evaluated || !since.Equal(began) {
			t.Errorf("after reload %d: evaluated: %t; active since %s, want %s", i, now.Evaluated, since, began)
		}
		p.until(alertingUp, "1")
		if got := p.exposed("planwatch_alerting_prometheus_notifications_queue_capacity"); got == "" {
			t.Error("no metrics about sending alerts")
		}
		if got := p.exposed(`planwatch_alerting_alertmanager_notifications_total{integration="webhook"}`); got == "" || strings.Contains(p.text(), `integration="pagerduty"`) {
			t.Errorf("messages by webhook: %q, or there are metrics of what planwatch does not send by", got)
		}
	}
	p.stop()
	p = start(t, dir, storage)
	if now := p.Alerts(); now.Evaluated || now.Off {
		t.Errorf("before anything was evaluated: %+v", now)
	}
	p.evaluated()
}

// A token that cannot be read, or that everyone can read, is told at the start,
// and keeps neither figures nor alerts from being shown.
func TestLogOfTheAlertmanagersToken(t *testing.T) {
	dir, token := alertingRegion(t), filepath.Join(t.TempDir(), "token")
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	t.Setenv("PLANWATCH_ALERTING_ALERTMANAGERS", nobody.URL)
	t.Setenv("PLANWATCH_ALERTING_ALERTMANAGER_CLIENT_TOKEN_FILE", token)
	missing := "no alert is sent until it can\" err=\"alerting: alertmanager_client: token_file: open " + token + ": no such file or directory"
	open := "key=alerting.alertmanager_client.token_file file=" + token + " mode=0644"
	for _, tt := range []struct {
		name         string
		mode         os.FileMode
		told, untold string
	}{
		{"missing", 0, missing, open},
		{"everyone's", 0o644, open, missing},
		{"the owner's", 0o600, "", "token_file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.mode != 0 {
				if err := errors.Join(os.WriteFile(token, []byte("secret"), 0o600), os.Chmod(token, tt.mode)); err != nil {
					t.Fatal(err)
				}
			}
			p := start(t, dir, t.TempDir())
			defer p.stop()
			p.evaluated()
			p.until(kalix, "42")
			if logged := p.log.String(); !strings.Contains(logged, tt.told) || strings.Contains(logged, tt.untold) {
				t.Errorf("want %s, and not %s, in\n%s", tt.told, tt.untold, logged)
			}
		})
	}
}

// At the start the log warns of a recipient's URL that everyone can read, and never
// repeats it.
func TestLogOfAnOpenURL(t *testing.T) {
	dir, secrets := alertingRegion(t), t.TempDir()
	onCall, err := os.ReadFile(filepath.Join(dir, "oncall.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "oncall.yaml"), append(onCall, "directory: "+secrets+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(secrets, "it.url")
	if err := os.WriteFile(path, []byte("https://127.0.0.1:9/hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		mode os.FileMode
		want int
	}{"the owner's": {0o600, 0}, "everyone's": {0o644, 1}} {
		t.Run(name, func(t *testing.T) {
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			p := start(t, dir, t.TempDir())
			defer p.stop()
			p.until(kalix, "42")
			if got := p.log.Count("everyone can read a file with a secret"); got != tt.want {
				t.Errorf("warns %d times, want %d", got, tt.want)
			}
			told := `key="oncall.yaml: receivers.it.webhook.url_file" file=` + path + " mode=0644"
			if logged := p.log.String(); strings.Contains(logged, told) != (tt.want > 0) || strings.Contains(logged, "hunter2") {
				t.Errorf("want key, path and mode, and not the URL, in\n%s", logged)
			}
		})
	}
}

// One that another planwatch uses keeps it from starting, with embedded alerting
// and without.
func TestSecondPlanwatch(t *testing.T) {
	dir := alertingRegion(t)
	for _, embedded := range []string{"true", "false"} {
		t.Run("embedded alerting: "+embedded, func(t *testing.T) {
			t.Setenv("PLANWATCH_ALERTING_EMBEDDED", embedded)
			path := t.TempDir()
			p := start(t, dir, path)
			loaded, err := config.Load(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			second := func() error {
				_, err := exporter.New(t.Context(), loaded, exporter.Options{Logger: slog.New(slog.DiscardHandler)})
				return err
			}
			if err := second(); !errors.Is(err, storage.ErrInUse) || err.Error() != "another planwatch uses the storage: "+path {
				t.Errorf("a second planwatch: %v", err)
			}
			p.stop()
			start(t, dir, path)
		})
	}
}

// An exporter that is not made leaves nothing open.
func TestFailedStartLeavesTheStorage(t *testing.T) {
	dir, path := alertingRegion(t), t.TempDir()
	t.Setenv("PLANWATCH_STORAGE_PATH", path)
	t.Setenv("PLANWATCH_ALERTING_ALERTMANAGERS", "https://localhost:9093")
	t.Setenv("PLANWATCH_ALERTING_ALERTMANAGER_CLIENT_CA_FILE", filepath.Join(t.TempDir(), "missing.pem"))
	loaded, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exporter.New(t.Context(), loaded, exporter.Options{Logger: slog.New(slog.DiscardHandler)}); err == nil {
		t.Fatal("made without the authorities to trust")
	}
	for _, directory := range []string{path, filepath.Join(path, "alerting")} {
		held := storage.NewDirectory(directory)
		if err := errors.Join(held.Hold(), held.Release()); err != nil {
			t.Error(err)
		}
	}
}

// Without a storage there are no alerts and nothing is saved, which planwatch
// tells, and figures all the same. A reload tries again.
func TestUnusableStorage(t *testing.T) {
	dir := alertingRegion(t)
	file := func(t *testing.T, path string) {
		t.Helper()
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		// block makes path unusable; the file that it returns is in the way.
		block func(t *testing.T, path string) (inTheWay string)
		told  string
	}{
		{"all of it", func(t *testing.T, path string) string { t.Helper(); file(t, path); return path }, "storage cannot be written to: a restart would begin without figures, no history is kept, and embedded alerting is off"},
		{"that of alerting", func(t *testing.T, path string) string {
			t.Helper()
			// Root, who may run the tests, may write to a directory without rights.
			lock := filepath.Join(path, "alerting", "lock")
			if err := os.MkdirAll(lock, 0o700); err != nil {
				t.Fatal(err)
			}
			return lock
		}, "alerts are not evaluated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data")
			inTheWay := tt.block(t, path)
			p := start(t, dir, path)
			p.until(kalix, "42")
			if got := p.exposed(alertingUp); got != "0" {
				t.Errorf("%s is %q", alertingUp, got)
			}
			if now := p.Alerts(); now.Off || now.Evaluated || now.Err == nil || len(now.Alerts) > 0 {
				t.Errorf("%+v", now)
			}
			if n := p.log.Count("msg=\"" + tt.told + "\""); n != 1 {
				t.Errorf("told %d times", n)
			}
			if _, known := p.PastAlerts(); known {
				t.Error("it is known which alerts have ended")
			}
			if err := os.Remove(inTheWay); err != nil {
				t.Fatal(err)
			}
			p.again()
			p.until(alertingUp, "1")
			if _, known := p.PastAlerts(); !known {
				t.Error("it is not known which alerts have ended, after a reload")
			}
		})
	}
}

// inOwnProcess reports whether the test runs in a process of its own. If not, it
// has it run in one, which a limit on the process takes.
func inOwnProcess(t *testing.T) bool {
	t.Helper()
	const variable = "PLANWATCH_TEST_IN_OWN_PROCESS"
	if os.Getenv(variable) == t.Name() {
		return true
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	command.Env = append(os.Environ(), variable+"="+t.Name())
	if said, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	return false
}

// fill lets this process write nothing more to any file, as on a full disk,
// until free is called.
func fill(t *testing.T) (free func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // a write fails with EFBIG instead
	var former syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &former); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: former.Max}); err != nil {
		t.Fatal(err)
	}
	free = sync.OnceFunc(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &former); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(free)
	return free
}

// Where the storage of alerts cannot be opened at a start, alerts are evaluated once it
// can be.
func TestAlertingBeginsOnceItHasStorage(t *testing.T) {
	kept := t.TempDir()
	held := storage.NewDirectory(filepath.Join(kept, "alerting"))
	if err := held.Hold(); err != nil {
		t.Fatal(err)
	}
	p := start(t, alertingRegion(t), kept)
	p.until(kalix, "42")
	p.until(alertingUp, "0")
	p.untilLogged("alerts are not evaluated")
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	p.untilLogged("alerting storage opened; alerts are evaluated")
	p.until(alertingUp, "1")
	p.until(kalix, "42")
	if n := p.log.Count("alerts are not evaluated"); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// On a full disk, figures are served, alerts stay as they were and are known to
// be old, and all is as before once there is space.
func TestFullDisk(t *testing.T) {
	if !inOwnProcess(t) {
		return
	}
	p := start(t, alertingRegion(t), t.TempDir())
	began := p.evaluated()
	p.until(alertingUp, "1")
	const failures = "planwatch_snapshot_save_failures_total"
	p.until(failures, "0")

	free := fill(t)
	p.until(alertingUp, "0")
	now := p.Alerts()
	if !p.since(now).Equal(began) || !now.Evaluated || now.Err == nil || time.Since(now.AsOf) > time.Minute {
		t.Errorf("%+v", now)
	}
	p.again()
	p.until(success, "1")
	if got := p.exposed(kalix); got != "42" {
		t.Errorf("the figure is %q", got)
	}
	if p.since(p.Alerts()); p.exposed(alertingUp) != "0" {
		t.Errorf("%s is %q after a reload", alertingUp, p.exposed(alertingUp))
	}
	p.untilLogged("alerts are not evaluated; they stay as they were")

	free()
	p.until(alertingUp, "1")
	p.untilLogged("alerts are evaluated again")
	for _, told := range []string{"alerts are not evaluated; they stay as they were", "alerts are evaluated again"} {
		if n := p.log.Count(told); n != 1 {
			t.Errorf("%q was told %d times", told, n)
		}
	}
	if now := p.Alerts(); !p.since(now).Equal(began) || now.Err != nil {
		t.Errorf("%+v", now)
	}
}
