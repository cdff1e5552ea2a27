//go:build gms_pure_go

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"planwatch/internal/audit"
	"planwatch/internal/comment"
	"planwatch/internal/storage"
)

// kills is how often planwatch is killed.
const kills = 20

// countedRegion is a region whose warehouse says a number in every row, which grows, so that
// figures of two moments differ.
type countedRegion struct {
	t *testing.T
	// dir is the region's, storage what planwatch keeps, and web the file of users.
	dir, storage, web string
	number            int

	// gateway is the address that messages go to, and told has them in short.
	gateway string
	telling sync.Mutex
	told    []string
}

// tell notes a message: of each alert whether it fires, its name and its target.
func (w *countedRegion) tell(_ http.ResponseWriter, r *http.Request) {
	var call struct {
		Alerts []struct {
			Status string
			Labels map[string]string
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		w.t.Error(err)
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	for _, a := range call.Alerts {
		w.told = append(w.told, fmt.Sprint(a.Status, " ", a.Labels))
	}
}

// messages are those so far, in order of their text.
func (w *countedRegion) messages() []string {
	w.telling.Lock()
	defer w.telling.Unlock()
	return slices.Sorted(slices.Values(w.told))
}

// newCountedRegion makes the region: that of Helse Fjord with a collector more, that sends
// messages to a gateway, and that cannot send to another.
func newCountedRegion(t *testing.T) *countedRegion {
	t.Helper()
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	dir := t.TempDir()
	w := &countedRegion{t: t, dir: filepath.Join(dir, "region"), storage: filepath.Join(dir, "storage"), web: filepath.Join(dir, "web.yaml")}
	gateway := httptest.NewServer(http.HandlerFunc(w.tell))
	t.Cleanup(gateway.Close)
	w.gateway = gateway.URL
	if err := os.CopyFS(w.dir, os.DirFS("../../examples/fjord")); err != nil {
		t.Fatal(err)
	}
	w.change("planwatch.yaml", "outbox: true", "interval: 1s")
	w.change("oncall.yaml", "group_by: [trust]", "group_by: [trust]\nwait: 1s\ninterval: 1s\ndirectory: "+dir)
	schema := w.read("warehouse/schema.sql")
	hash, err := bcrypt.GenerateFromPassword([]byte("test"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		w.web:                                "basic_auth_users:\n  anna: " + string(hash) + "\n",
		filepath.Join(dir, "drift.url"):      gateway.URL,
		filepath.Join(dir, "ytre-fjord.url"): nobody.URL,
		filepath.Join(w.dir, "warehouse", "schema.sql"):   schema + "CREATE TABLE counted (id INT NOT NULL PRIMARY KEY, n INT NOT NULL);\n",
		filepath.Join(w.dir, "collectors", "counted.sql"): "SELECT CAST(id AS CHAR) AS place, n AS first, n AS second FROM counted\n",
		filepath.Join(w.dir, "collectors", "counted.yaml"): `collector: counted
title: {nb: Talt}
source: warehouse
schedule: "0 6 * * *"
query: counted.sql
labels: [place]
max_age: 30d
kpis:
  - {name: first_beds, title: {nb: Første}, definition: {nb: Den første.}, column: first, unit: beds, better: higher, aggregate: sum}
  - {name: second_beds, title: {nb: Andre}, definition: {nb: Den andre.}, column: second, unit: beds, better: higher, aggregate: sum}
`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.count()
	return w
}

func (w *countedRegion) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

func (w *countedRegion) change(name, old, replacement string) {
	w.t.Helper()
	text := w.read(name)
	if !strings.Contains(text, old) {
		w.t.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(strings.Replace(text, old, replacement, 1)), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// places is how many rows there are.
const places = 400

// count has the warehouse say the next number.
func (w *countedRegion) count() {
	w.number++
	rows := []byte("id,n\n")
	for id := range places {
		rows = fmt.Appendf(rows, "%d,%d\n", id, w.number)
	}
	if err := storage.Replace(filepath.Join(w.dir, "warehouse", "counted.csv"), rows); err != nil {
		w.t.Error(err)
	}
}

// close makes the warehouse unreadable, so that what is shown is what was saved, and
// opens it again.
func (w *countedRegion) close() (again func()) {
	w.t.Helper()
	at, aside := filepath.Join(w.dir, "warehouse", "ledger.csv"), filepath.Join(w.dir, "ledger.csv")
	if err := os.Rename(at, aside); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		if err := os.Rename(aside, at); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *countedRegion) args() []string {
	return []string{"--config", w.dir, "--storage.path", w.storage, "--web.config.file", w.web, "--web.enable-lifecycle"}
}

// asked sends a request as anna, and gives the answer's status and body.
func asked(ctx context.Context, method, address, kind string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	request.SetBasicAuth("anna", "test")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, data, err
}

// kept is what somebody has been told is kept.
type kept struct {
	mu                 sync.Mutex
	comments, silences map[string]bool
	// unaudited is that the audit log could not be written to.
	unaudited bool
}

func (k *kept) add(to map[string]bool, what string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	to[what] = true
}

// write writes all that can be written over HTTP, until planwatch is killed.
func (w *countedRegion) write(ctx context.Context, base string, round int, k *kept) {
	var all sync.WaitGroup
	all.Go(func() {
		for n := 0; ; n++ {
			text := fmt.Sprintf("round %d, comment %d", round, n)
			code, _, err := asked(ctx, http.MethodPost, base+"/comments", "application/x-www-form-urlencoded", []byte(url.Values{"kpi": {"first_beds"}, "comment": {text}}.Encode()))
			if err != nil {
				return
			}
			if code != http.StatusSeeOther {
				w.t.Errorf("%s: %d", text, code)
				return
			}
			k.add(k.comments, text)
		}
	})
	all.Go(func() {
		for n := 0; ; n++ {
			text, err := json.Marshal(map[string]any{
				"matchers": []map[string]any{{"name": "target", "value": fmt.Sprintf("%d-%d", round, n), "isRegex": false, "isEqual": true}},
				"startsAt": time.Now().UTC(), "endsAt": time.Now().Add(24 * time.Hour).UTC(), "comment": "a test", "createdBy": "anna",
			})
			if err != nil {
				w.t.Error(err)
				return
			}
			code, body, err := asked(ctx, http.MethodPost, base+"/alertmanager/api/v2/silences", "application/json", text)
			if err != nil {
				return
			}
			if code != http.StatusOK {
				// Not before alerts are evaluated for the first time.
				continue
			}
			var made struct{ SilenceID string }
			if err := json.Unmarshal(body, &made); err != nil || made.SilenceID == "" {
				w.t.Errorf("silence: %q, %v", body, err)
				return
			}
			k.add(k.silences, made.SilenceID)
		}
	})
	all.Go(func() {
		for {
			w.count()
			// Every collector runs.
			if code, body, err := asked(ctx, http.MethodPost, base+"/-/reload", "", nil); err != nil {
				return
			} else if code != http.StatusOK {
				w.t.Errorf("reload: %d %s", code, body)
				return
			}
		}
	})
	all.Wait()
}

var counted = regexp.MustCompile(`(?m)^kpi_(first|second)_beds\{place="(\d+)"\} (\d+)$`)

// shown is the number that the figures of the collector say; all say the same one, and
// none is missing.
func shown(t *testing.T, metrics string) int {
	t.Helper()
	found := counted.FindAllStringSubmatch(metrics, -1)
	if len(found) != 2*places {
		t.Errorf("%d figures, want %d", len(found), 2*places)
		return 0
	}
	for _, one := range found {
		if one[3] != found[0][3] {
			t.Errorf("%s beside %s: figures of two moments", one[0], found[0][0])
		}
	}
	number, err := strconv.Atoi(found[0][3])
	if err != nil {
		t.Error(err)
	}
	return number
}

// Whatever planwatch is writing as it is killed: it starts again, on what was there
// before or after the write and nothing in between; what somebody was told is kept is
// there; and nothing is left over.
func TestKilledAtAnyMoment(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("PLANWATCH_TEST_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to have the same moments: PLANWATCH_TEST_SEED=%d", seed)
		}
	})
	random := rand.New(rand.NewPCG(seed, 0))
	w := newCountedRegion(t)
	k := &kept{comments: map[string]bool{}, silences: map[string]bool{}}
	last, served := 0, 0
	for round := range kills {
		longest := 1500 * time.Millisecond
		if round%4 == 0 { // within the start
			longest = 200 * time.Millisecond
		}
		delay := time.Duration(random.Int64N(int64(longest)))
		if w.killed(round, delay, k) {
			served++
		}
		if round%5 != 4 {
			continue
		}
		last = w.check(k, last)
	}
	if served < 5 || len(k.comments) < kills || last < 5 {
		t.Errorf("of %d times it was served %d times before it was killed, with %d comments, %d silences and %d numbers", kills, served, len(k.comments), len(k.silences), last)
	}
	t.Logf("served %d times of %d; %d comments, %d silences, %d numbers", served, kills, len(k.comments), len(k.silences), last)
}

// killed starts planwatch, has it write, and kills it after the delay. It reports
// whether it was served by then.
func (w *countedRegion) killed(round int, delay time.Duration, k *kept) bool {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "planwatch", append([]string{"serve", "--web.listen-address", "127.0.0.1:0"}, w.args()...)...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		w.t.Fatal(err)
	}
	var ended atomic.Bool
	timer := time.AfterFunc(delay, func() {
		ended.Store(true)
		_ = command.Process.Kill() // where it has ended by itself, that is told below
	})
	defer timer.Stop()
	said, err := bufio.NewReader(stdout).ReadString('\n')
	if err == nil {
		if address := regexp.MustCompile(`http://[^ ]+`).FindString(said); address != "" {
			w.write(ctx, address, round, k)
		}
	}
	_ = command.Wait() // it is killed
	if !ended.Load() {
		w.t.Fatalf("round %d: it ended by itself\n%s", round, stderr.String())
	}
	if strings.Contains(stderr.String(), "set aside") || strings.Contains(stderr.String(), "panic") {
		w.t.Errorf("round %d:\n%s", round, stderr.String())
	}
	return err == nil
}

// check starts planwatch without a warehouse and finds that all is there. It returns
// the number that the figures say.
func (w *countedRegion) check(k *kept, last int) int {
	t := w.t
	t.Helper()
	again := w.close()
	defer again()
	// What a kill leaves where a file is written anew, which happens too seldom to wait for.
	for _, path := range []string{
		"past-alerts.jsonl", "snapshot/counted", "alerting/sent.json", "alertmanager/notifications", "alertmanager/silences", "alertmanager/undelivered.json", "alertmanager/outbox.jsonl",
	} {
		if _, err := os.Stat(filepath.Dir(filepath.Join(w.storage, path))); err != nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(w.storage, path+".123.tmp"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, w.args()...)
	defer func() {
		_ = s.Process.Kill()
		_ = s.Wait() // it is killed
	}()
	code, metrics, err := asked(t.Context(), http.MethodGet, s.url+"/metrics", "", nil)
	if err != nil || code != http.StatusOK {
		t.Fatalf("%d, %v", code, err)
	}
	number := shown(t, string(metrics))
	if number < last || number > w.number {
		t.Errorf("the figures say %d, and said %d at the last start; the warehouse says %d", number, last, w.number)
	}
	var comments []comment.Comment
	if err := json.Unmarshal([]byte(planwatch(t, "comments", "--storage.path", w.storage, "--format", "json")), &comments); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, c := range comments {
		found[c.Text]++
	}
	for text := range k.comments {
		if found[text] != 1 {
			t.Errorf("comment %q is there %d times", text, found[text])
		}
	}
	var entries []audit.Entry
	if err := json.Unmarshal([]byte(planwatch(t, "audit", "--storage.path", w.storage, "--format", "json")), &entries); err != nil {
		t.Fatal(err)
	}
	if !k.unaudited && len(entries) < len(k.comments)+len(k.silences) {
		t.Errorf("the audit log has %d lines of %d comments and %d silences", len(entries), len(k.comments), len(k.silences))
	}
	code, body, err := asked(t.Context(), http.MethodGet, s.url+"/alertmanager/api/v2/silences", "", nil)
	var silences []struct{ ID string }
	if err != nil || code != http.StatusOK || json.Unmarshal(body, &silences) != nil {
		t.Fatalf("silences: %d %s, %v", code, body, err)
	}
	ids := map[string]bool{}
	for _, one := range silences {
		ids[one.ID] = true
	}
	for id := range k.silences {
		if !ids[id] {
			t.Errorf("silence %s is lost", id)
		}
	}
	left := func() (all []string) {
		err := filepath.WalkDir(w.storage, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".damaged") {
				t.Errorf("%s", path)
			}
			if strings.HasSuffix(path, ".tmp") {
				all = append(all, path)
			}
			if os.IsNotExist(err) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	deadline := time.Now().Add(20 * time.Second)
	for all := left(); len(all) > 0; all = left() {
		if time.Now().After(deadline) {
			t.Fatalf("left over: %q", all)
		}
	}
	return number
}

// A generate that is killed leaves each file as it was or as it is to be, and the next
// one leaves nothing else.
func TestGenerateKilled(t *testing.T) {
	before, after := filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")
	w := newCountedRegion(t)
	generate := func(ctx context.Context, root string) error {
		return exec.CommandContext(ctx, "planwatch", "generate", "--config", w.dir, root).Run()
	}
	if err := generate(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	w.change("planwatch.yaml", "region: Helse Fjord", "region: Helse Fjord og omegn\nweb: {external_url: http://planwatch.example.org}")
	if err := generate(t.Context(), after); err != nil {
		t.Fatal(err)
	}
	former, next := filesIn(t, before), filesIn(t, after)
	// They are written in order.
	first := ""
	for _, name := range slices.Sorted(maps.Keys(next)) {
		if former[name] != next[name] {
			first = name
			break
		}
	}
	killed := filepath.Join(t.TempDir(), "killed")
	mixed := 0
	for attempts := 0; mixed < 15; attempts++ {
		if attempts == 20*kills {
			t.Fatalf("of %d times it was killed %d times while it wrote", attempts, mixed)
		}
		if err := errors.Join(os.RemoveAll(killed), os.CopyFS(killed, os.DirFS(before))); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- generate(ctx, killed) }()
		writes := func() bool {
			data, err := os.ReadFile(filepath.Join(killed, first))
			return err != nil || string(data) != former[first]
		}
		for deadline := time.Now().Add(time.Minute); !writes(); {
			if time.Now().After(deadline) {
				t.Fatal("it never writes")
			}
		}
		<-time.After(rand.N(20 * time.Millisecond))
		cancel()
		<-ended // it may be killed
		old, anew := 0, 0
		for name, data := range filesIn(t, killed) {
			switch {
			case strings.HasSuffix(name, ".tmp"):
			case data == former[name] && data != next[name]:
				old++
			case data == next[name] && data != former[name]:
				anew++
			case data != next[name]:
				t.Errorf("%s is neither as it was nor as it is to be: %d bytes, and was %d, and is to be %d", name, len(data), len(former[name]), len(next[name]))
			}
		}
		if old > 0 && anew > 0 {
			mixed++
		}
	}
	if err := os.WriteFile(filepath.Join(killed, "docs", "kpis.md.123.tmp"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := generate(t.Context(), killed); err != nil {
		t.Fatal(err)
	}
	if got := filesIn(t, killed); !maps.Equal(got, next) {
		t.Errorf("%d files, want these %d", len(got), len(next))
	}
}

// filesIn are a directory's files with their contents.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
