package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/warehouse/result"
)

const (
	// defaultTimeout is a query's limit where QueryOptions has none.
	defaultTimeout = 30 * time.Second
	// planTimeout is the limit of Prepare, which plans a query and does not
	// run it, and of Ping.
	planTimeout = 15 * time.Second
	// columnsTimeout is the limit of asking for the columns of a query. The
	// driver does not give those of a prepared statement, and a server that is
	// asked for no rows still runs what the FROM clause has without a table.
	columnsTimeout = time.Second
)

// QueryOptions are how one query is run.
type QueryOptions struct {
	// AsOf is the moment that :as_of stands for.
	AsOf time.Time
	// Timeout is how long the server may take; 0 is 30 seconds.
	Timeout time.Duration
	// MaxRows is how many rows there may be; 0 is any number.
	MaxRows int
	// Columns are the names of the columns to keep; nil is all. Where one of
	// them is not in the result, it has its columns and no rows.
	Columns []string
	// Take, unless it is nil, is given each row as it is read, so that not all are kept:
	// the result has none. A row is not Take's own: the next takes its place. It is not to
	// panic. The query may still fail.
	Take func(columns []Column, row []Value)
}

func (o QueryOptions) limits() result.Limits {
	return result.Limits{Rows: o.MaxRows, Columns: o.Columns, Take: o.Take}
}

