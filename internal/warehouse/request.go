package warehouse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/warehouse/result"
)

// request is one use of a connection, for a query or a ping.
type request struct {
	ping    bool
	file    string // of the query, for errors; "" for a ping
	timeout time.Duration
	work    func(context.Context, *connection) error
}

// do runs a request. Errors name the source.
func (s *Source) do(ctx context.Context, r request) error {
	if err := s.run(ctx, r); err != nil {
		return backend.Bounded(fmt.Errorf("source %s: %w", s.name, err))
	}
	return nil
}

// run runs a request when a connection of the pool is free.
func (s *Source) run(ctx context.Context, r request) error {
	ctx, end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	slots := s.querySlots
	if r.ping {
		slots = s.pingSlot
	}
	if err := acquire(ctx, slots); err != nil {
		return err
	}
	defer release(slots)
	failuresBefore := s.health.failureCount()
	if err = s.backend.Reload(ctx); err == nil {
		err = s.runOnConnection(ctx, r)
	}
	s.reportHealth(failuresBefore, err)
	return err
}

// begin registers a request, unless the source is closed. The context that it
// gives ends when the source is closed. end is to be called after the request.
func (s *Source) begin(parent context.Context) (ctx context.Context, end func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, errClosed
	}
	s.requests.Add(1)
	ctx, cancel := context.WithCancelCause(parent)
	stop := context.AfterFunc(s.closing, func() { cancel(errClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
		s.requests.Done()
	}, nil
}

// acquire waits for a free slot.
func acquire(ctx context.Context, slots chan<- struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for a connection: %w", context.Cause(ctx))
	}
}

func release(slots <-chan struct{}) { <-slots }

// runOnConnection runs a request on a connection of the pool, for no longer
// than its timeout and the time that the server has to end it.
func (s *Source) runOnConnection(ctx context.Context, r request) error {
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	workCtx, abandon := context.WithTimeout(ctx, r.timeout+s.backend.TimeoutMargin())
	defer abandon()
	c.abandon = abandon
	if err = r.work(workCtx, c); err == nil {
		giveBack(c.Conn)
		return nil
	}
	expired := errors.Is(workCtx.Err(), context.DeadlineExceeded)
	if c.TooMuch != nil && c.TooMuch() {
		err = backend.NewError("the server's answer is too large; select only the columns that the collector names, and aggregate in the query", ErrTooMuch, err)
	}
	_, warned := errors.AsType[*backend.WarningError](err)
	if kind, _ := s.backend.Classify(err); warned || kind.AboutQuery() {
		// Closed, since the session keeps the error and the warnings of the
		// query, which would be taken for the next one's.
		discard(c.Conn)
	} else {
		abandon()
		discard(c.Conn)
		s.kill(ctx, c.ID)
	}
	return s.describe(ctx, r, expired, err)
}

// describe says in words why a request failed. expired reports whether the
// client's own limit ended it.
func (s *Source) describe(ctx context.Context, r request, expired bool, err error) error {
	if _, ok := errors.AsType[*result.ValueError](err); ok || errors.Is(err, ErrTooManyRows) || errors.Is(err, ErrTooMuch) {
		return r.named(err)
	}
	if _, ok := errors.AsType[*backend.WarningError](err); ok {
		return r.named(err)
	}
	kind, words := s.backend.Classify(err)
	switch {
	case kind == backend.QueryTimedOut:
		return r.named(r.timeoutError(err))
	case kind.AboutQuery():
		return r.named(words)
	case kind.FromServer():
		return words
	case ctx.Err() != nil:
		return r.named(callerError(context.Cause(ctx)))
	case expired && s.backend.TimeoutMargin() == 0:
		return r.named(r.timeoutError(err))
	case expired:
		// The server should have ended the query itself, and did not.
		message := fmt.Sprintf("no answer within %s, and %s more", r.timeout, s.backend.TimeoutMargin())
		return r.named(backend.NewError(message, ErrUnavailable, ErrTimeout, err))
	}
	return words
}

// named puts the query's file in front of an error.
func (r request) named(err error) error {
	if r.file == "" {
		return err
	}
	return fmt.Errorf("%s: %w", r.file, err)
}

func (r request) timeoutError(cause error) error {
	return backend.NewError(fmt.Sprintf("the query ran longer than %s", r.timeout), ErrTimeout, cause)
}

// callerError says why the caller's context ended.
func callerError(cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return backend.NewError("the caller's deadline passed", ErrTimeout, cause)
	}
	return cause
}

// reportHealth notes what the end of a request says about the source.
func (s *Source) reportHealth(failuresBefore int, err error) {
	switch {
	case errors.Is(err, ErrUnavailable):
		s.health.report(failuresBefore, err)
		s.closeIdleConnections()
	case errors.Is(err, context.Canceled), errors.Is(err, errClosed), errors.Is(err, context.DeadlineExceeded):
		// This is about the caller, not the source.
	default:
		s.health.report(failuresBefore, nil)
	}
}
