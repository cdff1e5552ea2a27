package silences_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts/alertmanager"
	"planwatch/alerts/silences"
)

// alert is an alert of that target and severity.
func alert(target, severity string) map[string]string {
	return map[string]string{"alertname": "QueueOffPlan", "severity": severity, "owner": "ward", "hospital": "Kalix", "target": target}
}

// world is an Alertmanager, and which alerts fire.
type world struct {
	*silences.Silences
	t      *testing.T
	client *http.Client
	mu     sync.Mutex
	firing []map[string]string
}

// begin starts an Alertmanager within the test, and Silences over it.
func begin(t *testing.T, firing ...map[string]string) *world {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	am, err := alertmanager.New(t.Context(), alertmanager.Options{Directory: t.TempDir(), ExternalURL: &url.URL{}, Registerer: prometheus.NewRegistry(), Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	if err := am.Update(alertmanager.Configuration{YAML: []byte("route: {receiver: nowhere}\nreceivers: [{name: nowhere}]\n")}); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, firing: firing, client: am.Client()}
	if w.Silences, err = silences.New(silences.Options{Alertmanagers: []string{alertmanager.URL}, Client: am.Client(), Logger: logger, Firing: func() ([]map[string]string, bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.firing, true
	}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := am.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	all.Go(func() { w.Run(ctx, 20*time.Millisecond) })
	t.Cleanup(func() { cancel(); all.Wait() })
	return w
}

func (w *world) fire(alerts ...map[string]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.firing = alerts
}

// inForce waits until n silences are in force.
func (w *world) inForce(n int) []silences.Silence {
	w.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		all, err := w.InForce(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if len(all) == n {
			return all
		}
		select {
		case <-deadline:
			w.t.Fatalf("%d silences, want %d: %+v", len(all), n, all)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// An acknowledgement silences the alerts that it is given, of each severity by
// itself, and no others.
func TestAcknowledgesExactly(t *testing.T) {
	a, b, c := alert("a", "critical"), alert("b", "critical"), alert("c", "warning")
	w := begin(t, a, b, c)
	if _, err := w.Acknowledge(t.Context(), []map[string]string{a, b, c}, "anna", `I (and "only" I) have this`); err != nil {
		t.Fatal(err)
	}
	all := w.inForce(2)
	tests := []struct {
		name  string
		alert map[string]string
		want  bool
	}{
		{"the first", a, true},
		{"the second", b, true},
		{"the warning", c, true},
		{"one that came later", alert("d", "critical"), false},
		{"the warning, once it is critical", alert("c", "critical"), false},
		{"a name that begins alike", alert("ab", "critical"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := slices.ContainsFunc(all, func(s silences.Silence) bool { return s.Matches(tt.alert) }); got != tt.want {
				t.Errorf("silenced: %t", got)
			}
		})
	}
	for _, s := range all {
		if s.CreatedBy != "anna" || s.Comment != `I (and "only" I) have this` || !s.UntilResolved {
			t.Errorf("%+v", s)
		}
	}
}

// What fires later is not acknowledged, though each of its labels is one of an
// alert that is; and the answer holds until the last of its alerts has resolved.
func TestAcknowledgesNoCombination(t *testing.T) {
	of := func(name, domain string) map[string]string {
		return map[string]string{"alertname": name, "severity": "warning", "owner": "it", "domain": domain}
	}
	failing, stale := of("CollectorFailing", "finance"), of("DataStale", "beds")
	w := begin(t, failing, stale)
	if _, err := w.Acknowledge(t.Context(), []map[string]string{failing, stale}, "anna", "mine"); err != nil {
		t.Fatal(err)
	}
	for _, later := range []map[string]string{of("CollectorFailing", "beds"), of("DataStale", "finance")} {
		if slices.ContainsFunc(w.inForce(2), func(s silences.Silence) bool { return s.Matches(later) }) {
			t.Errorf("%v is acknowledged", later)
		}
	}
	w.Resolving(t.Context(), []map[string]string{failing}, []map[string]string{stale})
	w.inForce(2)
	w.fire()
	w.inForce(0)
}

// The watchdog, which always fires, keeps no acknowledgement.
func TestTheWatchdogKeepsNone(t *testing.T) {
	watchdog := map[string]string{"alertname": "Watchdog", "severity": "none"}
	w := begin(t, watchdog)
	if _, err := w.Acknowledge(t.Context(), []map[string]string{watchdog}, "anna", ""); err != nil {
		t.Fatal(err)
	}
	w.inForce(0)
}

// An acknowledgement ends when the last of its alerts has resolved, before
// anybody is told of that; a silence does not.
func TestEndsWhenResolved(t *testing.T) {
	a, b := alert("a", "critical"), alert("b", "critical")
	w := begin(t, a, b)
	if _, err := w.Acknowledge(t.Context(), []map[string]string{a, b}, "anna", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Silence(t.Context(), []map[string]string{a}, "bo", "planned work", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.inForce(2)
	w.Resolving(t.Context(), []map[string]string{a}, []map[string]string{b})
	w.inForce(2)
	w.Resolving(t.Context(), []map[string]string{b}, nil)
	if left := w.inForce(1); left[0].UntilResolved {
		t.Errorf("the acknowledgement is in force: %+v", left[0])
	}
}

// An acknowledgement that would soon end is extended while its alert fires, as the
// same one, with its author and reason; a silence ends when it was to.
func TestAcknowledgementIsExtended(t *testing.T) {
	a := alert("a", "critical")
	w := begin(t, a)
	if _, err := w.Acknowledge(t.Context(), []map[string]string{a}, "anna", "calling the ward"); err != nil {
		t.Fatal(err)
	}
	soon := time.Now().Add(5 * time.Minute).Truncate(time.Second)
	if _, err := w.Silence(t.Context(), []map[string]string{a}, "bo", "planned work", soon); err != nil {
		t.Fatal(err)
	}
	acknowledged := func() silences.Silence {
		all := w.inForce(2)
		return all[slices.IndexFunc(all, func(s silences.Silence) bool { return s.UntilResolved })]
	}
	before := acknowledged()
	w.shorten(before.ID, soon)
	deadline := time.After(20 * time.Second)
	for {
		after := acknowledged()
		if left := time.Until(after.EndsAt); left > 50*time.Minute {
			if after.ID != before.ID || after.CreatedBy != "anna" || after.Comment != "calling the ward" || left > time.Hour {
				t.Errorf("extended %+v, was %+v", after, before)
			}
			break
		}
		select {
		case <-deadline:
			t.Fatalf("it ends at %s", after.EndsAt)
		case <-time.After(10 * time.Millisecond):
		}
	}
	for _, s := range w.inForce(2) {
		if !s.UntilResolved && !s.EndsAt.Equal(soon) {
			t.Errorf("the silence ends at %s, and was to at %s", s.EndsAt, soon)
		}
	}
}

// shorten lets a silence end at a moment, as time that has gone by does.
func (w *world) shorten(id string, until time.Time) {
	w.t.Helper()
	do := func(method, path string, body io.Reader) []byte {
		request, err := http.NewRequestWithContext(w.t.Context(), method, alertmanager.URL+"/api/v2/"+path, body)
		if err != nil {
			w.t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := w.client.Do(request)
		if err != nil {
			w.t.Fatal(err)
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			w.t.Fatalf("%s %s: %s %s, %v", method, path, response.Status, data, err)
		}
		return data
	}
	var silence map[string]any
	if err := json.Unmarshal(do(http.MethodGet, "silence/"+id, nil), &silence); err != nil {
		w.t.Fatal(err)
	}
	silence["endsAt"] = until
	body, err := json.Marshal(silence)
	if err != nil {
		w.t.Fatal(err)
	}
	do(http.MethodPost, "silences", bytes.NewReader(body))
}

// What has resolved while planwatch did not notice is not acknowledged for ever.
func TestForgottenAcknowledgementEnds(t *testing.T) {
	a := alert("a", "critical")
	w := begin(t, a)
	if _, err := w.Acknowledge(t.Context(), []map[string]string{a}, "anna", ""); err != nil {
		t.Fatal(err)
	}
	w.inForce(1)
	w.fire()
	w.inForce(0)
}

func TestEnd(t *testing.T) {
	a := alert("a", "critical")
	w := begin(t, a)
	ids, err := w.Acknowledge(t.Context(), []map[string]string{a}, "anna", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.End(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	w.inForce(0)
	if err := w.End(t.Context(), "ad8f4ffe-6ed9-4b0c-9b9c-a5ec1ed1f0a1"); err == nil {
		t.Error("a silence that is not there has ended")
	}
}

// The second Alertmanager is asked if the first does not answer.
func TestOneThatDoesNotAnswer(t *testing.T) {
	down, err := silences.New(silences.Options{Alertmanagers: []string{"http://127.0.0.1:1"}, Client: http.DefaultClient, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := down.InForce(t.Context()); err == nil {
		t.Error("it answers")
	} else {
		t.Log(err)
	}
}
