package warehouse

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
	"planwatch/internal/logtest"
	"planwatch/internal/warehouse/settings"
	"planwatch/internal/yamlfile"
)

func TestMySQLUnavailable(t *testing.T) { databasetest.Each(t, testMySQLUnavailable) }

func testMySQLUnavailable(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine, databasetest.WithTLS())
	plain := startServer(t, engine, databasetest.WithTCP())
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
	otherCA := databasetest.Start(t, databasetest.On(engine), databasetest.WithTLS()).CAFile()

	for name, test := range map[string]struct {
		set  func(*Config)
		want string // with ADDR for the address; "" is that it works
	}{
		"as configured":     {func(*Config) {}, ""},
		"password file":     {func(c *Config) { c.Password, c.PasswordFile = "", right }, ""},
		"wrong password":    {func(c *Config) { c.Password, c.PasswordFile = "", wrong }, `access denied for user "planwatch" at ADDR: check user and password_file`},
		"environment":       {func(c *Config) { c.Password = wrongSecret }, `access denied for user "planwatch" at ADDR: check user and password`},
		"unknown user":      {func(c *Config) { c.User = "nobody" }, `access denied for user "nobody" at ADDR: check user and password`},
		"no password file":  {func(c *Config) { c.Password, c.PasswordFile = "", "/nowhere/pw" }, "password_file: open /nowhere/pw: no such file or directory"},
		"unknown database":  {func(c *Config) { c.Database = "finance" }, `user "planwatch" may not use database "finance" at ADDR: grant SELECT on it, or check database`},
		"database for root": {func(c *Config) { c.User, c.Password, c.Database, c.Address = "root", "", "finance", server.Socket() }, `no database "finance" at ADDR: check database`},
		"nothing listens":   {func(c *Config) { c.Address = refused }, "cannot reach ADDR: connection refused: check address, and that the server is running"},
		"no such host":      {func(c *Config) { c.Address = "warehouse.invalid:3306" }, `cannot reach ADDR: no such host "warehouse.invalid": check address`},
		"no such socket":    {func(c *Config) { c.Address = "/nowhere/mysqld.sock" }, "cannot reach ADDR: no such socket: check address, and that the server is running"},
		"nothing answers":   {func(c *Config) { c.Address, c.ConnectTimeout = silent, yamlfile.Duration(300*time.Millisecond) }, "no answer from ADDR"},
		"tls verified":      {func(c *Config) { c.TLS = settings.TLS{Mode: "verify", CAFile: server.CAFile()} }, ""},
		"tls unmentioned":   {func(c *Config) { c.TLS = settings.TLS{CAFile: server.CAFile()} }, ""},
		"tls by name": {func(c *Config) {
			c.TLS = settings.TLS{Mode: "verify", CAFile: server.CAFile(), ServerName: "localhost"}
		}, ""},
		"tls required":     {func(c *Config) { c.TLS = settings.TLS{Mode: "required"} }, ""},
		"tls disabled":     {func(c *Config) { c.TLS = settings.TLS{Mode: "disabled"} }, ""},
		"tls with client":  {func(c *Config) { c.TLS.CAFile = server.CAFile(); c.TLS.CertFile, c.TLS.KeyFile = server.ClientCert() }, ""},
		"tls system roots": {func(c *Config) { c.TLS = settings.TLS{Mode: "verify"} }, "tls with ADDR: the certificate is signed by an unknown authority: check tls.ca_file"},
		"tls other ca":     {func(c *Config) { c.TLS = settings.TLS{Mode: "verify", CAFile: otherCA} }, "tls with ADDR: the certificate is signed by an unknown authority: check tls.ca_file"},
		"tls other name": {func(c *Config) {
			c.TLS = settings.TLS{Mode: "verify", CAFile: server.CAFile(), ServerName: "db.example"}
		}, `tls with ADDR: the certificate is not for "db.example": check address and tls.server_name`},
		"tls not offered":    {func(c *Config) { c.Address = plain.Address(); c.TLS = settings.TLS{Mode: "required"} }, "tls with ADDR: the server does not offer it: enable it there, or set tls.mode: disabled"},
		"tls preferred":      {func(c *Config) { c.Address = plain.Address(); c.TLS = settings.TLS{Mode: "preferred"} }, ""},
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
			var log logtest.Log
			s := open(t, c, Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			pingErr := s.Ping(t.Context())
			if test.want == "" {
				if pingErr != nil {
					t.Fatal(pingErr)
				}
				if got := queryValue(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
					t.Errorf("%s wards, want 3", got)
				}
				encrypted := queryValue(t, s, "SELECT variable_value <> '' FROM "+statusTable(engine)+" WHERE variable_name = 'Ssl_cipher'")
				if want := strings.HasPrefix(name, "tls") && c.Address == server.Address() && c.TLS.Mode != "disabled"; want && encrypted != "1" {
					t.Error("the connection is not encrypted")
				}
				return
			}
			address := c.Address
			if address == "" { // it is in the DSN
				address = server.Address()
			}
			want := "source warehouse: " + strings.ReplaceAll(test.want, "ADDR", address)
			_, queryErr := s.Query(t.Context(), query(t, "SELECT 1"), QueryOptions{AsOf: time.Now()})
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
			if got := log.Count("source is down"); got != 1 {
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
		"dsn without db":  {func(c *Config) { *c = Default(); c.Driver, c.DSN = MySQL, "planwatch:battery staple@tcp(h:1)/" }, "source warehouse: dsn: names no user or no database; the form is user:password@tcp(host:port)/database"},
		"missing file":    {func(c *Config) { *c = Default(); c.Driver, c.DSNFile = MySQL, "/nowhere/dsn" }, "source warehouse: dsn_file: open /nowhere/dsn: no such file or directory"},
		"missing ca":      {func(c *Config) { c.TLS.CAFile = "/nowhere/ca.pem" }, "source warehouse: tls.ca_file: open /nowhere/ca.pem: no such file or directory"},
		"empty ca":        {func(c *Config) { c.TLS.CAFile = path }, "source warehouse: tls.ca_file: " + path + " holds no certificate in PEM"},
		"missing key":     {func(c *Config) { c.TLS.CertFile, c.TLS.KeyFile = path, "/nowhere/key.pem" }, "source warehouse: tls.key_file: open /nowhere/key.pem: no such file or directory"},
		"socket verified": {func(c *Config) { c.Address, c.TLS.Mode = "/run/mysqld.sock", "verify" }, "source warehouse: tls.server_name: missing; a unix socket has no host name to check the certificate against"},
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

// statusTable has the values of the session's status variables.
func statusTable(engine databasetest.Engine) string {
	if engine.IsMySQL() {
		return "performance_schema.session_status"
	}
	return "information_schema.session_status"
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
