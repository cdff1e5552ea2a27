package exporter_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"planwatch/internal/databasetest"
)

// What a day does, in seconds: 300 reloads of two configurations, and 3,000 scrapes beside
// them in every form. No scrape misses the figure, and afterwards there are no more goroutines,
// connections and bytes than before.
func TestStorm(t *testing.T) {
	const scrapers = 4
	server := queue(t)
	dir := queueRegion(t, server, "1h")
	p := start(t, dir, t.TempDir())
	p.until(kalix, "42")
	reload := func(i int) {
		age := []string{"1h", "2h"}[i%2]
		path := filepath.Join(dir, "collectors", "waiting.yaml")
		if err := os.WriteFile(path, fmt.Appendf(nil, waiting, age), 0o600); err != nil {
			t.Fatal(err)
		}
		p.again()
	}
	forms := []http.Header{
		{}, {"Accept": {"application/openmetrics-text;version=1.0.0"}}, {"Accept-Encoding": {"gzip"}}, {"Accept-Encoding": {"zstd"}},
		{"Accept": {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"}},
	}
	scrape := func(form int) {
		answer, request := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		request.Header = forms[form%len(forms)]
		p.Metrics().ServeHTTP(answer, request)
		body := answer.Body.String()
		if got := answer.Header().Get("Content-Length"); answer.Code != http.StatusOK || got != fmt.Sprint(len(body)) {
			t.Errorf("%d, %s bytes of %d", answer.Code, got, len(body))
		}
		if text := textOf(t, answer); !strings.Contains(text, "\n"+kalix+" 42\n") && !strings.Contains(text, "\n"+kalix+" 42.0\n") {
			t.Errorf("a scrape in form %d without the figure:\n%s", form%len(forms), text)
		}
	}
	// What is made once is made before it is counted.
	for i := range 20 {
		reload(i)
		scrape(i)
	}
	p.until(success, "1")
	connections := func() int { return asked(t, server, "SHOW GLOBAL STATUS LIKE 'Threads_connected'") }
	goroutines, connected := runtime.NumGoroutine(), connections()

	half := func() {
		var all sync.WaitGroup
		for scraper := range scrapers {
			all.Go(func() {
				for i := range stormScrapes / 2 {
					scrape(scraper + i)
				}
			})
		}
		for i := range stormReloads / 2 {
			reload(i)
		}
		all.Wait()
		p.until(success, "1")
		p.until(kalix, "42")
	}
	half()
	heap := kept()
	half()
	settled(t, "goroutines", goroutines+5, runtime.NumGoroutine)
	settled(t, "connections", connected+1, connections)
	// What a reload leaves behind grows in the second half as in the first: this is 28 kB each.
	settled(t, "bytes", heap+4<<20, kept)

	// Scrapes ask the warehouse nothing.
	const selects = "SHOW GLOBAL STATUS LIKE 'Com_select'"
	before := asked(t, server, selects)
	const scrapes = stormReloads
	for i := range scrapes {
		scrape(i)
	}
	if more := asked(t, server, selects) - before; more > 10 {
		t.Errorf("the warehouse was asked %d times during %d scrapes", more, scrapes)
	}
}

// textOf is the body of an answer as text, whatever its form.
func textOf(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	var plain io.Reader = answer.Body
	var err error
	switch answer.Header().Get("Content-Encoding") {
	case "gzip":
		plain, err = gzip.NewReader(answer.Body)
	case "zstd":
		var frames *zstd.Decoder
		if frames, err = zstd.NewReader(answer.Body); err == nil {
			defer frames.Close()
		}
		plain = frames
	}
	if err != nil {
		t.Error(err)
		return ""
	}
	body, err := io.ReadAll(plain)
	if err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(answer.Header().Get("Content-Type"), "application/vnd.google.protobuf") {
		return string(body)
	}
	var text bytes.Buffer
	for families := expfmt.NewDecoder(bytes.NewReader(body), expfmt.NewFormat(expfmt.TypeProtoDelim)); ; {
		var family dto.MetricFamily
		if err := families.Decode(&family); errors.Is(err, io.EOF) {
			return text.String()
		} else if err != nil {
			t.Error(err)
			return ""
		}
		if _, err := expfmt.MetricFamilyToText(&text, &family); err != nil {
			t.Error(err)
		}
	}
}

// asked is the number that the server's status has.
func asked(t *testing.T, server *databasetest.Server, query string) int {
	t.Helper()
	var name string
	var number int
	if err := server.Root().QueryRowContext(t.Context(), query).Scan(&name, &number); err != nil {
		t.Fatal(err)
	}
	return number
}

// kept is what the process holds on to, in bytes.
func kept() int {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// settled waits until there are at most so many.
func settled(t *testing.T, what string, most int, now func() int) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		got := now()
		if got <= most {
			t.Logf("%d %s, of at most %d", got, what, most)
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d %s, want at most %d\n%s", got, what, most, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// Others than the owner and the group cannot look into the storage, and saved figures are
// their owner's alone.
func TestStorageIsItsOwners(t *testing.T) {
	server := queue(t)
	storage := filepath.Join(t.TempDir(), "data")
	p := start(t, queueRegion(t, server, "1h"), storage)
	p.until(kalix, "42")
	p.stop()
	saved := 0
	err := filepath.WalkDir(storage, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm()
		if path == storage && mode&0o007 != 0 {
			t.Errorf("everyone can look into the storage: %v", mode)
		}
		if entry.Type().IsRegular() && filepath.Dir(path) == filepath.Join(storage, "snapshot") {
			saved++
			if mode != 0o600 {
				t.Errorf("%s has mode %v", path, mode)
			}
		}
		return nil
	})
	if err != nil || saved == 0 {
		t.Errorf("%d files of saved figures: %v", saved, err)
	}
}
