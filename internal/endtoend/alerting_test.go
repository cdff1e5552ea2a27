package endtoend_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/quotedprintable"
	"net/http"
	"net/http/httputil"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts/evaluator"
	"planwatch/internal/databasetest"
	"planwatch/internal/language"
	"planwatch/internal/stack"
	"planwatch/internal/warehouse"
	"planwatch/sample"
)

// patience bounds each wait of the test.
const patience = 3 * time.Minute

// surgeon is the address of the owner of surgery in Sunderby, and technician
// that of the owner of the sources, in deploy/oncall.
const (
	surgeon    = "lanssjukvard-2@example.org"
	technician = "it-mt@example.org"
	surgery    = "Länssjukvård 2, Sunderby, Kirurgi"
	nbsp       = language.NoBreak
)

// From the warehouse to the message: beds are taken away, and their owner gets
// one message; they are given back, and the owner gets another; the database
// stops, and one message is about the source and none about KPIs. Throughout,
// the embedded evaluator has the same alerts as Prometheus.
func TestAlertReachesItsOwner(t *testing.T) {
	server := databasetest.Start(t, databasetest.WithTCP())
	server.Load(warehouse.Schema, sample.Files)
	server.CreateReader("planwatch", "secret")
	binary := build(t)
	root := impatient(t, binary)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	t.Setenv("PLANWATCH_WEB_ENABLE_LIFECYCLE", "true")
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_CONNECT_TIMEOUT", "1s")
	s, err := stack.Start(ctx, stack.Options{
		Root: root, Directory: t.TempDir(), Planwatch: binary, ScrapeInterval: "1s",
		Warehouse: server.Address(), Password: "secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	embedded := evaluate(t, root, s.Planwatch)
	box := mailbox{t, s.Caught}

	agree(t, embedded, s.Prometheus, "at first")
	if early := box.about(surgeon, surgery); len(early) > 0 {
		t.Fatalf("the owner has a message before anything happened:\n%s", early[0].text)
	}

	beds(t, server, 30)
	runAgain(t, s.Planwatch)
	fired := box.wait(surgeon, surgery, "Kritiskt", 1)[0]
	for _, want := range []string{
		"Disponibla vårdplatser", surgery, "30" + nbsp + "vårdplatser", "38" + nbsp + "vårdplatser", "8" + nbsp + "vårdplatser under.", "Division Länssjukvård 2", "2025-03-18 06:00",
	} {
		if !strings.Contains(fired.text, want) {
			t.Errorf("no %q in\n%s", want, fired.text)
		}
	}
	links(t, s.Planwatch, fired.text)
	agree(t, embedded, s.Prometheus, "with beds taken away")

	beds(t, server, 38)
	runAgain(t, s.Planwatch)
	resolved := box.wait(surgeon, surgery, "Återställt", 1)[0]
	if strings.Contains(resolved.text, "Kritiskt") {
		t.Errorf("still critical:\n%s", resolved.text)
	}
	agree(t, embedded, s.Prometheus, "with beds given back")
	if all := box.about(surgeon, surgery); len(all) != 2 {
		t.Errorf("%d messages of one event, want one of its beginning and one of its end", len(all))
		for _, m := range all {
			t.Log(m.text)
		}
	}

	before := len(box.all())
	server.Stop()
	source := box.wait(technician, "Källan warehouse svarar inte", "Kritiskt", 1)[0]
	links(t, s.Planwatch, source.text)
	agree(t, embedded, s.Prometheus, "with the database stopped")
	for _, m := range box.all()[before:] {
		if !strings.Contains(m.text, "Källan warehouse") {
			t.Errorf("a message that is not about the source:\n%s", m.text)
		}
	}
	server.StartAgain()
	box.wait(technician, "Källan warehouse svarar inte", "Återställt", 1)
}

// beds sets how many beds surgery has at the latest measurement.
func beds(t *testing.T, server *databasetest.Server, available int) {
	t.Helper()
	result, err := server.Root().ExecContext(t.Context(), `UPDATE warehouse.bed_measurement AS m JOIN warehouse.ward AS w ON w.ward_id = m.ward_id
		SET m.available = ? WHERE w.hospital = 'Sunderby' AND w.ward = 'Kirurgi' AND m.measured_at = '2025-03-18 06:00:00'`, available)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%d rows changed, %v", n, err)
	}
}

// runAgain has every collector run at once, which a reload does.
func runAgain(t *testing.T, planwatch string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, planwatch+"/-/reload", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("reload: %s", response.Status)
	}
}

