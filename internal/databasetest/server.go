// Package databasetest starts private database servers for tests: MariaDB and
// MySQL, the oldest and the newest. Each has its data in a temporary directory,
// listens on a unix socket and, as an option, on a free loopback port, and ends
// with the test that started it.
package databasetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Database is the database that Load fills.
const Database = "warehouse"

// startWithin is how long a server may take until it answers.
const startWithin = 60 * time.Second

// Option changes how Start sets a server up.
type Option func(*settings)

type settings struct {
	engine   Engine
	tcp, tls bool
	extra    []string
}

// On chooses the engine; without it, it is MariaDB.
func On(engine Engine) Option { return func(s *settings) { s.engine = engine } }

// WithTCP also opens a port on 127.0.0.1.
func WithTCP() Option { return func(s *settings) { s.tcp = true } }

// WithTLS also opens a port, and offers TLS on it with a certificate for
// localhost and 127.0.0.1 by an authority of the server's own.
func WithTLS() Option { return func(s *settings) { s.tcp, s.tls = true, true } }

// WithSetting adds a line to the server's option file, such as
// "max_connections=3".
func WithSetting(line string) Option {
	return func(s *settings) { s.extra = append(s.extra, line) }
}

// Server is one running server.
type Server struct {
	t       testing.TB
	engine  Engine
	files   *installation
	dir     string // data and option file
	socket  string
	port    int
	options string // path of the option file
	pki     *pki
	root    *sql.DB

	mu      sync.Mutex // guards what follows
	process *exec.Cmd
	exited  chan struct{} // closed when process has ended
}

// Start runs a server of its own for the test, and ends it with the test.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	set := settings{engine: MariaDB}
	for _, opt := range opts {
		opt(&set)
	}
	files, err := set.engine.find()
	if err != nil {
		t.Fatalf("databasetest: %v", err)
	}
	s := &Server{t: t, engine: set.engine, files: files, dir: t.TempDir()}
	data := filepath.Join(s.dir, "data")
	if err := restoreTemplate(t, s.engine, data); err != nil {
		t.Fatalf("databasetest: %v", err)
	}
	// A socket's path may have 107 bytes, which the name of a subtest's own
	// directory can exceed.
	short, err := os.MkdirTemp("", "mdb") //nolint:usetesting // its path would be too long
	if err != nil {
		t.Fatalf("databasetest: directory for the socket: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	s.socket = filepath.Join(short, "s")

	s.options = filepath.Join(s.dir, "my.cnf")
	if !set.tls {
		set.extra = append(set.extra, s.engine.withoutTLS())
	} else {
		if s.pki, err = newPKI(s.dir); err != nil {
			t.Fatalf("databasetest: certificates: %v", err)
		}
		set.extra = append(set.extra, "ssl_ca="+s.pki.CAFile, "ssl_cert="+s.pki.ServerCert, "ssl_key="+s.pki.ServerKey)
	}
	t.Cleanup(s.end)

	// Another process may take the free port before the server does.
	for attempt := 0; ; attempt++ {
		if set.tcp {
			if s.port, err = freePort(); err != nil {
				t.Fatalf("databasetest: %v", err)
			}
		}
		if err = s.writeOptions(data, set.extra); err != nil {
			t.Fatalf("databasetest: %v", err)
		}
		if err = s.launch(); err == nil {
			break
		}
		s.end()
		if attempt == 2 || !set.tcp {
			t.Fatalf("databasetest: %v", err)
		}
	}
	return s
}

// Socket is the path of the server's unix socket.
func (s *Server) Socket() string { return s.socket }

// Address is the server's host:port; it needs WithTCP or WithTLS.
func (s *Server) Address() string {
	s.t.Helper()
	if s.port == 0 {
		s.t.Fatal("databasetest: the server has no port; start it with WithTCP")
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
}

// CAFile is the certificate of the authority behind a WithTLS server.
func (s *Server) CAFile() string {
	s.t.Helper()
	if s.pki == nil {
		s.t.Fatal("databasetest: the server has no TLS; start it with WithTLS")
	}
	return s.pki.CAFile
}

// ClientCert gives the files of a client's certificate and key by the same
// authority.
func (s *Server) ClientCert() (cert, key string) {
	s.CAFile()
	return s.pki.ClientCert, s.pki.ClientKey
}

// Root is a pool of connections with every right and no database.
func (s *Server) Root() *sql.DB { return s.root }

// Stop ends the server with SIGTERM, and waits until it has ended.
func (s *Server) Stop() {
	s.t.Helper()
	s.mu.Lock()
	process, exited := s.process, s.exited
	s.mu.Unlock()
	if process == nil {
		s.t.Fatal("databasetest: the server is not running")
	}
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatalf("databasetest: stopping: %v", err)
	}
	select {
	case <-exited:
	case <-time.After(startWithin):
		s.t.Fatalf("databasetest: the server did not stop within %s\n%s", startWithin, s.log())
	}
	s.mu.Lock()
	s.process = nil
	s.mu.Unlock()
}

// Kill ends the server with SIGKILL, and waits until it has ended.
func (s *Server) Kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	s.mu.Lock()
	defer s.mu.Unlock()
	<-s.exited
	s.process = nil
}

// StartAgain starts a server that was stopped or killed, with the data, the socket and the port
// that it had.
func (s *Server) StartAgain() {
	s.t.Helper()
	if err := s.launch(); err != nil {
		s.t.Fatalf("databasetest: starting again: %v", err)
	}
}

// Freeze stops the server's process with SIGSTOP: connections stay open and
// nothing answers. It returns when every thread has stopped, which on a busy
// machine is some time after the signal.
func (s *Server) Freeze() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
	deadline := time.After(startWithin)
	for !s.stopped() {
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			s.t.Fatal("databasetest: the server does not freeze")
		}
	}
}

