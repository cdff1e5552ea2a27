package alertmanager_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts/alertmanager"
	"planwatch/internal/logtest"
	"planwatch/internal/sink"
)

// site is where an Alertmanager runs, and what it has sent.
type site struct {
	t         *testing.T
	sink      *sink.Sink
	directory string
	log       *logtest.Log
	// timeout is how long a message may be under way, or 0.
	timeout time.Duration
	// storage is the name of the storage, and heads Options.Heads.
	storage string
	heads   func() bool

	mu   sync.Mutex
	got  []string
	stop func()
	*alertmanager.Alertmanager
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, directory: t.TempDir(), log: &logtest.Log{}, storage: "storage"}
	var err error
	if s.sink, err = sink.Listen(t.Context(), s.receive); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.sink.Close)
	s.write("hook.url", s.sink.Calls()+"/hook")
	s.write("switch.url", s.sink.Calls()+"/switch")
	s.write("ward.tmpl", `{{ define "address.ward" }}ward@example.org{{ end }}`)
	return s
}

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.directory, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// received is an alert of a webhook's call.
type received struct {
	Status string            `json:"status"`
	Labels map[string]string `json:"labels"`
}

// receive notes a message in short: where to, and the state and targets.
func (s *site) receive(m sink.Message) {
	note := strings.Join(m.To, ",")
	if m.Mail {
		_, subject, _ := strings.Cut(string(m.Data), "Subject: ")
		subject, _, _ = strings.Cut(subject, "\n")
		note += " " + strings.TrimSpace(subject)
	} else {
		var call struct {
			Status string     `json:"status"`
			Alerts []received `json:"alerts"`
		}
		if err := json.Unmarshal(m.Data, &call); err != nil {
			s.t.Error(err)
		}
		note += " " + call.Status
		slices.SortFunc(call.Alerts, func(a, b received) int { return strings.Compare(a.Labels["target"], b.Labels["target"]) })
		for _, a := range call.Alerts {
			note += " " + a.Labels["target"] + ":" + a.Status
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, note)
}

func (s *site) messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.got...)
}

// configuration sends what is about the ward to it and a webhook.
func (s *site) configuration() alertmanager.Configuration {
	return alertmanager.Configuration{
		YAML: fmt.Appendf(nil, `global: {smtp_smarthost: %q, smtp_from: planwatch@example.org, smtp_require_tls: false}
route:
  receiver: ward
  group_by: [hospital]
  group_wait: 50ms
  group_interval: 100ms
  repeat_interval: 1h
  routes:
    - {receiver: watchdog, matchers: [alertname="Watchdog"], group_by: [alertname], repeat_interval: 100ms}
receivers:
  - name: ward
    email_configs: [{send_resolved: true, to: '{{ template "address.ward" . }}', headers: {Subject: '{{ template "subject" . }}'}, text: '{{ template "subject" . }}', html: ''}]
    webhook_configs: [{send_resolved: true, url_file: %q}]
  - name: watchdog
    webhook_configs: [{send_resolved: false, url_file: %q}]
`, s.sink.Mail(), filepath.Join(s.directory, "hook.url"), filepath.Join(s.directory, "switch.url")),
		Templates: []string{`{{ define "subject" }}{{ .Status }} {{ len .Alerts }}{{ end }}`},
		Addresses: map[string]string{"address.ward": filepath.Join(s.directory, "ward.tmpl"), "address.other": filepath.Join(s.directory, "other.tmpl")},
		Watchdog:  "watchdog",
	}
}

