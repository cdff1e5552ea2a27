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
func queue(t *testing.T, options ...databasetest.Option) *databasetest.Server {
	t.Helper()
	server := databasetest.Start(t, options...)
	execute(t, server, "CREATE DATABASE "+databasetest.Database,
		"CREATE TABLE warehouse.queue (hospital VARCHAR(20) NOT NULL, patients INT)",
		"CREATE TABLE warehouse.pace (seconds INT NOT NULL)",
		"INSERT INTO warehouse.queue VALUES ('Kalix', 42)",
		"INSERT INTO warehouse.pace VALUES (0)")
	server.CreateReader(reader, password)
	return server
}

func execute(t *testing.T, server *databasetest.Server, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := server.Root().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// slowAsPace sleeps twice: MySQL takes a query that sleeps once for done when it
// is ended.
const slowAsPace = "SELECT q.hospital, q.patients FROM queue AS q\n" +
	"WHERE (SELECT SUM(SLEEP(p.seconds)) FROM (SELECT seconds FROM pace UNION ALL SELECT seconds FROM pace) AS p) = 0\n"

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
	databasetest.Each(t, testFiguresAreWithdrawnAtMaxAge)
}

func testFiguresAreWithdrawnAtMaxAge(t *testing.T, engine databasetest.Engine) {
	server := queue(t, databasetest.On(engine))
	p := start(t, queueRegion(t, server, "2s"), t.TempDir())
	p.until(kalix, "42")
	server.Stop()
	p.again()
	p.until(kalix, "")
	if got := p.exposed(`planwatch_collector_withdrawn_series{collector="waiting"}`); got != "1" {
		t.Errorf("withdrawn: %q", got)
	}
}

// What a server holds after a restart is what is shown, also where it is less.
func TestRestartedWithFewerRows(t *testing.T) { databasetest.Each(t, testRestartedWithFewerRows) }

func testRestartedWithFewerRows(t *testing.T, engine databasetest.Engine) {
	const kiruna = `kpi_patients_waiting{hospital="Kiruna"}`
	server := queue(t, databasetest.On(engine))
	execute(t, server, "INSERT INTO warehouse.queue VALUES ('Kiruna', 7)")
	p := start(t, queueRegion(t, server, "1h"), t.TempDir())
	p.until(kiruna, "7")
	execute(t, server, "DELETE FROM warehouse.queue WHERE hospital = 'Kiruna'")
	server.Kill()
	p.again()
	p.until(up, "0")
	if got := p.exposed(kiruna); got != "7" {
		t.Errorf("while the server is down the figure is %q", got)
	}
	server.StartAgain()
	p.until(kiruna, "")
	p.until(`planwatch_collector_rows{collector="waiting"}`, "1")
	if figure, success := p.exposed(kalix), p.exposed(success); figure != "42" || success != "1" {
		t.Errorf("the other figure is %q, and success %s", figure, success)
	}
}

// Stopping planwatch ends a query that is under way, on the server too.
func TestStopEndsTheQuery(t *testing.T) { databasetest.Each(t, testStopEndsTheQuery) }

func testStopEndsTheQuery(t *testing.T, engine databasetest.Engine) {
	server := queue(t, databasetest.On(engine))
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

func TestDatabaseDownAtStart(t *testing.T) { databasetest.Each(t, testDatabaseDownAtStart) }

func testDatabaseDownAtStart(t *testing.T, engine databasetest.Engine) {
	server := queue(t, databasetest.On(engine))
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
