package warehouse

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

const (
	// killWithin bounds the attempt to end a query that nobody waits for.
	killWithin = 2 * time.Second
	// defaultTimeout is a query's limit where its run names none.
	defaultTimeout = 30 * time.Second
	// planTimeout bounds Prepare, which plans and runs nothing.
	planTimeout = 15 * time.Second
	// A pooled connection is renewed, so that a server behind a name that
	// moved, or a changed password, is noticed.
	connMaxLifetime = 5 * time.Minute
	connMaxIdleTime = 2 * time.Minute
)

// errClosed is what a closed source answers.
var errClosed = errors.New("the source is closed")

// Options are what a source needs beside its entry in the configuration.
type Options struct {
	// Name of the entry.
	Name string
	// Location is the time zone in which the source's DATE and DATETIME
	// values are wall-clock time; nil is UTC.
	Location *time.Location
	// Files is the folder of a csv source.
	Files fs.FS
	// SchemaSQL has the CREATE TABLE statements of a csv source's tables; ""
	// is Schema.
	SchemaSQL string
	// Logger takes the source's ups and downs; nil discards them.
	Logger *slog.Logger
}

// Source is one warehouse. Its methods may be used by many at once.
type Source struct {
	name           string
	log            *slog.Logger
	location       *time.Location
	backend        backend
	db             *sql.DB
	connectTimeout time.Duration
	// Of the pool's connections, all but one are for queries, and the last is
	// for a ping, so that slow queries do not keep it waiting.
	slots, pingSlot chan struct{}
	health          health

	stopping context.Context // ends when the source is closed
	stop     context.CancelFunc

	mu     sync.Mutex // guards closed, and work against beginning after it
	closed bool
	work   sync.WaitGroup // queries and kills
}

// backend is where the two drivers differ.
type backend interface {
	driver.Connector
	// refresh is called before every query. An error says what is wrong with
	// the source's data, for every query to fail with.
	refresh() error
	// tune sets a connection's session up for one query, and says in which
	// time zones it will write moments.
	tune(ctx context.Context, conn *sql.Conn, version string, run Run, local *time.Location) (zones, error)
	// grace is how much longer than the query's limit the client waits for
	// the server to end it.
	grace() time.Duration
	// check refuses what the engine is known to compute wrongly.
	check(q Query) error
	// explain puts an error that means "no answer" into words, and gives nil
	// for a server's answer to a query.
	explain(err error) error
	close() error
}

// Run is how one query is run.
type Run struct {
	// AsOf is the moment that :as_of stands for.
	AsOf time.Time
	// Timeout is how long the server may take; 0 is 30 seconds.
	Timeout time.Duration
	// MaxRows is how many rows there may be; 0 is any number.
	MaxRows int
}

// Open makes a source. It does not connect: a server that is down is found by
// Ping and Query. A csv source's folder is read, and must be in order.
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
	var b backend
	var err error
	if cfg.Driver == CSV {
		b, err = openCSV(ctx, cfg, o)
	} else {
		b, err = openMySQL(cfg, o)
	}
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", o.Name, err)
	}
	s := &Source{
		name:           o.Name,
		log:            o.Logger,
		location:       o.Location,
		backend:        b,
		db:             sql.OpenDB(b),
		connectTimeout: time.Duration(cfg.ConnectTimeout),
		slots:          make(chan struct{}, cfg.MaxConnections),
		pingSlot:       make(chan struct{}, 1),
		health:         health{log: o.Logger, up: cfg.Driver == CSV},
	}
	s.db.SetMaxOpenConns(s.connections())
	s.db.SetMaxIdleConns(s.connections())
	s.db.SetConnMaxLifetime(connMaxLifetime)
	s.db.SetConnMaxIdleTime(connMaxIdleTime)
	s.stopping, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Name is the source's name in the configuration.
func (s *Source) Name() string { return s.name }

