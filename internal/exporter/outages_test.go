package exporter_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// outage is a way in which a warehouse fails its readers.
type outage struct {
	name string
	// encrypted is that planwatch reaches the server over TLS, and proxied that it
	// reaches it by a name that leads elsewhere. Without either it is over the
	// socket.
	encrypted, proxied bool
	// running is that it begins in the middle of a query.
	running    bool
	begin, end func(*site)

	// result is how the runs are counted meanwhile, and log what stands in the
	// log then.
	result, log string
	// sourceIsDown is that planwatch_source_up tells of it.
	sourceIsDown bool
	// It is the same there as on the oldest, and takes some seconds.
	notOnNewestMariaDB bool
}

const (
	unavailable = "unavailable"
	timedOut    = "timeout"
	failed      = "error"
)

// outages are what the table of failures in docs/architecture.md promises for a
// source. After each end the queue is Kalix with 42 patients again.
var outages = []outage{
	{
		name:         "stopped",
		begin:        func(s *site) { s.server.Stop() },
		end:          func(s *site) { s.server.StartAgain() },
		result:       unavailable,
		log:          "no such socket",
		sourceIsDown: true,
	},
	{
		name:    "killed in the middle of a query",
		running: true,
		begin:   func(s *site) { s.server.Kill() },
		end: func(s *site) {
			s.server.StartAgain()
			s.execute("UPDATE warehouse.pace SET seconds = 0")
		},
		result:       unavailable,
		log:          "the connection to",
		sourceIsDown: true,
	},
	{
		name:    "frozen in the middle of a query",
		running: true,
		begin:   func(s *site) { s.server.Freeze() },
		end: func(s *site) {
			s.server.Thaw()
			s.execute("UPDATE warehouse.pace SET seconds = 0")
		},
		result:       unavailable,
		log:          "no answer",
		sourceIsDown: true,
	},
	{
		name:               "failing over to another address",
		proxied:            true,
		begin:              func(s *site) { s.server.Stop() },
		end:                func(s *site) { s.proxy.LeadTo(s.other.Address()) },
		result:             unavailable,
		log:                "source is down",
		sourceIsDown:       true,
		notOnNewestMariaDB: true,
	},
	{
		name: "out of connections",
		begin: func(s *site) {
			s.execute("SET GLOBAL max_connections = 12")
			s.server.CloseConnections(reader)
			s.occupy()
		},
		end: func(s *site) {
			// The server gives no other connection.
			if _, err := s.held[0].ExecContext(s.t.Context(), "SET GLOBAL max_connections = 151"); err != nil {
				s.t.Fatal(err)
			}
			s.release()
		},
		result:       unavailable,
		log:          "Too many connections",
		sourceIsDown: true,
	},
	{
		name: "a password that is changed",
		begin: func(s *site) {
			s.execute("ALTER USER planwatch@'%' IDENTIFIED BY 'another'")
			s.server.CloseConnections(reader)
		},
		end: func(s *site) {
			s.execute(fmt.Sprintf("ALTER USER planwatch@'%%' IDENTIFIED BY '%s2'", password))
			s.setPassword(password + "2")
		},
		result:       unavailable,
		log:          `access denied for user \"planwatch\"`,
		sourceIsDown: true,
	},
	{
		name: "an account that is locked",
		begin: func(s *site) {
			s.execute("ALTER USER planwatch@'%' ACCOUNT LOCK")
			s.server.CloseConnections(reader)
		},
		end: func(s *site) {
			s.execute("ALTER USER planwatch@'%' ACCOUNT UNLOCK")
		},
		result:             unavailable,
		log:                "takes no queries",
		sourceIsDown:       true,
		notOnNewestMariaDB: true,
	},
	{
		name:      "a certificate that has expired",
		encrypted: true,
		begin: func(s *site) {
			// MySQL takes none that has expired already.
			end := time.Now().Add(2 * time.Second)
			s.server.RenewCertificate(end)
			within(s.t, "the certificate has expired", func() bool { return time.Now().After(end) })
			s.server.CloseConnections(reader)
		},
		end: func(s *site) {
			s.server.RenewCertificate(time.Now().Add(time.Hour))
		},
		result:       unavailable,
		log:          "certificate has expired",
		sourceIsDown: true,
	},
	{
		name: "every grant revoked",
		begin: func(s *site) {
			s.execute("REVOKE SELECT ON warehouse.* FROM planwatch@'%'")
			s.server.CloseConnections(reader)
		},
		end: func(s *site) {
			s.execute("GRANT SELECT ON warehouse.* TO planwatch@'%'")
		},
		result:       unavailable,
		log:          `may not use database`,
		sourceIsDown: true,
	},
	{
		name: "the grant of a table revoked",
		begin: func(s *site) {
			s.execute("GRANT SELECT ON warehouse.pace TO planwatch@'%'", "REVOKE SELECT ON warehouse.* FROM planwatch@'%'")
		},
		end: func(s *site) {
			s.execute("GRANT SELECT ON warehouse.* TO planwatch@'%'", "REVOKE SELECT ON warehouse.pace FROM planwatch@'%'")
		},
		result:             failed,
		log:                "SELECT command denied to user",
		notOnNewestMariaDB: true,
	},
	{
		name:   "slowed past the timeout",
		begin:  statements("UPDATE warehouse.pace SET seconds = 600"),
		end:    statements("UPDATE warehouse.pace SET seconds = 0"),
		result: timedOut,
		log:    "the query ran longer than 1s",
	},
	{
		name: "a table that others have locked",
		begin: func(s *site) {
			s.lock("LOCK TABLES warehouse.queue WRITE")
		},
		end:                func(s *site) { s.release() },
		result:             timedOut,
		log:                "the query ran longer than 1s",
		notOnNewestMariaDB: true,
	},
	{
		name:               "a row that does not fit",
		begin:              statements("UPDATE warehouse.queue SET patients = -1"),
		end:                statements("UPDATE warehouse.queue SET patients = 42"),
		result:             failed,
		log:                "column patients",
		notOnNewestMariaDB: true,
	},
	{
		name:               "a table that is dropped",
		begin:              statements("DROP TABLE warehouse.queue"),
		end:                statements("CREATE TABLE warehouse.queue (hospital VARCHAR(20) NOT NULL, patients INT)", "INSERT INTO warehouse.queue VALUES ('Kalix', 42)"),
		result:             failed,
		log:                "Error 1146",
		notOnNewestMariaDB: true,
	},
	{
		name:               "a table that is emptied",
		begin:              statements("DELETE FROM warehouse.queue"),
		end:                statements("INSERT INTO warehouse.queue VALUES ('Kalix', 42)"),
		result:             failed,
		log:                "no rows, and there were some before",
		notOnNewestMariaDB: true,
	},
	{
		name:   "a column that is renamed",
		begin:  statements("ALTER TABLE warehouse.queue RENAME COLUMN patients TO persons"),
		end:    statements("ALTER TABLE warehouse.queue RENAME COLUMN persons TO patients"),
		result: failed,
		log:    "Unknown column",
	},
	{
		name:   "a number that becomes a text",
		begin:  statements("ALTER TABLE warehouse.queue MODIFY patients VARCHAR(20)", "UPDATE warehouse.queue SET patients = '42 st'"),
		end:    statements("UPDATE warehouse.queue SET patients = '42'", "ALTER TABLE warehouse.queue MODIFY patients INT"),
		result: failed,
		log:    "column patients",
	},
	{
		name: "two million rows",
		begin: statements("RENAME TABLE warehouse.queue TO warehouse.kept",
			"CREATE TABLE warehouse.digit (d INT NOT NULL)", "INSERT INTO warehouse.digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
			"CREATE VIEW warehouse.queue AS SELECT CONCAT('H', z.d, a.d, b.d, c.d, d.d, e.d, f.d) AS hospital, f.d AS patients "+
				"FROM warehouse.digit AS a, warehouse.digit AS b, warehouse.digit AS c, warehouse.digit AS d, warehouse.digit AS e, warehouse.digit AS f, warehouse.digit AS z WHERE z.d < 2"),
		end:    statements("DROP VIEW warehouse.queue", "DROP TABLE warehouse.digit", "RENAME TABLE warehouse.kept TO warehouse.queue"),
		result: failed,
		log:    "too many rows: more than 1000 rows; raise max_series or aggregate in the query",
	},
}

