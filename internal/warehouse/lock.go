package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"planwatch/internal/warehouse/backend"
)

// Lock is a lock of a source's server: one of all that ask has it at a time. The server
// frees it when the connection ends, which is the Lock's own, or says nothing for as long
// as the lease. One goroutine at a time may use it.
type Lock struct {
	source *Source
	locker backend.Locker
	name   string
	lease  time.Duration
	db     *sql.DB
	conn   *sql.Conn
}

// errNoLocks is the error of a lock of a source that has none.
var errNoLocks = errors.New("has no locks; name a source with driver: mysql")

// NewLock makes a Lock by name, which nobody has yet. The lease is at least a second. It
// fails where the source is no server.
func (s *Source) NewLock(name string, lease time.Duration) (*Lock, error) {
	locker, ok := s.backend.(backend.Locker)
	if !ok {
		return nil, fmt.Errorf("source %s: %w", s.name, errNoLocks)
	}
	l := &Lock{source: s, locker: locker, name: name, lease: lease, db: sql.OpenDB(s.backend)}
	l.db.SetMaxOpenConns(1)
	return l, nil
}

// attempts is how many times in a lease a Lock may be taken in vain.
const attempts = 4

// Take takes the lock, or keeps it, and reports whether it is held, which it then is for
// a lease from since. An error says that the server was not reached, so that it is not
// known who has it. It takes a quarter of the lease at most.
func (l *Lock) Take(ctx context.Context) (held bool, since time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.lease/attempts)
	defer cancel()
	if l.conn != nil {
		if held, since, err = l.take(ctx); err == nil {
			return held, since, nil
		}
		// The connection may have ended since, as one does that was silent for too long.
		l.drop()
	}
	if err := l.connect(ctx); err != nil {
		return false, time.Time{}, l.failed(err)
	}
	if held, since, err = l.take(ctx); err != nil {
		return false, time.Time{}, l.failed(err)
	}
	return held, since, nil
}

func (l *Lock) take(ctx context.Context) (held bool, since time.Time, err error) {
	since = time.Now()
	held, err = l.locker.Lock(ctx, l.conn, l.name)
	return held, since, err
}

// connect makes the connection.
func (l *Lock) connect(ctx context.Context) error {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return err
	}
	if err := l.locker.PrepareLock(ctx, conn, l.lease); err != nil {
		discard(conn)
		return err
	}
	l.conn = conn
	return nil
}

// failed closes the connection, since it may not work, and puts the error into words.
func (l *Lock) failed(err error) error {
	l.drop()
	_, words := l.source.backend.Classify(err)
	return Bounded(fmt.Errorf("source %s: lock %s: %w", l.source.name, l.name, words))
}

func (l *Lock) drop() {
	if l.conn != nil {
		discard(l.conn)
		l.conn = nil
	}
}

// Release frees the lock, where it is held. The next Take may take it again.
func (l *Lock) Release() { l.drop() }

// Name is the lock's.
func (l *Lock) Name() string { return l.name }

// Close frees the lock and closes the connection.
func (l *Lock) Close() error {
	l.drop()
	return l.db.Close()
}