// Up tells whether the source answered the last ping or query. A server that
// was not asked yet is not up; an opened folder is.
func (s *Source) Up() bool { return s.health.isUp() }

// connections is how many the pool may have.
func (s *Source) connections() int { return cap(s.slots) + cap(s.pingSlot) }

// Close ends what is running, on the server as well, and the connections. It
// takes two seconds at most.
func (s *Source) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.work.Wait()
	// Of a connection that broke long ago it gives the error, which is no
	// news to anyone.
	_ = s.db.Close()
	return s.backend.close()
}

// Ping asks the source for a sign of life, over a connection that queries
// leave free for it. It waits for another ping to end, and then no longer than
// the connect timeout. Whether a folder's files are in order is not asked.
func (s *Source) Ping(ctx context.Context) error {
	return s.do(ctx, s.pingSlot, "", planTimeout, func(context.Context, *session) error { return nil })
}

// Query runs q in a transaction that only reads.
//
// Beside errors.Is for ErrUnavailable, ErrTimeout and ErrTooManyRows, an
// error may be the server's refusal, a value that is none (row and column
// named), a fault in a folder's changed files (file, line and column named),
// or ctx's. Files that are not in order make every query fail until they are,
// and leave the source up. Waiting for a connection of the pool is bounded by
// ctx alone, since it is other queries that keep it waiting. When Query
// returns early, the server is told to end the query.
//
// DATE and DATETIME values are taken for wall-clock time in Options.Location.
// Where clocks set back show an hour twice, a value means the later moment
// unless that lies after AsOf, so that what was just written never seems to
// be still to come; and one that clocks set forward never show is read by the
// offset from before or from after, by the same rule. Nothing tells the two
// hours apart in the database: while :as_of is in the second, a query for
// what is <= :as_of does not see rows of the first one's later minutes, and
// its figures fall back on those from before, for up to an hour.
// TIMESTAMP values are moments: the session's time zone is set to the offset
// that the location has at AsOf, so a TIMESTAMP compares with :as_of as it
// should, and comes out as the very moment that was stored. Zones are not set
// by name, because many servers have no time zone tables.
func (s *Source) Query(ctx context.Context, q Query, run Run) (*Result, error) {
	if run.Timeout <= 0 {
		run.Timeout = defaultTimeout
	}
	if err := s.backend.check(q); err != nil {
		return nil, err
	}
	var result *Result
	err := s.do(ctx, s.slots, q.file, run.Timeout, func(ctx context.Context, c *session) error {
		z, err := s.backend.tune(ctx, c.conn, c.version, run, s.location)
		if err != nil {
			return err
		}
		// Not BeginTx: a Tx ends without a deadline, and would wait forever on
		// a server that stopped answering.
		if _, err := c.conn.ExecContext(ctx, "START TRANSACTION READ ONLY"); err != nil {
			return err
		}
		if result, err = c.read(ctx, q.sql(run.AsOf, s.location), z, run.MaxRows); err != nil && !answered(err) {
			return err
		}
		_, rollbackErr := c.conn.ExecContext(ctx, "ROLLBACK")
		if err == nil {
			err = rollbackErr
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// Prepare has the server plan q without running it, and gives the columns
// that it would have, no two of one name. For a csv source it also refuses, as
// Query does, what the embedded engine would compute wrongly.
func (s *Source) Prepare(ctx context.Context, q Query) ([]Column, error) {
	if err := s.backend.check(q); err != nil {
		return nil, err
	}
	var columns []Column
	duplicate := false
	err := s.do(ctx, s.slots, q.file, planTimeout, func(ctx context.Context, c *session) error {
		now := time.Now()
		z, err := s.backend.tune(ctx, c.conn, c.version, Run{AsOf: now, Timeout: planTimeout}, s.location)
		if err != nil {
			return err
		}
		// First as it stands, so that a refusal speaks of what was written.
		text := q.sql(now, s.location)
		statement, err := c.conn.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		if err := statement.Close(); err != nil {
			return err
		}
		// The driver does not hand on the columns of a prepared statement. The
		// line break keeps a comment at the end from taking the parenthesis.
		result, err := c.read(ctx, "SELECT * FROM (\n"+text+"\n) AS planned LIMIT 0", z, 0)
		if err != nil {
			var answer *mysql.MySQLError
			duplicate = errors.As(err, &answer) && answer.Number == erDuplicateColumn
			return err
		}
		columns = result.Columns
		return nil
	})
	seen := map[string]bool{}
	for _, column := range columns {
		key := strings.ToLower(column.Name)
		duplicate = duplicate || seen[key]
		seen[key] = true
	}
	switch {
	case duplicate:
		return nil, fmt.Errorf("%s: two columns have the same name; give each its own with AS", q.file)
	case err != nil:
		return nil, err
	}
	return columns, nil
}

// erDuplicateColumn is how a server refuses a derived table with two columns
// of one name.
const erDuplicateColumn = 1060

// session is one connection while it works for one query.
type session struct {
	conn    *sql.Conn
	version string
	abandon context.CancelFunc // breaks the connection off
}

// read runs one statement and reads its rows. If it cannot read them all it
// breaks the connection off, because closing the rows would mean to receive
// the rest of them.
func (c *session) read(ctx context.Context, text string, z zones, maxRows int) (*Result, error) {
	rows, err := c.conn.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := readRows(rows, z, maxRows)
	if err != nil && !answered(err) {
		c.abandon()
	}
	if closeErr := rows.Close(); err == nil {
		err = closeErr
	}
	return result, err
}

// do lends work a connection when there is a free slot, for no longer than the
// limit, and judges what came of it. what names the query in errors.
func (s *Source) do(ctx context.Context, slots chan struct{}, what string, limit time.Duration, work func(context.Context, *session) error) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return fmt.Errorf("source %s: %w", s.name, errClosed)
	}
	s.work.Add(1)
	s.mu.Unlock()
	defer s.work.Done()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.stopping, func() { cancel(errClosed) })() //nolint:contextcheck // the source ends when it is closed, not when a caller does

	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return fmt.Errorf("source %s: waiting for a connection: %w", s.name, context.Cause(ctx))
	}
	if err := s.backend.refresh(); err != nil && slots == s.slots {
		return fmt.Errorf("source %s: %w", s.name, err)
	}

	began := s.health.began()
	c, id, err := s.connect(ctx)
	if err != nil {
		return s.verdict(began, err)
	}
	workCtx, abandon := context.WithTimeout(ctx, limit+s.backend.grace())
	defer abandon()
	c.abandon = abandon
	err = work(workCtx, c)
	expired := errors.Is(workCtx.Err(), context.DeadlineExceeded)
	if err == nil || answered(err) && s.backend.explain(err) == nil {
		// The pool takes it back; an error here would say that it does not.
		_ = c.conn.Close()
	} else {
		abandon()
		discard(c.conn)
		s.kill(ctx, id)
	}
	if err == nil {
		return s.verdict(began, nil)
	}
	return s.verdict(began, s.judge(ctx, what, limit, expired, err))
}

