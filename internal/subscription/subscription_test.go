package subscription_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/internal/icalendar"
	"planwatch/internal/logtest"
	"planwatch/internal/subscription"
)

// secret is the part of the address that nobody may read in the log.
const secret = "hunter2"

// site answers what it is told to, and counts.
type site struct {
	*httptest.Server
	answer atomic.Pointer[http.HandlerFunc]
	asked  atomic.Int64
	fresh  atomic.Int64 // answered that nothing has changed
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		(*s.answer.Load())(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// answers has the site answer so from now on.
func (s *site) answers(h http.HandlerFunc) { s.answer.Store(&h) }

// has has the site answer the text, with an ETag.
func (s *site) has(text string) {
	tag := fmt.Sprintf("%q", text)
	s.answers(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == tag {
			s.fresh.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", tag)
		_, _ = io.WriteString(w, text) // the test notices
	})
}

// subscriber subscribes to what is at an address.
type subscriber struct {
	t    *testing.T
	log  *logtest.Log
	kept string
	file string
	stop func()

	mu   sync.Mutex
	seen []string // each that is another than the one before
}

func newSubscriber(t *testing.T, address string) *subscriber {
	t.Helper()
	dir := t.TempDir()
	s := &subscriber{t: t, log: &logtest.Log{}, kept: filepath.Join(dir, "calendars", "jour.ics"), file: filepath.Join(dir, "jour.url"), stop: func() {}}
	s.names(address)
	t.Cleanup(func() {
		s.stop()
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the address stands in the log:\n%s", s.log)
		}
		if t.Failed() {
			t.Log(s.log)
		}
	})
	return s
}

// names puts the address into the file.
func (s *subscriber) names(address string) {
	s.t.Helper()
	if err := os.WriteFile(s.file, []byte(address+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

var errBad = errors.New("calendar:3: event of 2025-03-17 08:00: its title is neither in people nor a receiver's id; add it to people")

func (s *subscriber) subscribe() *subscription.Subscription {
	return subscription.New(subscription.Options{
		Rota: "jour", URLFile: s.file, Kept: s.kept, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
		Check: func(data []byte) error {
			if bytes.Contains(data, []byte("bad")) {
				return errBad
			}
			return nil
		},
	})
}

// run fetches every few milliseconds until the end, and returns what was kept
// before.
func (s *subscriber) run() (before string) {
	made := s.subscribe()
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	before = string(made.Data())
	go func() {
		defer close(ended)
		made.Run(ctx, 5*time.Millisecond, func(data []byte) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if n := len(s.seen); n == 0 && string(data) != before || n > 0 && s.seen[n-1] != string(data) {
				s.seen = append(s.seen, string(data))
			}
		})
	}()
	s.stop = sync.OnceFunc(func() { cancel(); <-ended })
	return before
}

// changes are those so far.
func (s *subscriber) changes() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.seen, ", ")
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

const (
	fails = "a calendar cannot be fetched; the last good one is used"
	again = "a calendar is fetched again"
)

// logged waits until the log has had the message so often.
func (s *subscriber) logged(message string, times int) {
	s.t.Helper()
	until(s.t, fmt.Sprintf("%q %d times", message, times), func() bool { return s.log.Count(message) == times })
}

func (s *subscriber) changed(want string) {
	s.t.Helper()
	until(s.t, "changes "+want+", but "+s.changes(), func() bool { return s.changes() == want })
}

// asksAgain waits until the site has been asked some times more.
func (s *site) asksAgain(t *testing.T) {
	t.Helper()
	begun := s.asked.Load()
	until(t, "asked again", func() bool { return s.asked.Load() > begun+3 })
}

func (s *subscriber) keeps(want string) {
	s.t.Helper()
	until(s.t, "kept "+want, func() bool {
		data, err := os.ReadFile(s.kept)
		return err == nil && string(data) == want
	})
}

// A site that changes, fails and answers again, over a restart.
func TestSubscription(t *testing.T) {
	site := newSite(t)
	site.has("one")
	s := newSubscriber(t, site.URL+"/"+secret+".ics")
	if before := s.run(); before != "" {
		t.Errorf("before anything: %q", before)
	}
	s.changed("one")
	site.asksAgain(t)
	if site.fresh.Load() == 0 {
		t.Error("what has not changed is fetched as a whole")
	}
	site.has("two")
	s.changed("one, two")
	s.keeps("two")

	site.answers(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) })
	s.logged(fails, 1)
	site.asksAgain(t)
	site.has("bad")
	site.asksAgain(t)
	site.has("two")
	s.logged(again, 1)
	s.stop()
	if s.changes() != "one, two" || s.log.Count(fails) != 1 || !strings.Contains(s.log.String(), `err="the answer is 500 Internal Server Error"`) {
		t.Errorf("changes %s", s.changes())
	}

	site.Close()
	if before := s.run(); before != "two" {
		t.Errorf("over the restart: %q", before)
	}
	s.logged(fails, 2)
	s.keeps("two")
	if s.changes() != "one, two" {
		t.Errorf("changes %s", s.changes())
	}
}

