package warehouse

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"planwatch/internal/warehouse/backend"
)

// killTimeout limits how long the server is tried to be told to end a query.
const killTimeout = 2 * time.Second

// connection is a connection of the pool while it is used for one request.
type connection struct {
	backend.Session
	backend backend.Backend
	abandon context.CancelFunc // ends what the connection is doing
}

// connect takes a connection from the pool, or makes one, and checks that it
// works.
func (s *Source) connect(ctx context.Context) (*connection, error) {
	limited, cancel := context.WithTimeout(ctx, s.connectTimeout)
	defer cancel()
	var err error
	// Each idle connection may have broken since, as when the server stopped.
	for range s.maxConnections() + 1 {
		var conn *sql.Conn
		if conn, err = s.db.Conn(limited); err != nil {
			break
		}
		var session backend.Session
		if session, err = s.backend.Identify(limited, conn); err == nil {
			return &connection{Session: session, backend: s.backend}, nil
		}
		discard(conn)
		if !errors.Is(err, driver.ErrBadConn) || limited.Err() != nil {
			break
		}
	}
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return nil, context.Cause(ctx)
	}
	if limited.Err() != nil {
		err = context.DeadlineExceeded
	}
	kind, words := s.backend.Classify(err)
	if kind.AboutQuery() {
		return nil, backend.Unavailable(err, "the server refuses to identify the connection: %v", words)
	}
	return nil, words
}

// giveBack gives a working connection back to the pool.
func giveBack(conn *sql.Conn) {
	// An error would only say that the pool closes it.
	_ = conn.Close()
}

// discard closes a connection that may not work.
func discard(conn *sql.Conn) {
	// The pool closes a connection that is said to be bad.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

// closeIdleConnections closes what the pool keeps.
func (s *Source) closeIdleConnections() {
	s.db.SetMaxIdleConns(0)
	s.db.SetMaxIdleConns(s.maxConnections())
}

// kill has the server end what a session still runs. Only Close waits for it.
func (s *Source) kill(ctx context.Context, session uint64) {
	s.requests.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTimeout)
		defer cancel()
		if err := s.backend.Kill(ctx, session); err != nil {
			s.log.Debug("a query may still run on the server", "connection", session, "err", err)
		}
	})
}
