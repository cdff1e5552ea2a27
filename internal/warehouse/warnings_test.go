//go:build gms_pure_go

// This tag builds the embedded engine in; package csvfolder says where its name
// comes from.

package warehouse

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/databasetest"
)

// A query whose values are not what the data says fails, on both engines: what
// a server only warns of would be a wrong figure.
func TestWarningsFail(t *testing.T) { databasetest.Each(t, testWarningsFail) }

func testWarningsFail(t *testing.T, engine databasetest.Engine) {
	const schema = "CREATE TABLE visit (id INT NOT NULL PRIMARY KEY, code VARCHAR(40) NOT NULL, n INT NOT NULL)"
	files := fstest.MapFS{"visit.csv": {Data: []byte("id,code,n\n1,NaN,5\n2,\"1 234,5\",0\n3,19121212-1212,7\n4,12,8\n")}}
	// MariaDB keeps as many as planwatch asks for. MySQL lets administrators
	// alone ask, and has its own setting.
	kept := "0"
	if engine.IsMySQL() {
		kept = "64"
	}
	server := databasetest.Start(t, databasetest.On(engine), databasetest.WithSetting("max_error_count="+kept), databasetest.WithSetting("group_concat_max_len=1024"))
	server.Load(schema, files)
	server.CreateReader(testUser, testPassword)
	embedded := open(t, csvConfig(), Options{Name: "embedded", Files: files, SchemaSQL: schema})
	mariadb := open(t, mysqlConfig(server.Socket()), Options{Name: "mariadb"})
	const notOfType = "warning 1292, a value is not of the type that the query makes of it"
	// MySQL refuses a query whose recursion it ends, and makes an unsigned
	// number of a negative one without a word.
	mysqlSays := map[string]string{"a recursion cut off": "Error 3636 (HY000): a recursive query is ended", "a negative, unsigned": ""}
	for name, test := range map[string]struct {
		text string
		// what the error holds; "" is that there is none
		mariadb, embedded string
	}{
		"not a number":         {"SELECT CAST(code AS DOUBLE) AS x FROM visit WHERE id = 1", notOfType, notOfType},
		"a comma and a blank":  {"SELECT CAST(code AS DOUBLE) AS x FROM visit WHERE id = 2", notOfType, notOfType},
		"computed with":        {"SELECT SUM(code + 0) AS x FROM visit", notOfType, notOfType},
		"summed":               {"SELECT SUM(code) AS x FROM visit", notOfType, "SUM() of a text"},
		"averaged":             {"SELECT AVG(v.code) AS x FROM visit AS v", notOfType, "AVG() of a text"},
		"compared":             {"SELECT COUNT(*) AS x FROM visit WHERE code = 12", notOfType, notOfType},
		"in a subquery":        {"SELECT id AS x FROM visit WHERE id = (SELECT MAX(CAST(code AS SIGNED)) FROM visit)", notOfType, notOfType},
		"no such day":          {"SELECT YEAR('2025-02-30') AS x FROM visit", notOfType, notOfType},
		"a recursion cut off":  {"WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 5000) SELECT COUNT(*) AS x FROM s", "warning 1931, a recursive query is ended", ""},
		"a negative, unsigned": {"SELECT CAST(-n AS UNSIGNED) AS x FROM visit", "warning 1105", "warning 1105"},
		"too great a decimal":  {"SELECT CAST(id * 12345 AS DECIMAL(3,2)) AS x FROM visit", "warning 1264, a number is out of the range of its type", "CAST AS DECIMAL with few digits"},
		"a list cut off":       {"SELECT LENGTH(GROUP_CONCAT(a.code)) AS x FROM visit AS a, visit AS b, visit AS c, visit AS d, visit AS e", "warning 1260, GROUP_CONCAT is cut off", ""},
		"divided by zero":      {"SELECT id / n AS x FROM visit", "", ""},
		"a number":             {"SELECT CAST(code AS DOUBLE) AS x FROM visit WHERE id = 4", "", ""},
		"without a table":      {"SELECT 1 AS x", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for source, want := range map[*Source]string{mariadb: test.mariadb, embedded: test.embedded} {
				if said, ok := mysqlSays[name]; ok && source == mariadb && engine.IsMySQL() {
					want = said
				}
				_, err := source.Query(t.Context(), query(t, test.text), QueryOptions{AsOf: time.Now()})
				switch {
				case want == "" && err != nil:
					t.Errorf("%s: %v", source.Name(), err)
				case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
					t.Errorf("%s: got %v\nwant %s", source.Name(), err, want)
				case err != nil && (strings.Contains(err.Error(), "1912") || errors.Is(err, ErrUnavailable) || !source.Up()):
					t.Errorf("%s: unavailable, or with the value: %v", source.Name(), err)
				}
				// The warning is of that query and no other.
				if got := queryValue(t, source, "SELECT 2 AS x"); got != "2" {
					t.Errorf("%s: the next query gives %s", source.Name(), got)
				}
			}
		})
	}
}

// A MySQL that keeps no warnings counts them all the same.
func TestWarningsThatAreNotKept(t *testing.T) {
	server := startServer(t, databasetest.NewestMySQL, databasetest.WithSetting("max_error_count=0"))
	s := open(t, mysqlConfig(server.Socket()), Options{})
	_, err := s.Query(t.Context(), query(t, "SELECT SUM(name + 0) AS x FROM ward"), QueryOptions{AsOf: time.Now()})
	if want := "the server gave figures with 3 warnings, of which the server keeps 0 (max_error_count)"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if got := queryValue(t, s, "SELECT SUM(beds) FROM ward"); got != "62" {
		t.Errorf("%s beds, want 62", got)
	}
}
