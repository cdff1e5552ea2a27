package warehouse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"planwatch/internal/databasetest"
	"planwatch/internal/logtest"
	"planwatch/internal/yamlfile"
)

func TestMySQLStopsAndStarts(t *testing.T) { databasetest.Each(t, testMySQLStopsAndStarts) }

func testMySQLStopsAndStarts(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine, databasetest.WithTCP())
	var log logtest.Log
	s := open(t, mysqlConfig(server.Address()), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})

	// Load throughout, so that connections are caught at every point.
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	var unexpected sync.Map
	for range 4 {
		load.Go(func() {
			for ctx.Err() == nil {
				_, err := s.Query(ctx, query(t, "SELECT SUM(beds) AS b FROM ward"), QueryOptions{AsOf: time.Now(), Timeout: time.Second})
				if err != nil && !errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
					unexpected.Store(err.Error(), true)
				}
			}
		})
	}
	waitFor(t, "up", s.Up)
	for range 2 {
		server.Stop()
		waitFor(t, "down", func() bool { return !s.Up() })
		server.StartAgain()
		waitFor(t, "up again", s.Up)
	}
	stop()
	load.Wait()
	unexpected.Range(func(err, _ any) bool {
		t.Errorf("an error that is not ErrUnavailable: %v", err)
		return true
	})
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if down, up := log.Count("source is down"), log.Count("source is up again"); down != 2 || up != 2 {
		t.Errorf("logged %d times down and %d times up, want 2 and 2:\n%s", down, up, log.String())
	}
}

func TestMySQLIdleConnectionsOutliveTheServer(t *testing.T) {
	databasetest.Each(t, testMySQLIdleConnectionsOutliveTheServer)
}

func testMySQLIdleConnectionsOutliveTheServer(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { queryValue(t, s, "SELECT SLEEP(0.1) AS s FROM ward WHERE id = 1") })
	}
	wait.Wait()
	server.Stop()
	server.StartAgain()
	if got := queryValue(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
		t.Errorf("%s wards, want 3", got)
	}
}

func TestMySQLFreezesAndThaws(t *testing.T) { databasetest.Each(t, testMySQLFreezesAndThaws) }

func testMySQLFreezesAndThaws(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	c := mysqlConfig(server.Socket())
	c.ConnectTimeout = yamlfile.Duration(500 * time.Millisecond)
	s := open(t, c, Options{})
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}

	done := make(chan error)
	go func() {
		_, err := s.Query(t.Context(), query(t, slow), QueryOptions{AsOf: time.Now(), Timeout: time.Second})
		done <- err
	}()
	waitFor(t, "the query runs", func() bool { return sleeping(server) })
	server.Freeze()

	begin := time.Now()
	err := s.Ping(t.Context())
	if want := "source warehouse: no answer from " + server.Socket(); err == nil || err.Error() != want || !errors.Is(err, ErrUnavailable) {
		t.Errorf("Ping: %v\nwant %s", err, want)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("Ping gave up after %s only", took)
	}
	if s.Up() {
		t.Error("up while frozen")
	}
	err = <-done
	if want := "source warehouse: q.sql: no answer within 1s, and 2s more"; err == nil || err.Error() != want || !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrTimeout) {
		t.Errorf("Query: %v\nwant %s", err, want)
	}

	server.Thaw()
	if got := queryValue(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
		t.Errorf("%s wards, want 3", got)
	}
	if !s.Up() {
		t.Error("down after it answered")
	}
	waitFor(t, "nothing is left on the server", func() bool { return len(server.RunningQueries()) == 0 })
}

func TestMySQLFrozenServerDoesNotHoldUpClose(t *testing.T) {
	databasetest.Each(t, testMySQLFrozenServerDoesNotHoldUpClose)
}

func testMySQLFrozenServerDoesNotHoldUpClose(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	done := make(chan error)
	go func() {
		_, err := s.Query(t.Context(), query(t, slow), QueryOptions{AsOf: time.Now()})
		done <- err
	}()
	waitFor(t, "the query runs", func() bool { return sleeping(server) })
	server.Freeze()
	begin := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > killTimeout+time.Second {
		t.Errorf("Close took %s", took)
	}
	if err := <-done; err == nil {
		t.Error("the query is done")
	}
}

func TestMySQLChangedPassword(t *testing.T) { databasetest.Each(t, testMySQLChangedPassword) }

func testMySQLChangedPassword(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(wrongSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	c := mysqlConfig(server.Socket())
	c.Password, c.PasswordFile = "", path
	s := open(t, c, Options{})
	refused := func() (n int) {
		var name string
		if err := server.Root().QueryRowContext(t.Context(), "SHOW GLOBAL STATUS LIKE 'Aborted_connects'").Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := refused()
	for range 20 {
		if err := s.Ping(t.Context()); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "access denied") {
			t.Fatalf("with the wrong password: %v", err)
		}
	}
	// Many may lock the account. MySQL does not count them here, and MariaDB after it has
	// answered.
	if !engine.IsMySQL() {
		waitFor(t, "the login is counted", func() bool { return refused() > before })
	}
	if n := refused() - before; n > 1 {
		t.Errorf("%d logins were refused", n)
	}
	if err := os.WriteFile(path, []byte(testPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("with the right password, and no restart: %v", err)
	}
}

// A server whose name has been given to another machine, and which goes on, is left
// within five minutes, though queries never cease: planwatch would read it for ever.
func TestMySQLFollowsAMovedAddress(t *testing.T) { databasetest.Each(t, testMySQLFollowsAMovedAddress) }

func testMySQLFollowsAMovedAddress(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	former, next := startServer(t, engine, databasetest.WithTCP()), startServer(t, engine, databasetest.WithTCP())
	if _, err := next.Root().ExecContext(t.Context(), "UPDATE warehouse.ward SET beds = 40 WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	address := databasetest.NewProxy(t, former.Address())
	// The bubble's five minutes pass as soon as nothing is under way.
	synctest.Test(t, func(t *testing.T) {
		s := open(t, mysqlConfig(address.Address()), Options{})
		beds := func() string {
			if err := s.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			result, err := s.Query(t.Context(), query(t, "SELECT beds FROM ward WHERE id = 1"), QueryOptions{AsOf: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(result.Rows)
		}
		before := beds()
		address.LeadTo(next.Address())
		began := time.Now()
		for beds() == before {
			if time.Since(began) > 6*time.Minute {
				t.Fatalf("after %s queries still go where the address led to", time.Since(began))
			}
			time.Sleep(30 * time.Second) //nolint:forbidigo // the bubble's time, which passes at once
		}
		if took := time.Since(began); took < 2*time.Minute {
			t.Errorf("a connection lasts %s only", took)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
