// Package backend is where sources and drivers meet: the interface that each
// driver implements, and the errors that sources and drivers share.
//
// A new driver is a package beside mysql and csvfolder that implements Backend,
// a case in openBackend of package warehouse, and its name and keys in package
// settings.
package backend

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"planwatch/internal/warehouse/result"
	"planwatch/internal/warehouse/sqltext"
)

// Backend is what is particular to a driver. A source keeps a pool of the
// connections that Connect makes, and runs queries on them in transactions
// that only read. All methods may be called by several goroutines at once.
type Backend interface {
	driver.Connector

	// Reload is called before every query and ping, and takes over data that
	// changed since. It returns when ctx ends. An ErrUnavailable says why there
	// is no data to read: every query and ping fails with it.
	Reload(ctx context.Context) error

	// CheckQuery refuses a query that the driver is known to compute wrongly.
	CheckQuery(q sqltext.Query) error

	// Identify asks the server which connection this is. That is the first
	// statement on a connection from the pool, and shows whether it still
	// works: if it does not, the error is driver.ErrBadConn, and another
	// connection is tried.
	Identify(ctx context.Context, conn *sql.Conn) (Session, error)

	// Configure prepares a session for one query: its limit, where the server
	// has one, and all settings of the server that change what a query means.
	Configure(ctx context.Context, session Session, options SessionOptions) (result.TimeZones, error)

	// Inspect says what of the server works but should be changed: a sentence
	// each. The session is configured as by the options.
	Inspect(ctx context.Context, session Session, options SessionOptions) ([]string, error)

	// CheckWarnings gives a WarningError if the session's last statement gave
	// other values than the data has, as for a text that is no number.
	CheckWarnings(ctx context.Context, session Session) error

	// ColumnsStatement is a statement that gives the columns of a query, and no
	// rows. The server runs as little of the query for it as it can be made to.
	ColumnsStatement(session Session, query string) string

	// Kill ends the query that the session of that id runs, over a connection
	// of its own. It is no error if the session is gone.
	Kill(ctx context.Context, id uint64) error

	// TimeoutMargin is how much longer than a query's timeout the client waits
	// for the server to end the query, or 0 if the server has no such limit.
	TimeoutMargin() time.Duration

	// Classify says what an error of Connect or of a connection means, and
	// puts it into words.
	Classify(err error) (ErrorKind, error)

	// Close is called when the pool is closed.
	Close() error
}

// Session is a connection of the pool while it works for one query.
type Session struct {
	Conn *sql.Conn
	// ID is the session's id on the server, for Kill.
	ID uint64
	// Version is the server's version, as it writes it.
	Version string
	// TooMuch reports whether the connection was broken off since the answer to
	// a command was too large; nil is a connection that never is.
	TooMuch func() bool
}

// SessionOptions is what a session is configured for.
type SessionOptions struct {
	// AsOf is the moment that the query is run for.
	AsOf time.Time
	// Timeout is how long the server may take for the query.
	Timeout time.Duration
	// Location is the time zone of the source's DATE and DATETIME values.
	Location *time.Location
}