// judge puts the error of a query into words.
func (s *Source) judge(ctx context.Context, what string, limit time.Duration, expired bool, err error) error {
	in := func(err error) error {
		if what == "" {
			return err
		}
		return fmt.Errorf("%s: %w", what, err)
	}
	var value *valueError
	switch {
	case errors.Is(err, ErrTooManyRows), errors.As(err, &value):
		return in(err)
	case timedOut(err):
		return in(&queryError{fmt.Sprintf("the query ran longer than %s", limit), []error{ErrTimeout, err}})
	case answered(err):
		if down := s.backend.explain(err); down != nil {
			return down
		}
		return in(fmt.Errorf("the server refuses the query: %w", err))
	case ctx.Err() != nil:
		cause := context.Cause(ctx)
		if errors.Is(cause, context.DeadlineExceeded) {
			return in(&queryError{"the caller's deadline passed", []error{ErrTimeout, cause}})
		}
		return in(cause)
	case expired && s.backend.grace() == 0:
		return in(&queryError{fmt.Sprintf("the query ran longer than %s", limit), []error{ErrTimeout, err}})
	case expired:
		// The server was to end the query itself, and did not even do that.
		return in(&queryError{fmt.Sprintf("no answer within %s, and %s more", limit, s.backend.grace()),
			[]error{ErrUnavailable, ErrTimeout, err}})
	}
	return s.backend.explain(err)
}