// Query runs q in a transaction that only reads.
//
// An error may be ErrUnavailable, ErrTimeout, ErrTooMuch or ErrTooManyRows, for errors.Is.
// It may also be the server's refusal of the query, a value that is not valid
// (row and column named), the server's warning that it changed a value, or ctx's
// error. Waiting for a connection of the pool is limited by ctx alone, since
// other queries cause it. When Query returns before the query ends, the server is
// told to end it.
//
// DATE and DATETIME values are taken for wall-clock time in Options.Location.
// When clocks are set back they show an hour twice. A value in that hour means
// the later moment, unless that lies after AsOf: what was just written is
// never in the future. When clocks are set forward they leave an hour out. A
// value in that hour is read with the UTC offset from before or from after, by
// the same rule. The database cannot tell the two hours apart: while :as_of is
// in the second hour, a query for what is <= :as_of does not see rows of the
// later minutes of the first, and its figures can be up to an hour old.
//
// TIMESTAMP values are moments. The session's time zone is the UTC offset of
// the location at AsOf, so that a TIMESTAMP compares with :as_of as it should
// and is read as the moment that was stored.
func (s *Source) Query(ctx context.Context, q Query, o QueryOptions) (*Result, error) {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if err := s.backend.CheckQuery(q); err != nil {
		return nil, err
	}
	var r *Result
	err := s.do(ctx, request{
		file:    q.File(),
		timeout: o.Timeout,
		work: func(ctx context.Context, c *connection) error {
			zones, err := c.configure(ctx, o.AsOf, o.Timeout, s.location)
			if err != nil {
				return err
			}
			r, err = c.readInTransaction(ctx, q.SQL(o.AsOf, s.location), zones, o.limits())
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Prepare has the server plan q without running it, and gives the columns that
// the result would have. No two may have the same name. The error is
// ErrColumnsUnknown if the server plans the query and would run a part of it,
// for longer than a second, to tell its columns. For a csv source it
// refuses, as Query does, what the embedded engine would compute wrongly.
func (s *Source) Prepare(ctx context.Context, q Query) ([]Column, error) {
	if err := s.backend.CheckQuery(q); err != nil {
		return nil, err
	}
	var columns []Column
	var duplicate, unknown bool
	err := s.do(ctx, request{
		file:    q.File(),
		timeout: planTimeout,
		work: func(ctx context.Context, c *connection) error {
			asOf := time.Now()
			if _, err := c.configure(ctx, asOf, planTimeout, s.location); err != nil {
				return err
			}
			text := q.SQL(asOf, s.location)
			// First the query as it is, so that a refusal quotes what was written.
			if err := c.prepare(ctx, text); err != nil {
				return err
			}
			zones, err := c.configure(ctx, asOf, columnsTimeout, s.location)
			if err != nil {
				return err
			}
			if columns, err = c.columns(ctx, text, zones); err != nil {
				kind, _ := s.backend.Classify(err)
				duplicate = kind == backend.DuplicateColumn
				unknown = kind == backend.QueryTimedOut
			}
			return err
		},
	})
	if duplicate || haveDuplicate(columns) {
		return nil, fmt.Errorf("%s: two columns have the same name; give each its own with AS", q.File())
	}
	if unknown {
		return nil, fmt.Errorf("%s: %w", q.File(), ErrColumnsUnknown)
	}
	return columns, err
}

// Inspect gives what of the source works but should be changed, a sentence
// each: rights that planwatch does not need, a time zone that the server does
// not know.
func (s *Source) Inspect(ctx context.Context) ([]string, error) {
	var warnings []string
	err := s.do(ctx, request{
		timeout: planTimeout,
		work: func(ctx context.Context, c *connection) error {
			options := backend.SessionOptions{AsOf: time.Now(), Timeout: planTimeout, Location: s.location}
			if _, err := c.backend.Configure(ctx, c.Session, options); err != nil {
				return err
			}
			var err error
			warnings, err = c.backend.Inspect(ctx, c.Session, options)
			return err
		},
	})
	for i, warning := range warnings {
		warnings[i] = backend.Bounded(fmt.Errorf("source %s: %s", s.name, warning)).Error()
	}
	return warnings, err
}

// haveDuplicate reports whether two columns have the same name, in any case of
// letters.
func haveDuplicate(columns []Column) bool {
	seen := map[string]bool{}
	for _, column := range columns {
		name := strings.ToLower(column.Name)
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

// configure prepares the session for one query.
func (c *connection) configure(ctx context.Context, asOf time.Time, timeout time.Duration, location *time.Location) (result.TimeZones, error) {
	return c.backend.Configure(ctx, c.Session, backend.SessionOptions{AsOf: asOf, Timeout: timeout, Location: location})
}

// readInTransaction runs one statement in a transaction that only reads.
func (c *connection) readInTransaction(ctx context.Context, text string, zones result.TimeZones, limits result.Limits) (*Result, error) {
	// Not BeginTx: ending an sql.Tx has no deadline, and would wait forever
	// for a server that stopped answering.
	if _, err := c.Conn.ExecContext(ctx, "START TRANSACTION READ ONLY"); err != nil {
		return nil, err
	}
	r, err := c.read(ctx, text, zones, limits)
	if err != nil {
		// The connection is not used again, which ends the transaction.
		return nil, c.refusal(ctx, text, err)
	}
	if err := c.backend.CheckWarnings(ctx, c.Session); err != nil {
		return nil, err
	}
	_, err = c.Conn.ExecContext(ctx, "ROLLBACK")
	return r, err
}

// refusal is err, or what the server says when it is to plan the statement
// only, if it refuses that too: its words are then about the statement, and can
// be told. What else it says may quote rows.
func (c *connection) refusal(ctx context.Context, text string, err error) error {
	if kind, _ := c.backend.Classify(err); kind != backend.QueryRefused {
		return err
	}
	if refused := c.prepare(ctx, text); refused != nil && c.answered(refused) {
		return refused
	}
	return err
}

// prepare has the server plan a statement. Its refusal is a PlanError.
func (c *connection) prepare(ctx context.Context, text string) error {
	statement, err := c.Conn.PrepareContext(ctx, text)
	if err != nil {
		return &backend.PlanError{Err: err}
	}
	return statement.Close()
}

// columns gives the columns of a statement, which the driver does not give for
// a prepared one.
func (c *connection) columns(ctx context.Context, text string, zones result.TimeZones) ([]Column, error) {
	empty, err := c.read(ctx, c.backend.ColumnsStatement(c.Session, text), zones, result.Limits{})
	if err != nil {
		return nil, err
	}
	return empty.Columns, nil
}

// read runs one statement and reads its rows. If it cannot read all of them it
// breaks the connection off, since to close the rows is to receive the rest.
func (c *connection) read(ctx context.Context, text string, zones result.TimeZones, limits result.Limits) (*Result, error) {
	rows, err := c.Conn.QueryContext(ctx, text) //nolint:rowserrcheck // result.Read checks it
	if err != nil {
		return nil, err
	}
	r, err := result.Read(rows, zones, limits)
	if err != nil && !c.answered(err) {
		c.abandon()
	}
	if closeErr := rows.Close(); err == nil {
		err = closeErr
	}
	return r, err
}

// answered reports whether the server answered with the error, so that the
// connection itself works.
func (c *connection) answered(err error) bool {
	kind, _ := c.backend.Classify(err)
	return kind.FromServer()
}
