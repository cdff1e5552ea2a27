// Package warehouse reads the sources of planwatch's figures: a MySQL or
// MariaDB server, or a folder of CSV files.
//
// Other packages use this one. It is made of:
//
//	settings   what planwatch.yaml says of a source, with TLS and secrets
//	sqltext    what the text of a query may be
//	result     columns, values and moments of a result
//	backend    the interface of a driver, for whoever adds one
//	mysql      the driver for MySQL and MariaDB
//	csvfolder  the driver for CSV files, with an embedded engine
//
// Source, in this package, does what is the same for all drivers: the pool of
// connections, timeouts, read-only transactions, and whether the source is up.
package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/warehouse/csvfolder"
	"planwatch/internal/warehouse/mysql"
	"planwatch/internal/warehouse/result"
	"planwatch/internal/warehouse/settings"
	"planwatch/internal/warehouse/sqltext"
)

// What other packages need of the packages below.
type (
	// Config is one entry under sources in planwatch.yaml.
	Config = settings.Config
	// Secret is a text that is not shown, logged or encoded.
	Secret = settings.Secret
	// Query is one statement that only reads.
	Query = sqltext.Query
	// Result is what a query gave.
	Result = result.Result
	// Column is one column of a result.
	Column = result.Column
	// Value is one cell of a result.
	Value = result.Value
)

// The types of columns.
const (
	Other  = result.Other
	Number = result.Number
	Text   = result.Text
	Time   = result.Time
)

// The drivers.
const (
	MySQL = settings.MySQL
	CSV   = settings.CSV
)

// Directory is a directory of the machine as Options.Files.
func Directory(path string) fs.FS { return csvfolder.Directory(path) }

// Embedded reports whether this binary can read CSV folders.
const Embedded = csvfolder.Embedded

var (
	// ErrUnavailable is a source that could not be reached or takes no
	// queries, as opposed to one that refused a query. It is a folder with files
	// that are not valid, too.
	ErrUnavailable = backend.ErrUnavailable
	// ErrTimeout is a query that ran longer than it may.
	ErrTimeout = backend.ErrTimeout
	// ErrTooMuch is a query whose answer has more bytes than it may.
	ErrTooMuch = backend.ErrTooMuch
	// ErrColumnsUnknown is a query that the server plans, and whose columns it
	// does not tell without running a part of it.
	ErrColumnsUnknown = errors.New("the columns are not checked: to tell them, the server would run a part of the query for longer than a second")
	// ErrTooManyRows is a query that gave more rows than it may.
	ErrTooManyRows = result.ErrTooManyRows
)

// Bounded is err with a text that fits a line of the log and a page.
func Bounded(err error) error { return backend.Bounded(err) }

// Default is what an entry under sources holds before its file is read.
func Default() Config { return settings.Default() }

// Identity says which data a source reads: driver, address and database, or
// folder and schema. It changes when another is read, not with how: it has
// neither user nor secret.
func Identity(cfg Config) string {
	if cfg.Driver == settings.MySQL {
		return mysql.Identity(cfg)
	}
	return fmt.Sprintf("%s %q %q", cfg.Driver, cfg.Folder, cfg.Schema)
}

// Database is the name of the database that a source with driver: mysql is about.
func Database(cfg Config) string { return mysql.Database(cfg) }

// ParseQuery reads one query, and refuses what is not one statement that only
// reads. file names it in errors, which carry the line.
func ParseQuery(file, text string) (Query, error) { return sqltext.ParseQuery(file, text) }

// Options are what a source needs beside its entry in planwatch.yaml.
type Options struct {
	// Name is the entry's name.
	Name string
	// Location is the time zone in which the source's DATE and DATETIME
	// values are wall-clock time; nil is UTC.
	Location *time.Location
	// Files is the folder of a csv source.
	Files fs.FS
	// SchemaSQL has the CREATE TABLE statements of a csv source's tables; ""
	// is Schema.
	SchemaSQL string
	// Logger takes when the source goes down and comes up; nil discards it.
	Logger *slog.Logger
}

// Open makes a source. It does not connect: Ping and Query find out whether a
// server is up. The schema of a csv source must be valid. Its files are read;
// if they are not valid, the source is down until they are.
func Open(ctx context.Context, cfg Config, o Options) (*Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("source %s: %w", o.Name, err)
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = o.Logger.With("source_name", o.Name)
	b, err := openBackend(ctx, cfg, o)
	if err != nil {
		return nil, backend.Bounded(fmt.Errorf("source %s: %w", o.Name, err))
	}
	// The files of a folder have been read, and a server has not been asked.
	return newSource(b, cfg, o, cfg.Driver == CSV && b.Reload(ctx) == nil), nil
}

// openBackend opens the driver of the source.
func openBackend(ctx context.Context, cfg Config, o Options) (backend.Backend, error) {
	switch cfg.Driver {
	case settings.MySQL:
		return mysql.Open(cfg, o.Logger)
	case settings.CSV:
		schema, file := o.SchemaSQL, cfg.Schema
		if schema == "" {
			schema, file = Schema, schemaFile
		}
		return csvfolder.Open(ctx, cfg, csvfolder.Options{Files: o.Files, SchemaSQL: schema, SchemaFile: file, Logger: o.Logger})
	}
	return nil, fmt.Errorf("driver %s: not implemented", cfg.Driver)
}
