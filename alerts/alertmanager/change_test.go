package alertmanager_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/alertmanager"
)

// listed is a site's configuration where what is critical in some domains has a route of
// its own, and hooks are the webhooks there.
func (s *site) listed(domains string, hooks ...string) alertmanager.Configuration {
	c := s.configuration()
	var configs []string
	for _, hook := range hooks {
		s.write(hook+".url", s.sink.Calls()+"/"+hook)
		configs = append(configs, fmt.Sprintf("{send_resolved: true, url_file: %q}", filepath.Join(s.directory, hook+".url")))
	}
	c.YAML = bytes.Replace(c.YAML, []byte("  routes:\n"), fmt.Appendf(nil, "  routes:\n    - {receiver: quiet, matchers: ['domain=~%q'], group_by: [hospital]}\n", domains), 1)
	c.YAML = append(c.YAML, fmt.Sprintf("  - name: quiet\n    webhook_configs: [%s]\n", strings.Join(configs, ", "))...)
	return c
}

func inDomain(target, domain string) map[string]any {
	alert := fires(target)
	labels := labels(target)
	labels["domain"] = domain
	alert["labels"] = labels
	return alert
}

// A list of domains that grows has nothing told again.
func TestListOfDomainsGrows(t *testing.T) {
	s := newSite(t)
	s.start(s.listed("finance|staffing", "quiet"))
	s.post(inDomain("a", "finance"))
	told := []string{"/quiet firing a:firing"}
	s.wait(told...)
	if err := s.Update(s.listed("finance|staffing|waiting", "quiet")); err != nil {
		t.Fatal(err)
	}
	// What is new in the group tells that the group has been looked at.
	s.post(inDomain("b", "waiting"))
	s.wait(append(told, "/quiet firing a:firing b:firing")...)
	s.stop()
	s.start(s.listed("finance|waiting", "quiet"),
		alertmanager.Alert{Labels: inDomain("a", "finance")["labels"].(map[string]string), StartsAt: began, EndsAt: time.Now().Add(time.Hour)},
		alertmanager.Alert{Labels: inDomain("b", "waiting")["labels"].(map[string]string), StartsAt: began, EndsAt: time.Now().Add(time.Hour)})
	s.post(inDomain("c", "waiting"))
	s.wait(append(told, "/quiet firing a:firing b:firing", "/quiet firing a:firing b:firing c:firing")...)
}

// A recipient that stands elsewhere in the list is the same, and a new one is told of
// what goes on.
func TestRecipientsMayMove(t *testing.T) {
	s := newSite(t)
	s.start(s.listed("finance", "first", "second"))
	s.post(inDomain("a", "finance"))
	told := []string{"/first firing a:firing", "/second firing a:firing"}
	s.wait(told...)
	if err := s.Update(s.listed("finance", "new", "second", "first")); err != nil {
		t.Fatal(err)
	}
	told = append(told, "/new firing a:firing")
	s.wait(told...)
	s.post(inDomain("b", "finance"))
	for _, hook := range []string{"new", "second", "first"} {
		told = append(told, "/"+hook+" firing a:firing b:firing")
	}
	s.wait(told...)
}

// A mail server that says nothing keeps the message from nobody else, and is known to.
func TestMailServerThatSaysNothing(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	go func() {
		for {
			connection, err := silent.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, connection) }()
			t.Cleanup(func() { _ = connection.Close() })
		}
	}()
	s := newSite(t)
	s.timeout = 200 * time.Millisecond
	c := s.configuration()
	c.YAML = bytes.Replace(c.YAML, []byte(s.sink.Mail()), []byte(silent.Addr().String()), 1)
	s.start(c)
	s.post(fires("a"))
	s.wait("/hook firing a:firing")
	deadline := time.After(20 * time.Second)
	for len(s.Undelivered()) == 0 {
		select {
		case <-deadline:
			t.Fatal("it is not known that the mail does not arrive")
		case <-time.After(5 * time.Millisecond):
		}
	}
	if u := s.Undelivered()[0]; u.Receiver != "ward" || u.File != "ward.tmpl" || !strings.Contains(u.Err.Error(), "answer") {
		t.Errorf("%+v", u)
	}
	s.post(fires("b"))
	s.wait("/hook firing a:firing", "/hook firing a:firing b:firing")
}

// A file of an address changes nothing of what messages say.
func TestAddressFileChangesNoMessage(t *testing.T) {
	s := newSite(t)
	s.write("ward.tmpl", `{{ define "address.ward" }}ward@example.org{{ end }}{{ define "subject" }}HACK{{ end }}`)
	s.start(s.configuration())
	s.post(fires("a"))
	s.wait("ward@example.org firing 1", "/hook firing a:firing")
}
