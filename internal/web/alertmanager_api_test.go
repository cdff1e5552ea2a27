package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/internal/audit"
	"planwatch/internal/web"
)

// What is sent to Alertmanager's API reaches it only from who may send it, and
// the audit log says what of, and whose silence was ended.
func TestAlertmanagersAPI(t *testing.T) {
	silence := func(by string) string {
		return fmt.Sprintf(`{"createdBy":%q,"comment":"planned work","endsAt":%q,"matchers":[{"name":"hospital","value":"Kalix","isRegex":false}]}`,
			by, time.Now().Add(time.Hour).Format(time.RFC3339))
	}
	var reached atomic.Int64
	w := startWard(t, withUsers(t), func(c *web.Content) {
		c.Alertmanager = func(http.ResponseWriter, *http.Request) { reached.Add(1) }
	})
	ids, err := w.silences.Silence(t.Context(), []map[string]string{w.firing[0].Labels}, "bo", "night", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, method, path, body, user, password string
		status                                   int
		reaches                                  bool
		audited                                  string
	}{
		{"reading", http.MethodGet, "/api/v2/silences", "", "anna", "anna", http.StatusOK, true, ""},
		{"a silence", http.MethodPost, "/api/v2/silences", silence("anna"), "anna", "anna", http.StatusOK, true, `anna silence hospital="Kalix" planned work done`},
		{"in another's name", http.MethodPost, "/api/v2/silences", silence("bo"), "anna", "anna", http.StatusForbidden, false, "in another's name"},
		{"no JSON", http.MethodPost, "/api/v2/silences", "{", "anna", "anna", http.StatusForbidden, false, "not a silence in JSON"},
		{"a wrong password", http.MethodPost, "/api/v2/silences", silence("anna"), "anna", "bo", http.StatusUnauthorized, false, "wrong user or password"},
		{"an end", http.MethodDelete, "/api/v2/silence/" + ids[0], "", "anna", "anna", http.StatusOK, true, `set by bo`},
		{"alerts of others", http.MethodPost, "/api/v2/alerts", "[]", "anna", "anna", http.StatusMethodNotAllowed, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, kept := reached.Load(), len(w.audited(t))
			request, err := http.NewRequestWithContext(t.Context(), tt.method, w.base+"/alertmanager"+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			request.SetBasicAuth(tt.user, tt.password)
			request.Header.Set("User-Agent", "amtool")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != tt.status || (reached.Load() > before) != tt.reaches {
				t.Errorf("%s, reached %t", response.Status, reached.Load() > before)
			}
			entries := w.audited(t)[kept:]
			if tt.audited == "" {
				if len(entries) > 0 {
					t.Errorf("audited: %+v", entries)
				}
				return
			}
			if len(entries) != 1 || !strings.Contains(said(entries[0]), tt.audited) {
				t.Errorf("audited %+v, want %q", entries, tt.audited)
			}
		})
	}
}

func said(e audit.Entry) string {
	return strings.Join([]string{e.Who, string(e.Action), e.Matchers, e.Why, e.Outcome}, " ")
}
