package exporter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// counted is a queue that is counted each night. To count the year before takes as
// long as the table pace says.
const counted = `SELECT c.hospital, c.patients, c.counted_at
FROM counts AS c
JOIN (SELECT MAX(counted_at) AS counted_at FROM counts WHERE counted_at <= :as_of) AS latest ON latest.counted_at = c.counted_at
JOIN pace AS p ON SLEEP(CASE WHEN :as_of < '2025-01-01' THEN p.seconds ELSE 0 END) = 0
`

const (
	expected = `plan_expected{hospital="Kalix",kpi="patients_waiting",owner="it",target="queue-kalix",unit="patients"}`
	status   = `plan_status{hospital="Kalix",kpi="patients_waiting",owner="it",target="queue-kalix"}`
)

// comparedRegion is alertingRegion, whose target is the figure of a year earlier.
func comparedRegion(t *testing.T) (dir string, server *databasetest.Server) {
	t.Helper()
	dir, server = alertingRegionOf(t)
	execute(t, server, "CREATE TABLE warehouse.counts (hospital VARCHAR(20) NOT NULL, patients INT, counted_at DATETIME NOT NULL)",
		"INSERT INTO warehouse.counts VALUES ('Kalix', 42, '2025-03-18 05:00:00'), ('Kalix', 40, '2024-03-18 05:00:00'), ('Kalix', 35, '2024-11-26 23:59:59')")
	replace(t, dir, "planwatch.yaml", "time_zone: Europe/Stockholm", "time_zone: Europe/Stockholm\nclock: 2025-03-18T08:10:00+01:00")
	replace(t, dir, "collectors/waiting.yaml", "max_age:", "as_of: counted_at\nmax_age:")
	replace(t, dir, "collectors/waiting.yaml", "max_age: 1h", "max_age: 10h")
	replace(t, dir, "collectors/waiting.sql", slowAsPace, counted)
	replace(t, dir, "plan/targets.yaml", "value: 40", "value_from: {at: year_earlier}")
	return dir, server
}

func replace(t *testing.T, dir, file, old, by string) {
	t.Helper()
	file = filepath.Join(dir, filepath.FromSlash(file))
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", file, old)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), old, by, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A target is held against what its KPI was then. That is not asked for again
// within the hour, a failure of it fails no figure of now and is told once, and what
// is known of it outlasts that, and a restart while the source is down.
func TestComparisonWithThePast(t *testing.T) {
	dir, server := comparedRegion(t)
	storage := t.TempDir()
	p := start(t, dir, storage)
	p.until(expected, "40")
	p.until(status, "2")
	began := p.evaluated()
	if got := p.exposed(kalix); got != "42" {
		t.Errorf("the figure is %q", got)
	}

	execute(t, server, "UPDATE warehouse.counts SET patients = 41 WHERE YEAR(counted_at) = 2024")
	execute(t, server, "UPDATE warehouse.counts SET patients = 43 WHERE YEAR(counted_at) = 2025")
	p.again()
	p.until(kalix, "43")
	if got := p.exposed(expected); got != "40" {
		t.Errorf("within the hour it is %q", got)
	}

	// A reference that is new is asked for at once, and does not come in time.
	execute(t, server, "UPDATE warehouse.pace SET seconds = 600")
	plan := filepath.Join(dir, "plan", "targets.yaml")
	data, err := os.ReadFile(plan)
	if err != nil {
		t.Fatal(err)
	}
	second := strings.NewReplacer("queue-kalix", "queue-autumn", "hospital: Kalix", `hospital: Kiruna`, "at: year_earlier", "on: 2024-11-26", "from: 2020-01-01", "from: 2025-01-01").Replace(strings.SplitAfter(string(data), "targets:\n")[1])
	if err := os.WriteFile(plan, append(data, second...), 0o600); err != nil {
		t.Fatal(err)
	}
	execute(t, server, "UPDATE warehouse.counts SET patients = 44 WHERE YEAR(counted_at) = 2025")
	p.again()
	const told = "figures of the past not collected"
	p.untilLogged(told)
	p.until(kalix, "44")
	p.until(success, "1")
	p.untilLogged(told + "; trying again")
	if got := p.exposed(expected); got != "40" {
		t.Errorf("when another fails it is %q", got)
	}
	if n := p.log.Count("level=WARN msg=\"" + told); n != 1 {
		t.Errorf("told %d times", n)
	}
	execute(t, server, "UPDATE warehouse.pace SET seconds = 0",
		"INSERT INTO warehouse.counts VALUES ('Kiruna', 7, '2025-03-18 05:00:00'), ('Kiruna', 9, '2024-11-26 23:59:59')")
	p.untilLogged("figures of the past collected again")
	p.until(strings.NewReplacer("Kalix", "Kiruna", "queue-kalix", "queue-autumn").Replace(expected), "9")

	p.stop()
	server.Stop()
	p = start(t, dir, storage)
	p.until(success, "0")
	for name, want := range map[string]string{kalix: "44", expected: "40", status: "2"} {
		if got := p.exposed(name); got != want {
			t.Errorf("after a restart without the source, %s is %q, want %s", name, got, want)
		}
	}
	// It is saved to the second.
	if since := p.evaluated(); !since.Equal(began.Truncate(time.Second)) {
		t.Errorf("the alert is active since %s, want %s", since, began)
	}
}

// A reload that changes what the figures are made of leaves nothing of the past.
func TestThePastMeansTheSame(t *testing.T) {
	dir, server := comparedRegion(t)
	p := start(t, dir, t.TempDir())
	p.until(expected, "40")
	execute(t, server, "UPDATE warehouse.counts SET patients = 1 WHERE YEAR(counted_at) = 2024")
	replace(t, dir, "collectors/waiting.sql", "c.patients,", "c.patients * 10 AS patients,")
	p.again()
	p.until(kalix, "420")
	p.until(expected, "10")
}

// The warehouse need not reach back: then there is no reference, and nothing fails.
func TestNoPast(t *testing.T) {
	t.Setenv("PLANWATCH_ALERTING_OUTBOX", "true") // there are no files of addresses
	dir, server := comparedRegion(t)
	replace(t, dir, "collectors/waiting.yaml", "allow_empty: true\n", "")
	execute(t, server, "DELETE FROM warehouse.counts WHERE YEAR(counted_at) = 2024")
	p := start(t, dir, t.TempDir())
	p.until(kalix, "42")
	p.until(status, "-1")
	p.until(success, "1")
	p.stop()
	if n := p.log.Count("level=WARN"); n != 0 {
		t.Errorf("%d warnings", n)
	}
	if got := fmt.Sprint(p.Assessments().Targets[0].Reason); got != "no_reference" {
		t.Errorf("the reason is %s", got)
	}
}
