package exporter_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

const (
	success = `planwatch_collector_success{collector="waiting"}`
	up      = `planwatch_source_up{source="warehouse"}`
	kalix   = `kpi_patients_waiting{hospital="Kalix"}`
)

// queue is a server with a table of one hospital's queue, whose query takes
// as long as the table pace says.
func queue(t *testing.T) *databasetest.Server {
	t.Helper()
	server := databasetest.Start(t)
	execute(t, server, "CREATE DATABASE "+databasetest.Database,
		"CREATE TABLE warehouse.queue (hospital VARCHAR(20) NOT NULL, patients INT)",
		"CREATE TABLE warehouse.pace (seconds INT NOT NULL)",
		"INSERT INTO warehouse.queue VALUES ('Kalix', 42)",
		"INSERT INTO warehouse.pace VALUES (0)")
	server.CreateReader(reader, password)
	return server
}

// statement is a step that executes one.
func statement(text string) func(*testing.T, *databasetest.Server) {
	return func(t *testing.T, s *databasetest.Server) {
		t.Helper()
		execute(t, s, text)
	}
}

func execute(t *testing.T, server *databasetest.Server, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := server.Root().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

const slowAsPace = "SELECT q.hospital, q.patients FROM queue AS q JOIN pace AS p ON SLEEP(p.seconds) = 0\n"

func queueRegion(t *testing.T, server *databasetest.Server, maxAge string) string {
	t.Helper()
	secret := region(t, map[string]string{"password": password + "\n"})
	return region(t, map[string]string{
		"planwatch.yaml":          fmt.Sprintf(settings(server), filepath.Join(secret, "password")),
		"units.yaml":              units,
		"collectors/waiting.yaml": fmt.Sprintf(waiting, maxAge),
		"collectors/waiting.sql":  slowAsPace,
	})
}

// The three ways in which a database fails its readers: figures stay, the
// metrics tell, recovery needs no restart, and nothing is left running.
func TestOutages(t *testing.T) {
	tests := []struct {
		name         string
		begin, end   func(*testing.T, *databasetest.Server)
		result       string
		sourceIsDown bool
	}{
		{
			name:         "stopped",
			begin:        func(_ *testing.T, s *databasetest.Server) { s.Stop() },
			end:          func(_ *testing.T, s *databasetest.Server) { s.StartAgain() },
			result:       "unavailable",
			sourceIsDown: true,
		},
		{
			name:         "frozen",
			begin:        func(_ *testing.T, s *databasetest.Server) { s.Freeze() },
			end:          func(_ *testing.T, s *databasetest.Server) { s.Thaw() },
			result:       "unavailable",
			sourceIsDown: true,
		},
		{
			name:   "slowed past the timeout",
			begin:  statement("UPDATE warehouse.pace SET seconds = 600"),
			end:    statement("UPDATE warehouse.pace SET seconds = 0"),
			result: "timeout",
		},
		{
			name:   "a row that does not fit",
			begin:  statement("UPDATE warehouse.queue SET patients = -1"),
			end:    statement("UPDATE warehouse.queue SET patients = 42"),
			result: "error",
		},
		{
			name:   "a table that is gone",
			begin:  statement("RENAME TABLE warehouse.queue TO warehouse.gone"),
			end:    statement("RENAME TABLE warehouse.gone TO warehouse.queue"),
			result: "error",
		},
		{
			name:   "a table that is emptied",
			begin:  statement("DELETE FROM warehouse.queue"),
			end:    statement("INSERT INTO warehouse.queue VALUES ('Kalix', 42)"),
			result: "error",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := queue(t)
			p := start(t, queueRegion(t, server, "1h"), t.TempDir())
			p.until(kalix, "42")
			p.until(success, "1")
			p.until(up, "1")
			scraping := scrape(p, kalix)

			tt.begin(t, server)
			p.again()
			p.until(success, "0")
			if tt.sourceIsDown {
				p.until(up, "0")
			} else if got := p.exposed(up); got != "1" {
				t.Errorf("the source answers, and yet %s is %s", up, got)
			}
			if p.exposed(fmt.Sprintf(`planwatch_collector_runs_total{collector="waiting",result=%q}`, tt.result)) == "0" {
				t.Errorf("no run counted as %s", tt.result)
			}
			if got := p.exposed(kalix); got != "42" {
				t.Errorf("the last good figure is %q", got)
			}

			tt.end(t, server)
			p.until(success, "1")
			p.until(up, "1")
			execute(t, server, "INSERT INTO warehouse.queue VALUES ('Kiruna', 7)")
			p.again()
			p.until(`kpi_patients_waiting{hospital="Kiruna"}`, "7")
			if gaps := scraping(); gaps > 0 {
				t.Errorf("%d scrapes were without the figure", gaps)
			}
			p.stop()
			if left := server.RunningQueries(); len(left) > 0 {
				t.Errorf("still running on the server: %q", left)
			}
			if lines := p.log.Count("level=WARN"); tt.sourceIsDown && lines > 2 {
				t.Errorf("%d warnings of one outage", lines)
			}
		})
	}
}

// scrape reads the exposition over and over, from several at once; the
// function it returns ends that and counts the scrapes that were without the series.
func scrape(p *planwatch, series string) func() int {
	done := make(chan struct{})
	var all sync.WaitGroup
	gaps := make([]int, 4)
	for i := range gaps {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if p.exposed(series) == "" {
						gaps[i]++
					}
				}
			}
		})
	}
	return func() int {
		close(done)
		all.Wait()
		total := 0
		for _, n := range gaps {
			total += n
		}
		return total
	}
}

func TestFiguresAreWithdrawnAtMaxAge(t *testing.T) {
	server := queue(t)
	p := start(t, queueRegion(t, server, "2s"), t.TempDir())
	p.until(kalix, "42")
	server.Stop()
	p.again()
	p.until(kalix, "")
	if got := p.exposed(`planwatch_collector_withdrawn_series{collector="waiting"}`); got != "1" {
		t.Errorf("withdrawn: %q", got)
	}
}

// Stopping planwatch ends a query that is under way, on the server too.
func TestStopEndsTheQuery(t *testing.T) {
	server := queue(t)
	execute(t, server, "UPDATE warehouse.pace SET seconds = 600")
	dir := queueRegion(t, server, "1h")
	p := start(t, dir, t.TempDir())
	deadline := time.After(20 * time.Second)
	for len(server.RunningQueries()) == 0 {
		select {
		case <-deadline:
			t.Fatal("the query never began")
		case <-time.After(5 * time.Millisecond):
		}
	}
	p.stop()
	if left := server.RunningQueries(); len(left) > 0 {
		t.Errorf("still running on the server: %q", left)
	}
}

func TestDatabaseDownAtStart(t *testing.T) {
	server := queue(t)
	dir, storage := queueRegion(t, server, "1h"), t.TempDir()
	before := start(t, dir, storage)
	before.until(kalix, "42")
	before.stop()
	server.Stop()

	p := start(t, dir, storage)
	p.until(success, "0")
	p.until(up, "0")
	if got := p.exposed(kalix); got != "42" {
		t.Errorf("the restored figure is %q", got)
	}
	if n := p.log.Count("level=WARN"); n != 1 {
		t.Errorf("%d warnings, want one line that says so:\n%s", n, p.log)
	}
	server.StartAgain()
	p.until(success, "1")
	p.until(up, "1")
}