// stopped reports whether all threads of the server's process are stopped.
func (s *Server) stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", s.process.Process.Pid))
	if err != nil || len(threads) == 0 {
		return false
	}
	for _, thread := range threads {
		// The state stands behind the name, which is in parentheses.
		stat, err := os.ReadFile(thread)
		if i := bytes.LastIndexByte(stat, ')'); err != nil || i < 0 || i+2 >= len(stat) || stat[i+2] != 'T' {
			return false
		}
	}
	return true
}

// Thaw continues a frozen server.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		s.t.Fatal("databasetest: the server is not running")
	}
	if err := s.process.Process.Signal(sig); err != nil {
		s.t.Fatalf("databasetest: %v: %v", sig, err)
	}
}

// RunningQueries are the statements that the server is running, without this
// query and the server's own threads.
func (s *Server) RunningQueries() []string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), startWithin)
	defer cancel()
	rows, err := s.root.QueryContext(ctx, `SELECT info FROM information_schema.processlist
		WHERE command NOT IN ('Sleep', 'Daemon') AND info IS NOT NULL AND id <> CONNECTION_ID()`)
	if err != nil {
		s.t.Fatalf("databasetest: process list: %v", err)
	}
	defer rows.Close()
	var running []string
	for rows.Next() {
		var info string
		if err := rows.Scan(&info); err != nil {
			s.t.Fatalf("databasetest: process list: %v", err)
		}
		running = append(running, info)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatalf("databasetest: process list: %v", err)
	}
	return running
}

// Connections are how many connections the user has.
func (s *Server) Connections(user string) int {
	s.t.Helper()
	return len(s.sessions(user))
}

// CloseConnections has the server close all connections of the user.
func (s *Server) CloseConnections(user string) {
	s.t.Helper()
	for _, id := range s.sessions(user) {
		// One that has ended meanwhile is an error.
		_, _ = s.root.ExecContext(s.t.Context(), fmt.Sprintf("KILL %d", id))
	}
}

// sessions are the ids of the user's connections.
func (s *Server) sessions(user string) []int64 {
	s.t.Helper()
	rows, err := s.root.QueryContext(s.t.Context(), "SELECT id FROM information_schema.processlist WHERE user = ?", user)
	if err != nil {
		s.t.Fatalf("databasetest: process list: %v", err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			s.t.Fatalf("databasetest: process list: %v", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatalf("databasetest: process list: %v", err)
	}
	return ids
}

// RenewCertificate gives a WithTLS server a certificate by the same authority
// that is valid until the moment.
func (s *Server) RenewCertificate(until time.Time) {
	s.t.Helper()
	s.CAFile()
	if err := s.pki.renewServer(until); err != nil {
		s.t.Fatalf("databasetest: certificate: %v", err)
	}
	reload := "FLUSH SSL"
	if s.engine.IsMySQL() {
		reload = "ALTER INSTANCE RELOAD TLS"
	}
	if _, err := s.root.ExecContext(s.t.Context(), reload); err != nil {
		s.t.Fatalf("databasetest: %s: %v", reload, err)
	}
}

// launch starts the process and waits until it answers.
func (s *Server) launch() error {
	process := s.files.server.command("--defaults-file=" + s.options)
	// It writes to stderr until it has read the name of its log.
	output, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	defer output.Close()
	process.Stdout, process.Stderr = output, output
	if err := process.Start(); err != nil {
		return fmt.Errorf("starting the %s: %w", s.engine.Name, err)
	}
	exited := make(chan struct{})
	go func() {
		// The caller needs to know that it has ended, not how.
		_ = process.Wait()
		close(exited)
	}()
	s.mu.Lock()
	s.process, s.exited = process, exited
	s.mu.Unlock()

	if s.root == nil {
		cfg := mysql.NewConfig()
		cfg.User, cfg.Net, cfg.Addr = "root", "unix", s.socket
		cfg.MultiStatements, cfg.InterpolateParams = true, true
		cfg.Logger = &mysql.NopLogger{}
		connector, err := mysql.NewConnector(cfg)
		if err != nil {
			return err
		}
		s.root = sql.OpenDB(connector)
	}
	deadline := time.NewTimer(startWithin)
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		err := s.root.PingContext(ctx)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-exited:
			return fmt.Errorf("the server ended at once\n%s", s.log())
		case <-deadline.C:
			return fmt.Errorf("no answer within %s: %w\n%s", startWithin, err, s.log())
		}
	}
}

// end ends the process, frozen or not.
func (s *Server) end() {
	if s.root != nil {
		// Closing connections to a server that has ended is an error.
		_ = s.root.Close()
		s.root = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	if err := s.process.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Errorf("databasetest: killing the server: %v", err)
	}
	<-s.exited
	s.process = nil
}

// log is what the server wrote.
func (s *Server) log() string {
	text, err := os.ReadFile(s.logFile())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (s *Server) logFile() string { return filepath.Join(s.dir, "error.log") }

func (s *Server) writeOptions(data string, extra []string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "[mysqld]\ndatadir=%s\nsocket=%s\npid_file=%s\nlog_error=%s\ntmpdir=%s\n", data, s.socket,
		filepath.Join(s.dir, "pid"), s.logFile(), s.dir)
	io.WriteString(&b, s.engine.settings(s.files))
	if s.port == 0 {
		b.WriteString("skip_networking\n")
	} else {
		fmt.Fprintf(&b, "bind_address=127.0.0.1\nport=%d\n", s.port)
	}
	for _, line := range extra {
		fmt.Fprintln(&b, line)
	}
	b.WriteString(asRoot())
	if err := os.WriteFile(s.options, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("option file: %w", err)
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