// verdict notes what err says of the source's health, and names the source.
func (s *Source) verdict(began int, err error) error {
	switch {
	case err == nil:
		s.health.report(began, nil)
		return nil
	case errors.Is(err, ErrUnavailable):
		s.health.report(began, err)
		// The other idle connections lead to the same server.
		s.db.SetMaxIdleConns(0)
		s.db.SetMaxIdleConns(s.connections())
	case errors.Is(err, context.Canceled), errors.Is(err, errClosed), errors.Is(err, context.DeadlineExceeded):
		// Says something of the caller, and nothing of the source.
	default:
		s.health.report(began, nil)
	}
	return fmt.Errorf("source %s: %w", s.name, err)
}

// connect takes a connection from the pool, or makes one, and makes sure that
// it lives. It gives the connection's id on the server.
func (s *Source) connect(ctx context.Context) (*session, uint64, error) {
	limited, cancel := context.WithTimeout(ctx, s.connectTimeout)
	defer cancel()
	var err error
	// The pool may hold connections to a server that has gone in the meantime.
	for range s.connections() + 1 {
		var conn *sql.Conn
		if conn, err = s.db.Conn(limited); err != nil {
			break
		}
		c := &session{conn: conn}
		var id uint64
		if err = conn.QueryRowContext(limited, "SELECT CONNECTION_ID(), VERSION()").Scan(&id, &c.version); err == nil {
			return c, id, nil
		}
		discard(conn)
		if !errors.Is(err, driver.ErrBadConn) && !errors.Is(err, mysql.ErrInvalidConn) || limited.Err() != nil {
			break
		}
	}
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return nil, 0, context.Cause(ctx)
	}
	if limited.Err() != nil {
		err = context.DeadlineExceeded
	}
	down := s.backend.explain(err)
	if down == nil {
		down = unavailable(err, "the server refuses to say who it is: %v", err)
	}
	return nil, 0, down
}

// offsetAt is the location's distance from UTC at the moment, as servers write
// a time zone and as a time zone.
func offsetAt(moment time.Time, location *time.Location) (string, *time.Location) {
	zone := moment.In(location)
	_, seconds := zone.Zone()
	return zone.Format("-07:00"), time.FixedZone("", seconds/60*60)
}

// discard closes a connection in doubt, rather than give it back to the pool.
func discard(conn *sql.Conn) {
	// The error is the point: the pool closes what is bad.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

// kill ends, as far as it can, what the connection of that id still runs on
// the server. Nobody waits for it but Close.
func (s *Source) kill(ctx context.Context, id uint64) {
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killWithin)
		defer cancel()
		err := s.sendKill(ctx, id)
		var answer *mysql.MySQLError
		if err != nil && !(errors.As(err, &answer) && answer.Number == erNoSuchThread) {
			s.log.Debug("a query may be left on the server", "connection", id, "err", err)
		}
	})
}

// erNoSuchThread says that a connection to kill is gone already.
const erNoSuchThread = 1094

// sendKill uses a connection of its own, since the pool may be busy.
func (s *Source) sendKill(ctx context.Context, id uint64) error {
	conn, err := s.backend.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	execer, ok := conn.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("%T does not execute", conn)
	}
	_, err = execer.ExecContext(ctx, "KILL QUERY "+strconv.FormatUint(id, 10), nil)
	return err
}