// statements is a step that executes them.
func statements(texts ...string) func(*site) {
	return func(s *site) {
		s.t.Helper()
		s.execute(texts...)
	}
}

// Whatever a database does to its readers: no scrape is torn, the last good
// figures stay until max_age and no longer, the metrics and the log tell,
// recovery needs no restart, and nothing is left running.
func TestOutages(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, engine databasetest.Engine) {
		for _, o := range outages {
			if o.notOnNewestMariaDB && engine == databasetest.NewestMariaDB {
				continue
			}
			t.Run(o.name, func(t *testing.T) { testOutage(t, engine, o) })
		}
	})
}

func testOutage(t *testing.T, engine databasetest.Engine, o outage) {
	s := newSite(t, engine, o)
	goroutines := runtime.NumGoroutine()
	p := start(t, s.region, t.TempDir())
	p.until(kalix, "42")
	p.until(success, "1")
	p.until(`planwatch_collector_success{collector="brief"}`, "1")
	p.until(up, "1")
	watching := watch(p)

	if o.running {
		s.execute("UPDATE warehouse.pace SET seconds = 20")
		p.again()
		within(t, "a query is under way", func() bool { return strings.Contains(strings.Join(s.server.RunningQueries(), ""), "SLEEP") })
		o.begin(s)
	} else {
		o.begin(s)
		p.again()
	}
	p.until(success, "0")
	p.until(up, strconv.Itoa(map[bool]int{true: 0, false: 1}[o.sourceIsDown]))
	if got := p.exposed(fmt.Sprintf(`planwatch_collector_runs_total{collector="waiting",result=%q}`, o.result)); got == "" || got == "0" {
		t.Errorf("no run is counted as %s", o.result)
	}
	p.untilLogged(o.log)
	if got := p.exposed(kalix); got != "42" {
		t.Errorf("the last good figure is %q", got)
	}
	// Of the other collector, whose figures last for a second.
	p.until(`planwatch_collector_withdrawn_series{collector="brief"}`, "1")
	if got := p.exposed(brief); got != "" {
		t.Errorf("a figure is %s after its max_age", got)
	}

	o.end(s)
	p.until(success, "1")
	p.until(up, "1")
	if o.proxied {
		s.server = s.other
	}
	s.execute("INSERT INTO warehouse.queue VALUES ('Kiruna', 7)")
	p.again()
	p.until(`kpi_patients_waiting{hospital="Kiruna"}`, "7")
	watching(t)
	p.stop()
	s.left()
	settle(t, goroutines)
	if n := p.log.Count("source is down"); o.sourceIsDown && n > 2 || !o.sourceIsDown && n > 0 {
		t.Errorf("%d lines say that the source is down", n)
	}
	if n := p.log.Count("level=ERROR"); n > 0 {
		t.Errorf("%d errors in the log", n)
	}
}

