package warehouse

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

func TestMySQLLimits(t *testing.T) { databasetest.Each(t, testMySQLLimits) }

func testMySQLLimits(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	idle := func() bool { return len(server.RunningQueries()) == 0 }

	t.Run("timeout", func(t *testing.T) {
		for name, text := range map[string]string{
			"asleep": slow,
			"busy":   "SELECT SUM(a.i * b.i - c.i * d.i) AS s FROM number AS a, number AS b, number AS c, number AS d",
		} {
			t.Run(name, func(t *testing.T) {
				begin := time.Now()
				_, err := s.Query(t.Context(), query(t, text), QueryOptions{AsOf: begin, Timeout: 200 * time.Millisecond})
				if want := "source warehouse: q.sql: the query ran longer than 200ms"; err == nil || err.Error() != want {
					t.Errorf("got %v\nwant %s", err, want)
				}
				if !errors.Is(err, ErrTimeout) || errors.Is(err, ErrUnavailable) || !s.Up() {
					t.Errorf("ErrTimeout %t, ErrUnavailable %t, Up %t", errors.Is(err, ErrTimeout), errors.Is(err, ErrUnavailable), s.Up())
				}
				// It was the server that ended it, since the client waits longer.
				if took := time.Since(begin); took > s.backend.TimeoutMargin() {
					t.Errorf("ended after %s only", took)
				}
				waitFor(t, "nothing is left on the server", idle)
			})
		}
	})

	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := s.Query(ctx, query(t, slow), QueryOptions{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return sleeping(server) })
		cancel()
		err := <-done
		if want := "source warehouse: q.sql: context canceled"; err == nil || err.Error() != want || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v\nwant %s", err, want)
		}
		waitFor(t, "nothing is left on the server", idle)
		if !s.Up() {
			t.Error("a cancelled query leaves the source down")
		}
	})

	t.Run("too many rows", func(t *testing.T) {
		q := query(t, "SELECT a.i AS n FROM number AS a, number AS b, number AS c")
		_, err := s.Query(t.Context(), q, QueryOptions{AsOf: time.Now(), MaxRows: 500})
		if want := "source warehouse: q.sql: too many rows: more than 500 rows; raise max_series or aggregate in the query"; err == nil || err.Error() != want || !errors.Is(err, ErrTooManyRows) {
			t.Errorf("got %v\nwant %s", err, want)
		}
		waitFor(t, "nothing is left on the server", idle)
		r, err := s.Query(t.Context(), query(t, "SELECT i AS n FROM number WHERE i <= 500"), QueryOptions{AsOf: time.Now(), MaxRows: 500})
		if err != nil || len(r.Rows) != 500 {
			t.Errorf("just enough rows: %v", err)
		}
	})

	t.Run("closed", func(t *testing.T) {
		s := open(t, mysqlConfig(server.Socket()), Options{})
		done := make(chan error)
		go func() {
			_, err := s.Query(context.Background(), query(t, slow), QueryOptions{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return sleeping(server) })
		begin := time.Now()
		closed := make(chan error)
		go func() { closed <- s.Close() }()
		if err := <-done; err == nil || err.Error() != "source warehouse: q.sql: the source is closed" {
			t.Errorf("Query: %v", err)
		}
		if err := <-closed; err != nil {
			t.Errorf("Close: %v", err)
		}
		if took := time.Since(begin); took > killTimeout+time.Second {
			t.Errorf("Close took %s", took)
		}
		waitFor(t, "nothing is left on the server", idle)
		if err := s.Ping(t.Context()); err == nil || err.Error() != "source warehouse: the source is closed" {
			t.Errorf("Ping of a closed source: %v", err)
		}
	})

	t.Run("bounded pool", func(t *testing.T) {
		c := mysqlConfig(server.Socket())
		c.MaxConnections = 2
		s := open(t, c, Options{})
		var wait sync.WaitGroup
		for range 12 {
			wait.Go(func() {
				if _, err := s.Query(t.Context(), query(t, "SELECT SLEEP(0.05) FROM ward WHERE id = 1"), QueryOptions{AsOf: time.Now()}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got := s.db.Stats().OpenConnections; got > 2 {
			t.Errorf("%d connections, want 2 at most", got)
		}
	})
}

// Checking a query runs no more of it than a second's worth, and nothing is left
// on the server.
func TestMySQLPrepareRunsNothing(t *testing.T) { databasetest.Each(t, testMySQLPrepareRunsNothing) }

func testMySQLPrepareRunsNothing(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	unknown, sum := ErrColumnsUnknown, error(nil)
	if engine.IsMySQL() {
		// It runs as much, and takes what does nothing but sleep for done.
		unknown, sum = nil, ErrColumnsUnknown
	}
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"a derived table without a table": {"SELECT w.id, d.x FROM ward AS w JOIN (SELECT SLEEP(12) AS x) AS d", unknown},
		"a subquery over one":             {"SELECT id FROM ward WHERE id = (SELECT x FROM (SELECT SLEEP(12) AS x) AS d)", unknown},
		"a sum in a derived table":        {"SELECT x FROM (SELECT SUM(SLEEP(12)) AS x FROM ward) AS d", sum},
		"with":                            {"WITH w AS (SELECT id FROM ward) SELECT COUNT(SLEEP(12)) AS x FROM w ORDER BY 1 LIMIT 5 -- all", nil},
		"a limit of a union":              {"(SELECT id FROM ward) UNION (SELECT SLEEP(12) AS id FROM ward) ORDER BY id LIMIT 3", nil},
		"a subquery":                      {"SELECT id FROM ward WHERE id = (SELECT SLEEP(12))", nil},
		"rows":                            {"SELECT SUM(SLEEP(12)) AS x FROM ward", nil},
		"a union":                         {"SELECT id FROM ward UNION SELECT SLEEP(12) FROM ward", nil},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			_, err := s.Prepare(t.Context(), query(t, test.text))
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if took := time.Since(begin); took > 6*time.Second {
				t.Errorf("took %s", took)
			}
			waitFor(t, "nothing is left on the server", func() bool { return len(server.RunningQueries()) == 0 })
			if errors.Is(err, ErrUnavailable) || !s.Up() {
				t.Error("the source is unavailable")
			}
		})
	}
}

func TestMySQLPingWaitsForNoQuery(t *testing.T) { databasetest.Each(t, testMySQLPingWaitsForNoQuery) }

func testMySQLPingWaitsForNoQuery(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	c := mysqlConfig(server.Socket())
	c.MaxConnections = 2
	s := open(t, c, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	var queries sync.WaitGroup
	for range 5 {
		queries.Go(func() {
			if _, err := s.Query(ctx, query(t, slow), QueryOptions{AsOf: time.Now()}); !errors.Is(err, context.Canceled) {
				t.Errorf("Query: %v", err)
			}
		})
	}
	slowOnes := func() (n int) {
		for _, text := range server.RunningQueries() {
			if text == slow {
				n++
			}
		}
		return n
	}
	waitFor(t, "two queries run, and the others wait", func() bool { return slowOnes() == 2 })
	if s.Up() {
		t.Error("up before the first answer")
	}

	// Many at once wait for each other, and take no more than one connection.
	var pings sync.WaitGroup
	for range 8 {
		pings.Go(func() {
			pingCtx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := s.Ping(pingCtx); err != nil {
				t.Error(err)
			}
		})
	}
	pings.Wait()
	if !s.Up() {
		t.Error("not up after a ping")
	}
	if got := slowOnes(); got != 2 {
		t.Errorf("%d queries run beside the pings, want 2", got)
	}
	if got := s.db.Stats().OpenConnections; got != 3 {
		t.Errorf("%d connections, want 3", got)
	}
	cancel()
	queries.Wait()
}
