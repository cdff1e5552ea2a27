package web

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// patience is how long a connection that waits for a request is left alone
// while others wait for its place: time enough to send one.
const patience = time.Second

// quiet is how long nothing more is said of the limit once it has been.
const quiet = time.Minute

// connections are those that stand, over all listeners. Where there are as many
// as may be, the one that has waited the longest for a request is closed for a
// new one, so that idle connections cannot keep a scrape out.
type connections struct {
	limit  int
	logger *slog.Logger

	mu       sync.Mutex
	changed  *sync.Cond
	standing map[*connection]struct{}
	// full is whether the log has said that the limit is reached since there were
	// half as many, and told when it said so last.
	full bool
	told time.Time
}

// connection is one that stands. Its fields are under the lock of connections.
type connection struct {
	net.Conn
	all *connections
	// busy is whether a request is being answered, since when it is so or not.
	busy  bool
	since time.Time
}

func newConnections(limit int, logger *slog.Logger) *connections {
	c := &connections{limit: limit, logger: logger, standing: map[*connection]struct{}{}}
	c.changed = sync.NewCond(&c.mu)
	return c
}

// Close takes the connection from those that stand.
func (c *connection) Close() error {
	c.all.mu.Lock()
	c.all.remove(c)
	c.all.mu.Unlock()
	return c.Conn.Close()
}

func (c *connections) remove(gone *connection) {
	delete(c.standing, gone)
	if len(c.standing) <= c.limit/2 {
		c.full = false
	}
	c.changed.Broadcast()
}

// track is the server's hook: it tells which connections wait for a request.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	own, ok := conn.(*connection)
	if !ok || state != http.StateActive && state != http.StateIdle {
		return
	}
	c.mu.Lock()
	own.busy, own.since = state == http.StateActive, time.Now()
	c.mu.Unlock()
	c.changed.Broadcast()
}

// admit adds a connection, once there is a place for it. It returns false if
// the listener was closed before.
func (c *connections) admit(conn net.Conn, l *listener) (*connection, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.standing) >= c.limit && !l.closed {
		if now := time.Now(); !c.full && now.Sub(c.told) >= quiet {
			c.full, c.told = true, now
			c.logger.Warn("as many connections as may be; idle ones are closed for new ones", "max_connections", c.limit)
		}
		idle, left := c.longestIdle()
		switch {
		case idle == nil:
			c.changed.Wait()
		case left > 0:
			timer := time.AfterFunc(left, c.wake)
			c.changed.Wait()
			timer.Stop()
		default:
			c.remove(idle)
			_ = idle.Conn.Close()
		}
	}
	if l.closed {
		return nil, false
	}
	own := &connection{Conn: conn, all: c, since: time.Now()}
	c.standing[own] = struct{}{}
	return own, true
}

// wake has those who wait for a place look again. It takes the lock, so that it
// is not before a Wait that follows.
func (c *connections) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed.Broadcast()
}

// longestIdle returns the connection that has waited the longest for a request,
// or nil if none waits, and what is left of the patience with it.
func (c *connections) longestIdle() (longest *connection, left time.Duration) {
	for own := range c.standing {
		if !own.busy && (longest == nil || own.since.Before(longest.since)) {
			longest = own
		}
	}
	if longest == nil {
		return nil, 0
	}
	return longest, patience - time.Since(longest.since)
}

// listener accepts a connection once there is a place for it.
type listener struct {
	net.Listener
	all *connections
	// closed is under the lock of all.
	closed bool
}

func (c *connections) listener(l net.Listener) *listener { return &listener{Listener: l, all: c} }

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	own, ok := l.all.admit(conn, l)
	if !ok {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	return own, nil
}

func (l *listener) Close() error {
	l.all.mu.Lock()
	l.closed = true
	l.all.mu.Unlock()
	l.all.changed.Broadcast()
	return l.Listener.Close()
}
