package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"planwatch/internal/warehouse/backend"
)

var _ backend.Locker = (*Backend)(nil)

// PrepareLock implements backend.Locker. Any user may set the session's wait_timeout.
func (b *Backend) PrepareLock(ctx context.Context, conn *sql.Conn, silence time.Duration) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION wait_timeout=%d", int(math.Ceil(silence.Seconds()))))
	return err
}

// Lock implements backend.Locker, with a lock that any user may take. A connection that
// takes it again would have it twice, and so have to free it twice.
func (b *Backend) Lock(ctx context.Context, conn *sql.Conn, name string) (bool, error) {
	var held sql.NullBool
	err := conn.QueryRowContext(ctx, "SELECT IF(IS_USED_LOCK(?) <=> CONNECTION_ID(), 1, GET_LOCK(?, 0))", name, name).Scan(&held)
	if err == nil && !held.Valid {
		err = errors.New("the server cannot tell who has the lock")
	}
	return held.Bool, err
}
