// Package csvfolder is the driver for a folder of CSV files: an embedded SQL
// engine, dolthub/go-mysql-server, in which each file is a table.
//
// The engine is large, and for trying and testing only, so it is built in only
// with the build tag gms_pure_go. The tag is go-mysql-server's own: with it,
// go-mysql-server uses Go's regular expressions instead of the C library ICU.
// Without it, lean.go replaces the engine and refuses to open a folder.
package csvfolder

import (
	"io/fs"
	"log/slog"
	"time"
)

// CheckInterval is the least time between two checks for changed files.
const CheckInterval = time.Second

// Options are what a folder needs beside its settings.
type Options struct {
	// Files is the folder.
	Files fs.FS
	// SchemaSQL has the CREATE TABLE statements of the tables.
	SchemaSQL string
	// SchemaFile is the file that SchemaSQL was read from, for errors.
	SchemaFile string
	// Logger takes what is wrong with changed files.
	Logger *slog.Logger
}
