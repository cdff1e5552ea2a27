//go:build regions

package bench_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// The tag keeps what takes minutes from the other benchmarks.
const regionsFor = 5 * time.Minute

// The size of the regions in one process.
const (
	regionsOfAll       = 21
	collectorsOfRegion = 100
	seriesOfCollector  = 300
)

// scrapeInterval is that of a Prometheus.
const scrapeInterval = 15 * time.Second

// BenchmarkRegions runs many regions in one process, each collector once a minute, with every
// figure another one at every run, and each region scraped as by a Prometheus.
func BenchmarkRegions(b *testing.B) {
	lean := binary(b, "")
	server := databasetest.Start(b)
	args := []string{"serve", "--web.listen-address=127.0.0.1:0", "--storage.path=" + b.TempDir(), "--log.level=warn"}
	root := b.TempDir()
	for i := range regionsOfAll {
		args = append(args, "--config="+oneOfAll(b, server, root, i+1))
	}
	p := start(b, nil, lean, args...)
	began := time.Now()
	await(b, p, p.url+"/-/ready")
	b.Logf("%d regions are ready after %s", regionsOfAll, time.Since(began).Round(100*time.Millisecond))
	for b.Loop() {
		before := p.cpu()
		runs, failed := runsOf(b, p)
		began, scrapes, most := time.Now(), 0, float64(0)
		c, f := newClient(), form{name: "text", accept: "text/plain", encoding: "gzip"}
		next := time.NewTicker(scrapeInterval / regionsOfAll)
		for time.Since(began) < regionsFor {
			<-next.C
			if err := c.get(b.Context(), fmt.Sprintf("%s/r/%s/metrics", p.url, nameOf(scrapes%regionsOfAll+1)), f, new(bytes.Buffer)); err != nil {
				b.Fatalf("%v\n%s", err, p.log)
			}
			scrapes++
			resident, _ := p.memory()
			most = max(most, resident)
		}
		next.Stop()
		took, used := time.Since(began), p.cpu()-before
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(used.Seconds(), "cpu-seconds")
		b.ReportMetric(used.Seconds()/took.Seconds(), "processors")
		b.ReportMetric(most/1e6, "MB-resident")
		after, failedAfter := runsOf(b, p)
		b.ReportMetric(after-runs, "runs")
		b.ReportMetric(failedAfter-failed, "failed-runs")
		if failedAfter > failed {
			b.Log(p.log)
		}
		b.ReportMetric(float64(scrapes), "scrapes")
	}
}

func nameOf(i int) string { return fmt.Sprintf("r%02d", i) }

// runsOf is how many runs have succeeded, and how many not, which a machine that does other
// things may make of some.
func runsOf(tb testing.TB, p *process) (runs, failed float64) {
	tb.Helper()
	c := newClient()
	for i := range regionsOfAll {
		var text bytes.Buffer
		if err := c.get(tb.Context(), fmt.Sprintf("%s/r/%s/metrics", p.url, nameOf(i+1)), form{accept: "text/plain"}, &text); err != nil {
			tb.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			var n float64
			if _, err := fmt.Sscan(value, &n); err != nil || !strings.HasPrefix(series, "planwatch_collector_runs_total{") {
				continue
			}
			if strings.Contains(series, `result="success"`) {
				runs += n
			} else {
				failed += n
			}
		}
	}
	return runs, failed
}

// oneOfAll makes a region with a database and a user of its own, and gives its directory.
func oneOfAll(tb testing.TB, server *databasetest.Server, root string, number int) string {
	tb.Helper()
	name := nameOf(number)
	for _, statement := range []string{
		"CREATE DATABASE " + name,
		fmt.Sprintf("CREATE TABLE %s.cells (collector INT NOT NULL, place INT NOT NULL, hospital VARCHAR(40) NOT NULL, ward VARCHAR(40) NOT NULL, value DOUBLE NOT NULL, PRIMARY KEY (collector, place))", name),
		fmt.Sprintf(`INSERT INTO %s.cells
			SELECT c.seq, p.seq, CONCAT('Hospital ', p.seq MOD 25), CONCAT('Ward ', p.seq), ROUND(RAND(c.seq * 100000 + p.seq) * 1000, 2)
			FROM %[1]s.seq_1_to_%d AS c, %[1]s.seq_1_to_%d AS p`, name, collectorsOfRegion, seriesOfCollector),
		fmt.Sprintf("CREATE USER %s@'%%' IDENTIFIED BY 'secret'", name),
		fmt.Sprintf("GRANT SELECT ON %s.* TO %[1]s@'%%'", name),
	} {
		if _, err := server.Root().ExecContext(tb.Context(), statement); err != nil {
			tb.Fatal(err)
		}
	}
	directory := filepath.Join(root, name)
	write := func(file, text string) {
		path := filepath.Join(directory, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	write("password", "secret\n")
	write("planwatch.yaml", fmt.Sprintf(`region: Region %[1]s
languages: [en]
time_zone: Europe/Stockholm
alerting: {embedded: false}
history: {backfill: false}
sources:
  warehouse: {driver: mysql, address: %[2]s, database: %[1]s, user: %[1]s, password_file: %[3]s}
`, name, server.Socket(), filepath.Join(directory, "password")))
	write("units.yaml", "units:\n  - unit: beds\n    measures:\n      - {measure: beds, word: {en: {one: bed, other: beds}}}\n")
	for c := 1; c <= collectorsOfRegion; c++ {
		// Figures that change at every run are encoded and saved anew.
		write(fmt.Sprintf("collectors/c%03d.sql", c), fmt.Sprintf("SELECT hospital, ward, value + MINUTE(:as_of) AS value FROM cells WHERE collector = %d\n", c))
		write(fmt.Sprintf("collectors/c%03d.yaml", c), fmt.Sprintf(`collector: c%03[1]d
title: {en: Collector %[1]d}
source: warehouse
schedule: "* * * * *"
timeout: 1m
query: c%03[1]d.sql
labels: [hospital, ward]
max_age: 48h
max_series: %[2]d
kpis:
  - name: beds_%[1]d
    title: {en: Beds}
    definition: {en: Beds that are staffed.}
    column: value
    unit: beds
    better: higher
    aggregate: sum
`, c, seriesOfCollector))
	}
	return directory
}
