package web_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/report"
	"planwatch/internal/web"
)

// lines is a log that is written and read at once.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// ward is a planwatch whose alerts can be answered.
type ward struct {
	base     string
	silences *kept
	comments *comment.Log
	log      *lines
	// dir is where the storage is.
	dir string
	// firing are the alerts.
	firing []evaluator.Alert
}

// at is what the clock of a ward shows as it begins: a Tuesday.
func at(t testing.TB) time.Time {
	t.Helper()
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2025, 3, 18, 2, 10, 0, 0, stockholm)
}

func labelled(a evaluator.Alert, labels map[string]string) evaluator.Alert {
	maps.Copy(a.Labels, labels)
	return a
}

// openWard serves a region with three events: two alerts of surgery in Sunderby,
// one in Kalix, and one of nobody's hospital.
func openWard(t testing.TB, configured config.Web, change func(*web.Content)) (*ward, web.Content, config.Web) {
	t.Helper()
	w := &ward{silences: &kept{}, log: &lines{}, dir: t.TempDir()}
	logger := slog.New(slog.NewTextHandler(w.log, nil))
	region := loaded(t, "[sv, en]")
	region.OnCall.GroupBy = []string{"hospital"}
	planwatchs := clock.StartingAt(at(t))
	wall := planwatchs.Wall(at(t).Add(-time.Hour))
	beds := labelled(alert("BedsAvailableOffPlan", "critical", "firing", "Vårdplatser: 33 mot 38", "Beds: 33 against 38", wall), map[string]string{"owner": "surgery", "hospital": "Sunderby", "target": "beds"})
	maps.Copy(beds.Annotations, map[string]string{"actual": "33 beds", "expected": "38 beds", "runbook_url": "https://planwatch.example/runbook/BedsAvailableOffPlan"})
	w.firing = []evaluator.Alert{
		beds,
		labelled(alert("WaitOffPlan", "warning", "firing", "Väntan: 5 mot 4", "Wait: 5 against 4", wall.Add(-time.Hour)), map[string]string{"owner": "surgery", "hospital": "Sunderby"}),
		labelled(alert("BedsAvailableOffPlan", "warning", "firing", "Kalix: 3 mot 4", "Kalix: 3 against 4", wall), map[string]string{"owner": "surgery", "hospital": "Kalix"}),
		labelled(alert("NetCostOffPlan", "warning", "firing", "Kostnad: 5 mot 4", "Cost: 5 against 4", wall.Add(-time.Hour)), map[string]string{"owner": "finance"}),
		labelled(alert("StaffOffPlan", "critical", "pending", "Personal: 5 mot 4", "Staff: 5 against 4", wall), map[string]string{"owner": "staff"}),
		labelled(alert("Watchdog", "none", "firing", "Larmkedjan", "The chain", wall), map[string]string{"owner": "it"}),
	}
	var err error
	if w.comments, err = comment.Open(w.dir, logger); err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(w.dir, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(w.comments.Close(), log.Close()); err != nil {
			t.Error(err)
		}
	})
	configured.MaxConnections = config.DefaultService().Web.MaxConnections
	served := content(t, func(c *web.Content) {
		c.Clock = planwatchs
		c.Report = func() *report.Report { return &report.Report{Region: region, At: at(t)} }
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Evaluated: true, Alerts: w.firing} }
		c.Silences, c.Comments, c.Audit, c.ExternalURL = w.silences, w.comments, log, "https://planwatch.example/"
		if change != nil {
			change(c)
		}
	})
	return w, served, configured
}

// startWard is openWard on a port.
func startWard(t *testing.T, configured config.Web, change func(*web.Content)) *ward {
	t.Helper()
	w, served, configured := openWard(t, configured, change)
	w.base = "http://" + serveLogging(t, configured, slog.New(slog.NewTextHandler(w.log, nil)), func(c *web.Content) { *c = served })
	return w
}

