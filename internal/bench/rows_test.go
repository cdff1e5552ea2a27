//go:build rows

package bench_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// The tag keeps what takes minutes, and gigabytes of the disk, from the other benchmarks.
var rows = flag.Int("rows", 50_000_000, "rows of BenchmarkRows")

// wards is how many wards are measured every minute.
const wards = 1_000

// BenchmarkRows runs the shipped query of beds on a warehouse in which a thousand wards have
// been measured every minute: as it is, with a look back over a day, and with one that is
// bounded as figures of the minute can be.
func BenchmarkRows(b *testing.B) {
	server := databasetest.Start(b, databasetest.WithSetting("innodb_buffer_pool_size=4G"), databasetest.WithSetting("innodb_flush_log_at_trx_commit=2"),
		databasetest.WithSetting("innodb_doublewrite=0"), databasetest.WithSetting("innodb_log_file_size=1G"))
	began := time.Now()
	end := measured(b, server)
	var size float64
	if err := server.Root().QueryRowContext(b.Context(), "SELECT SUM(allocated_size) / 1e6 FROM information_schema.innodb_sys_tablespaces WHERE name LIKE 'warehouse/%'").Scan(&size); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d rows after %s: %.0f MB", *rows, time.Since(began).Round(time.Second), size)
	shipped, err := os.ReadFile(filepath.Join("..", "..", "config", "norrbotten", "collectors", "beds.sql"))
	if err != nil {
		b.Fatal(err)
	}
	lean := binary(b, "")
	for _, c := range []struct{ name, back string }{{"back=day", "INTERVAL 1 DAY"}, {"back=quarter", "INTERVAL 15 MINUTE"}} {
		directory := wardRegion(b, server, strings.ReplaceAll(string(shipped), "INTERVAL 1 DAY", c.back))
		for _, moment := range []struct {
			name string
			at   time.Time
		}{{"now", end}, {"past", end.Add(-time.Duration(*rows/wards/2) * time.Minute)}} {
			b.Run(c.name+"/as-of="+moment.name, func(b *testing.B) {
				var out bytes.Buffer
				for b.Loop() {
					out.Reset()
					command := exec.CommandContext(b.Context(), lean, "collect", "beds", "--config", directory, "--as-of", moment.at.Format(time.RFC3339))
					command.Stdout, command.Stderr = &out, os.Stderr
					if err := command.Run(); err != nil {
						b.Fatal(err)
					}
				}
				if n := strings.Count(out.String(), "\nkpi_beds_"); n != 2*wards {
					b.Fatalf("%d figures of %d", n, 2*wards)
				}
			})
		}
	}
}

// measured fills the shipped tables, and gives the moment of the last measurement.
func measured(b *testing.B, server *databasetest.Server) time.Time {
	b.Helper()
	schema, err := os.ReadFile(filepath.Join("..", "warehouse", "schema.sql"))
	if err != nil {
		b.Fatal(err)
	}
	const key = ",\n  KEY bed_measurement_ward (ward_id, measured_at)"
	statements := []string{"CREATE DATABASE warehouse", "USE warehouse"}
	for _, table := range []string{"ward", "bed_measurement"} {
		_, rest, found := strings.Cut(string(schema), "CREATE TABLE "+table+" (")
		text, _, ended := strings.Cut(rest, "\n);")
		if !found || !ended {
			b.Fatalf("no table %s in the schema", table)
		}
		// The second key is made at the end: that is ten times faster.
		statements = append(statements, "CREATE TABLE "+table+" ("+strings.Replace(text, key, "", 1)+"\n)")
	}
	statements = append(statements, fmt.Sprintf("INSERT INTO ward (ward_id, division, hospital, ward, kind) SELECT seq, CONCAT('Division ', seq MOD 10), CONCAT('Hospital ', seq MOD 25), CONCAT('Ward ', seq), 'ordinary' FROM seq_1_to_%d", wards))
	minutes, step := *rows/wards, 1_000
	end := time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)
	for begin := 0; begin < minutes; begin += step {
		statements = append(statements, fmt.Sprintf(`INSERT INTO bed_measurement (measured_at, ward_id, available, occupied, overcrowded, outlying)
			SELECT DATE_ADD('%s', INTERVAL m.seq MINUTE), w.seq, 20 + w.seq MOD 10, 18 + (w.seq + m.seq) MOD 8, (w.seq + m.seq) MOD 3, (w.seq + m.seq) MOD 2
			FROM seq_%d_to_%d AS m CROSS JOIN seq_1_to_%d AS w ORDER BY m.seq, w.seq`,
			end.Add(-time.Duration(minutes-1)*time.Minute).Format(time.DateTime), begin, min(begin+step, minutes)-1, wards))
	}
	statements = append(statements, "ALTER TABLE bed_measurement ADD KEY bed_measurement_ward (ward_id, measured_at)", "ANALYZE TABLE bed_measurement")
	conn, err := server.Root().Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range statements {
		if _, err := conn.ExecContext(b.Context(), statement); err != nil {
			b.Fatalf("%v: %.100s", err, statement)
		}
	}
	server.CreateReader("planwatch", "secret")
	return end
}

// wardRegion writes a region that asks for the beds of each ward, and gives its directory.
func wardRegion(b *testing.B, server *databasetest.Server, query string) string {
	b.Helper()
	directory := b.TempDir()
	for name, text := range map[string]string{
		"password": "secret\n",
		"planwatch.yaml": fmt.Sprintf(`region: Wards
languages: [en]
time_zone: UTC
sources:
  warehouse: {driver: mysql, address: %s, database: warehouse, user: planwatch, password_file: %s}
`, server.Socket(), filepath.Join(directory, "password")),
		"units.yaml":          "units:\n  - unit: beds\n    measures:\n      - {measure: beds, word: {en: {one: bed, other: beds}}}\n",
		"collectors/beds.sql": query,
		"collectors/beds.yaml": fmt.Sprintf(`collector: beds
title: {en: Beds}
source: warehouse
schedule: "* * * * *"
timeout: 2m
query: beds.sql
labels: [division, hospital, ward]
as_of: measured_at
max_age: 25h
max_series: %d
kpis:
  - {name: beds_available, title: {en: Available}, definition: {en: Available beds.}, column: available, unit: beds, better: higher, aggregate: sum}
  - {name: beds_occupied, title: {en: Occupied}, definition: {en: Occupied beds.}, column: occupied, unit: beds, better: lower, aggregate: sum}
`, wards),
	} {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return directory
}