// The address is read anew at each fetch.
func TestAddressThatChanges(t *testing.T) {
	first, second := newSite(t), newSite(t)
	first.has("one")
	second.has("one")
	s := newSubscriber(t, first.URL)
	s.run()
	s.changed("one")
	s.names(second.URL)
	second.asksAgain(t)
	second.has("two")
	s.changed("one, two")
}

func TestFailures(t *testing.T) {
	elsewhere := newSite(t)
	elsewhere.has("elsewhere")
	for name, tt := range map[string]struct {
		address string // the site's if empty
		answer  http.HandlerFunc
		want    string
	}{
		"gone":               {answer: http.NotFound, want: "the answer is 404 Not Found"},
		"a faulty calendar":  {answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "bad") }, want: errBad.Error()},
		"unchanged, unasked": {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, want: "the answer is 304 Not Modified"},
		"too large": {answer: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, icalendar.MaxBytes+1))
		}, want: "what is there is larger than the 1048576 bytes that a calendar may have"},
		"cut off": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "a part")
		}, want: "unexpected EOF"},
		"another host": {answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/"+secret, http.StatusFound)
		}, want: "it redirects to another host or port, or away from https; name the address that it leads to"},
		"a file of the machine": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/"+secret)
			w.WriteHeader(http.StatusFound)
		}, want: "the address that it redirects to is not one of http or https, such as https://calendar.example.org/rota.ics"},
		"nowhere": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://%zz/"+secret)
			w.WriteHeader(http.StatusFound)
		}, want: "it redirects to what is no address"},
		"round and round": {answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/"+secret, http.StatusFound)
		}, want: "it redirects more than 5 times"},
		"another scheme": {address: "webcal://example.org/" + secret, want: "the address in FILE is not one of http or https, such as https://calendar.example.org/rota.ics"},
		"no address":     {address: "http://%zz/" + secret, want: "the address in FILE is not one of http or https, such as https://calendar.example.org/rota.ics"},
		"nobody there":   {address: "http://127.0.0.1:1/" + secret, want: "dial tcp 127.0.0.1:1: connect: connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			address := tt.address
			if address == "" {
				site := newSite(t)
				site.answers(tt.answer)
				address = site.URL + "/" + secret
			}
			s := newSubscriber(t, address)
			s.run()
			s.logged(fails, 1)
			s.stop()
			if want := strings.ReplaceAll(tt.want, "FILE", s.file); !strings.Contains(s.log.String(), want) {
				t.Errorf("want %s in\n%s", want, s.log)
			}
			if s.changes() != "" {
				t.Errorf("changes %s", s.changes())
			}
		})
	}
}

// Redirects at the same host are followed, with the user's name.
func TestRedirect(t *testing.T) {
	site := newSite(t)
	site.answers(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != "anna" || password != secret:
			http.Error(w, "who?", http.StatusUnauthorized)
		case r.URL.Path == "/there":
			_, _ = io.WriteString(w, "there")
		default:
			http.Redirect(w, r, "/there", http.StatusMovedPermanently)
		}
	})
	s := newSubscriber(t, strings.Replace(site.URL, "://", "://anna:"+secret+"@", 1)+"/jour.ics")
	s.run()
	s.changed("there")
}

// What was kept and cannot be used is told and left out.
func TestKeptThatIsOfNoUse(t *testing.T) {
	site := newSite(t)
	site.has("one")
	s := newSubscriber(t, site.URL)
	if err := errors.Join(os.MkdirAll(filepath.Dir(s.kept), 0o700), os.WriteFile(s.kept, []byte("bad"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if before := s.run(); before != "" {
		t.Errorf("got %q", before)
	}
	s.logged("what was kept of a calendar cannot be used", 1)
	s.changed("one")
	s.keeps("one")
}

// A disk that takes nothing is told once, and written to once it takes it.
func TestDiskThatTakesNothing(t *testing.T) {
	site := newSite(t)
	site.has("one")
	s := newSubscriber(t, site.URL)
	if err := os.WriteFile(filepath.Dir(s.kept), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.run()
	s.changed("one")
	site.asksAgain(t)
	s.logged("a calendar is not kept; after a restart, nobody is on duty by it until it is fetched", 1)
	if err := os.Remove(filepath.Dir(s.kept)); err != nil {
		t.Fatal(err)
	}
	s.keeps("one")
}
