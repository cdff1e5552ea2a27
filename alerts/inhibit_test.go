package alerts_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/internal/naming"
)

var listening = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// alertmanager starts a real one with the generated configuration and gives
// its address. It ends with the test.
func alertmanager(t *testing.T, config string) string {
	t.Helper()
	path, err := exec.LookPath("alertmanager")
	if err != nil {
		t.Fatal("alertmanager is not on the path; make tools builds it into bin/tools")
	}
	ctx, cancel := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, path, "--config.file="+config, "--storage.path="+filepath.Join(t.TempDir(), "data"),
		"--web.listen-address=127.0.0.1:0", "--cluster.listen-address=")
	log, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // killed, which is what it says
	})
	var said strings.Builder
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }() // ends with the pipe
			return "http://" + m[1]
		}
	}
	t.Fatalf("alertmanager does not listen:\n%s", said.String())
	return ""
}

type posted struct {
	Labels map[string]string `json:"labels"`
}

// held posts alerts and gives the names, with severity, of those that are
// held back. Alertmanager takes alerts in one after the other and in its own
// time: once the last pair posted does what it must, so do all before.
func held(t *testing.T, address string, all []posted) []string {
	t.Helper()
	request := func(method string, body io.Reader) []byte {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, method, address+"/api/v2/alerts", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		data, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %v\n%s", method, answer.Status, err, data)
		}
		return data
	}
	const last = "Last"
	for _, batch := range [][]posted{all, {alert(last, "critical", "last"), alert(last, "warning", "last")}} {
		body, err := json.Marshal(batch)
		if err != nil {
			t.Fatal(err)
		}
		request(http.MethodPost, bytes.NewReader(body))
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		var known []struct {
			Labels map[string]string `json:"labels"`
			Status struct {
				InhibitedBy []string `json:"inhibitedBy"`
			} `json:"status"`
		}
		if err := json.Unmarshal(request(http.MethodGet, nil), &known); err != nil {
			t.Fatal(err)
		}
		names, done := []string{}, false
		for _, alert := range known {
			switch {
			case len(alert.Status.InhibitedBy) == 0:
			case alert.Labels["alertname"] == last:
				done = done || alert.Labels["severity"] == "warning"
			default:
				names = append(names, alert.Labels["alertname"]+" "+alert.Labels["severity"])
			}
		}
		if done && len(known) == len(all)+2 {
			slices.Sort(names)
			return names
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("alertmanager has taken in %d alerts, of %d", len(known), len(all)+2)
		}
	}
}

// alert makes labels of pairs, beside those that every alert has.
func alert(name, severity, domain string, pairs ...string) posted {
	labels := map[string]string{"alertname": name, "severity": severity, "domain": domain, "owner": "it-mt"}
	if domain != naming.DomainPlanwatch {
		labels["source"] = "warehouse"
	}
	for i := 0; i < len(pairs); i += 2 {
		labels[pairs[i]] = pairs[i+1]
	}
	return posted{labels}
}

func TestInhibitions(t *testing.T) {
	off := func(severity, target string) posted {
		return alert(naming.OffPlan("beds_available"), severity, "beds", "kpi", "beds_available", "target", target)
	}
	config := routingToAnother(t)
	tests := []struct {
		name string
		all  []posted
		want []string
	}{
		{"critical holds back the warning of the same target", []posted{off("critical", "a"), off("warning", "a")}, []string{"BedsAvailableOffPlan warning"}},
		{"and not that of another", []posted{off("critical", "a"), off("warning", "b")}, nil},
		{"off plan holds back its forecast", []posted{
			alert(naming.OffPlan("visits"), "warning", "production", "target", "a"),
			alert(naming.ForecastMissesPlan("visits"), "warning", "production", "target", "a"),
			alert(naming.ForecastMissesPlan("births"), "warning", "births", "target", "b"),
		}, []string{"VisitsForecastMissesPlan warning"}},
		{"a source that is down holds back all that it feeds", []posted{
			alert(naming.SourceDown, "critical", naming.DomainPlanwatch, "source", "warehouse"),
			off("critical", "a"),
			alert(naming.CollectorFailing, "warning", "beds"),
			alert(naming.DataStale, "critical", "beds"),
			alert(naming.KPIMissing, "warning", "beds", "kpi", "beds_available"),
			alert(naming.ConfigReloadFailed, "warning", naming.DomainPlanwatch),
		}, []string{"BedsAvailableOffPlan critical", "CollectorFailing warning", "DataStale critical", "KPIMissing warning"}},
		{"and not what another feeds", []posted{
			alert(naming.SourceDown, "critical", naming.DomainPlanwatch, "source", "other"), off("critical", "a"),
		}, nil},
		{"stale data hold back what is built on them", []posted{
			alert(naming.DataStale, "warning", "beds"), off("critical", "a"),
			alert(naming.TargetWithoutFigure, "warning", "beds", "kpi", "beds_available", "target", "b"),
			alert(naming.OffPlan("births"), "critical", "births", "target", "c"),
		}, []string{"BedsAvailableOffPlan critical", "TargetWithoutFigure warning"}},
		{"and what is held against them", []posted{
			alert(naming.DataStale, "critical", "ward_staffing"), off("critical", "beds-lanssjukvard-2"), off("warning", "beds-surgery-sunderby"),
		}, []string{"BedsAvailableOffPlan critical"}},
		{"a collector that fails holds back what follows from it, and no figure", []posted{
			alert(naming.CollectorFailing, "warning", "beds"), off("critical", "a"),
			alert(naming.TargetWithoutFigure, "warning", "beds", "target", "b"),
			alert(naming.KPIMissing, "warning", "births", "kpi", "births"),
		}, []string{"TargetWithoutFigure warning"}},
		{"without planwatch nothing else counts", []posted{
			alert(naming.PlanwatchDown, "critical", naming.DomainPlanwatch), off("critical", "a"), alert(naming.Watchdog, "none", naming.DomainPlanwatch),
		}, []string{"BedsAvailableOffPlan critical"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.want == nil {
				tt.want = []string{}
			}
			if got := held(t, alertmanager(t, config), tt.all); !slices.Equal(got, tt.want) {
				t.Errorf("held back %q, want %q", got, tt.want)
			}
		})
	}
}
