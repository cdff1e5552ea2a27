package warehouse

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/mariadbtest"
	"planwatch/internal/yamlfile"
)

const (
	testUser     = "planwatch"
	testPassword = "correct horse"
	wrongSecret  = "battery staple"
)

// waitFor asks until the answer is yes.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !is() {
		select {
		case <-deadline.C:
			t.Fatalf("still not: %s", what)
		case <-again.C:
		}
	}
}

// logBuffer takes a log from many goroutines.
type logBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

func (l *logBuffer) count(part string) int { return strings.Count(l.String(), part) }

// aServer is a MariaDB with a few wards and a user who may only read.
func aServer(t *testing.T, opts ...mariadbtest.Option) *mariadbtest.Server {
	t.Helper()
	server := mariadbtest.Start(t, opts...)
	server.Load("CREATE TABLE ward (id INT NOT NULL PRIMARY KEY, name VARCHAR(40) NOT NULL, beds INT)",
		fstest.MapFS{"ward.csv": {Data: []byte("id,name,beds\n1,Kirurgi,38\n2,Ortopedi,24\n3,Medicin,\n")}})
	server.CreateReader(testUser, testPassword)
	return server
}

func mysqlConfig(address string) Config {
	c := Default()
	c.Driver, c.Address, c.Database, c.User, c.Password = MySQL, address, mariadbtest.Database, testUser, testPassword
	return c
}

