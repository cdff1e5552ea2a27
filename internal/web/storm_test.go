package web_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/snapshot"
	"planwatch/internal/web"
)

// A thousand that scrape at once, beside some that read a byte and stall, that hang up in
// the middle, and that send headers and forms without end: an answer is whole, and a
// refusal is one. Who stalls is cut off, and afterwards nothing is left of any.
func TestStorm(t *testing.T) {
	const (
		places  = 64
		timeout = 10 * time.Second // of an answer
	)
	served := content(t, func(c *web.Content) { c.Store = large(t) })
	goroutines := runtime.NumGoroutine()
	server, err := web.Listen(t.Context(), config.Web{ListenAddress: []string{"127.0.0.1:0"}, MaxConnections: places}, served, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server.Hurry(timeout)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	address := strings.TrimPrefix(server.URLs()[0], "http://")
	for _, form := range []string{"identity", "gzip"} { // makes the encodings
		if err := scrape(t.Context(), address, form, true); err != nil {
			t.Fatal(err)
		}
	}
	heap := heapInUse()

	stalled := make([]*stall, places/4)
	for i := range stalled {
		if stalled[i], err = startStall(t, address); err != nil {
			t.Fatal(err)
		}
	}

	var all sync.WaitGroup
	var whole, refused atomic.Int64
	begin := make(chan struct{})
	for i := range 1_000 {
		all.Go(func() {
			<-begin
			form := "gzip"
			if i%50 == 0 {
				form = "identity"
			}
			switch err := scrape(t.Context(), address, form, i%50 == 1); {
			case err == nil:
				whole.Add(1)
			case errors.Is(err, errNoAnswer):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	for range 100 {
		all.Go(func() {
			<-begin
			if err := hangUp(t.Context(), address); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 {
		all.Go(func() {
			<-begin
			if status, err := send(t.Context(), address, "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Large: "+strings.Repeat("x", 1<<20)+"\r\n\r\n"); err == nil && status != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("a header of 1 MiB: %d", status)
			}
		})
		all.Go(func() {
			<-begin
			body := strings.Repeat("x", 1<<20)
			if status, err := send(t.Context(), address, fmt.Sprintf("POST /event/comment HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body)); err == nil && status != http.StatusForbidden {
				t.Errorf("a form of 1 MiB: %d", status)
			}
		})
	}
	close(begin)
	all.Wait()
	t.Logf("%d were answered, and %d refused", whole.Load(), refused.Load())
	if whole.Load() < 900 {
		t.Errorf("%d of 1,000 were answered", whole.Load())
	}

	// Those that stall hold a goroutine of the server's each, until they are cut off.
	until(t, "who stalls is cut off", func() bool { return runtime.NumGoroutine() < goroutines+len(stalled) })
	for i, s := range stalled {
		if n, err := s.rest(); n >= s.length || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d of the stalled has %d of %d bytes in the end: %v", i, n, s.length, err)
		}
	}
	if err := scrape(t.Context(), address, "gzip", true); err != nil {
		t.Errorf("after the storm: %v", err)
	}
	const more = 32 << 20
	until(t, "the memory is free again", func() bool { return heapInUse() < heap+more })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	until(t, fmt.Sprintf("no more than %d goroutines", goroutines), func() bool { return runtime.NumGoroutine() <= goroutines })
}

// large is a store whose answer is larger than what the system keeps of a connection.
func large(t *testing.T) *snapshot.Store {
	t.Helper()
	samples := make([]kpi.Sample, 80_000)
	for i := range samples {
		samples[i] = kpi.Sample{KPI: "beds_available", Labels: kpi.NewLabels(kpi.Label{Name: "hospital", Value: "A hospital with a name of its own"}, kpi.Label{Name: "ward", Value: fmt.Sprintf("The ward of number %d", i)}), Value: float64(i), AsOf: time.Now()}
	}
	store := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, slog.New(slog.DiscardHandler))
	k := kpi.KPI{Name: "beds_available", Title: language.Text{"en": "Available beds"}, Definition: language.Text{"en": "Staffed beds."}}
	store.Replace(snapshot.Record{Collector: "beds", Samples: samples}, snapshot.Description{KPIs: []kpi.KPI{k}, MaxAge: time.Hour, HelpLanguage: bare(t).Languages.English()})
	return store
}

// errNoAnswer is that a connection was refused, or closed before a word of an answer.
var errNoAnswer = errors.New("no answer")

// connect connects, for no longer than a minute.
func connect(ctx context.Context, address string) (*net.TCPConn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, errors.Join(errNoAnswer, err)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn.(*net.TCPConn), nil
}

// scrape asks for the figures on a connection of its own. An answer that has begun must be
// whole; read is whether what is compressed is looked into.
func scrape(ctx context.Context, address, form string, read bool) error {
	conn, err := connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: "+form+"\r\n\r\n"); err != nil {
		return errors.Join(errNoAnswer, err)
	}
	answered := bufio.NewReader(conn)
	if _, err := answered.Peek(1); err != nil {
		return errors.Join(errNoAnswer, err)
	}
	response, err := http.ReadResponse(answered, nil)
	if err != nil {
		return fmt.Errorf("a torn answer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.ContentLength < 1000 {
		return fmt.Errorf("%s of %d bytes", response.Status, response.ContentLength)
	}
	body := &counter{from: response.Body}
	var figures io.Reader = body
	if form == "gzip" && read {
		if figures, err = gzip.NewReader(body); err != nil {
			return fmt.Errorf("a torn answer: %w", err)
		}
	}
	if form == "identity" || read {
		var samples int
		lines := bufio.NewScanner(figures)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "kpi_beds_available{") {
				samples++
			}
		}
		if err := lines.Err(); err != nil || samples != 80_000 {
			return fmt.Errorf("a torn answer: %d samples, %w", samples, err)
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil || body.n != response.ContentLength {
		return fmt.Errorf("a torn answer: %d of %d bytes: %w", body.n, response.ContentLength, err)
	}
	return nil
}

// counter counts what is read.
type counter struct {
	from io.Reader
	n    int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	return n, err
}

// stall is a reader that has read the beginning of an answer, and reads no more.
type stall struct {
	body   io.ReadCloser
	length int64
}

func startStall(t *testing.T, address string) (*stall, error) {
	t.Helper()
	conn, err := connect(t.Context(), address)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadBuffer(64 << 10); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(conn, 512), nil)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	_, err = response.Body.Read(make([]byte, 1))
	return &stall{response.Body, response.ContentLength - 1}, err
}

// rest reads what there is still to be read.
func (s *stall) rest() (int64, error) { return io.Copy(io.Discard, s.body) }

// hangUp asks, and resets the connection in the middle of the answer.
func hangUp(ctx context.Context, address string) error {
	conn, err := connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return nil // it was refused
	}
	_, _ = conn.Read(make([]byte, 10))
	return conn.SetLinger(0)
}

// send sends a request, and gives the status of the answer. The error is that the
// connection was closed before.
func send(ctx context.Context, address, request string) (int, error) {
	conn, err := connect(ctx, address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	_, sentErr := io.WriteString(conn, request)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, errors.Join(sentErr, err)
	}
	defer response.Body.Close()
	return response.StatusCode, nil
}

// heapInUse is what is held on to, in bytes.
func heapInUse() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// until waits for a condition, for half a minute.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(30 * time.Second); !holds(); <-ticker.C {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("not so: %s\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// A form that is larger than one may be is refused, and nothing is done.
func TestLargeForms(t *testing.T) {
	w := startWard(t, withUsers(t), nil)
	for _, size := range []int{1 << 16, 1 << 20} {
		for action, field := range map[string]string{"comment": "comment", "acknowledge": "comment", "end": "id"} {
			sent := sunderby()
			sent.Set(field, strings.Repeat("x", size))
			got, body := post(t, w.base+"/event/"+action, sent, together(ownPage(), basic("anna", "anna")))
			if got.StatusCode != http.StatusBadRequest || !strings.Contains(body, "a form that is too long") {
				t.Errorf("%s of %d bytes: %s %.200s", action, size, got.Status, body)
			}
		}
		got, body := post(t, w.base+"/comments", url.Values{"kpi": {"beds_available"}, "comment": {strings.Repeat("x", size)}}, together(ownPage(), basic("anna", "anna")))
		if got.StatusCode != http.StatusBadRequest {
			t.Errorf("a comment of %d bytes: %s %.200s", size, got.Status, body)
		}
	}
	w.untouched(t)
}
