package main

import (
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestErrorsOfAlertsHoldNoPassword(t *testing.T) {
	answer := func(body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close()
	for name, address := range map[string]string{
		"no server":     "http://user:secret@" + refused.Listener.Addr().String(),
		"no JSON":       "http://user:secret@" + answer("hello"),
		"error":         "http://user:secret@" + answer(`{"status":"error","error":"unavailable"}`),
		"not a URL":     "http://user:secret@local host",
		"no port":       "http://user:secret",
		"no scheme":     "user:secret@localhost",
		"unknown":       "ftp://user:secret@localhost",
		"in its escape": "http://user:secret%zz@localhost",
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if got := run([]string{"alerts", "--url", address}, &stdout, &stderr); got != exitCouldNotRun {
				t.Errorf("exit status %d, want %d", got, exitCouldNotRun)
			}
			if said := stdout.String() + stderr.String(); strings.Contains(said, "secret") || !strings.Contains(said, "planwatch: ") {
				t.Errorf("printed %q, want an error without the password", said)
			}
		})
	}
}

// What is not known of the alerts is said beside them.
func TestAlertsAreOld(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"status":"success","data":{"alerts":[]},"warnings":["alerts are as of 1970-01-01T00:00:00Z, since they are not evaluated: no space left on device"]}`))
	}))
	defer server.Close()
	var stdout, stderr strings.Builder
	if got := run([]string{"alerts", "--url", server.URL}, &stdout, &stderr); got != exitFine {
		t.Errorf("exit status %d", got)
	}
	const want = "planwatch: alerts are as of 1970-01-01T00:00:00Z, since they are not evaluated: no space left on device\n"
	if stderr.String() != want {
		t.Errorf("said %q, want %q", stderr.String(), want)
	}
}

// What another server says stays on its line, and so forges none.
func TestAlertsForgeNoLine(t *testing.T) {
	tests := []struct {
		name, answer, want string
		exit               int
	}{
		{"a warning", `{"status":"success","data":{"alerts":[]},"warnings":["old\nplanwatch: forged"]}`, "planwatch: old␊planwatch: forged\n", exitFine},
		{"an error", `{"status":"error","error":"down\nplanwatch: forged"}`, ": down␊planwatch: forged\n", exitCouldNotRun},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.answer) }))
			defer server.Close()
			var stdout, stderr strings.Builder
			if got := run([]string{"alerts", "--url", server.URL}, &stdout, &stderr); got != tt.exit || !strings.HasSuffix(stderr.String(), tt.want) {
				t.Errorf("exit status %d, and %q\nwant %d, and %q at the end", got, stderr.String(), tt.exit, tt.want)
			}
		})
	}
}

// An answer without a list of alerts is not one that none fires.
func TestAnswersWithoutAlerts(t *testing.T) {
	for _, answer := range []string{`{}`, `{"status":"success"}`, `{"status":"success","data":null}`, `{"status":"success","data":{"alerts":null}}`, `{"status":"success","data":{"groups":[{}]}}`} {
		t.Run(answer, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
			defer server.Close()
			active, _, err := askAlerts(t.Context(), running{address: server.URL})
			if want := server.URL + "/api/v1/alerts: 200 OK, and no list of alerts; is planwatch running there?"; err == nil || err.Error() != want {
				t.Errorf("%d alerts, and %v\nwant %s", len(active), err, want)
			}
		})
	}
}

// The table has the labels that say whose an alert is and where, as a shell takes them; a server
// of the region's own authority is trusted by its file.
func TestAlertsOfAnEvent(t *testing.T) {
	const answer = `{"status":"success","data":{"alerts":[{"labels":{"alertname":"X","severity":"critical","kpi":"k","target":"t","owner":"it-mt","hospital":"Norra Ängens 's"},"annotations":{"summary":"What"},"state":"firing","activeAt":"2025-03-18T07:00:00Z"}]}}`
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	defer server.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	if got := run([]string{"alerts", "--url", server.URL}, &stdout, &stderr); got != exitCouldNotRun {
		t.Errorf("exit status %d without the authority", got)
	}
	stderr.Reset()
	if got := run([]string{"alerts", "--url", server.URL, "--ca-file", authority}, &stdout, &stderr); got != exitFine {
		t.Errorf("exit status %d\n%s", got, stderr.String())
	}
	if want := `What     'hospital=Norra Ängens '\''s' owner=it-mt` + "\n"; !strings.HasSuffix(stdout.String(), want) {
		t.Errorf("got\n%s\nwant at its end\n%s", stdout.String(), want)
	}
}
