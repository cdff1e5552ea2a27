package web_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/report"
	"planwatch/internal/web"
)

// limit is how many connections stand in these tests.
const limit = 8

// keptAlive is a connection on which a request was answered, and which waits
// for the next.
func keptAlive(t *testing.T, address string) net.Conn {
	t.Helper()
	conn := dial(t, address)
	if err := ask(conn); err != nil {
		t.Fatal(err)
	}
	return conn
}

// dial connects, for as long as the test lasts.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// ask asks for health, and leaves the connection open.
func ask(conn net.Conn) error {
	if _, err := io.WriteString(conn, "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// serveCounting serves on as many connections as limit. told is how often the log
// has said that there are no more.
func serveCounting(t *testing.T) (address string, told func() int) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	address = serveLogging(t, config.Web{MaxConnections: limit}, slog.New(slog.NewTextHandler(log, nil)), nil)
	return address, func() int {
		said, err := os.ReadFile(log.Name())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(said), "as many connections as may be")
	}
}

// Only so many connections stand: one more, and the one that has been idle the
// longest is closed for it. The log says so once.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	address, told := serveCounting(t)
	const more = 4
	var conns []net.Conn
	for range limit {
		conns = append(conns, keptAlive(t, address))
	}
	// The server notes after an answer that a connection is idle, which may take
	// longer than the next request: the first must be idle for longer than others.
	for range 10 {
		for _, conn := range conns[more:] {
			if err := ask(conn); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range more {
		conns = append(conns, keptAlive(t, address))
	}
	for i, conn := range conns[:more] {
		if n, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("connection %d of %d was not closed: read %d bytes, %v", i+1, len(conns), n, err)
		}
	}
	for i, conn := range conns[more:] {
		if err := ask(conn); err != nil {
			t.Errorf("connection %d of %d: %v", more+i+1, len(conns), err)
		}
	}
	if times := told(); times != 1 {
		t.Errorf("said so %d times", times)
	}
}

// Bursts that follow each other are told once.
func TestBurstsAreToldOnce(t *testing.T) {
	address, told := serveCounting(t)
	for range 3 {
		var conns []net.Conn
		for range limit + 1 {
			conns = append(conns, keptAlive(t, address))
		}
		for _, conn := range conns {
			// The server has forgotten a connection before it closes it. The first
			// may have been reset already.
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		}
	}
	if times := told(); times != 1 {
		t.Errorf("said so %d times", times)
	}
}

// However many connections stand idle, a scrape is answered.
func TestMetricsBesideIdleConnections(t *testing.T) {
	tests := []struct {
		name string
		idle func(t *testing.T, address string)
	}{
		{"that have sent nothing", func(t *testing.T, address string) {
			t.Helper()
			dial(t, address)
		}},
		{"that have sent half a request", func(t *testing.T, address string) {
			t.Helper()
			if _, err := io.WriteString(dial(t, address), "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
				t.Fatal(err)
			}
		}},
		{"that are kept alive", func(t *testing.T, address string) {
			t.Helper()
			keptAlive(t, address)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := serveWith(t, config.Web{MaxConnections: limit}, nil)
			for range 2 * limit {
				tt.idle(t, address)
			}
			response, body := get(t, http.MethodGet, "http://"+address+"/metrics", nil)
			if response.StatusCode != http.StatusOK || !strings.Contains(string(body), "kpi_beds_available") {
				t.Errorf("%s\n%.200s", response.Status, body)
			}
		})
	}
}

// A place is waited for no longer than the patience with the idle, however
// little of it is left.
func TestNextToNoPatience(t *testing.T) {
	for i := range 1_000 {
		admitted := web.Admit(t, time.Duration(i%100)*100*time.Nanosecond)
		select {
		case <-admitted:
		case <-time.After(30 * time.Second):
			t.Fatal("no place was made")
		}
	}
}

// Requests under way are never cut short: one more waits for them.
func TestBusyConnectionsStay(t *testing.T) {
	dir := t.TempDir()
	file, key, cert := filepath.Join(dir, "web.yaml"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
	borrowed := httptest.NewUnstartedServer(nil)
	borrowed.StartTLS()
	defer borrowed.Close()
	writeCertificate(t, borrowed.TLS.Certificates[0], cert, key)
	if err := os.WriteFile(file, fmt.Appendf(nil, "tls_server_config: {cert_file: %s, key_file: %s}\n", cert, key), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, settings := range map[string]config.Web{"plain": {}, "with TLS": {ConfigFile: file}} {
		t.Run(name, func(t *testing.T) {
			settings.MaxConnections = limit
			begun, release := make(chan struct{}), make(chan struct{})
			address := serveWith(t, settings, func(c *web.Content) {
				now := c.Report
				c.Report = func() *report.Report {
					begun <- struct{}{}
					<-release
					return now()
				}
			})
			address = strings.TrimPrefix(address, "https://")
			scheme := "http://"
			if settings.ConfigFile != "" {
				scheme = "https://"
			}
			answered := make(chan error)
			request := func(path string) {
				// A transport of its own for each, so a connection of its own.
				transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
				defer transport.CloseIdleConnections()
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+address+path, nil)
				if err != nil {
					answered <- err
					return
				}
				response, err := (&http.Client{Transport: transport}).Do(request)
				if err == nil {
					_, err = io.Copy(io.Discard, response.Body)
					_ = response.Body.Close()
				}
				answered <- err
			}
			for range limit {
				go request("/")
			}
			for range limit {
				<-begun
			}
			go request("/-/healthy")
			close(release)
			for range limit + 1 {
				if err := <-answered; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// writeCertificate writes a certificate and its key as PEM.
func writeCertificate(t *testing.T, c tls.Certificate, cert, key string) {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// At the start, the log warns of a key that everyone can read.
func TestLogOfAnOpenKey(t *testing.T) {
	dir := t.TempDir()
	file, key, cert := filepath.Join(dir, "web.yaml"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
	borrowed := httptest.NewTLSServer(nil)
	borrowed.Close()
	writeCertificate(t, borrowed.TLS.Certificates[0], cert, key)
	if err := os.WriteFile(file, []byte("tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		mode os.FileMode
		want int
	}{"the owner's": {0o600, 0}, "everyone's": {0o644, 1}} {
		t.Run(name, func(t *testing.T) {
			if err := errors.Join(os.Chmod(cert, tt.mode), os.Chmod(key, tt.mode)); err != nil {
				t.Fatal(err)
			}
			var logged strings.Builder
			server, err := web.Listen(t.Context(), config.Web{ListenAddress: []string{"127.0.0.1:0"}, ConfigFile: file, MaxConnections: limit}, content(t, nil), slog.New(slog.NewTextHandler(&logged, nil)))
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if got := strings.Count(logged.String(), `key="web.config_file: tls_server_config.key_file" file=`+key+" mode=0644"); got != tt.want {
				t.Errorf("warns %d times, want %d:\n%s", got, tt.want, logged.String())
			}
			if got := len(web.OpenSecrets(file)); got != tt.want {
				t.Errorf("finds %d, want %d", got, tt.want)
			}
		})
	}
}

// A header has a bound: a larger one is refused, or the connection closed while
// it is being sent.
func TestLargeHeader(t *testing.T) {
	address := serve(t, "", nil)
	for size, answered := range map[int]bool{32 << 10: true, 128 << 10: false} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/-/healthy", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Large", strings.Repeat("x", size))
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		if got := err == nil && response.StatusCode == http.StatusOK; got != answered {
			t.Errorf("%d bytes: answered: %v", size, got)
		}
	}
}