const brief = `kpi_patients_brief{hospital="Kalix"}`

// site is a server, and planwatch's way to it.
type site struct {
	t             *testing.T
	server, other *databasetest.Server // other is where the address leads after the outage, or nil
	proxy         *databasetest.Proxy
	region        string
	secret        string // file of the password
	held          []*sql.Conn
}

func newSite(t *testing.T, engine databasetest.Engine, o outage) *site {
	t.Helper()
	options := []databasetest.Option{databasetest.On(engine)}
	if o.encrypted {
		options = append(options, databasetest.WithTLS())
	}
	if o.proxied {
		options = append(options, databasetest.WithTCP())
	}
	s := &site{t: t, server: queue(t, options...)}
	// The pool of the test's own connections has goroutines too.
	s.server.Root().SetMaxIdleConns(0)
	if o.proxied {
		s.other = queue(t, options...)
		s.other.Root().SetMaxIdleConns(0)
	}
	s.secret = filepath.Join(t.TempDir(), "password")
	s.setPassword(password)
	settings := fmt.Sprintf(settings(s.server), s.secret)
	if !o.running {
		// What answers late on a busy machine is not down.
		settings = strings.Replace(settings, "connect_timeout: 500ms", "connect_timeout: 5s", 1)
	}
	switch {
	case o.encrypted:
		settings = strings.Replace(settings, s.server.Socket(), s.server.Address()+"\n    tls: {ca_file: "+s.server.CAFile()+"}", 1)
	case o.proxied:
		s.proxy = databasetest.NewProxy(t, s.server.Address())
		settings = strings.Replace(settings, s.server.Socket(), s.proxy.Address(), 1)
	}
	s.region = region(t, map[string]string{
		"planwatch.yaml":          settings,
		"units.yaml":              units,
		"collectors/waiting.yaml": fmt.Sprintf(waiting, "1h"),
		"collectors/waiting.sql":  slowAsPace,
		"collectors/brief.yaml": strings.NewReplacer("collector: waiting", "collector: brief", "waiting.sql", "brief.sql", "patients_waiting", "patients_brief",
			// Without figures that are shown, no rows would be right.
			"allow_empty: true", "allow_empty: false").Replace(fmt.Sprintf(waiting, "1s")),
		"collectors/brief.sql": slowAsPace,
	})
	return s
}

