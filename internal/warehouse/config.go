// Package warehouse reads the sources that planwatch's figures come from: a
// MySQL or MariaDB server, or a folder of CSV files behind an embedded engine
// that speaks MySQL's language and protocol. Everything from database/sql
// upward is one path for both.
package warehouse

import (
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"planwatch/internal/yamlfile"
)

// The drivers.
const (
	MySQL = "mysql"
	CSV   = "csv"
)

// Config is one entry under sources in planwatch.yaml.
type Config struct {
	// What the source is: mysql (MySQL 8 or MariaDB 10.6, or newer) or csv (a folder of CSV files).
	Driver string `yaml:"driver" jsonschema:"required,enum=mysql,enum=csv"`

	// host:port of the server, or the path of its unix socket.
	Address string `yaml:"address,omitempty"`
	// Database that the queries' tables are in.
	Database string `yaml:"database,omitempty"`
	// User who may SELECT from the database. No other right is needed.
	User string `yaml:"user,omitempty"`
	// Password of the user; only from the environment, as PLANWATCH_SOURCES_<NAME>_PASSWORD.
	Password Secret `yaml:"password,omitempty" jsonschema:"-"`
	// File that holds the password; read at every new connection, so that a changed password needs no restart.
	PasswordFile string `yaml:"password_file,omitempty"`
	// Address, database, user and password in one, as user:password@tcp(host:port)/database; only from the environment, as PLANWATCH_SOURCES_<NAME>_DSN.
	DSN Secret `yaml:"dsn,omitempty" jsonschema:"-"`
	// File that holds the DSN.
	DSNFile string `yaml:"dsn_file,omitempty"`
	// How the connection is encrypted.
	TLS TLS `yaml:"tls,omitempty"`
	// Queries on the server at a time, at most, from 1 to 64; 4 by default. One more connection is kept for asking whether the server is up, and ending a query takes one briefly.
	MaxConnections int `yaml:"max_connections,omitempty" jsonschema:"minimum=1,maximum=64,default=4"`
	// How long a connection may take until it is ready; 5s by default.
	ConnectTimeout yamlfile.Duration `yaml:"connect_timeout,omitempty" jsonschema:"default=5s"`

	// Folder of CSV files, one a table: a path, or builtin:sample.
	Folder string `yaml:"folder,omitempty"`
	// File with the CREATE TABLE statements of the folder's tables; without it, the reporting schema.
	Schema string `yaml:"schema,omitempty"`
}

// TLS says how the connection to a server is encrypted.
type TLS struct {
	// disabled: never encrypted. preferred: encrypted where the server offers it, not checked. required: encrypted, the server's name not checked. verify: encrypted, and the server's certificate must be in order. Without a mode it is verify, but preferred where nothing leaves the machine (a unix socket, localhost).
	Mode string `yaml:"mode,omitempty" jsonschema:"enum=disabled,enum=preferred,enum=required,enum=verify"`
	// Certificates of the authorities to trust, in PEM; without it, the system's.
	CAFile string `yaml:"ca_file,omitempty"`
	// Certificate that the client shows, in PEM.
	CertFile string `yaml:"cert_file,omitempty"`
	// Private key of that certificate, in PEM.
	KeyFile string `yaml:"key_file,omitempty"`
	// Name that the server's certificate must bear; without it, the address's host.
	ServerName string `yaml:"server_name,omitempty"`
}

// The TLS modes.
const (
	tlsDisabled  = "disabled"
	tlsPreferred = "preferred"
	tlsRequired  = "required"
	tlsVerify    = "verify"
)

// Default is what an entry holds before its file is read.
func Default() Config {
	return Config{
		MaxConnections: 4,
		ConnectTimeout: yamlfile.Duration(5 * time.Second),
	}
}

// UnmarshalYAML reads an entry over its defaults.
func (c *Config) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Config
	entry := plain(Default())
	if err := unmarshal(&entry); err != nil {
		return err
	}
	*c = Config(entry)
	return nil
}

