package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"planwatch/internal/comment"
	"planwatch/internal/naming"
)

// FuzzSilence sends any silence over the API: what is let through is in the sender's own
// name, new, with a reason that can be kept, for 30 days at most, and not of the watchdog.
func FuzzSilence(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"createdBy":"anna","comment":"x","endsAt":"2026-01-02T04:00:00Z","matchers":[{"name":"hospital","value":"Kalix","isRegex":false}]}`,
		`{"createdBy":"anna","CREATEDBY":"bo","comment":"x","endsAt":"2026-01-02T04:00:00Z"}`, `{"createdBy":"anna","comment":"x","endsAt":"2026-01-02T04:00:00Z","matchers":[{"name":"alertname","value":".*","isRegex":true}]}`,
		`{"createdBy":"anna","comment":"x","endsAt":"2026-01-02T04:00:00Z","matchers":[{"name":"alertname","value":"((((","isRegex":true},{"name":"severity","value":"critical","isEqual":false}]}`,
		`{"createdBy":"anna","comment":"ACK! x","endsAt":"9999-12-31T23:59:59Z","id":"1"}`,
	} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	watchdog := map[string]string{naming.LabelAlertName: naming.Watchdog, naming.LabelSeverity: naming.SeverityNone, naming.LabelDomain: naming.DomainPlanwatch}
	f.Fuzz(func(t *testing.T, body []byte) {
		var sent silenceSent
		if json.Unmarshal(body, &sent) != nil || sent.check("anna", now) != nil {
			return
		}
		reason, err := comment.Clean(sent.Comment)
		if sent.CreatedBy != "anna" || sent.ID != "" || err != nil || reason == "" || sent.EndsAt.After(now.Add(30*24*time.Hour)) || sent.silence().Matches(watchdog) {
			t.Errorf("%q is let through", body)
		}
	})
}

// FuzzConfigFile reads any web configuration: it is refused, or its users have hashes
// of passwords, and it is read the same again.
func FuzzConfigFile(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "tls_server_konfig: {}", "basic_auth_users:\n  anna: $2y$05$vxJVFf4WvOOlJxjEZZkF7.1CAyS9zRMVEr9YbDpGgCYTtDLYJvmRu\n", "basic_auth_users: {anna: plain}", "basic_auth_users: {anna: 1, anna: 2}",
		"tls_server_config: {cert_file: none.pem, key_file: none.pem}", "http_server_config: {headers: {X-Frame-Options: deny}}", "a: &a [*a]", "? {a: b}", "\x00", "%YAML 9.9\n---\n", "!!binary x", "- &x [x]\n<<: *x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "web.yaml")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		read, err := readConfigFile(path)
		if err != nil {
			return
		}
		if again, err := readConfigFile(path); err != nil || len(again.Users) != len(read.Users) || (again.TLS == nil) != (read.TLS == nil) {
			t.Errorf("%q: %v, and then %v, %v", data, read, again, err)
		}
		for name, hash := range read.Users {
			if name != "" && len(hash) < 59 {
				t.Errorf("%q: %s has %q in place of a hash by bcrypt", data, name, hash)
			}
		}
	})
}