// links checks that what a message links to is there: runbooks on planwatch's
// pages, which the test has on another port, and dashboards by their uid.
func links(t *testing.T, planwatch, text string) {
	t.Helper()
	runbooks := regexp.MustCompile(`http://localhost:9846(/runbook/\w+)`).FindAllStringSubmatch(text, -1)
	boards := regexp.MustCompile(`http://localhost:3000/d/([\w-]+)`).FindAllStringSubmatch(text, -1)
	if len(runbooks) == 0 || len(boards) == 0 {
		t.Errorf("no runbook or no dashboard in\n%s", text)
	}
	for _, runbook := range runbooks {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, planwatch+runbook[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s, %v", runbook[1], response.Status, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(repository, "dashboards", "norrbotten", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	uids := map[string]bool{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var board struct {
			UID string `json:"uid"`
		}
		if err := json.Unmarshal(data, &board); err != nil {
			t.Fatal(name, err)
		}
		uids[board.UID] = true
	}
	for _, board := range boards {
		if !uids[board[1]] {
			t.Errorf("no dashboard has the uid %s", board[1])
		}
	}
}

// message is one mail that was caught.
type message struct{ to, text string }

// mailbox reads the mail that the stack catches.
type mailbox struct {
	t         *testing.T
	directory string
}

func (b mailbox) all() []message {
	b.t.Helper()
	names, err := filepath.Glob(filepath.Join(b.directory, "*.eml"))
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(names)
	var all []message
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			b.t.Fatal(err)
		}
		parsed, err := mail.ReadMessage(strings.NewReader(string(data)))
		if err != nil {
			continue // being written just now
		}
		body, err := io.ReadAll(parsed.Body)
		if err != nil {
			b.t.Fatal(err)
		}
		decoded, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(string(body))))
		if err != nil {
			decoded = body
		}
		all = append(all, message{to: parsed.Header.Get("To"), text: plain(string(decoded))})
	}
	return all
}

// plain is the text part of a message, or all of it.
func plain(body string) string {
	if text, _, found := strings.Cut(body, "<html"); found {
		return text
	}
	return body
}

// about are the messages to an address that have a text in them.
func (b mailbox) about(to, text string) []message {
	b.t.Helper()
	return slices.DeleteFunc(b.all(), func(m message) bool { return !strings.Contains(m.to, to) || !strings.Contains(m.text, text) })
}

// wait waits for n messages to an address with two texts in them.
func (b mailbox) wait(to, text, word string, n int) []message {
	b.t.Helper()
	deadline := time.After(patience)
	for {
		found := slices.DeleteFunc(b.about(to, text), func(m message) bool { return !strings.Contains(m.text, word) })
		if len(found) >= n {
			return found
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-deadline:
			for _, m := range b.all() {
				b.t.Logf("to %s:\n%s", m.to, m.text)
			}
			b.t.Fatalf("no message to %s of %q, %s", to, text, word)
		}
	}
}

// evaluate runs the embedded evaluator over the same rules and the same
// planwatch as Prometheus.
func evaluate(t *testing.T, root, planwatch string) *evaluator.Evaluator {
	t.Helper()
	target, err := url.Parse(planwatch)
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(root, "alerts", "norrbotten", "rules", "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatal("no rules", err)
	}
	var rules []evaluator.RuleFile
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, evaluator.RuleFile{Name: name, Data: data})
	}
	logger := slog.New(slog.DiscardHandler)
	storage, err := evaluator.OpenStorage(t.TempDir(), logger)
	if err != nil {
		t.Fatal(err)
	}
	e, err := evaluator.New(evaluator.Options{
		Metrics:  &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }},
		Instance: target.Host, ExternalURL: target,
		Storage: storage, Registerer: prometheus.NewRegistry(), Logger: logger,
	}, evaluator.Configuration{Rules: rules, Interval: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := storage.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// agree waits until both have the same alerts in the same states.
func agree(t *testing.T, embedded *evaluator.Evaluator, prometheus, when string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		ours, theirs := states(embedded.Overview().Alerts), states(ask(t, prometheus))
		if len(theirs) > 0 && maps.Equal(ours, theirs) {
			return
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-deadline:
			for alert, state := range theirs {
				if ours[alert] != state {
					t.Errorf("%s: Prometheus says %s of %s, the embedded evaluator %q", when, state, alert, ours[alert])
				}
			}
			for alert, state := range ours {
				if _, known := theirs[alert]; !known {
					t.Errorf("%s: the embedded evaluator alone says %s of %s", when, state, alert)
				}
			}
			t.FailNow()
		}
	}
}

// states are the alerts that fire or are pending, by their labels.
func states(alerts []evaluator.Alert) map[string]string {
	all := map[string]string{}
	for _, alert := range alerts {
		all[fmt.Sprint(alert.Labels)] = alert.State
	}
	return all
}

func ask(t *testing.T, prometheus string) []evaluator.Alert {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, prometheus+"/api/v1/alerts", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Alerts []evaluator.Alert `json:"alerts"`
		} `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Data.Alerts
}
