package endtoend_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// One event is one message, with links that lead somewhere, one escalation if
// nobody answers and none if somebody does, and one message of its end: to an
// SMTP server and a webhook, with planwatch killed at random moments. It is so
// within planwatch, and with an Alertmanager of the site's own.
func TestAnEventIsToldOnce(t *testing.T) {
	binary := build(t)
	for _, tt := range []struct {
		name string
		// prepare makes the site's own Alertmanager, if it has one.
		prepare func(*site)
	}{
		{"within planwatch", func(*site) {}},
		{"an Alertmanager", (*site).alertmanager},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, binary)
			tt.prepare(s)
			s.start()
			s.unanswered("Kalix")
			s.answered("Piteå")
		})
	}
}

// unanswered is an event that nobody answers.
func (s *site) unanswered(hospital string) {
	s.t.Helper()
	s.queue(hospital, 60)
	s.until("told of the event", func() bool {
		return len(s.messages("ward", hospital, false)) > 0 && len(s.messages("gateway", hospital, false)) > 0
	}, s.moments(6*time.Second)...)
	s.links(s.messages("ward", hospital, false)[0].text)
	s.until("escalated", func() bool { return len(s.messages("chief", hospital, false)) > 0 }, s.moments(8*time.Second)...)
	if chief := s.messages("chief", hospital, false)[0]; !strings.HasPrefix(chief.subject, "Obesvarat: ") {
		s.t.Errorf("the escalation is called %q", chief.subject)
	}
	s.queue(hospital, 30)
	s.until("told of its end", func() bool {
		return len(s.messages("ward", hospital, true)) > 0 && len(s.messages("gateway", hospital, true)) > 0 && len(s.messages("chief", hospital, true)) > 0
	}, s.moments(6*time.Second)...)
	s.once(hospital, "ward", "gateway", "chief")
}

// answered is an event that somebody has, before it escalates. That the other
// event's end has been told of meanwhile says that planwatch had the time to.
func (s *site) answered(hospital string) {
	s.t.Helper()
	s.queue(hospital, 60)
	s.until("told of the event", func() bool {
		return len(s.messages("ward", hospital, false)) > 0 && len(s.messages("gateway", hospital, false)) > 0
	})
	s.acknowledge(hospital)
	began := time.Now()
	s.until("two escalations' time", func() bool { return time.Since(began) > 2*escalates }, s.moments(escalates)...)
	s.queue(hospital, 30)
	s.until("told of its end", func() bool {
		return len(s.messages("ward", hospital, true)) > 0 && len(s.messages("gateway", hospital, true)) > 0
	}, s.moments(6*time.Second)...)
	s.once(hospital, "ward", "gateway")
	if chief := s.messages("chief", hospital, false); len(chief) > 0 {
		s.t.Errorf("escalated although somebody had it: %q", chief[0].subject)
	}
}

// escalates is the time after which the region's alerts escalate.
const escalates = 8 * time.Second

// acknowledge answers as the user does from a shell, and once more as the page
// shows it.
func (s *site) acknowledge(hospital string) {
	s.t.Helper()
	said := s.command("alerts", "ack", "--url", s.url, "--user", user, "--password-file", filepath.Join(s.directory, "anna"), "--comment", "I call the ward",
		"owner=ward", "hospital="+hospital)
	if !strings.HasPrefix(said, "done: acknowledge") {
		s.t.Fatal(said)
	}
	if status, page := s.ask(http.MethodGet, "/event?owner=ward&hospital="+hospital); status != http.StatusOK || !strings.Contains(page, "I call the ward") || !strings.Contains(page, user) {
		s.t.Errorf("the page does not say who has it: %d\n%s", status, page)
	}
}

// links checks that each link to planwatch leads to a page: of the event, and
// the runbook.
func (s *site) links(text string) {
	s.t.Helper()
	pages := s.pages(text)
	if !slices.ContainsFunc(pages, func(page string) bool { return strings.Contains(page, "/event?") }) ||
		!slices.ContainsFunc(pages, func(page string) bool { return strings.Contains(page, "/runbook/") }) {
		s.t.Errorf("no link to the event or to the runbook in\n%s", text)
	}
	for _, page := range pages {
		if status, _ := s.ask(http.MethodGet, strings.TrimPrefix(page, s.url)); status != http.StatusOK {
			s.t.Errorf("%s answers %d", page, status)
		}
	}
}

// once checks that each has been told once of the event and once of its end.
func (s *site) once(hospital string, recipients ...string) {
	s.t.Helper()
	for _, to := range recipients {
		for _, resolved := range []bool{false, true} {
			if all := s.counted(s.messages(to, hospital, resolved)); len(all) != 1 {
				s.t.Errorf("%d messages to %s about %s, resolved %t, want 1", len(all), to, hospital, resolved)
				for _, one := range all {
					s.t.Logf("%s\n%s", one.subject, one.text)
				}
			}
		}
	}
}

// unnoted is how long before a kill a message may have arrived without planwatch
// having noted that it did. It is sent again then: at least once, rather than
// at most (docs/alerting.md).
const unnoted = 100 * time.Millisecond

// counted leaves out messages that are followed by the same one because planwatch
// was killed in that instant.
func (s *site) counted(all []told) []told {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(all) - 1
	var counted []told
	for i, one := range all {
		killed := func(at time.Time) bool { return !at.Before(one.at) && at.Sub(one.at) < unnoted }
		if i < last && slices.ContainsFunc(s.kills, killed) {
			s.t.Logf("sent again to %s, since planwatch was killed as it arrived", one.to)
			continue
		}
		counted = append(counted, one)
	}
	return counted
}

// moments are those at which planwatch is killed: two, at random.
func (s *site) moments(within time.Duration) []time.Duration {
	all := []time.Duration{rand.N(within), rand.N(within)}
	slices.Sort(all)
	s.t.Log("killed at", all)
	return all
}

// alertmanager starts an Alertmanager with what planwatch generates for it, and
// has planwatch send to it.
func (s *site) alertmanager() {
	s.t.Helper()
	made := s.t.TempDir()
	generate := exec.CommandContext(s.t.Context(), s.binary, "generate", "--config", filepath.Join(s.directory, "region"), made)
	generate.Env = append(os.Environ(), s.env...)
	if said, err := generate.CombinedOutput(); err != nil {
		s.t.Fatalf("planwatch generate: %v\n%s", err, said)
	}
	listen := free(s.t)
	log, err := os.Create(filepath.Join(s.directory, "alertmanager.log"))
	if err != nil {
		s.t.Fatal(err)
	}
	storage := s.t.TempDir()
	s.whole.Cleanup(func() { _ = log.Close() }) // nothing reads it
	s.startAlertmanager = func() (stop func()) {
		process := exec.CommandContext(context.Background(), filepath.Join(repository, "bin", "tools", "alertmanager"),
			"--config.file", filepath.Join(made, "alerts", "region", "alertmanager.yml"), "--storage.path", storage,
			"--web.listen-address", listen, "--cluster.listen-address=")
		process.Stderr = log
		if err := process.Start(); err != nil {
			s.t.Fatal(err)
		}
		stop = sync.OnceFunc(func() {
			_ = process.Process.Signal(os.Interrupt) // it may have ended
			_ = process.Wait()
		})
		s.whole.Cleanup(stop)
		return stop
	}
	s.stopAlertmanager = s.startAlertmanager()
	s.env = append(s.env, fmt.Sprintf("PLANWATCH_ALERTING_ALERTMANAGERS=http://%s", listen))
}
