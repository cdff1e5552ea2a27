// Package mysql is the driver for MySQL and MariaDB servers. Its Client also
// serves package csvfolder, whose embedded engine uses the same protocol.
package mysql

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/warehouse/result"
	"planwatch/internal/warehouse/settings"
	"planwatch/internal/warehouse/sqltext"
)

// timeoutMargin leaves the server the time to end a query at its own limit,
// before the client breaks the connection off.
const timeoutMargin = 2 * time.Second

// Backend is a MySQL or MariaDB server.
type Backend struct {
	Client
	// For messages.
	address, user, database string
	secretKey               string // the key in planwatch.yaml that gave the password
}

var _ backend.Backend = (*Backend)(nil)

// Open makes a backend. It reads the certificates, and does not connect.
func Open(cfg settings.Config, log *slog.Logger) (backend.Backend, error) {
	d, secretKey, err := driverConfig(cfg)
	if err != nil {
		return nil, err
	}
	b := &Backend{address: d.Addr, user: d.User, database: d.DBName, secretKey: secretKey}
	if d.TLS == nil && d.TLSConfig == "" {
		if d.TLS, d.AllowFallbackToPlaintext, err = cfg.TLS.ClientConfig(d.Net, d.Addr); err != nil {
			return nil, err
		}
	}
	d.Timeout = time.Duration(cfg.ConnectTimeout)
	d.WriteTimeout = time.Duration(cfg.ConnectTimeout)
	d.ConnectionAttributes = "program_name:planwatch"
	// With a BeforeConnect function the driver copies its configuration for
	// each connection. Without one it shares it, and writes into it when a
	// server offers no TLS.
	var all logins
	if err := d.Apply(mysql.BeforeConnect(func(ctx context.Context, d *mysql.Config) error {
		if err := readPassword(d, cfg.PasswordFile); err != nil {
			return err
		}
		return all.allow(ctx, d.Passwd)
	})); err != nil {
		return nil, err
	}
	if b.Client, err = NewClient(d, log); err != nil {
		// The driver's error may quote its configuration, and with it a secret.
		return nil, errors.New("the MySQL driver refuses the settings; check dsn, address and tls")
	}
	all.Connector = b.Connector
	b.Connector = &all
	return b, nil
}

// Identity says which database an entry is about, without user or secret.
func Identity(cfg settings.Config) string {
	d, _, err := driverConfig(cfg)
	if err != nil {
		// Such an entry cannot be opened.
		return "mysql, unknown"
	}
	return fmt.Sprintf("mysql %s %q %q", d.Net, d.Addr, d.DBName)
}

// Database is the name of the database that an entry is about, or "".
func Database(cfg settings.Config) string {
	d, _, err := driverConfig(cfg)
	if err != nil {
		return ""
	}
	return d.DBName
}

// driverConfig is the driver's configuration without TLS, and the key in
// planwatch.yaml that gave the password.
func driverConfig(cfg settings.Config) (d *mysql.Config, secretKey string, err error) {
	switch {
	case cfg.DSNFile != "":
		dsn, err := settings.ReadSecret(cfg.DSNFile)
		if err != nil {
			return nil, "", fmt.Errorf("dsn_file: %w", err)
		}
		d, err = parseDSN(dsn, cfg.TLS)
		if err != nil {
			return nil, "", fmt.Errorf("dsn_file: %w", err)
		}
		return d, "dsn_file", nil
	case cfg.DSN != "":
		d, err = parseDSN(cfg.DSN, cfg.TLS)
		if err != nil {
			return nil, "", fmt.Errorf("dsn: %w", err)
		}
		return d, "dsn", nil
	}
	d = mysql.NewConfig()
	d.Net, d.Addr = "tcp", cfg.Address
	if cfg.IsSocket() {
		d.Net = "unix"
	}
	d.DBName, d.User, d.Passwd = cfg.Database, cfg.User, cfg.Password.Reveal()
	if cfg.PasswordFile != "" {
		return d, "password_file", nil
	}
	return d, "password", nil
}

