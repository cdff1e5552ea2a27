package exporter_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"planwatch/internal/databasetest"
)

// A server whose connections others take for half an hour: the last good figure stays
// for its fifteen minutes and no longer, what is tried is no burden, the log tells it
// once, and all is as before within a minute of when there is room.
func TestOutOfConnectionsForLong(t *testing.T) { databasetest.Each(t, testOutOfConnectionsForLong) }

func testOutOfConnectionsForLong(t *testing.T, engine databasetest.Engine) {
	s := &site{t: t, server: queue(t, databasetest.On(engine))}
	s.server.Root().SetMaxIdleConns(0)
	secret := region(t, map[string]string{"password": password + "\n"})
	dir := region(t, map[string]string{
		"planwatch.yaml": strings.Replace(fmt.Sprintf(settings(s.server), filepath.Join(secret, "password")),
			"retry: {initial: 50ms, max: 200ms}", "retry: {initial: 1s, max: 1m}", 1),
		"units.yaml":              units,
		"collectors/waiting.yaml": strings.Replace(fmt.Sprintf(waiting, "15m"), "0 6 * * *", "*/5 * * * *", 1),
		"collectors/waiting.sql":  slowAsPace,
	})
	// The server's own connections are not of the bubble.
	work, done := make(chan func()), make(chan struct{})
	defer close(work)
	go func() {
		for do := range work {
			do()
			done <- struct{}{}
		}
	}()
	outside := func(do func()) { work <- do; <-done }
	// Time passes in the bubble as soon as nothing is under way, on the server too.
	synctest.Test(t, func(t *testing.T) {
		p := start(t, dir, t.TempDir())
		p.until(kalix, "42")
		p.until(up, "1")
		outside(func() {
			s.execute("SET GLOBAL max_connections = 12")
			s.server.CloseConnections(reader)
			s.occupy()
		})
		began := time.Now()
		p.until(up, "0")
		withdrawn := time.Duration(0)
		for time.Since(began) < 30*time.Minute {
			time.Sleep(10 * time.Second) //nolint:forbidigo // the bubble's time, which passes at once
			text, since := p.text(), time.Since(began)
			if got := valueOf(text, up); got != "0" {
				t.Fatalf("after %s the source is up: %s", since, got)
			}
			switch got := valueOf(text, kalix); {
			case got == "" && withdrawn == 0:
				withdrawn = since
			case got != "" && (got != "42" || withdrawn > 0):
				t.Fatalf("after %s the figure is %q", since, got)
			}
		}
		// The figure is of the last run, up to five minutes before.
		if withdrawn < 9*time.Minute || withdrawn > 16*time.Minute {
			t.Errorf("withdrawn after %s", withdrawn)
		}
		if got := p.exposed(`planwatch_collector_withdrawn_series{collector="waiting"}`); got != "1" {
			t.Errorf("withdrawn: %s", got)
		}
		if n := p.log.Count("source is down"); n != 1 {
			t.Errorf("%d lines say that the source is down", n)
		}
		var runs int
		if _, err := fmt.Sscan(p.exposed(`planwatch_collector_runs_total{collector="waiting",result="unavailable"}`), &runs); err != nil || runs < 20 || runs > 60 {
			t.Errorf("%d runs in half an hour, %v; want about one a minute", runs, err)
		}
		outside(func() {
			// The server gives no other connection.
			if _, err := s.held[0].ExecContext(s.t.Context(), "SET GLOBAL max_connections = 151"); err != nil {
				s.t.Error(err)
			}
			s.release()
		})
		free := time.Now()
		for p.exposed(kalix) != "42" || p.exposed(up) != "1" || p.exposed(success) != "1" {
			if time.Since(free) > 90*time.Second {
				t.Fatalf("%s after there is room: figure %q, up %s, success %s", time.Since(free), p.exposed(kalix), p.exposed(up), p.exposed(success))
			}
			time.Sleep(time.Second) //nolint:forbidigo // as above
		}
		p.stop()
	})
	s.left()
}