// withUsers is a web configuration with two users, whose passwords are their
// names backwards.
func withUsers(t testing.TB) config.Web {
	t.Helper()
	users := "basic_auth_users:\n"
	for user, password := range map[string]string{"anna": "anna", "bo": "ob"} {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		users += "  " + user + ": " + string(hash) + "\n"
	}
	file := filepath.Join(t.TempDir(), "web.yaml")
	if err := os.WriteFile(file, []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Web{ConfigFile: file}
}

// behindProxy is a web configuration that trusts a proxy on this machine.
func behindProxy() config.Web {
	return config.Web{TrustedHeader: config.TrustedHeader{Name: "X-Forwarded-User", Proxies: []string{"127.0.0.1/32"}}}
}

// elsewhere trusts a proxy on another machine.
func elsewhere() config.Web {
	return config.Web{TrustedHeader: config.TrustedHeader{Name: "X-Forwarded-User", Proxies: []string{"192.0.2.1/32"}}}
}

// post sends a form and follows no redirect.
func post(t *testing.T, address string, sent url.Values, header http.Header) (answer, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(sent.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", "curl/8")
	maps.Copy(request.Header, header)
	client := http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.Status, response.StatusCode, response.Header}, string(body)
}

// basic is the header of basic authentication.
func basic(user, password string) http.Header {
	request := http.Request{Header: http.Header{}}
	request.SetBasicAuth(user, password)
	return request.Header
}

// together joins headers.
func together(headers ...http.Header) http.Header {
	all := http.Header{}
	for _, header := range headers {
		maps.Copy(all, header)
	}
	return all
}

// ownPage is what a browser sends from planwatch's own page.
func ownPage() http.Header {
	return http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"https://planwatch.example"}, "User-Agent": {"Mozilla/5.0"}}
}

func sunderby(more ...string) url.Values {
	values := url.Values{"owner": {"surgery"}, "hospital": {"Sunderby"}}
	for i := 0; i < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return values
}

// audited is the audit log as it is on the disk.
func (w *ward) audited(t *testing.T) []audit.Entry {
	t.Helper()
	entries, faults, err := audit.Read(w.dir)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return entries
}

// untouched reports that nobody has said anything.
func (w *ward) untouched(t *testing.T) {
	t.Helper()
	if all, _ := w.silences.InForce(t.Context()); len(all) > 0 {
		t.Errorf("silences: %+v", all)
	}
	if all := w.comments.All(); len(all) > 0 {
		t.Errorf("comments: %+v", all)
	}
}

