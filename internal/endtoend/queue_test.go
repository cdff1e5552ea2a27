package endtoend_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"planwatch/internal/databasetest"
	"planwatch/internal/logtest"
	"planwatch/internal/sink"
)

// site is a small region at work: its database, planwatch, and where messages
// arrive.
type site struct {
	// t is the test that is under way, and whole the one that the site is for.
	t, whole  *testing.T
	directory string
	binary    string
	server    *databasetest.Server
	sink      *sink.Sink
	url       string
	env       []string

	process *exec.Cmd
	log     *logtest.Log
	// startAlertmanager starts the site's own, if it has one.
	startAlertmanager func() (stop func())
	stopAlertmanager  func()

	mu  sync.Mutex
	got []told
	// kills are when planwatch was killed.
	kills []time.Time
}

// told is a message that has arrived.
type told struct {
	// to is ward, chief or it for a mail; gateway or switch for a call.
	to       string
	at       time.Time
	resolved bool
	subject  string
	text     string
}

// user may answer alerts, with that password.
const user, password = "anna", "a-password-of-hers"

// newSite makes the region, whose queues are as the plan wants them.
func newSite(t *testing.T, binary string, options ...databasetest.Option) *site {
	t.Helper()
	s := &site{t: t, whole: t, directory: t.TempDir(), binary: binary, server: databasetest.Start(t, append(options, databasetest.WithTCP())...)}
	for _, statement := range []string{
		"CREATE DATABASE warehouse", "CREATE TABLE warehouse.queue (hospital VARCHAR(20) NOT NULL, patients INT)",
		"INSERT INTO warehouse.queue VALUES ('Kalix', 30), ('Piteå', 30)",
	} {
		if _, err := s.server.Root().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s.server.CreateReader("planwatch", "secret")
	var err error
	if s.sink, err = sink.Listen(t.Context(), s.receive); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.sink.Close)
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"password": "secret", "anna": password, "web.yaml": fmt.Sprintf("basic_auth_users: {%s: %s}\n", user, hash),
		"gateway.url": s.sink.Calls() + "/gateway", "switch.url": s.sink.Calls() + "/switch",
		"it.tmpl": address("it"), "ward.tmpl": address("ward"), "chief.tmpl": address("chief"),
	} {
		s.write(name, text)
	}
	region := filepath.Join(s.directory, "region")
	if err := os.CopyFS(region, os.DirFS("testdata/queue")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"planwatch.yaml", "oncall.yaml"} {
		s.replace(filepath.Join("region", name), "DIRECTORY", s.directory, "SMTP", s.sink.Mail(), "ADDRESS", s.server.Address())
	}
	s.url = "http://" + free(t)
	s.env = []string{"PLANWATCH_WEB_ENABLE_LIFECYCLE=true", "PLANWATCH_WEB_EXTERNAL_URL=" + s.url}
	return s
}

func address(name string) string {
	return fmt.Sprintf("{{ define %q }}%s@example.org{{ end }}", "address."+name, name)
}

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.directory, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) replace(name string, pairs ...string) {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.directory, name))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(name, strings.NewReplacer(pairs...).Replace(string(data)))
}

// free is an address on loopback that nobody uses, also over restarts.
func free(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// start starts planwatch, and waits until it serves.
func (s *site) start() {
	s.t.Helper()
	s.log = &logtest.Log{}
	s.process = exec.CommandContext(context.Background(), s.binary, "serve", "--config", filepath.Join(s.directory, "region"),
		"--web.listen-address", strings.TrimPrefix(s.url, "http://"), "--web.config.file", filepath.Join(s.directory, "web.yaml"),
		"--storage.path", filepath.Join(s.directory, "storage"))
	s.process.Env = append(os.Environ(), s.env...)
	s.process.Stderr = s.log
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	process := s.process
	s.whole.Cleanup(func() {
		_ = process.Process.Kill() // it may have ended
		_ = process.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		s.t.Fatalf("planwatch says %q, %v\n%s", line, err, s.log)
	}
}

// kill ends planwatch as a power failure would, and starts it again.
func (s *site) kill() {
	s.t.Helper()
	if err := s.process.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.process.Wait() // it was killed
	s.mu.Lock()
	s.kills = append(s.kills, time.Now())
	s.mu.Unlock()
	s.start()
}

// queue sets how many patients wait, and has planwatch read it.
func (s *site) queue(hospital string, patients int) {
	s.t.Helper()
	if _, err := s.server.Root().ExecContext(s.t.Context(), "UPDATE warehouse.queue SET patients = ? WHERE hospital = ?", patients, hospital); err != nil {
		s.t.Fatal(err)
	}
	if status, body := s.ask(http.MethodPost, "/-/reload"); status != http.StatusOK {
		s.t.Fatalf("reload: %d %s", status, body)
	}
}

// ask asks planwatch as the user.
func (s *site) ask(method, path string) (status int, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.SetBasicAuth(user, password)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

// receive notes a message.
func (s *site) receive(m sink.Message) {
	one := told{to: strings.TrimPrefix(m.To[0], "/"), at: time.Now()}
	if m.Mail {
		one.to, _, _ = strings.Cut(m.To[0], "@")
		one.subject, one.text = mailed(s.t, m.Data)
		one.resolved = strings.Contains(one.subject, "ÅTERSTÄLLT")
	} else {
		var call struct {
			Status       string            `json:"status"`
			CommonLabels map[string]string `json:"commonLabels"`
		}
		if err := json.Unmarshal(m.Data, &call); err != nil {
			s.t.Error(err)
		}
		one.resolved, one.subject, one.text = call.Status == "resolved", call.CommonLabels["alertname"], string(m.Data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, one)
}

// mailed is the subject and the plain text of a mail.
func mailed(t *testing.T, data []byte) (subject, text string) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Error(err)
		return "", ""
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		t.Error(err)
	}
	_, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		t.Error(err)
		return subject, ""
	}
	parts := multipart.NewReader(parsed.Body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return subject, text
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			plain, err := io.ReadAll(quotedprintable.NewReader(part))
			if err != nil {
				t.Error(err)
			}
			text = string(plain)
		}
	}
}

// messages are those to a recipient about a hospital.
func (s *site) messages(to, about string, resolved bool) []told {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []told
	for _, one := range s.got {
		if one.to == to && one.resolved == resolved && strings.Contains(one.text, about) {
			all = append(all, one)
		}
	}
	return all
}

// pages are the addresses in a text that lead to planwatch.
func (s *site) pages(text string) []string {
	return regexp.MustCompile(regexp.QuoteMeta(s.url)+`[^\s>)"]*`).FindAllString(text, -1)
}

// until waits for a condition. Meanwhile planwatch is killed at the moments.
func (s *site) until(what string, holds func() bool, kills ...time.Duration) {
	s.t.Helper()
	began := time.Now()
	deadline := time.After(patience)
	for !holds() || len(kills) > 0 {
		if len(kills) > 0 && time.Since(began) >= kills[0] {
			kills = kills[1:]
			s.kill()
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			s.show()
			s.t.Fatalf("never %s\n%s", what, s.log)
		}
	}
}

// show logs what has arrived.
func (s *site) show() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.got {
		s.t.Logf("to %s, resolved %t: %s", one.to, one.resolved, one.subject)
	}
}

// command runs another planwatch command.
func (s *site) command(args ...string) string {
	s.t.Helper()
	said, err := exec.CommandContext(s.t.Context(), s.binary, args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("planwatch %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(said)
}
