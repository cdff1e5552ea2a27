package warehouse

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/databasetest"
)

const (
	testUser     = "planwatch"
	testPassword = "correct horse"
	wrongSecret  = "battery staple"
)

// startServer starts a server with a table of wards, one of the numbers from 1
// to 1000, and a user who may only read.
func startServer(t *testing.T, engine databasetest.Engine, opts ...databasetest.Option) *databasetest.Server {
	t.Helper()
	server := databasetest.Start(t, append(opts, databasetest.On(engine))...)
	numbers := "i\n"
	for i := range 1000 {
		numbers += strconv.Itoa(i+1) + "\n"
	}
	server.Load("CREATE TABLE ward (id INT NOT NULL PRIMARY KEY, name VARCHAR(40) NOT NULL, beds INT); CREATE TABLE number (i INT NOT NULL PRIMARY KEY)",
		fstest.MapFS{"ward.csv": {Data: []byte("id,name,beds\n1,Kirurgi,38\n2,Ortopedi,24\n3,Medicin,\n")}, "number.csv": {Data: []byte(numbers)}})
	server.CreateReader(testUser, testPassword)
	return server
}

func mysqlConfig(address string) Config {
	c := Default()
	c.Driver, c.Address, c.Database, c.User, c.Password = MySQL, address, databasetest.Database, testUser, testPassword
	return c
}

// slow is a query that takes a minute. It sleeps for each of the wards: MySQL
// takes a query that does nothing but sleep once for done when it is ended.
const slow = "SELECT SLEEP(20) FROM ward"

// sleeping tells whether slow runs, and not only the statements before it.
func sleeping(server *databasetest.Server) bool {
	return slices.Contains(server.RunningQueries(), slow)
}

func TestMySQLOnlyReads(t *testing.T) { databasetest.Each(t, testMySQLOnlyReads) }

func testMySQLOnlyReads(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	c := mysqlConfig(server.Socket())
	c.User, c.Password = "root", ""
	s := open(t, c, Options{})
	if _, err := server.Root().ExecContext(t.Context(), `CREATE FUNCTION warehouse.write_ward() RETURNS INT MODIFIES SQL DATA
		BEGIN INSERT INTO warehouse.ward VALUES (9, 'Ny', 1); RETURN 1; END`); err != nil {
		t.Fatal(err)
	}
	// root may write, and ParseQuery does not know the function. Only the
	// transaction prevents it.
	_, err := s.Query(t.Context(), query(t, "SELECT write_ward()"), QueryOptions{AsOf: time.Now()})
	want := "source warehouse: q.sql: the server refuses the query: Error 1792 (25006): Cannot execute statement in a READ ONLY transaction"
	if err == nil || strings.TrimSuffix(err.Error(), ".") != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if !s.Up() {
		t.Error("a refused query leaves the source down")
	}
	if got := queryValue(t, s, "SELECT COUNT(*) FROM ward"); got != "3" {
		t.Errorf("%s wards, want 3", got)
	}
}

func TestMySQLNeedsSelectOnly(t *testing.T) { databasetest.Each(t, testMySQLNeedsSelectOnly) }

func testMySQLNeedsSelectOnly(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	if s.Up() {
		t.Error("up before the first request")
	}
	if err := s.Ping(t.Context()); err != nil || !s.Up() {
		t.Errorf("Ping: %v, Up: %t", err, s.Up())
	}
	columns, err := s.Prepare(t.Context(), query(t, "WITH w AS (SELECT name, beds FROM ward) SELECT name, beds, beds / 2 AS half, :as_of AS at FROM w -- all"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{
		{Name: "name", Type: Text, DatabaseType: "VARCHAR"}, {Name: "beds", Type: Number, DatabaseType: "INT"},
		{Name: "half", Type: Number, DatabaseType: "DECIMAL"}, {Name: "at", Type: Time, DatabaseType: "DATETIME"},
	}
	if !slices.Equal(columns, want) {
		t.Errorf("columns %v, want %v", columns, want)
	}
	if got := queryValue(t, s, "SELECT SUM(beds) FROM ward"); got != "62" {
		t.Errorf("%s beds, want 62", got)
	}
}

func TestMySQLRefusals(t *testing.T) { databasetest.Each(t, testMySQLRefusals) }

func testMySQLRefusals(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine)
	s := open(t, mysqlConfig(server.Socket()), Options{})
	// What MySQL says otherwise.
	mysqlWords := strings.NewReplacer("your MariaDB server", "your MySQL server", "in 'SELECT'", "in 'field list'", "`mysql`.`db`", "'db'")
	for name, test := range map[string]struct{ text, want string }{
		"syntax":         {"SELECT FROM", "source warehouse: q.sql: the server refuses the query: Error 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'FROM' at line 1"},
		"unknown column": {"SELECT bed FROM ward", "source warehouse: q.sql: the server refuses the query: Error 1054 (42S22): Unknown column 'bed' in 'SELECT'"},
		"unknown table":  {"SELECT 1 FROM wards", "source warehouse: q.sql: the server refuses the query: Error 1146 (42S02): Table 'warehouse.wards' doesn't exist"},
		"no right":       {"SELECT 1 FROM mysql.db", "source warehouse: q.sql: the server refuses the query: Error 1142 (42000): SELECT command denied to user 'planwatch'@'localhost' for table `mysql`.`db`"},
	} {
		t.Run(name, func(t *testing.T) {
			if engine.IsMySQL() {
				test.want = mysqlWords.Replace(test.want)
			}
			_, err := s.Prepare(t.Context(), query(t, test.text))
			if err == nil || err.Error() != test.want {
				t.Errorf("Prepare: %v\nwant %s", err, test.want)
			}
			_, err = s.Query(t.Context(), query(t, test.text), QueryOptions{AsOf: time.Now()})
			if err == nil || err.Error() != test.want {
				t.Errorf("Query: %v\nwant %s", err, test.want)
			}
			if errors.Is(err, ErrUnavailable) || !s.Up() {
				t.Error("a refused query makes the source unavailable")
			}
		})
	}
	t.Run("columns of one name", func(t *testing.T) {
		_, err := s.Prepare(t.Context(), query(t, "SELECT name, id AS NAME FROM ward"))
		if want := "q.sql: two columns have the same name; give each its own with AS"; err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	})
}
