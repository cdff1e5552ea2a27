package exporter_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What is shown is pushed to where planwatch.yaml says, also as a reload changes it.
func TestPush(t *testing.T) {
	receiver := func() (address string, requests *atomic.Int64) {
		requests = &atomic.Int64{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Scope-Orgid") == "north" {
				requests.Add(1)
			}
			w.Header().Set("X-Prometheus-Remote-Write-Samples-Written", "1000000")
		}))
		t.Cleanup(server.Close)
		return server.URL, requests
	}
	first, toFirst := receiver()
	second, toSecond := receiver()
	dir := queueRegion(t, queue(t), "1h")
	file := filepath.Join(dir, "planwatch.yaml")
	plain, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write := func(settings string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(string(plain)+settings), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pushing := func(name, address string) string {
		return fmt.Sprintf("push:\n  interval: 1s\n  receivers:\n    %s: {url: %q, headers: {X-Scope-OrgID: north}}\n", name, address)
	}
	until := func(what string, holds func() bool) {
		t.Helper()
		deadline := time.After(30 * time.Second)
		for !holds() {
			select {
			case <-time.After(20 * time.Millisecond):
			case <-deadline:
				t.Fatalf("not so: %s", what)
			}
		}
	}
	write(pushing("first", first))
	p := start(t, dir, t.TempDir())
	until("it is pushed", func() bool { return toFirst.Load() > 1 })
	until("it is counted", func() bool {
		return !strings.HasPrefix(p.exposed(`planwatch_push_samples_total{receiver="first"}`)+"0", "0")
	})

	write(pushing("second", second))
	p.again()
	until("it is pushed to another", func() bool { return toSecond.Load() > 1 })
	if got := p.exposed(`planwatch_push_samples_total{receiver="first"}`); got != "" {
		t.Errorf("the former one still has %s samples", got)
	}

	write("push: {receivers: {third: {url: https://third.example.org, client: {ca_file: /nowhere/ca.pem}}}}\n")
	if err := p.Reload(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "push: receivers: third: client: ca_file: open /nowhere/ca.pem: ") {
		t.Errorf("a reload with authorities that cannot be read: %v", err)
	}
	before := toSecond.Load()
	until("the running one goes on", func() bool { return toSecond.Load() > before+1 })
}
