package exporter_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// door is an address at which a planwatch answers once it is there.
type door struct {
	*httptest.Server
	behind atomic.Pointer[http.Handler]
}

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if next := d.behind.Load(); next != nil {
			(*next).ServeHTTP(w, r)
			return
		}
		http.Error(w, "not yet", http.StatusServiceUnavailable)
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *door) lead(to http.Handler) { d.behind.Store(&to) }

// twoReplicas are two planwatch of the region in dir, of which the first leads.
func twoReplicas(t *testing.T, dir, otherDir string) (first, second *planwatch) {
	t.Helper()
	return replicas(t, dir, otherDir, func(first *planwatch) { first.until("planwatch_replica_leads", "1") })
}

// unledReplicas are two of which none leads yet.
func unledReplicas(t *testing.T, dir, otherDir string) (first, second *planwatch) {
	t.Helper()
	return replicas(t, dir, otherDir, func(*planwatch) {})
}

func replicas(t *testing.T, dir, otherDir string, begun func(first *planwatch)) (first, second *planwatch) {
	t.Helper()
	doors := []*door{newDoor(t), newDoor(t)}
	for _, d := range []string{dir, otherDir} {
		path := filepath.Join(d, "planwatch.yaml")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(data, []byte("replicas:")) {
			data = fmt.Appendf(data, "replicas: {addresses: [%q, %q], lease: 2s, lock_name: planwatch}\n", doors[0].URL, doors[1].URL)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first = start(t, dir, t.TempDir())
	doors[0].lead(first.Replica())
	begun(first)
	second = start(t, otherDir, t.TempDir())
	doors[1].lead(second.Replica())
	return first, second
}

// askedFor counts the queries that the server was asked for figures.
func askedFor(t *testing.T, log string) int {
	t.Helper()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(data, []byte("SELECT q.hospital"))
}

// scraped is the answer to a scrape in a form.
func (p *planwatch) scraped(accept, encoding string) []byte {
	p.t.Helper()
	request := httptest.NewRequestWithContext(p.t.Context(), http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept", accept)
	request.Header.Set("Accept-Encoding", encoding)
	answer := httptest.NewRecorder()
	p.Metrics().ServeHTTP(answer, request)
	return answer.Body.Bytes()
}

// The one that follows shows what the one that leads does, in every form byte for byte,
// and asks the warehouse nothing; nor does it when it leads, as long as nothing is due.
func TestReplicas(t *testing.T) {
	log := filepath.Join(t.TempDir(), "queries.log")
	server := queue(t, databasetest.WithSetting("general_log=1"), databasetest.WithSetting("general_log_file="+log))
	dir := queueRegion(t, server, "1h")
	first, second := twoReplicas(t, dir, dir)
	first.until(kalix, "42")
	second.until(kalix, "42")
	for _, accept := range []string{"text/plain", "application/openmetrics-text;version=1.0.0", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"} {
		for _, encoding := range []string{"identity", "gzip", "zstd"} {
			deadline := time.After(20 * time.Second)
			for !bytes.Equal(first.scraped(accept, encoding), second.scraped(accept, encoding)) {
				select {
				case <-time.After(10 * time.Millisecond):
				case <-deadline:
					t.Fatalf("%s, %s: not the same bytes", accept, encoding)
				}
			}
		}
	}
	if status := second.Collectors()[0]; status.LastRun.IsZero() || !status.SourceUp || status.Err != nil || status.Shown != 1 {
		t.Errorf("the page of the one that follows: %+v", status)
	}
	if n := askedFor(t, log); n != 1 {
		t.Errorf("%d queries, want 1", n)
	}
	if err := second.Ready(); err != nil {
		t.Error(err)
	}
	first.stop()
	second.untilLogged("role=leads")
	second.until("planwatch_replica_leads", "1")
	if got := second.exposed(kalix); got != "42" {
		t.Errorf("it shows %q", got)
	}
	if n := askedFor(t, log); n != 1 {
		t.Errorf("%d queries after the change, want 1", n)
	}
	// What is shown is what the new one finds.
	execute(t, server, "UPDATE warehouse.queue SET patients = 43")
	second.again()
	second.until(kalix, "43")
}

// Figures of another definition are not shown, and the log says what to do.
func TestReplicasOfTwoConfigurations(t *testing.T) {
	server := queue(t)
	dir, other := queueRegion(t, server, "1h"), queueRegion(t, server, "1h")
	if err := os.WriteFile(filepath.Join(other, "collectors", "waiting.sql"), []byte("SELECT q.hospital, q.patients + 1 AS patients FROM queue AS q"), 0o600); err != nil {
		t.Fatal(err)
	}
	// They are of one region by the name of its directory.
	same := filepath.Join(t.TempDir(), filepath.Base(dir))
	if err := os.Rename(other, same); err != nil {
		t.Fatal(err)
	}
	first, second := twoReplicas(t, dir, same)
	first.until(kalix, "42")
	second.untilLogged("figures of the replica that leads are not shown here; give both the same configuration")
	// It has its own: no figures would be worse than those of a definition that is here.
	second.until(kalix, "43")
	if !strings.Contains(second.log.String(), "collector waiting: its definition, its query or its source is another here") {
		t.Error("the log does not say of which collector")
	}
	// With the same configuration, it is shown.
	data, err := os.ReadFile(filepath.Join(dir, "collectors", "waiting.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(same, "collectors", "waiting.sql"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	second.again()
	second.until(kalix, "42")
}

// The password of replicas is for those that are named, and for nobody to whom these lead.
func TestReplicaFollowsNoRedirect(t *testing.T) {
	var led atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { led.Add(1) }))
	t.Cleanup(elsewhere.Close)
	var asked atomic.Int32
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	}))
	t.Cleanup(door.Close)
	server := queue(t)
	dir := queueRegion(t, server, "1h")
	path := filepath.Join(dir, "planwatch.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data = fmt.Appendf(data, "replicas: {addresses: [%q], client: {user: replica, password_file: %q}}\n", door.URL, filepath.Join(region(t, map[string]string{"password": password}), "password"))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, t.TempDir())
	p.untilLogged("it answers 302 Found")
	p.until(`planwatch_replica_up{peer="`+door.URL+`"}`, "0")
	if asked.Load() == 0 || led.Load() > 0 {
		t.Errorf("asked %d times, led elsewhere %d times", asked.Load(), led.Load())
	}
}

// The past is read from the warehouse once: by the one that leads, which the other asks.
func TestReplicasReadThePastOnce(t *testing.T) {
	log := filepath.Join(t.TempDir(), "queries.log")
	server := queue(t, databasetest.WithSetting("general_log=1"), databasetest.WithSetting("general_log_file="+log))
	dir := queueRegion(t, server, "1h")
	path := filepath.Join(dir, "planwatch.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_HISTORY_BACKFILL", "true")
	t.Setenv("PLANWATCH_HISTORY_MONTHS", "1")
	t.Setenv("PLANWATCH_HISTORY_YEARS", "1")
	t.Setenv("PLANWATCH_HISTORY_PAUSE", "0s")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	const asOf = "SELECT q.hospital, q.patients FROM queue AS q WHERE :as_of > '2000-01-01'"
	if err := os.WriteFile(filepath.Join(dir, "collectors", "waiting.sql"), []byte(asOf), 0o600); err != nil {
		t.Fatal(err)
	}
	first, second := twoReplicas(t, dir, dir)
	whole := func(p *planwatch) func() bool {
		return func() bool {
			progress, ok := p.History()
			return ok && progress.Wanted > 10 && progress.Kept == progress.Wanted
		}
	}
	await(t, "the first has read the past", whole(first))
	n := askedFor(t, log)
	await(t, "the second has it too", whole(second))
	if now := askedFor(t, log); now != n {
		t.Errorf("%d queries, and %d before the second had the past", now, n)
	}
	first.stop()
	second.untilLogged("role=leads")
	await(t, "the second has all, and leads", whole(second))
	if now := askedFor(t, log); now != n {
		t.Errorf("%d queries after the change, %d before", now, n)
	}
	second.untilLogged("the past has been read, without the warehouse")
}

func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(40 * time.Second)
	for !holds() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

// One that is to be stopped hands over first: it leads no more, though it goes on, and the
// other does.
func TestReplicaHandsOver(t *testing.T) {
	dir := queueRegion(t, queue(t), "1h")
	first, second := twoReplicas(t, dir, dir)
	await(t, "they reach each other", func() bool { return reaches(first) })
	second.until(kalix, "42")
	first.HandOver(t.Context())
	second.untilLogged("role=leads")
	first.untilLogged("role=follows before=leads")
	await(t, "the first shows what the second leads with", func() bool {
		return bytes.Equal(first.scraped("text/plain", "identity"), second.scraped("text/plain", "identity"))
	})
	if strings.Count(first.log.String(), "role=leads") != 1 {
		t.Error("the first leads again")
	}
}

// reaches reports whether the planwatch reaches another.
func reaches(p *planwatch) bool {
	for line := range strings.Lines(p.text()) {
		if strings.HasPrefix(line, "planwatch_replica_up{") && strings.HasSuffix(line, " 1\n") {
			return true
		}
	}
	return false
}

// A lock that is somebody else's leaves nobody without figures: one of the two stands in.
func TestStrangersLock(t *testing.T) {
	server := queue(t)
	stranger, err := server.Root().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got int
	if err := stranger.QueryRowContext(t.Context(), "SELECT GET_LOCK('planwatch', 0)").Scan(&got); err != nil || got != 1 {
		t.Fatal(got, err)
	}
	dir := queueRegion(t, server, "1h")
	first, second := unledReplicas(t, dir, dir)
	heads := func() (n int) {
		for _, p := range []*planwatch{first, second} {
			if role, _ := p.Replicas()(); role.Heads() {
				n++
			}
		}
		return n
	}
	await(t, "one stands in", func() bool { return heads() == 1 })
	first.until(kalix, "42")
	second.until(kalix, "42")
	for _, p := range []*planwatch{first, second} {
		p.untilLogged("the replicas' lock is held by none of them that is reached")
	}
	if err := stranger.Close(); err != nil {
		t.Fatal(err)
	}
}