func open(t testing.TB, c Config, o Options) *Source {
	t.Helper()
	if o.Name == "" {
		o.Name = "warehouse"
	}
	s, err := Open(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func query(t testing.TB, text string) Query {
	t.Helper()
	q, err := ParseQuery("q.sql", text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// one runs a query that gives one value.
func one(t testing.TB, s *Source, text string) string {
	t.Helper()
	r, err := s.Query(t.Context(), query(t, text), Run{AsOf: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 1 || len(r.Rows[0]) != 1 {
		t.Fatalf("%s: %d rows", text, len(r.Rows))
	}
	return r.Rows[0][0].String()
}

// slow runs for a minute, unless it is ended.
const slow = "SELECT SLEEP(60) FROM ward WHERE id = 1"

// sleeping tells whether slow has begun, and not only what goes before it.
func sleeping(server *mariadbtest.Server) bool {
	return slices.Contains(server.RunningQueries(), slow)
}

func TestMySQLOnlyReads(t *testing.T) {
	server := aServer(t)
	c := mysqlConfig(server.Socket())
	c.User, c.Password = "root", ""
	s := open(t, c, Options{})
	if _, err := server.Root().ExecContext(t.Context(), `CREATE FUNCTION warehouse.write_ward() RETURNS INT MODIFIES SQL DATA
		BEGIN INSERT INTO warehouse.ward VALUES (9, 'Ny', 1); RETURN 1; END`); err != nil {
		t.Fatal(err)
	}
	// root may write, and ParseQuery does not know the function: what stops it
	// is the transaction.
	_, err := s.Query(t.Context(), query(t, "SELECT write_ward()"), Run{AsOf: time.Now()})
	want := "source warehouse: q.sql: the server refuses the query: Error 1792 (25006): Cannot execute statement in a READ ONLY transaction"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if !s.Up() {
		t.Error("a refused query leaves the source down")
	}
	if got := one(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
		t.Errorf("%s wards, want 3", got)
	}
}

func TestMySQLReaderSuffices(t *testing.T) {
	server := aServer(t)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	if s.Up() {
		t.Error("up before it was asked")
	}
	if err := s.Ping(t.Context()); err != nil || !s.Up() {
		t.Errorf("Ping: %v, Up: %t", err, s.Up())
	}
	columns, err := s.Prepare(t.Context(), query(t, "WITH w AS (SELECT name, beds FROM ward) SELECT name, beds, beds / 2 AS half, :as_of AS at FROM w -- all"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{{"name", Text, "VARCHAR"}, {"beds", Number, "INT"}, {"half", Number, "DECIMAL"}, {"at", Time, "DATETIME"}}
	if len(columns) != len(want) {
		t.Fatalf("columns %v, want %v", columns, want)
	}
	for i := range want {
		if columns[i] != want[i] {
			t.Errorf("column %v, want %v", columns[i], want[i])
		}
	}
	if got := one(t, s, "SELECT SUM(beds) FROM ward"); got != "62" {
		t.Errorf("%s beds, want 62", got)
	}
}

func TestMySQLRefusals(t *testing.T) {
	server := aServer(t)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	for name, test := range map[string]struct{ text, want string }{
		"syntax":         {"SELECT FROM", "source warehouse: q.sql: the server refuses the query: Error 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'FROM' at line 1"},
		"unknown column": {"SELECT bed FROM ward", "source warehouse: q.sql: the server refuses the query: Error 1054 (42S22): Unknown column 'bed' in 'SELECT'"},
		"unknown table":  {"SELECT 1 FROM wards", "source warehouse: q.sql: the server refuses the query: Error 1146 (42S02): Table 'warehouse.wards' doesn't exist"},
		"no right":       {"SELECT 1 FROM mysql.db", "source warehouse: q.sql: the server refuses the query: Error 1142 (42000): SELECT command denied to user 'planwatch'@'localhost' for table `mysql`.`db`"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Prepare(t.Context(), query(t, test.text))
			if err == nil || err.Error() != test.want {
				t.Errorf("Prepare: %v\nwant %s", err, test.want)
			}
			_, err = s.Query(t.Context(), query(t, test.text), Run{AsOf: time.Now()})
			if err == nil || err.Error() != test.want {
				t.Errorf("Query: %v\nwant %s", err, test.want)
			}
			if errors.Is(err, ErrUnavailable) || !s.Up() {
				t.Error("a refused query makes the source unavailable")
			}
		})
	}
	t.Run("columns of one name", func(t *testing.T) {
		_, err := s.Prepare(t.Context(), query(t, "SELECT name, id AS NAME FROM ward"))
		if want := "q.sql: two columns have the same name; give each its own with AS"; err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	})
}

func TestMySQLUnavailable(t *testing.T) {
	server := aServer(t, mariadbtest.WithTLS())
	plain := aServer(t, mariadbtest.WithTCP())
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	right, wrong := write("right", testPassword+"\n"), write("wrong", wrongSecret+"\n")
	refused := closedPort(t)
	silent := silentPort(t)
	otherCA := mariadbtest.Start(t, mariadbtest.WithTLS()).CAFile()

	for name, test := range map[string]struct {
		set  func(*Config)
		want string // with ADDR for the address; "" is that it works
	}{
		"as configured":      {func(*Config) {}, ""},
		"password file":      {func(c *Config) { c.Password, c.PasswordFile = "", right }, ""},
		"wrong password":     {func(c *Config) { c.Password, c.PasswordFile = "", wrong }, `access denied for user "planwatch" at ADDR: check user and password_file`},
		"environment":        {func(c *Config) { c.Password = wrongSecret }, `access denied for user "planwatch" at ADDR: check user and password`},
		"unknown user":       {func(c *Config) { c.User = "nobody" }, `access denied for user "nobody" at ADDR: check user and password`},
		"no password file":   {func(c *Config) { c.Password, c.PasswordFile = "", "/nowhere/pw" }, "password_file: open /nowhere/pw: no such file or directory"},
		"unknown database":   {func(c *Config) { c.Database = "finance" }, `user "planwatch" may not use database "finance" at ADDR: grant SELECT on it, or check database`},
		"database for root":  {func(c *Config) { c.User, c.Password, c.Database, c.Address = "root", "", "finance", server.Socket() }, `no database "finance" at ADDR: check database`},
		"nothing listens":    {func(c *Config) { c.Address = refused }, "cannot reach ADDR: connection refused: check address, and that the server is running"},
		"no such host":       {func(c *Config) { c.Address = "warehouse.invalid:3306" }, `cannot reach ADDR: no such host "warehouse.invalid": check address`},
		"no such socket":     {func(c *Config) { c.Address = "/nowhere/mysqld.sock" }, "cannot reach ADDR: no such socket: check address, and that the server is running"},
		"nothing answers":    {func(c *Config) { c.Address, c.ConnectTimeout = silent, yamlfile.Duration(300*time.Millisecond) }, "no answer from ADDR"},
		"tls verified":       {func(c *Config) { c.TLS = TLS{Mode: "verify", CAFile: server.CAFile()} }, ""},
		"tls unmentioned":    {func(c *Config) { c.TLS = TLS{CAFile: server.CAFile()} }, ""},
		"tls by name":        {func(c *Config) { c.TLS = TLS{Mode: "verify", CAFile: server.CAFile(), ServerName: "localhost"} }, ""},
		"tls required":       {func(c *Config) { c.TLS = TLS{Mode: "required"} }, ""},
		"tls disabled":       {func(c *Config) { c.TLS = TLS{Mode: "disabled"} }, ""},
		"tls with client":    {func(c *Config) { c.TLS.CAFile = server.CAFile(); c.TLS.CertFile, c.TLS.KeyFile = server.ClientCert() }, ""},
		"tls system roots":   {func(c *Config) { c.TLS = TLS{Mode: "verify"} }, "tls with ADDR: the certificate is signed by an unknown authority: check tls.ca_file"},
		"tls other ca":       {func(c *Config) { c.TLS = TLS{Mode: "verify", CAFile: otherCA} }, "tls with ADDR: the certificate is signed by an unknown authority: check tls.ca_file"},
		"tls other name":     {func(c *Config) { c.TLS = TLS{Mode: "verify", CAFile: server.CAFile(), ServerName: "db.example"} }, `tls with ADDR: the certificate is not for "db.example": check address and tls.server_name`},
		"tls not offered":    {func(c *Config) { c.Address = plain.Address(); c.TLS = TLS{Mode: "required"} }, "tls with ADDR: the server offers none: set it up there, or say tls.mode: disabled"},
		"tls preferred":      {func(c *Config) { c.Address = plain.Address(); c.TLS = TLS{Mode: "preferred"} }, ""},
		"tls left to itself": {func(c *Config) { c.Address = plain.Address() }, ""},
		"dsn": {func(c *Config) {
			*c = Config{Driver: MySQL, MaxConnections: 1, ConnectTimeout: c.ConnectTimeout, DSN: Secret("planwatch:" + testPassword + "@tcp(" + c.Address + ")/warehouse?parseTime=true&multiStatements=true")}
		}, ""},
		"dsn wrong": {func(c *Config) {
			*c = Config{Driver: MySQL, MaxConnections: 1, ConnectTimeout: c.ConnectTimeout, DSNFile: write("dsn", "planwatch:"+wrongSecret+"@tcp("+c.Address+")/warehouse\n")}
		}, `access denied for user "planwatch" at ADDR: check user and dsn_file`},
	} {
		t.Run(name, func(t *testing.T) {
			c := mysqlConfig(server.Address())
			test.set(&c)
			var log logBuffer
			s := open(t, c, Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			pingErr := s.Ping(t.Context())
			if test.want == "" {
				if pingErr != nil {
					t.Fatal(pingErr)
				}
				if got := one(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
					t.Errorf("%s wards, want 3", got)
				}
				encrypted := one(t, s, "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'")
				if want := strings.HasPrefix(name, "tls") && c.Address == server.Address() && c.TLS.Mode != "disabled"; want && encrypted != "1" {
					t.Error("the connection is not encrypted")
				}
				return
			}
			want := "source warehouse: " + strings.ReplaceAll(test.want, "ADDR", s.backend.(*mysqlBackend).address)
			_, queryErr := s.Query(t.Context(), query(t, "SELECT 1"), Run{AsOf: time.Now()})
			_, prepareErr := s.Prepare(t.Context(), query(t, "SELECT 1"))
			for what, err := range map[string]error{"Ping": pingErr, "Query": queryErr, "Prepare": prepareErr} {
				if err == nil || err.Error() != want {
					t.Errorf("%s: %v\nwant %s", what, err, want)
				}
				if !errors.Is(err, ErrUnavailable) {
					t.Errorf("%s: not ErrUnavailable", what)
				}
			}
			if s.Up() {
				t.Error("up")
			}
			if got := log.count("source is down"); got != 1 {
				t.Errorf("logged %d times that it is down:\n%s", got, log.String())
			}
			if strings.Contains(log.String()+want, wrongSecret) {
				t.Errorf("the log gives the password away:\n%s", log.String())
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("planwatch:battery staple@nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		set  func(*Config)
		want string
	}{
		"dsn":             {func(c *Config) { *c = Default(); c.Driver, c.DSN = MySQL, "planwatch:battery staple@nonsense" }, "source warehouse: dsn: not of the form user:password@tcp(host:port)/database"},
		"dsn file":        {func(c *Config) { *c = Default(); c.Driver, c.DSNFile = MySQL, path }, "source warehouse: dsn_file: not of the form user:password@tcp(host:port)/database"},
		"dsn without db":  {func(c *Config) { *c = Default(); c.Driver, c.DSN = MySQL, "planwatch:battery staple@tcp(h:1)/" }, "source warehouse: dsn: names no user or no database; user:password@tcp(host:port)/database"},
		"missing file":    {func(c *Config) { *c = Default(); c.Driver, c.DSNFile = MySQL, "/nowhere/dsn" }, "source warehouse: dsn_file: open /nowhere/dsn: no such file or directory"},
		"missing ca":      {func(c *Config) { c.TLS.CAFile = "/nowhere/ca.pem" }, "source warehouse: tls.ca_file: open /nowhere/ca.pem: no such file or directory"},
		"empty ca":        {func(c *Config) { c.TLS.CAFile = path }, "source warehouse: tls.ca_file: " + path + " holds no certificate in PEM"},
		"missing key":     {func(c *Config) { c.TLS.CertFile, c.TLS.KeyFile = path, "/nowhere/key.pem" }, "source warehouse: tls.cert_file, tls.key_file: open /nowhere/key.pem: no such file or directory"},
		"socket verified": {func(c *Config) { c.Address, c.TLS.Mode = "/run/mysqld.sock", "verify" }, "source warehouse: tls.server_name: missing; a unix socket has no host to check the certificate against"},
		"invalid":         {func(c *Config) { c.Database = "" }, "source warehouse: database: missing; the name of the database that holds the tables"},
	} {
		t.Run(name, func(t *testing.T) {
			c := mysqlConfig("db.example:3306")
			test.set(&c)
			_, err := Open(t.Context(), c, Options{Name: "warehouse"})
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

// closedPort is an address where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// silentPort is an address where connections are taken and never answered.
func silentPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func TestMySQLLimits(t *testing.T) {
	server := aServer(t)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	idle := func() bool { return len(server.RunningQueries()) == 0 }

	t.Run("timeout", func(t *testing.T) {
		for name, text := range map[string]string{
			"asleep": slow,
			"busy":   "SELECT SUM(a.seq * b.seq) AS s FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
		} {
			t.Run(name, func(t *testing.T) {
				begin := time.Now()
				_, err := s.Query(t.Context(), query(t, text), Run{AsOf: begin, Timeout: 200 * time.Millisecond})
				if want := "source warehouse: q.sql: the query ran longer than 200ms"; err == nil || err.Error() != want {
					t.Errorf("got %v\nwant %s", err, want)
				}
				if !errors.Is(err, ErrTimeout) || errors.Is(err, ErrUnavailable) || !s.Up() {
					t.Errorf("ErrTimeout %t, ErrUnavailable %t, Up %t", errors.Is(err, ErrTimeout), errors.Is(err, ErrUnavailable), s.Up())
				}
				// Before the client's own limit: it was the server's.
				if took := time.Since(begin); took > mysqlGrace {
					t.Errorf("ended after %s only", took)
				}
				waitFor(t, "nothing is left on the server", idle)
			})
		}
	})

	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := s.Query(ctx, query(t, slow), Run{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return sleeping(server) })
		cancel()
		err := <-done
		if want := "source warehouse: q.sql: context canceled"; err == nil || err.Error() != want || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v\nwant %s", err, want)
		}
		waitFor(t, "nothing is left on the server", idle)
		if !s.Up() {
			t.Error("a cancelled query leaves the source down")
		}
	})

	t.Run("too many rows", func(t *testing.T) {
		q := query(t, "SELECT seq AS n FROM seq_1_to_100000000")
		_, err := s.Query(t.Context(), q, Run{AsOf: time.Now(), MaxRows: 500})
		if want := "source warehouse: q.sql: too many rows: more than 500 rows; raise max_series or aggregate in the query"; err == nil || err.Error() != want || !errors.Is(err, ErrTooManyRows) {
			t.Errorf("got %v\nwant %s", err, want)
		}
		waitFor(t, "nothing is left on the server", idle)
		r, err := s.Query(t.Context(), query(t, "SELECT seq AS n FROM seq_1_to_500"), Run{AsOf: time.Now(), MaxRows: 500})
		if err != nil || len(r.Rows) != 500 {
			t.Errorf("just enough rows: %v", err)
		}
	})

	t.Run("closed", func(t *testing.T) {
		s := open(t, mysqlConfig(server.Socket()), Options{})
		done := make(chan error)
		go func() {
			_, err := s.Query(context.Background(), query(t, slow), Run{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return sleeping(server) })
		begin := time.Now()
		closed := make(chan error)
		go func() { closed <- s.Close() }()
		if err := <-done; err == nil || err.Error() != "source warehouse: q.sql: the source is closed" {
			t.Errorf("Query: %v", err)
		}
		if err := <-closed; err != nil {
			t.Errorf("Close: %v", err)
		}
		if took := time.Since(begin); took > killWithin+time.Second {
			t.Errorf("Close took %s", took)
		}
		waitFor(t, "nothing is left on the server", idle)
		if err := s.Ping(t.Context()); err == nil || err.Error() != "source warehouse: the source is closed" {
			t.Errorf("Ping of a closed source: %v", err)
		}
	})

	t.Run("bounded pool", func(t *testing.T) {
		c := mysqlConfig(server.Socket())
		c.MaxConnections = 2
		s := open(t, c, Options{})
		var wait sync.WaitGroup
		for range 12 {
			wait.Go(func() {
				if _, err := s.Query(t.Context(), query(t, "SELECT SLEEP(0.05) FROM ward WHERE id = 1"), Run{AsOf: time.Now()}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got := s.db.Stats().OpenConnections; got > 2 {
			t.Errorf("%d connections, want 2 at most", got)
		}
	})
}

func TestMySQLPingWaitsForNoQuery(t *testing.T) {
	server := aServer(t)
	c := mysqlConfig(server.Socket())
	c.MaxConnections = 2
	s := open(t, c, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	var queries sync.WaitGroup
	for range 5 {
		queries.Go(func() {
			if _, err := s.Query(ctx, query(t, slow), Run{AsOf: time.Now()}); !errors.Is(err, context.Canceled) {
				t.Errorf("Query: %v", err)
			}
		})
	}
	slowOnes := func() (n int) {
		for _, text := range server.RunningQueries() {
			if text == slow {
				n++
			}
		}
		return n
	}
	waitFor(t, "two queries run, and the others wait", func() bool { return slowOnes() == 2 })
	if s.Up() {
		t.Error("up before the first answer")
	}

	// Many at once wait for each other, and take no more than one connection.
	var pings sync.WaitGroup
	for range 8 {
		pings.Go(func() {
			pingCtx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := s.Ping(pingCtx); err != nil {
				t.Error(err)
			}
		})
	}
	pings.Wait()
	if !s.Up() {
		t.Error("not up after a ping")
	}
	if got := slowOnes(); got != 2 {
		t.Errorf("%d queries run beside the pings, want 2", got)
	}
	if got := s.db.Stats().OpenConnections; got != 3 {
		t.Errorf("%d connections, want 3", got)
	}
	cancel()
	queries.Wait()
}

func TestMySQLStopsAndStarts(t *testing.T) {
	server := aServer(t, mariadbtest.WithTCP())
	var log logBuffer
	s := open(t, mysqlConfig(server.Address()), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})

	// Load throughout, so that connections are caught at every point.
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	var unexpected sync.Map
	for range 4 {
		load.Go(func() {
			for ctx.Err() == nil {
				_, err := s.Query(ctx, query(t, "SELECT SUM(beds) AS b FROM ward"), Run{AsOf: time.Now(), Timeout: time.Second})
				if err != nil && !errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
					unexpected.Store(err.Error(), true)
				}
			}
		})
	}
	waitFor(t, "up", s.Up)
	for range 2 {
		server.Stop()
		waitFor(t, "down", func() bool { return !s.Up() })
		server.StartAgain()
		waitFor(t, "up again", s.Up)
	}
	stop()
	load.Wait()
	unexpected.Range(func(err, _ any) bool {
		t.Errorf("an error that is not ErrUnavailable: %v", err)
		return true
	})
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if down, up := log.count("source is down"), log.count("source is up again"); down != 2 || up != 2 {
		t.Errorf("logged %d times down and %d times up, want 2 and 2:\n%s", down, up, log.String())
	}
}

func TestMySQLIdleConnectionsOutliveTheServer(t *testing.T) {
	server := aServer(t)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { one(t, s, "SELECT SLEEP(0.1) AS s FROM ward WHERE id = 1") })
	}
	wait.Wait()
	server.Stop()
	server.StartAgain()
	if got := one(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
		t.Errorf("%s wards, want 3", got)
	}
}

func TestMySQLFreezesAndThaws(t *testing.T) {
	server := aServer(t)
	c := mysqlConfig(server.Socket())
	c.ConnectTimeout = yamlfile.Duration(500 * time.Millisecond)
	s := open(t, c, Options{})
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}

	done := make(chan error)
	go func() {
		_, err := s.Query(t.Context(), query(t, slow), Run{AsOf: time.Now(), Timeout: time.Second})
		done <- err
	}()
	waitFor(t, "the query runs", func() bool { return sleeping(server) })
	server.Freeze()

	begin := time.Now()
	err := s.Ping(t.Context())
	if want := "source warehouse: no answer from " + server.Socket(); err == nil || err.Error() != want || !errors.Is(err, ErrUnavailable) {
		t.Errorf("Ping: %v\nwant %s", err, want)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("Ping gave up after %s only", took)
	}
	if s.Up() {
		t.Error("up while frozen")
	}
	err = <-done
	if want := "source warehouse: q.sql: no answer within 1s, and 2s more"; err == nil || err.Error() != want || !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrTimeout) {
		t.Errorf("Query: %v\nwant %s", err, want)
	}

	server.Thaw()
	if got := one(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
		t.Errorf("%s wards, want 3", got)
	}
	if !s.Up() {
		t.Error("down after it answered")
	}
	waitFor(t, "nothing is left on the server", func() bool { return len(server.RunningQueries()) == 0 })
}

func TestMySQLFrozenServerDoesNotHoldUpClose(t *testing.T) {
	server := aServer(t)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	done := make(chan error)
	go func() {
		_, err := s.Query(t.Context(), query(t, slow), Run{AsOf: time.Now()})
		done <- err
	}()
	waitFor(t, "the query runs", func() bool { return sleeping(server) })
	server.Freeze()
	begin := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > killWithin+time.Second {
		t.Errorf("Close took %s", took)
	}
	if err := <-done; err == nil {
		t.Error("the query is done")
	}
}

func TestMySQLChangedPassword(t *testing.T) {
	server := aServer(t)
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(wrongSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	c := mysqlConfig(server.Socket())
	c.Password, c.PasswordFile = "", path
	s := open(t, c, Options{})
	if err := s.Ping(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("with the wrong password: %v", err)
	}
	if err := os.WriteFile(path, []byte(testPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("with the right password, and no restart: %v", err)
	}
}

func TestMySQLValues(t *testing.T) {
	stockholm := location(t)
	server := mariadbtest.Start(t, mariadbtest.WithSetting("default_time_zone='+09:00'"), mariadbtest.WithSetting("sql_mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES"))
	server.Load(`CREATE TABLE v (d DATE, dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP NULL, num DECIMAL(20,4), f FLOAT, db DOUBLE, big BIGINT UNSIGNED, en ENUM('a','b'), tx TEXT, bl BLOB, bi BIT(4), ti TIME, y YEAR)`, nil)
	if _, err := server.Root().ExecContext(t.Context(), `SET time_zone='+00:00', sql_mode='';
		INSERT INTO warehouse.v VALUES ('2025-07-01', '2025-07-01 08:00:00', '2025-07-01 08:00:00.250000', '2025-07-01 08:00:00', 12345678901234.5678, 0.1, 0.1, 18446744073709551615, 'b', 'å\\b', 'x', b'101', '08:00:00', 2025);
		CREATE TABLE warehouse.z (d DATE); INSERT INTO warehouse.z VALUES ('2025-01-01'), ('0000-00-00');
		CREATE TABLE warehouse.p (d DATETIME); INSERT INTO warehouse.p VALUES ('2025-02-00 00:00:00')`); err != nil {
		t.Fatal(err)
	}
	server.CreateReader(testUser, testPassword)
	s := open(t, mysqlConfig(server.Socket()), Options{Location: stockholm})

	winter := time.Date(2025, 3, 18, 8, 0, 0, 0, stockholm)
	r, err := s.Query(t.Context(), query(t, "SELECT *, NULL AS nothing FROM v"), Run{AsOf: winter})
	if err != nil {
		t.Fatal(err)
	}
	summer := func(hour, nano int) Value {
		return Value{Type: Time, Time: time.Date(2025, 7, 1, hour, 0, 0, nano, stockholm)}
	}
	number := func(n float64) Value { return Value{Type: Number, Number: n} }
	for i, want := range []Value{
		summer(0, 0), summer(8, 0), summer(8, 250e6),
		// Eight o'clock UTC is ten in Stockholm, whatever the server's zone is.
		summer(10, 0),
		number(12345678901234.5678), number(0.1), number(0.1), number(18446744073709551615),
		{Type: Text, Text: "b"}, {Type: Text, Text: `å\\b`}, {Text: "x"}, {Text: "\x05"}, {Text: "08:00:00"}, number(2025),
		{Null: true},
	} {
		got := r.Rows[0][i]
		same := got.Type == want.Type && got.Null == want.Null && got.Number == want.Number && got.Text == want.Text && got.Time.Equal(want.Time)
		if i == 9 {
			same = got.Type == Text && strings.HasPrefix(got.Text, "å")
		}
		if !same {
			t.Errorf("column %s (%s): %#v, want %#v", r.Columns[i].Name, r.Columns[i].DatabaseType, got, want)
		}
	}
	// The server's own zone and mode do not change what a query means.
	for text, want := range map[string]string{
		"SELECT ts = CAST('2025-07-01 09:00:00' AS DATETIME) AS same FROM v": "1", // +01:00 at :as_of
		`SELECT "it\"s" AS t`: `it"s`,
	} {
		r, err := s.Query(t.Context(), query(t, text), Run{AsOf: winter})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := r.Rows[0][0].String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}

	// The hour that clocks show twice.
	for _, zone := range []string{"+02:00", "+01:00"} {
		asOf, err := time.Parse(time.RFC3339, "2025-10-26T02:31:00"+zone)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Query(t.Context(), query(t, "SELECT CAST('2025-10-26 02:30:00' AS DATETIME) AS at"), Run{AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := r.Rows[0][0].String(), "2025-10-26T02:30:00"+zone; got != want {
			t.Errorf("read at %s: %s, want %s", asOf, got, want)
		}
	}

	for table, want := range map[string]string{
		"z": `source warehouse: q.sql: row 2: column d: "0000-00-00" is no date; NULL says that there is none`,
		"p": `source warehouse: q.sql: row 1: column d: "2025-02-00 00:00:00" is no date; NULL says that there is none`,
	} {
		_, err := s.Query(t.Context(), query(t, "SELECT d FROM "+table), Run{AsOf: winter})
		if err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
		if !s.Up() {
			t.Error("a bad value leaves the source down")
		}
	}
}