// start starts an Alertmanager in the site's storage.
func (s *site) start(c alertmanager.Configuration, before ...alertmanager.Alert) {
	s.t.Helper()
	var err error
	s.Alertmanager, err = alertmanager.New(s.t.Context(), alertmanager.Options{
		Directory: filepath.Join(s.directory, s.storage), ExternalURL: &url.URL{Scheme: "http", Host: "localhost:9846"}, Alerts: before, Timeout: s.timeout, Heads: s.heads,
		Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.Update(c); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	running := s.Alertmanager
	go func() {
		defer close(ended)
		if err := running.Run(ctx); err != nil {
			s.t.Error(err)
		}
	}()
	s.stop = sync.OnceFunc(func() { cancel(); <-ended })
	s.t.Cleanup(s.stop)
}

// post sends alerts to the Alertmanager's API.
func (s *site) post(alerts ...map[string]any) {
	s.t.Helper()
	body, err := json.Marshal(alerts)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, alertmanager.URL+"/api/v2/alerts", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.Client().Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		s.t.Fatal(response.Status)
	}
}

// began is when what is restored or has resolved began to fire.
var began = time.Now().Add(-time.Minute)

// fires is an alert about a target that fires, and resolves is its end.
func fires(target string) map[string]any {
	return map[string]any{"labels": labels(target), "startsAt": time.Now(), "endsAt": time.Now().Add(10 * time.Minute)}
}

func resolves(target string) map[string]any {
	return map[string]any{"labels": labels(target), "startsAt": began, "endsAt": time.Now().Add(-time.Millisecond)}
}

func labels(target string) map[string]string {
	if target == "watchdog" {
		return map[string]string{"alertname": "Watchdog"}
	}
	return map[string]string{"alertname": "QueueOffPlan", "hospital": "Kalix", "target": target}
}

// wait waits until the messages are these, in any order of those that came at
// the same time.
func (s *site) wait(want ...string) {
	s.t.Helper()
	want = slices.Clone(want)
	deadline := time.After(20 * time.Second)
	for {
		got := s.messages()
		if len(got) == len(want) {
			slices.Sort(got)
			if slices.Sort(want); !slices.Equal(got, want) {
				s.t.Fatalf("messages %q, want %q", got, want)
			}
			return
		}
		select {
		case <-deadline:
			s.t.Fatalf("messages %q, want %q\n%s", got, want, s.log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// An event is told of once, over restarts; its end once.
func TestOnce(t *testing.T) {
	s := newSite(t)
	s.start(s.configuration())
	s.post(fires("a"), fires("b"))
	told := []string{"ward@example.org firing 2", "/hook firing a:firing b:firing"}
	s.wait(told...)
	// As after a kill: the storage is as it was then, since nothing is written at
	// a stop.
	before := []alertmanager.Alert{
		{Labels: labels("a"), StartsAt: began, EndsAt: time.Now().Add(-time.Millisecond)},
		{Labels: labels("b"), StartsAt: began, EndsAt: time.Now().Add(10 * time.Minute)},
	}
	s.stop()
	s.start(s.configuration(), before...)
	// That the first has resolved is told of without saying that the second has.
	told = append(told, "ward@example.org firing 2", "/hook firing a:resolved b:firing")
	s.wait(told...)
	s.stop()
	s.start(s.configuration(), before[1])
	s.post(resolves("b"))
	told = append(told, "ward@example.org resolved 1", "/hook resolved b:resolved")
	s.wait(told...)
}

// An entry that a kill cut off is removed; what is damaged is set aside.
func TestStorage(t *testing.T) {
	tests := []struct {
		name   string
		damage func(data []byte) []byte
		// again is whether the event is told of again.
		again, warned bool
	}{
		{"whole", func(data []byte) []byte { return data }, false, false},
		{"cut off", func(data []byte) []byte { return append(data, data[:len(data)/2-1]...) }, false, false},
		{"a length alone", func(data []byte) []byte { return append(data, 0x80) }, false, false},
		{"damaged", func([]byte) []byte { return bytes.Repeat([]byte{3, 0xff, 0xff, 0xff}, 20) }, true, true},
		{"empty", func([]byte) []byte { return nil }, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.start(s.configuration())
			s.post(fires("a"))
			told := []string{"ward@example.org firing 1", "/hook firing a:firing"}
			s.wait(told...)
			s.stop()
			path := filepath.Join(s.directory, "storage", "notifications")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, tt.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			s.start(s.configuration(), alertmanager.Alert{Labels: labels("a"), StartsAt: began, EndsAt: time.Now().Add(10 * time.Minute)})
			if tt.again {
				told = append(told, told...)
			}
			s.wait(told...)
			s.post(resolves("a"))
			s.wait(append(told, "ward@example.org resolved 1", "/hook resolved a:resolved")...)
			if got := strings.Contains(s.log.String(), "set aside"); got != tt.warned {
				t.Errorf("the log:\n%s", s.log)
			}
			if _, err := os.Stat(path + ".damaged"); (err == nil) != tt.warned {
				t.Error(err)
			}
		})
	}
}

// What does not arrive is tried again, and known; the address is read anew. A
// fault in another's file is nobody else's.
func TestUndelivered(t *testing.T) {
	for name, fault := range map[string]struct{ text, want string }{
		"an empty file":      {"", "not defined"},
		"a bare address":     {"ward@example.org", "not defined"},
		"a template cut off": {`{{ define "address.ward" }}ward@example.org{{ end`, "no template"},
		"no address":         {`{{ define "address.ward" }}nobody{{ end }}`, "no address of e-mail"},
	} {
		t.Run(name, func(t *testing.T) { undelivered(t, fault.text, fault.want) })
	}
}

func undelivered(t *testing.T, text, want string) {
	t.Helper()
	s := newSite(t)
	s.write("ward.tmpl", text)
	s.write("other.tmpl", `{{ define "address.other" }}x@example.org{{ end`)
	s.start(s.configuration())
	s.post(fires("a"))
	s.wait("/hook firing a:firing")
	deadline := time.After(20 * time.Second)
	for {
		if failed := s.Undelivered(); len(failed) == 1 {
			if failed[0].Receiver != "ward" || failed[0].Kind != "email" || !strings.Contains(failed[0].Err.Error(), want) || strings.Contains(failed[0].Err.Error(), "other.tmpl") || time.Since(failed[0].Since) > time.Minute {
				t.Errorf("%+v", failed[0])
			}
			break
		}
		select {
		case <-deadline:
			t.Fatal("it is not known that the mail does not arrive")
		case <-time.After(5 * time.Millisecond):
		}
	}
	before := s.Undelivered()[0]
	s.stop()
	s.start(s.configuration(), alertmanager.Alert{Labels: labels("a"), StartsAt: began, EndsAt: time.Now().Add(10 * time.Minute)})
	if failed := s.Undelivered(); len(failed) != 1 || !failed[0].Since.Equal(before.Since) {
		t.Errorf("after a restart: %+v, before it: %+v", failed, before)
	}
	s.write("ward.tmpl", `{{ define "address.ward" }}ward@example.org{{ end }}`)
	s.wait("/hook firing a:firing", "ward@example.org firing 1")
	for len(s.Undelivered()) > 0 {
		select {
		case <-deadline:
			t.Fatalf("%+v", s.Undelivered())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// The watchdog is told on while messages arrive.
func TestWatchdog(t *testing.T) {
	s := newSite(t)
	s.start(s.configuration())
	s.post(fires("watchdog"))
	s.wait("/switch firing :firing", "/switch firing :firing", "/switch firing :firing")
}

// Messages are kept in place of being sent, over a restart.
func TestOutbox(t *testing.T) {
	s := newSite(t)
	c := s.configuration()
	c.Outbox = true
	s.start(c)
	s.post(fires("a"), fires("watchdog"))
	deadline := time.After(20 * time.Second)
	for len(s.Outbox()) < 2 {
		select {
		case <-deadline:
			t.Fatal("nothing is kept")
		case <-time.After(5 * time.Millisecond):
		}
	}
	s.stop()
	s.start(c)
	kinds := map[string]string{}
	for _, m := range s.Outbox() {
		if m.Receiver != "ward" || time.Since(m.At) > time.Minute {
			t.Errorf("%+v", m)
		}
		kinds[m.Kind] = m.Subject
	}
	if len(kinds) != 2 || kinds["email"] != "firing 1" {
		t.Errorf("kept: %v", kinds)
	}
	if got := s.messages(); len(got) > 0 {
		t.Errorf("sent: %q", got)
	}
}

// A configuration that is not valid changes nothing.
func TestUpdateRefuses(t *testing.T) {
	s := newSite(t)
	s.start(s.configuration())
	tests := []struct {
		name   string
		change func(c *alertmanager.Configuration)
		want   string
	}{
		{"no YAML", func(c *alertmanager.Configuration) { c.YAML = []byte("route: [") }, "alertmanager: yaml"},
		{"a receiver that is not there", func(c *alertmanager.Configuration) {
			c.YAML = []byte("route: {receiver: a}\nreceivers: [{name: b}]\n")
		}, "alertmanager: undefined receiver"},
		{"an integration that planwatch lacks", func(c *alertmanager.Configuration) {
			c.YAML = []byte("route: {receiver: a}\nreceivers: [{name: a, telegram_configs: [{bot_token: t, chat_id: 1}]}]\n")
		}, "alertmanager: receiver a: only email_configs"},
		{"a template", func(c *alertmanager.Configuration) { c.Templates = []string{"{{ define"} }, "alertmanager: templates: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s.configuration()
			tt.change(&c)
			if err := s.Update(c); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("valid: %v", err)
			}
		})
	}
	s.post(fires("a"))
	s.wait("ward@example.org firing 1", "/hook firing a:firing")
}
