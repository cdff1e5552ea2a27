package bench_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"planwatch/internal/builtintest"
	"planwatch/internal/databasetest"
)

// collectors is how many collectors a generated region has.
const collectors = 20

// warehouse is a MariaDB with a table of figures, of which the first n are those of a
// region of n series.
func warehouse(tb testing.TB, series int) *databasetest.Server {
	tb.Helper()
	server := databasetest.Start(tb)
	each := series / collectors
	for _, statement := range []string{
		"CREATE DATABASE warehouse",
		"CREATE TABLE warehouse.cells (collector INT NOT NULL, place INT NOT NULL, hospital VARCHAR(40) NOT NULL, ward VARCHAR(40) NOT NULL, value DOUBLE NOT NULL, PRIMARY KEY (collector, place))",
		fmt.Sprintf(`INSERT INTO warehouse.cells
			SELECT c.seq, p.seq, CONCAT('Hospital ', p.seq MOD 25), CONCAT('Ward ', p.seq), ROUND(RAND(c.seq * 100000 + p.seq) * 1000, 2)
			FROM warehouse.seq_1_to_%d AS c, warehouse.seq_1_to_%d AS p`, collectors, each),
	} {
		if _, err := server.Root().ExecContext(tb.Context(), statement); err != nil {
			tb.Fatal(err)
		}
	}
	server.CreateReader("planwatch", "secret")
	return server
}

// builtin is the built-in region over the sample in a MariaDB, on the sample's day.
func builtin(tb testing.TB) string {
	tb.Helper()
	directory := builtintest.OverMariaDB(tb)
	file, err := os.OpenFile(filepath.Join(directory, "planwatch.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	_, err = file.WriteString("clock: 2025-03-18T08:00:00+01:00\n")
	if err := errors.Join(err, file.Close()); err != nil {
		tb.Fatal(err)
	}
	return directory
}

// query reads one collector's figures.
func query(collector int) string {
	return fmt.Sprintf("SELECT hospital, ward, value FROM cells WHERE collector = %d", collector)
}

// region writes a region of that many series, and gives its directory.
func region(tb testing.TB, server *databasetest.Server, series int) string {
	tb.Helper()
	directory := tb.TempDir()
	write := func(name, text string) {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	write("password", "secret\n")
	write("planwatch.yaml", fmt.Sprintf(`region: Generated
languages: [en]
time_zone: Europe/Stockholm
alerting: {embedded: false}
sources:
  warehouse: {driver: mysql, address: %s, database: warehouse, user: planwatch, password_file: %s}
`, server.Socket(), filepath.Join(directory, "password")))
	write("units.yaml", "units:\n  - unit: beds\n    measures:\n      - {measure: beds, word: {en: {one: bed, other: beds}}}\n")
	for c := 1; c <= collectors; c++ {
		write(fmt.Sprintf("collectors/c%02d.sql", c), query(c)+"\n")
		write(fmt.Sprintf("collectors/c%02d.yaml", c), fmt.Sprintf(`collector: c%02d
title: {en: Collector %d}
source: warehouse
schedule: "0 6 * * *"
timeout: 1m
query: c%02d.sql
labels: [hospital, ward]
max_age: 48h
max_series: %d
kpis:
  - name: beds_%d
    title: {en: Beds}
    definition: {en: Beds that are staffed.}
    column: value
    unit: beds
    better: higher
    aggregate: sum
`, c, c, c, max(series/collectors, 1), c))
	}
	return directory
}