// Nobody writes without the right, from another site's page, or in another's
// name, and whoever tries is in the audit log and in the process' log.
func TestWritesThatAreRefused(t *testing.T) {
	proxied := http.Header{"X-Forwarded-User": {"anna"}}
	tests := []struct {
		name   string
		web    config.Web
		header http.Header
		sent   url.Values
		status int
		why    string
	}{
		{"nobody may write", config.Web{}, ownPage(), sunderby(), http.StatusForbidden, "nobody may write here: web.config_file has no users, and web.trusted_header is not set"},
		{"nobody has signed in", withUsers(t), ownPage(), sunderby(), http.StatusUnauthorized, "nobody has signed in"},
		{"a wrong password", withUsers(t), together(ownPage(), basic("anna", "s3cret")), sunderby(), http.StatusUnauthorized, "wrong user or password"},
		{"a user there is not", withUsers(t), together(ownPage(), basic("eva", "anna")), sunderby(), http.StatusUnauthorized, "wrong user or password"},
		{"a password that nothing is held against", config.Web{}, together(ownPage(), basic("anna", "anna")), sunderby(), http.StatusForbidden, "a user whose password nothing is held against: web.config_file has no users"},
		{"one behind a proxy", behindProxy(), together(ownPage(), basic("anna", "anna")), sunderby(), http.StatusForbidden, "a user whose password nothing is held against: web.config_file has no users"},
		{"a proxy that names nobody", behindProxy(), ownPage(), sunderby(), http.StatusForbidden, "the proxy names nobody"},
		{"a proxy that names nobody by an empty name", behindProxy(), together(ownPage(), http.Header{"X-Forwarded-User": {""}}), sunderby(), http.StatusForbidden, "the proxy names nobody"},
		{"the header from elsewhere", elsewhere(), together(ownPage(), proxied), sunderby(), http.StatusForbidden, "web.trusted_header comes from an address that is not one of its proxies"},
		{"the header from elsewhere, with a password", config.Web{ConfigFile: withUsers(t).ConfigFile, TrustedHeader: elsewhere().TrustedHeader}, together(ownPage(), proxied, basic("bo", "ob")), sunderby(), http.StatusForbidden, "web.trusted_header comes from an address that is not one of its proxies"},
		{"the header twice", behindProxy(), together(ownPage(), http.Header{"X-Forwarded-User": {"anna", "bo"}}), sunderby(), http.StatusForbidden, "web.trusted_header is there more than once; the proxy must remove the one that it is sent"},
		{"the proxy's name and another's password", config.Web{ConfigFile: withUsers(t).ConfigFile, TrustedHeader: behindProxy().TrustedHeader}, together(ownPage(), proxied, basic("bo", "ob")), sunderby(), http.StatusForbidden, "the proxy names one person and the password is another's"},
		{"a name that is too long", behindProxy(), together(ownPage(), http.Header{"X-Forwarded-User": {strings.Repeat("a", 101)}}), sunderby(), http.StatusForbidden, "a name that is not UTF-8, or longer than 100 characters"},
		{"a name that is not UTF-8", behindProxy(), together(ownPage(), http.Header{"X-Forwarded-User": {"a\xff"}}), sunderby(), http.StatusForbidden, "a name that is not UTF-8, or longer than 100 characters"},
		{"a name that turns the direction", behindProxy(), together(ownPage(), http.Header{"X-Forwarded-User": {"a\u202eb"}}), sunderby(), http.StatusForbidden, "a name with a character that is not shown"},
		{"a site whose name leads to planwatch", behindProxy(), together(proxied, http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://rebound.example"}, "User-Agent": {"Mozilla/5.0"}}), sunderby(), http.StatusForbidden, "the proxy names a person, and the page is not at the external URL, where people reach planwatch"},
		{"a browser whose page is nowhere", behindProxy(), together(proxied, http.Header{"Sec-Fetch-Site": {"same-origin"}}), sunderby(), http.StatusForbidden, "the proxy names a person, and the page is not at the external URL, where people reach planwatch"},
		{"a form on another site", behindProxy(), together(proxied, http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://elsewhere.example"}}), sunderby(), http.StatusForbidden, "the request comes from a page of another site"},
		{"a neighbour of the same site", behindProxy(), together(proxied, http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://other.planwatch.example"}}), sunderby(), http.StatusForbidden, "the request comes from a page of another site"},
		{"an old browser on another site", withUsers(t), together(basic("anna", "anna"), http.Header{"Origin": {"https://planwatch.example.elsewhere.example"}}), sunderby(), http.StatusForbidden, "the request comes from a page of another site"},
		{"a page without an origin", withUsers(t), together(basic("anna", "anna"), http.Header{"Origin": {"null"}}), sunderby(), http.StatusForbidden, "the request comes from a page of another site"},
		{"an old browser that does not say", withUsers(t), together(basic("anna", "anna"), http.Header{"User-Agent": {"Mozilla/5.0"}}), sunderby(), http.StatusForbidden, "the request does not say which page it comes from"},
		{"a browser that does not say", withUsers(t), together(basic("anna", "anna"), http.Header{"Accept-Language": {"sv"}}), sunderby(), http.StatusForbidden, "the request does not say which page it comes from"},
		{"an empty origin", withUsers(t), together(basic("anna", "anna"), http.Header{"Origin": {""}, "Referer": {"https://elsewhere.example"}}), sunderby(), http.StatusForbidden, "the request does not say which page it comes from"},
		{"a program behind a proxy", behindProxy(), proxied, sunderby(), http.StatusForbidden, "the request does not say which page it comes from"},
		{"an author in the form", withUsers(t), together(ownPage(), basic("anna", "anna")), sunderby("author", "bo"), http.StatusBadRequest, "a form with a field that it does not have, or has twice: an event has owner, and what oncall.yaml groups by; who writes is never one"},
		{"a creator in the form", withUsers(t), together(ownPage(), basic("anna", "anna")), sunderby("createdBy", "bo"), http.StatusBadRequest, "a form with a field that it does not have, or has twice: an event has owner, and what oncall.yaml groups by; who writes is never one"},
		{"a field twice", withUsers(t), together(ownPage(), basic("anna", "anna")), url.Values{"owner": {"surgery", "finance"}}, http.StatusBadRequest, "a form with a field that it does not have, or has twice: an event has owner, and what oncall.yaml groups by; who writes is never one"},
		{"labels that no event has", withUsers(t), together(ownPage(), basic("anna", "anna")), sunderby("hospital", "a\x00b"), http.StatusBadRequest, "labels that no event has"},
		{"labels that are too long", withUsers(t), together(ownPage(), basic("anna", "anna")), sunderby("hospital", strings.Repeat("x", 10_000)), http.StatusBadRequest, "labels that no event has"},
		{"a form that is too long", withUsers(t), together(ownPage(), basic("anna", "anna")), sunderby("comment", strings.Repeat("x", 70_000)), http.StatusBadRequest, "a form that is too long"},
		{"JSON", withUsers(t), together(ownPage(), basic("anna", "anna"), http.Header{"Content-Type": {"application/json"}}), sunderby(), http.StatusBadRequest, "not a form: send application/x-www-form-urlencoded"},
		{"plain text, which any page may send", withUsers(t), together(ownPage(), basic("anna", "anna"), http.Header{"Content-Type": {"text/plain"}}), sunderby(), http.StatusBadRequest, "not a form: send application/x-www-form-urlencoded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := startWard(t, tt.web, nil)
			for _, action := range []string{"acknowledge", "silence", "end", "comment"} {
				sent := maps.Clone(tt.sent)
				got, body := post(t, w.base+"/event/"+action, sent, tt.header)
				if got.StatusCode != tt.status {
					t.Errorf("%s: %s", action, got.Status)
				}
				if want := "refused: " + tt.why + "\n"; body != want && body != "Unauthorized\n" {
					t.Errorf("%s: %q, want %q", action, body, want)
				}
				if challenged := got.Header.Get("WWW-Authenticate") != ""; challenged != (tt.status == http.StatusUnauthorized) {
					t.Errorf("%s: WWW-Authenticate: %v", action, challenged)
				}
			}
			w.untouched(t)
			entries := w.audited(t)
			if len(entries) != 1 || entries[0].Action != audit.Refused || entries[0].Outcome != tt.why || entries[0].Address != "127.0.0.1" {
				t.Errorf("audit log: %+v, want one line for all four: %s", entries, tt.why)
			}
			if log := w.log.String(); strings.Count(log, "refused: somebody without the right tried to write") != 1 || !strings.Contains(log, "level=WARN") {
				t.Errorf("log: %s", log)
			}
			for _, secret := range []string{"s3cret", basic("anna", "s3cret").Get("Authorization"), basic("anna", "anna").Get("Authorization")} {
				if strings.Contains(w.log.String(), strings.TrimPrefix(secret, "Basic ")) {
					t.Errorf("the log has %q", secret)
				}
			}
		})
	}
}

// Those who may write do so in their own name.
func TestWhoMayWrite(t *testing.T) {
	both := config.Web{ConfigFile: withUsers(t).ConfigFile, TrustedHeader: behindProxy().TrustedHeader}
	proxied := http.Header{"X-Forwarded-User": {"Åsa Öberg"}}
	tests := []struct {
		name   string
		web    config.Web
		header http.Header
		who    string
	}{
		{"a user on planwatch's page", withUsers(t), together(ownPage(), basic("anna", "anna")), "anna"},
		{"a user in an old browser", withUsers(t), together(basic("anna", "anna"), http.Header{"Origin": {"https://planwatch.example"}, "User-Agent": {"Mozilla/5.0"}}), "anna"},
		{"a user in a browser that says cross-site, at the external URL", withUsers(t), together(basic("anna", "anna"), http.Header{"Origin": {"https://planwatch.example"}, "Sec-Fetch-Site": {"cross-site"}}), "anna"},
		{"a program", withUsers(t), basic("bo", "ob"), "bo"},
		{"whom a proxy names", behindProxy(), together(ownPage(), proxied), "Åsa Öberg"},
		{"whom a proxy names that sends on its own password", behindProxy(), together(ownPage(), http.Header{"X-Forwarded-User": {"anna"}}, basic("anna", "s3cret")), "anna"},
		{"a user who is named as well", both, together(ownPage(), http.Header{"X-Forwarded-User": {"anna"}}, basic("anna", "anna")), "anna"},
		{"a user, where a proxy could name one", both, together(ownPage(), basic("bo", "ob")), "bo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := startWard(t, tt.web, nil)
			got, body := post(t, w.base+"/event/acknowledge?lang=en", sunderby("comment", "I call the ward"), tt.header)
			if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "../event?hospital=Sunderby&lang=en&owner=surgery" {
				t.Fatalf("%s to %q: %s", got.Status, got.Header.Get("Location"), body)
			}
			all, _ := w.silences.InForce(t.Context())
			if len(all) != 2 || all[0].CreatedBy != tt.who || all[0].Comment != "I call the ward" || !all[0].UntilResolved {
				t.Errorf("silences: %+v", all)
			}
			entries := w.audited(t)
			if len(entries) != 1 || entries[0].Who != tt.who || entries[0].Action != audit.Acknowledge || entries[0].Outcome != audit.Done || entries[0].Why != "I call the ward" || len(entries[0].Alerts) != 2 || entries[0].Silence != "1 2" {
				t.Errorf("audit log: %+v", entries)
			}
		})
	}
}

// A user who is removed from the file may not write, without a restart.
func TestUsersAsTheyAreNow(t *testing.T) {
	configured := withUsers(t)
	w := startWard(t, configured, nil)
	header := together(ownPage(), basic("anna", "anna"))
	if got, body := post(t, w.base+"/event/acknowledge", sunderby(), header); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", got.Status, body)
	}
	for text, want := range map[string]string{
		"{}\n": "a user whose password nothing is held against: web.config_file has no users",
		"basic_auth_users:\n  bo: $2y$05$vxJVFf4WvOOlJxjEZZkF7.1CAyS9zRMVEr9YbDpGgCYTtDLYJvmRu\n": "",
	} {
		if err := os.WriteFile(configured.ConfigFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, body := post(t, w.base+"/event/acknowledge", sunderby(), header); got.StatusCode == http.StatusSeeOther || !strings.Contains(body, want) {
			t.Errorf("%s: %s", got.Status, body)
		}
	}
}

// Without an audit log nobody may write.
func TestNoAuditLog(t *testing.T) {
	w := startWard(t, withUsers(t), func(c *web.Content) { c.Audit = nil })
	got, body := post(t, w.base+"/event/acknowledge", sunderby(), together(ownPage(), basic("anna", "anna")))
	if got.StatusCode != http.StatusForbidden || !strings.Contains(body, "no audit log is kept") {
		t.Errorf("%s: %s", got.Status, body)
	}
	w.untouched(t)
	if !strings.Contains(w.log.String(), "refused: somebody without the right tried to write") {
		t.Errorf("log: %s", w.log)
	}
}