func (s *site) execute(statements ...string) {
	s.t.Helper()
	execute(s.t, s.server, statements...)
}

func (s *site) setPassword(password string) {
	s.t.Helper()
	if err := os.WriteFile(s.secret, []byte(password+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// occupy takes all connections that the server gives.
func (s *site) occupy() {
	s.t.Helper()
	for {
		conn, err := s.server.Root().Conn(s.t.Context())
		if err != nil {
			return
		}
		s.held = append(s.held, conn)
	}
}

// lock executes a statement on a connection that is kept until release.
func (s *site) lock(statement string) {
	s.t.Helper()
	conn, err := s.server.Root().Conn(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.held = append(s.held, conn)
	if _, err := conn.ExecContext(s.t.Context(), statement); err != nil {
		s.t.Fatal(err)
	}
}

// release gives back what is held.
func (s *site) release() {
	for _, conn := range s.held {
		_ = conn.Close() // a connection that is broken is closed as well
	}
	s.held = nil
}

// left finds what planwatch has left on the server.
func (s *site) left() {
	s.t.Helper()
	if running := s.server.RunningQueries(); len(running) > 0 {
		s.t.Errorf("still running on the server: %q", running)
	}
	within(s.t, "no connection is left on the server", func() bool { return s.server.Connections(reader) == 0 })
}

// settle waits until no more goroutines are left than there were.
func settle(t *testing.T, before int) {
	t.Helper()
	within(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

// within waits for the condition to hold.
func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			stacks := make([]byte, 1<<20)
			t.Fatalf("not within 10 s: %s\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// lag is how late a figure may be withdrawn, by a timer on a busy machine.
const lag = 500 * time.Millisecond

// watch reads the exposition over and over. The function that it gives ends
// that, and tells of scrapes without the figure that lasts and with one that is
// past its max_age.
func watch(p *planwatch) func(*testing.T) {
	done := make(chan struct{})
	var scraping sync.WaitGroup
	var scrapes, gaps, old int
	scraping.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			began := time.Now()
			text := p.text()
			scrapes++
			if valueOf(text, kalix) != "42" {
				gaps++
			}
			// The run that gave the figure, or a later one.
			run := p.Store().Current().Chunk("brief").At
			if valueOf(text, brief) != "" && began.Sub(run) > time.Second+lag {
				old++
			}
		}
	})
	return func(t *testing.T) {
		t.Helper()
		close(done)
		scraping.Wait()
		if gaps > 0 || old > 0 || scrapes == 0 {
			t.Errorf("of %d scrapes, %d were without the figure, and %d with one past its max_age", scrapes, gaps, old)
		}
	}
}
