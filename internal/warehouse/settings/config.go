// Package settings holds what planwatch.yaml says of a source: how to reach
// it, its TLS settings and its secrets. It connects to nothing.
package settings

import (
	"strings"
	"time"

	"planwatch/internal/yamlfile"
)

// The drivers: the values of Config.Driver.
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

// IsSocket reports whether Address is the path of a unix socket.
func (c Config) IsSocket() bool { return strings.HasPrefix(c.Address, "/") }