// Validate reports what is wrong with the entry, as an errors.Join of
// *yamlfile.Fault whose paths begin at the entry.
func (c Config) Validate() error {
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf("$."+key, format, args...))
	}
	foreign := func(keys []key) {
		for _, k := range keys {
			if k.set {
				fault(k.name, "%s: does not go with driver: %s", k.name, c.Driver)
			}
		}
	}
	switch c.Driver {
	case MySQL:
		foreign(c.csvKeys())
		c.validateMySQL(fault)
	case CSV:
		foreign(c.mysqlKeys())
		if c.Folder == "" {
			fault("folder", "folder: missing; the path of a folder with CSV files, or builtin:sample")
		}
	case "":
		fault("driver", "driver: missing; mysql or csv")
	default:
		fault("driver", "driver: %q is not mysql or csv", c.Driver)
	}
	return errors.Join(faults...)
}

func (c Config) validateMySQL(fault func(key, format string, args ...any)) {
	if c.DSN != "" || c.DSNFile != "" {
		if c.DSN != "" && c.DSNFile != "" {
			fault("dsn_file", "dsn_file: the environment gives a dsn as well; one of them")
		}
		for _, k := range c.dsnKeys() {
			if k.set {
				fault(k.name, "%s: is part of the dsn; give the one or the other", k.name)
			}
		}
	} else {
		switch {
		case c.Address == "":
			fault("address", "address: missing; host:port, or the path of a unix socket")
		case !c.socket():
			if _, port, err := net.SplitHostPort(c.Address); err != nil || port == "" {
				fault("address", "address: %q is not host:port or the path of a unix socket", c.Address)
			}
		}
		if c.Database == "" {
			fault("database", "database: missing; the name of the database that holds the tables")
		}
		if c.User == "" {
			fault("user", "user: missing; a user who may SELECT from the database")
		}
		if c.Password != "" && c.PasswordFile != "" {
			fault("password_file", "password_file: the environment gives a password as well; one of them")
		}
	}
	if c.MaxConnections < 1 || c.MaxConnections > 64 {
		fault("max_connections", "max_connections: %d is not from 1 to 64", c.MaxConnections)
	}
	if limit := time.Duration(c.ConnectTimeout); limit < 100*time.Millisecond || limit > 5*time.Minute {
		fault("connect_timeout", "connect_timeout: %s is not from 100ms to 5m", c.ConnectTimeout)
	}
	t := c.TLS
	if !slices.Contains([]string{"", tlsDisabled, tlsPreferred, tlsRequired, tlsVerify}, t.Mode) {
		fault("tls.mode", "tls.mode: %q is not disabled, preferred, required or verify", t.Mode)
	}
	if t.Mode == tlsDisabled && t != (TLS{Mode: tlsDisabled}) {
		fault("tls.mode", "tls.mode: disabled, and yet there are certificates; drop them, or say verify")
	}
	if t.Mode == tlsPreferred || t.Mode == tlsRequired {
		if t.CAFile != "" || t.ServerName != "" {
			fault("tls.mode", "tls.mode: %s does not check the server's certificate; with ca_file or server_name say verify", t.Mode)
		}
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		fault("tls", "tls: cert_file and key_file go together")
	}
}

// socket tells whether the address is the path of a unix socket.
func (c Config) socket() bool { return strings.HasPrefix(c.Address, "/") }

// key is a key of the entry, and whether it is given.
type key struct {
	name string
	set  bool
}

func (c Config) dsnKeys() []key {
	return []key{
		{"address", c.Address != ""}, {"database", c.Database != ""}, {"user", c.User != ""},
		{"password", c.Password != ""}, {"password_file", c.PasswordFile != ""},
	}
}

func (c Config) mysqlKeys() []key {
	unset := Default()
	return append(c.dsnKeys(),
		key{"dsn", c.DSN != ""}, key{"dsn_file", c.DSNFile != ""}, key{"tls", c.TLS != TLS{}},
		key{"max_connections", c.MaxConnections != unset.MaxConnections},
		key{"connect_timeout", c.ConnectTimeout != unset.ConnectTimeout})
}

func (c Config) csvKeys() []key {
	return []key{{"folder", c.Folder != ""}, {"schema", c.Schema != ""}}
}
