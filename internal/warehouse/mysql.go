package warehouse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// mysqlGrace leaves the server the time to end a query by its own limit
// before the client stops listening.
const mysqlGrace = 2 * time.Second

// mysqlBackend is a MySQL or MariaDB server.
type mysqlBackend struct {
	driver.Connector
	// For messages.
	address, user, database string
	secretKey               string // the configuration's key that the password came from
}

func openMySQL(c Config, o Options) (backend, error) {
	m := &mysqlBackend{}
	d, err := m.driverConfig(c)
	if err != nil {
		return nil, err
	}
	if d.TLS == nil && d.TLSConfig == "" {
		if d.TLS, d.AllowFallbackToPlaintext, err = c.TLS.client(d.Net, d.Addr); err != nil {
			return nil, err
		}
	}
	m.address, m.user, m.database = d.Addr, d.User, d.DBName
	configureDriver(d, o.Logger)
	d.Timeout = time.Duration(c.ConnectTimeout)
	d.WriteTimeout = time.Duration(c.ConnectTimeout)
	d.ConnectionAttributes = "program_name:planwatch"
	// With such a function the driver gives each connection settings of its
	// own. Without, a server that offers no TLS has it write into the shared
	// ones, while others read them.
	if err := d.Apply(mysql.BeforeConnect(func(_ context.Context, d *mysql.Config) error {
		if c.PasswordFile == "" {
			return nil
		}
		password, err := readSecret(c.PasswordFile)
		if err != nil {
			return unavailable(err, "password_file: %v", err)
		}
		d.Passwd = password.Reveal()
		return nil
	})); err != nil {
		return nil, err
	}
	if m.Connector, err = mysql.NewConnector(d); err != nil {
		// The driver's words may quote what it was given.
		return nil, errors.New("the driver refuses the settings; check dsn, address and tls")
	}
	return m, nil
}

// configureDriver sets what both drivers' connections have in common. Moments
// are read by us: the driver's errors about them name neither row nor column.
func configureDriver(d *mysql.Config, log *slog.Logger) {
	d.ParseTime, d.MultiStatements, d.AllowAllFiles = false, false, false
	d.Logger = driverLog{log}
	// The one collation that every engine has, and that takes no two texts
	// for one. It is for literals: a column brings its own.
	_ = d.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin"))
}

func (m *mysqlBackend) driverConfig(c Config) (*mysql.Config, error) {
	dsn := c.DSN
	m.secretKey = "dsn"
	if c.DSNFile != "" {
		m.secretKey = "dsn_file"
		var err error
		if dsn, err = readSecret(c.DSNFile); err != nil {
			return nil, fmt.Errorf("dsn_file: %w", err)
		}
	}
	if dsn != "" || c.DSNFile != "" {
		d, err := mysql.ParseDSN(dsn.Reveal())
		// What the parser says may quote the password.
		if err != nil {
			return nil, fmt.Errorf("%s: not of the form user:password@tcp(host:port)/database", m.secretKey)
		}
		if d.User == "" || d.DBName == "" {
			return nil, fmt.Errorf("%s: names no user or no database; user:password@tcp(host:port)/database", m.secretKey)
		}
		if c.TLS != (TLS{}) {
			d.TLSConfig, d.TLS = "", nil
		}
		return d, nil
	}
	m.secretKey = "password_file"
	if c.PasswordFile == "" {
		m.secretKey = "password"
	}
	d := mysql.NewConfig()
	d.Net, d.Addr = "tcp", c.Address
	if c.socket() {
		d.Net = "unix"
	}
	d.DBName, d.User, d.Passwd = c.Database, c.User, c.Password.Reveal()
	return d, nil
}

// readSecret reads a file that holds a secret, without the line's end.
func readSecret(path string) (Secret, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return Secret(strings.TrimRight(string(content), "\r\n")), nil
}

// client is the driver's TLS configuration, nil for none, and whether it may
// do without where the server has none.
func (t TLS) client(network, address string) (config *tls.Config, fallback bool, err error) {
	mode := t.Mode
	if mode == "" {
		mode = tlsVerify
		if stays(network, address) && t == (TLS{}) {
			mode = tlsPreferred
		}
	}
	if mode == tlsDisabled {
		return nil, false, nil
	}
	config = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if mode != tlsVerify {
		// What the mode says: encrypted, against listeners and not impostors.
		config.InsecureSkipVerify = true
	} else if network == "unix" && t.ServerName == "" {
		return nil, false, errors.New("tls.server_name: missing; a unix socket has no host to check the certificate against")
	}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, false, fmt.Errorf("tls.ca_file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, false, fmt.Errorf("tls.ca_file: %s holds no certificate in PEM", t.CAFile)
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, false, fmt.Errorf("tls.cert_file, tls.key_file: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, mode == tlsPreferred, nil
}

// stays tells whether what is sent to the address stays on this machine.
func stays(network, address string) bool {
	if network == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (m *mysqlBackend) refresh() error { return nil }

// tune bounds the query on the server, and sets what the server's own
// configuration could otherwise change in a query's meaning: the time zone,
// and a mode in which quotes are read as ParseQuery reads them.
func (m *mysqlBackend) tune(ctx context.Context, conn *sql.Conn, version string, run Run, local *time.Location) (zones, error) {
	offset, timestamps := offsetAt(run.AsOf, local)
	limit := fmt.Sprintf("max_execution_time=%d, sql_mode='ONLY_FULL_GROUP_BY'", max(run.Timeout.Milliseconds(), 1))
	if strings.Contains(version, "MariaDB") {
		// MariaDB knows no functional dependence on a key, so there the mode
		// refuses what MySQL rightly takes.
		limit = fmt.Sprintf("max_statement_time=%f, sql_mode=''", run.Timeout.Seconds())
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION %s, time_zone='%s'", limit, offset))
	return zones{local: local, timestamp: timestamps, asOf: run.AsOf}, err
}

func (m *mysqlBackend) grace() time.Duration { return mysqlGrace }

func (m *mysqlBackend) check(Query) error { return nil }

func (m *mysqlBackend) close() error { return nil }

// driverLog takes what the driver would write to standard error.
type driverLog struct{ log *slog.Logger }

// Print implements mysql.Logger.
func (l driverLog) Print(v ...any) { l.log.Debug("driver", "message", fmt.Sprint(v...)) }
