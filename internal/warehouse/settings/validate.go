package settings

import (
	"net"
	"time"

	"planwatch/internal/yamlfile"
)

// The limits of an entry's numbers.
const (
	maxConnections    = 64
	minConnectTimeout = 100 * time.Millisecond
	maxConnectTimeout = 5 * time.Minute
)

// Validate reports what is wrong with the entry, as an errors.Join of
// *yamlfile.Fault whose paths begin at the entry.
func (c Config) Validate() error {
	faults := yamlfile.NewFaults()
	switch c.Driver {
	case MySQL:
		c.refuseKeys(faults, c.csvKeys())
		c.validateMySQL(faults)
	case CSV:
		c.refuseKeys(faults, c.mysqlKeys())
		if c.Folder == "" {
			faults.Add(".folder", "folder: missing; the path of a folder with CSV files, or builtin:sample")
		}
	case "":
		faults.Add(".driver", "driver: missing; mysql or csv")
	default:
		faults.Add(".driver", "driver: %q is not mysql or csv", c.Driver)
	}
	return faults.Err()
}

func (c Config) validateMySQL(faults *yamlfile.Faults) {
	if c.DSN != "" || c.DSNFile != "" {
		c.validateDSN(faults)
	} else {
		c.validateAddress(faults)
	}
	if c.MaxConnections < 1 || c.MaxConnections > maxConnections {
		faults.Add(".max_connections", "max_connections: %d is not from 1 to %d", c.MaxConnections, maxConnections)
	}
	if limit := time.Duration(c.ConnectTimeout); limit < minConnectTimeout || limit > maxConnectTimeout {
		faults.Add(".connect_timeout", "connect_timeout: %s is not from %s to %s", c.ConnectTimeout,
			yamlfile.Duration(minConnectTimeout), yamlfile.Duration(maxConnectTimeout))
	}
	c.TLS.validate(faults.In(".tls", ""))
}

func (c Config) validateDSN(faults *yamlfile.Faults) {
	if c.DSN != "" && c.DSNFile != "" {
		faults.Add(".dsn_file", "dsn_file: the environment gives a dsn as well; give only one of them")
	}
	for _, k := range c.dsnKeys() {
		if k.set {
			faults.Add("."+k.name, "%s: is part of the dsn; give only one of them", k.name)
		}
	}
}

func (c Config) validateAddress(faults *yamlfile.Faults) {
	if c.Address == "" {
		faults.Add(".address", "address: missing; host:port, or the path of a unix socket")
	} else if _, port, err := net.SplitHostPort(c.Address); !c.IsSocket() && (err != nil || port == "") {
		faults.Add(".address", "address: %q is not host:port or the path of a unix socket", HideUser(c.Address))
	}
	if c.Database == "" {
		faults.Add(".database", "database: missing; the name of the database that holds the tables")
	}
	if c.User == "" {
		faults.Add(".user", "user: missing; a user who may SELECT from the database")
	}
	if c.Password != "" && c.PasswordFile != "" {
		faults.Add(".password_file", "password_file: the environment gives a password as well; give only one of them")
	}
}

// key is a key of the entry, and whether it is given.
type key struct {
	name string
	set  bool
}

// refuseKeys reports those of another driver's keys that are given.
func (c Config) refuseKeys(faults *yamlfile.Faults, keys []key) {
	for _, k := range keys {
		if k.set {
			faults.Add("."+k.name, "%s: does not go with driver: %s", k.name, c.Driver)
		}
	}
}

// dsnKeys are the keys that a DSN stands for.
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
