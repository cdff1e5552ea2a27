package backend

import (
	"context"
	"database/sql"
	"time"
)

// Locker is a Backend whose server has locks that end with the connection that has them.
type Locker interface {
	// PrepareLock has the server end the connection, and free its locks, once it has
	// heard nothing for so long, in whole seconds.
	PrepareLock(ctx context.Context, conn *sql.Conn, silence time.Duration) error
	// Lock takes the lock for the connection, which may have it already, and reports whether
	// it is the connection's. It does not wait for it.
	Lock(ctx context.Context, conn *sql.Conn, name string) (held bool, err error)
}
