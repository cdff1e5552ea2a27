//go:build gms_pure_go

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// person is a number that stands where the warehouse should have a figure or a
// label, and no output may show.
const person = "19121212"

const contentSchema = "CREATE TABLE visit (id INT, who VARCHAR(60), amount DECIMAL(12,2), day DATE);"

// contentQueries fail over rows with the number in them, each in its own way.
// The column who is a label, and n a figure.
var contentQueries = map[string]string{
	"label_twice":    "SELECT who, 1 AS n FROM visit UNION ALL SELECT who, 2 FROM visit",
	"label_long":     "SELECT CONCAT(who, who, who, who, who, who, who, who, who, who, who, who, who, who, who, who, who, who, who, who, who, who) AS who, 1 AS n FROM visit",
	"value_text":     "SELECT 'all' AS who, who AS n FROM visit",
	"value_cast":     "SELECT 'all' AS who, CAST(who AS DOUBLE) AS n FROM visit",
	"value_negative": "SELECT 'all' AS who, -19121212 * id AS n FROM visit",
	"value_huge":     "SELECT who, 1e308 AS n, 1e-308 AS total FROM visit",
}

// serverQueries make a server quote a row in its error.
var serverQueries = map[string]string{
	"xpath":  "SELECT 'all' AS who, EXTRACTVALUE(1, CONCAT('~', (SELECT who FROM visit LIMIT 1))) AS n",
	"range":  "SELECT 'all' AS who, (SELECT CAST(LEFT(who, 8) AS UNSIGNED) FROM visit LIMIT 1) - CAST(20000000 AS UNSIGNED) AS n",
	"signal": "SELECT 'all' AS who, complain(who) AS n FROM visit",
}

// mariadbQueries make a MariaDB do so, and mysqlQueries a MySQL.
var (
	mariadbQueries = map[string]string{
		"duplicate": "SELECT COUNT(*) AS n, CONCAT((SELECT who FROM visit LIMIT 1), FLOOR(RAND(0) * 2)) AS who FROM seq_1_to_9 GROUP BY who",
	}
	mysqlQueries = map[string]string{
		"gtid": "SELECT 'all' AS who, GTID_SUBSET(who, '1') AS n FROM visit",
		"uuid": "SELECT 'all' AS who, UUID_TO_BIN(who) AS n FROM visit",
		"json": "SELECT 'all' AS who, JSON_LENGTH(who, '$.a') AS n FROM visit",
	}
)

// csvQueries make the embedded engine quote a row in its error.
var csvQueries = map[string]string{
	"engine_json": "SELECT 'all' AS who, JSON_EXTRACT(who, '$.a') + 1 AS n FROM visit",
}

// csvFaults are files with the number where it does not fit.
var csvFaults = map[string]string{
	"a number":       "id,who,amount,day\n1,x,%s-1212,2025-01-01\n",
	"decimals":       "id,who,amount,day\n1,x,1.%s,2025-01-01\n",
	"a date":         "id,who,amount,day\n1,x,1,%s-1212\n",
	"a whole number": "id,who,amount,day\n%s1212,x,1,2025-01-01\n",
	"too long":       "id,who,amount,day\n1," + strings.Repeat("%[1]s", 8) + ",1,2025-01-01\n",
	"not UTF-8":      "id,who,amount,day\n1,%s\xe5,1,2025-01-01\n",
	"no header":      "id,who,%s,day\n",
	"broken quotes":  "id,who,amount,day\n1,\"%s\"x,1,2025-01-01\n",
	"too few fields": "id,who,amount,day\n1,%s\n",
}

// Nothing of the warehouse's rows is in an error, wherever errors are shown.
func TestErrorsQuoteNoRows(t *testing.T) { databasetest.Each(t, testErrorsQuoteNoRows) }

