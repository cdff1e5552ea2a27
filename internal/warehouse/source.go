package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"planwatch/internal/warehouse/backend"
)

const (
	// A pooled connection is closed after a while, so that a changed password,
	// or a server whose name has a new address, is noticed.
	connMaxLifetime = 5 * time.Minute
	connMaxIdleTime = 2 * time.Minute
)

var errClosed = errors.New("the source is closed")

// Source is one warehouse. Its methods may be called by several goroutines at
// once.
type Source struct {
	name           string
	log            *slog.Logger
	location       *time.Location
	backend        backend.Backend
	db             *sql.DB
	connectTimeout time.Duration
	// Each connection of the pool has a slot. One is for pings alone, so that
	// slow queries do not keep them waiting.
	querySlots, pingSlot chan struct{}
	health               health

	closing context.Context // ends when the source is closed
	cancel  context.CancelFunc

	mu       sync.Mutex // guards closed, so that nothing begins after it is set
	closed   bool
	requests sync.WaitGroup // requests and kills
}

// newSource makes a source. up is whether it is up before anything is asked.
func newSource(b backend.Backend, cfg Config, o Options, up bool) *Source {
	s := &Source{
		name:           o.Name,
		log:            o.Logger,
		location:       o.Location,
		backend:        b,
		db:             sql.OpenDB(b),
		connectTimeout: time.Duration(cfg.ConnectTimeout),
		querySlots:     make(chan struct{}, cfg.MaxConnections),
		pingSlot:       make(chan struct{}, 1),
		health:         health{log: o.Logger, up: up},
	}
	s.db.SetMaxOpenConns(s.maxConnections())
	s.db.SetMaxIdleConns(s.maxConnections())
	s.db.SetConnMaxLifetime(connMaxLifetime)
	s.db.SetConnMaxIdleTime(connMaxIdleTime)
	s.closing, s.cancel = context.WithCancel(context.Background())
	return s
}

// Name is the source's name in the configuration.
func (s *Source) Name() string { return s.name }

// Up reports whether the last ping or query found the source up. A server is not
// up before the first one; a folder whose files could be read when it was opened
// is.
func (s *Source) Up() bool { return s.health.isUp() }

// maxConnections is the size of the pool.
func (s *Source) maxConnections() int { return cap(s.querySlots) + cap(s.pingSlot) }

// Close ends all queries, on the server too, and closes the connections. It
// takes two seconds at most.
func (s *Source) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.requests.Wait()
	// Its error is about connections that broke before.
	_ = s.db.Close()
	return s.backend.Close()
}

// Ping asks whether the source answers, over a connection that queries never
// use. It waits for another ping to end, and then for the connect timeout at
// most. A csv source answers if its files are valid; where they have changed they
// are read first, for a minute at most.
func (s *Source) Ping(ctx context.Context) error {
	return s.do(ctx, request{
		ping:    true,
		timeout: planTimeout,
		work:    func(context.Context, *connection) error { return nil },
	})
}
