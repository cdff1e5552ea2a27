package replica

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"planwatch/internal/logtest"
)

// given is a replica that gives texts by name, and its address.
type given struct {
	*Replica
	server *httptest.Server
	mu     sync.Mutex
	parts  map[string]string
}

func giving(t *testing.T, region string, parts map[string]string) *given {
	t.Helper()
	g := &given{parts: parts}
	g.Replica = New(Options{Region: region, Give: func(Role) (all []Given) {
		g.mu.Lock()
		defer g.mu.Unlock()
		for name, text := range g.parts {
			all = append(all, Given{Name: name, Version: text, Encode: func() ([]byte, error) { return []byte(text), nil }})
		}
		return all
	}, Logger: slog.New(slog.DiscardHandler)})
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	return g
}

func (g *given) set(name, text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parts[name] = text
}

// taking asks a replica until the test ends, and keeps what it gives.
type taking struct {
	*peer
	log logtest.Log
	mu  sync.Mutex
	has map[string]string
	// takes is how often something came.
	takes int
}

// takeFrom takes all but those that are left.
func takeFrom(t *testing.T, address, region, id string, left map[string]bool) *taking {
	t.Helper()
	k := &taking{has: map[string]string{}}
	k.peer = &peer{address: address, client: &http.Client{}, region: region, taken: map[string]string{}, logger: slog.New(slog.NewTextHandler(&k.log, nil))}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		k.run(ctx, id, func() {}, func(_ context.Context, _ *State, changed map[string][]byte) map[string]bool {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.takes++
			for name, data := range changed {
				k.has[name] = string(data)
			}
			return left
		})
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return k
}

func (k *taking) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("never %s; log: %s", what, k.log.String())
		}
	}
}

func (k *taking) hasAll(want map[string]string) func() bool {
	return func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return maps.Equal(k.has, want)
	}
}

func TestPartsAreTaken(t *testing.T) {
	g := giving(t, "norrbotten", map[string]string{"a": "1", "b": strings.Repeat("2", 100_000), "empty": ""})
	k := takeFrom(t, g.server.URL, "norrbotten", "another", nil)
	k.until(t, "all is taken", k.hasAll(map[string]string{"a": "1", "b": strings.Repeat("2", 100_000), "empty": ""}))
	g.set("a", "3")
	k.until(t, "a change is taken", k.hasAll(map[string]string{"a": "3", "b": strings.Repeat("2", 100_000), "empty": ""}))
	if k.state() == nil {
		t.Error("it is not reached")
	}
	g.server.CloseClientConnections()
	g.server.Close()
	k.until(t, "it is not reached any more", func() bool { return k.state() == nil })
	if log := k.log.String(); strings.Count(log, "replica not reached") != 1 || strings.Contains(log, g.server.URL) {
		t.Errorf("log: %s", log)
	}
}

// What is not taken comes again, with every change, and nothing else for it.
func TestWhatIsLeftComesAgain(t *testing.T) {
	g := giving(t, "norrbotten", map[string]string{"left": "1", "large": strings.Repeat("2", 100_000), "changes": "0"})
	var mu sync.Mutex
	asked := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Path]++
		mu.Unlock()
		g.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	k := takeFrom(t, server.URL, "norrbotten", "another", map[string]bool{"left": true})
	for i := range 4 {
		text := strconv.Itoa(i)
		g.set("changes", text)
		k.until(t, "a change is taken", func() bool {
			k.mu.Lock()
			defer k.mu.Unlock()
			return k.has["changes"] == text
		})
	}
	mu.Lock()
	defer mu.Unlock()
	of := func(text string) int { return asked[Path+"parts/"+sum([]byte(text))] }
	if large, left := of(strings.Repeat("2", 100_000)), of("1"); large != 1 || left < 4 {
		t.Errorf("what was taken is asked for %d times, and what was not %d times", large, left)
	}
}

func TestOtherReplicas(t *testing.T) {
	other := giving(t, "dalarna", nil)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"another region":  {other.ServeHTTP, `it is of region \"dalarna\", and this planwatch of \"norrbotten\"`},
		"no replicas":     {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusNotFound) }, "it answers 404 Not Found"},
		"no planwatch":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "it is no planwatch that has replicas"},
		"another version": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"form": 2, "id": "x"}`)) }, "it speaks form 2, and this planwatch form 1; update the older one"},
		"a part that is not what it says": {func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "state") {
				_, _ = w.Write([]byte(`{"form": 1, "id": "x", "region": "norrbotten", "role": "leads", "parts": [{"name": "own", "sum": "00"}]}`))
				return
			}
			_, _ = w.Write([]byte("something"))
		}, "part own: not what its sum says"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.answer)
			t.Cleanup(server.Close)
			k := takeFrom(t, server.URL, "norrbotten", "another", nil)
			k.until(t, "the log says why", func() bool { return strings.Contains(k.log.String(), c.want) })
			if !k.hasAll(map[string]string{})() {
				t.Errorf("taken: %v", k.has)
			}
		})
	}
}

// A file with the addresses of all replicas is the same for each.
func TestOwnAddress(t *testing.T) {
	g := giving(t, "norrbotten", map[string]string{"a": "1"})
	k := takeFrom(t, g.server.URL, "norrbotten", g.id, nil)
	k.until(t, "it knows itself", k.own.Load)
	if !k.hasAll(map[string]string{})() {
		t.Errorf("taken of itself: %v", k.has)
	}
}

// However many ask for news, few wait for it.
func TestFewWait(t *testing.T) {
	g := giving(t, "norrbotten", map[string]string{})
	ask := func(tag string) (status int, newTag string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.server.URL+Path+"state", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("If-None-Match", tag)
		request.Header.Set("Prefer", "respond-async, wait=60")
		response, err := g.server.Client().Do(request)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer response.Body.Close()
		return response.StatusCode, response.Header.Get("ETag")
	}
	_, tag := ask("")
	var waiting sync.WaitGroup
	for range mostWaiting {
		waiting.Go(func() { ask(tag) })
	}
	deadline := time.After(20 * time.Second)
	for g.waiting.Load() < mostWaiting {
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatal("they do not wait")
		}
	}
	if status, _ := ask(tag); status != http.StatusNotModified {
		t.Errorf("one more: %d", status)
	}
	if n := g.waiting.Load(); n != mostWaiting {
		t.Errorf("%d wait", n)
	}
	g.set("a", "1") // which is news
	waiting.Wait()
}