func testErrorsQuoteNoRows(t *testing.T, engine databasetest.Engine) {
	server := databasetest.Start(t, databasetest.On(engine))
	server.Load(contentSchema, nil)
	for _, statement := range []string{
		"INSERT INTO warehouse.visit VALUES (1, '" + person + "-1212', 1, '2025-01-01')",
		`CREATE FUNCTION warehouse.complain(who TEXT) RETURNS INT NO SQL BEGIN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = who; RETURN 1; END`,
	} {
		if _, err := server.Root().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	server.CreateReader("reader", "secret")
	if _, err := server.Root().ExecContext(t.Context(), "GRANT EXECUTE ON warehouse.* TO reader@'%'"); err != nil {
		t.Fatal(err)
	}

	region, storage := t.TempDir(), t.TempDir()
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(region, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	good := fmt.Sprintf("id,who,amount,day\n1,%s-1212,1,2025-01-01\n", person)
	write("password", "secret\n")
	write("schema.sql", contentSchema)
	write("data/visit.csv", good)
	write("units.yaml", "units: [{unit: things, measures: [{measure: things, word: {en: things}}]}]\n")
	write("planwatch.yaml", fmt.Sprintf(`region: Region
languages: [en]
time_zone: Europe/Stockholm
log: {level: debug}
sources:
  server: {driver: mysql, address: %s, database: warehouse, user: reader, password_file: %s}
  files: {driver: csv, folder: data, schema: schema.sql}
retry: {initial: 50ms, max: 200ms}
`, server.Socket(), filepath.Join(region, "password")))
	var failing []string
	collector := func(source, name, query string) {
		name = source + "_" + name
		failing = append(failing, name)
		ratio := ""
		if strings.Contains(query, "total") {
			ratio = `
  - {name: NAME_total, title: {en: t}, definition: {en: d}, column: total, unit: things, better: lower, aggregate: sum}
  - {name: NAME_ratio, title: {en: t}, definition: {en: d}, ratio: {of: NAME_things, to: NAME_total}, unit: things, better: lower}`
		}
		write("collectors/"+name+".sql", query)
		write("collectors/"+name+".yaml", strings.ReplaceAll(`collector: NAME
title: {en: NAME}
source: `+source+`
schedule: "0 6 * * *"
query: NAME.sql
labels: [who]
max_age: 30h
kpis:
  - {name: NAME_things, title: {en: t}, definition: {en: d}, column: n, unit: things, better: lower, aggregate: sum}`+ratio+"\n", "NAME", name))
	}
	for name, query := range contentQueries {
		collector("server", name, query)
		collector("files", name, query)
	}
	for name, query := range serverQueries {
		collector("server", name, query)
	}
	own := mariadbQueries
	if engine.IsMySQL() {
		own = mysqlQueries
	}
	for name, query := range own {
		collector("server", name, query)
	}
	for name, query := range csvQueries {
		collector("files", name, query)
	}
	// One that does not fail, so that something is saved.
	collector("server", "good", "SELECT 'all' AS who, COUNT(*) AS n FROM visit")
	failing = failing[:len(failing)-1]

	served := startServing(t, "--config", region, "--storage.path", storage)
	quiet := func(t *testing.T, where, text string) {
		t.Helper()
		for line := range strings.Lines(text) {
			if strings.Contains(line, person) {
				t.Errorf("%s shows what a row holds: %s", where, line)
			}
			if len(line) > 3000 {
				t.Errorf("%s has a line of %d bytes: %s…", where, len(line), line[:200])
			}
		}
	}
	pages := func(t *testing.T) {
		t.Helper()
		for _, path := range []string{"/", "/collectors", "/metrics", "/api/v1/alerts"} {
			quiet(t, path, body(t, served.url+path))
		}
	}
	metrics := body(t, served.url+"/metrics")
	for _, name := range failing {
		if !strings.Contains(metrics, fmt.Sprintf("planwatch_collector_success{collector=%q} 0", name)) {
			t.Errorf("%s does not fail, so that its error is not tried", name)
		}
	}
	pages(t)
	for _, command := range []string{"collect", "check", "report"} {
		out, _ := exec.CommandContext(t.Context(), "planwatch", command, "--config", region).CombinedOutput() // they find something wrong
		if len(out) == 0 {
			t.Errorf("%s says nothing", command)
		}
		quiet(t, command, string(out))
		if warned := strings.Contains(string(out), "warning: source server: user \"reader\" may do more than SELECT: EXECUTE on `warehouse`.*;"); warned != (command == "check") {
			t.Errorf("%s warns of the user's rights: %t", command, warned)
		}
	}
	// Every collector runs at once after a reload; one that fails would wait longer
	// and longer.
	reload := func() {
		if err := served.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range csvFaults {
		t.Run("csv with "+name, func(t *testing.T) {
			write("data/visit.csv", fmt.Sprintf(content, person))
			reload()
			served.until(t, "noticed the file with "+name, func() bool {
				return strings.Contains(body(t, served.url+"/collectors"), "visit.csv:")
			})
			pages(t)
			out, _ := exec.CommandContext(t.Context(), "planwatch", "collect", "--config", region).CombinedOutput() // it finds something wrong
			quiet(t, "collect", string(out))
			if !strings.Contains(string(out), "visit.csv:") {
				t.Errorf("collect does not name the file: %s", out)
			}
			write("data/visit.csv", good)
			reload()
			served.until(t, "noticed the good file", func() bool {
				return !strings.Contains(body(t, served.url+"/collectors"), "visit.csv:")
			})
		})
	}
	if got := status(t, http.MethodGet, served.url+"/-/healthy"); got != http.StatusOK {
		t.Errorf("healthy: %d", got)
	}
	if err := served.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- served.Wait() }()
	select {
	case err := <-stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("does not stop")
	}
	quiet(t, "the log", served.stderr.String())
	saved, err := filepath.Glob(filepath.Join(storage, "snapshot", "*"))
	if err != nil || len(saved) == 0 {
		t.Fatalf("no snapshot is saved: %v", err)
	}
	for _, name := range saved {
		snapshot, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(snapshot), person) {
			t.Errorf("%s has what a row holds", name)
		}
	}
}