// parseDSN reads a DSN. TLS settings in planwatch.yaml replace those of the
// DSN.
func parseDSN(dsn settings.Secret, tls settings.TLS) (*mysql.Config, error) {
	d, err := mysql.ParseDSN(dsn.Reveal())
	if err != nil {
		// The parser's error may quote the password.
		return nil, errors.New("not of the form user:password@tcp(host:port)/database")
	}
	if d.User == "" || d.DBName == "" {
		return nil, errors.New("names no user or no database; the form is user:password@tcp(host:port)/database")
	}
	if tls != (settings.TLS{}) {
		d.TLSConfig, d.TLS = "", nil
	}
	return d, nil
}

// readPassword reads the password anew for each connection, so that it can be
// changed without a restart.
func readPassword(d *mysql.Config, path string) error {
	if path == "" {
		return nil
	}
	password, err := settings.ReadSecret(path)
	if err != nil {
		return backend.Unavailable(err, "password_file: %v", err)
	}
	d.Passwd = password.Reveal()
	return nil
}

// Reload implements backend.Backend. The data is the server's.
func (b *Backend) Reload(context.Context) error { return nil }

// CheckQuery implements backend.Backend. The server itself refuses what it
// cannot compute.
func (b *Backend) CheckQuery(sqltext.Query) error { return nil }

// Configure implements backend.Backend. Beside the limit it sets what the
// server's own configuration could otherwise change in a query's meaning: the
// time zone, and a mode in which quotes are read as package sqltext does.
func (b *Backend) Configure(ctx context.Context, s backend.Session, options backend.SessionOptions) (result.TimeZones, error) {
	// MySQL lets administrators alone set max_error_count: CheckWarnings sees
	// where it is too small.
	variables := fmt.Sprintf("max_execution_time=%d, sql_mode='ONLY_FULL_GROUP_BY'", max(options.Timeout.Milliseconds(), 1))
	if isMariaDB(s) {
		// MariaDB does not see that a column depends on a key of the GROUP BY,
		// so with this mode it would refuse valid queries that MySQL takes.
		variables = fmt.Sprintf("max_statement_time=%f, sql_mode='', max_error_count=%d", options.Timeout.Seconds(), maxWarnings)
	}
	zones := result.TimeZones{Local: options.Location, Timestamp: options.Location, AsOf: options.AsOf}
	_, err := s.Conn.ExecContext(ctx, fmt.Sprintf("SET SESSION %s, time_zone=%s, sql_notes=1",
		variables, zoneExpression(options.AsOf, options.Location)))
	if err != nil {
		return zones, err
	}
	named, err := hasNamedZone(ctx, s, options.Location)
	if !named {
		_, zones.Timestamp = OffsetAt(options.AsOf, options.Location)
	}
	return zones, err
}

// hasNamedZone reports whether the session's time zone is the location by its
// name, and not an offset.
func hasNamedZone(ctx context.Context, s backend.Session, location *time.Location) (bool, error) {
	var zone string
	err := s.Conn.QueryRowContext(ctx, "SELECT @@session.time_zone").Scan(&zone)
	return zone == location.String(), err
}

func isMariaDB(s backend.Session) bool { return strings.Contains(s.Version, "MariaDB") }

// ColumnsStatement implements backend.Backend. Without the limit within, MySQL
// computes a query that gives one row, as a sum, to plan what is around it.
// MariaDB does not, and takes no WITH there.
func (b *Backend) ColumnsStatement(s backend.Session, query string) string {
	if isMariaDB(s) {
		return b.Client.ColumnsStatement(s, query)
	}
	return "SELECT * FROM ((\n" + query + "\n) LIMIT 0) AS planned LIMIT 0"
}

// TimeoutMargin implements backend.Backend.
func (b *Backend) TimeoutMargin() time.Duration { return timeoutMargin }

// Close implements backend.Backend.
func (b *Backend) Close() error { return nil }
