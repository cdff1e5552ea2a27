package warehouse

import (
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

func TestMySQLValues(t *testing.T) { databasetest.Each(t, testMySQLValues) }

func testMySQLValues(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	stockholm := location(t)
	server := databasetest.Start(t, databasetest.On(engine), databasetest.WithSetting("default_time_zone='+09:00'"), databasetest.WithSetting("sql_mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES"))
	server.Load(`CREATE TABLE v (d DATE, dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP NULL, num DECIMAL(20,4), f FLOAT, db DOUBLE, big BIGINT UNSIGNED, en ENUM('a','b'), tx TEXT, bl BLOB, bi BIT(4), ti TIME, y YEAR)`, nil)
	if _, err := server.Root().ExecContext(t.Context(), `SET time_zone='+00:00', sql_mode='';
		INSERT INTO warehouse.v VALUES ('2025-07-01', '2025-07-01 08:00:00', '2025-07-01 08:00:00.250000', '2025-07-01 08:00:00', 12345678901234.5678, 0.1, 0.1, 18446744073709551615, 'b', 'å\\b', 'x', b'101', '08:00:00', 2025);
		CREATE TABLE warehouse.z (d DATE); INSERT INTO warehouse.z VALUES ('2025-01-01'), ('0000-00-00');
		CREATE TABLE warehouse.p (d DATETIME); INSERT INTO warehouse.p VALUES ('2025-02-00 00:00:00')`); err != nil {
		t.Fatal(err)
	}
	server.CreateReader(testUser, testPassword)
	s := open(t, mysqlConfig(server.Socket()), Options{Location: stockholm})

	winter := time.Date(2025, 3, 18, 8, 0, 0, 0, stockholm)
	r, err := s.Query(t.Context(), query(t, "SELECT *, NULL AS nothing FROM v"), QueryOptions{AsOf: winter})
	if err != nil {
		t.Fatal(err)
	}
	summer := func(hour, nano int) Value {
		return Value{Type: Time, Time: time.Date(2025, 7, 1, hour, 0, 0, nano, stockholm)}
	}
	number := func(n float64) Value { return Value{Type: Number, Number: n} }
	for i, want := range []Value{
		summer(0, 0), summer(8, 0), summer(8, 250e6),
		// Eight o'clock UTC is ten in Stockholm, whatever the server's zone is.
		summer(10, 0),
		number(12345678901234.5678), number(0.1), number(0.1), number(18446744073709551615),
		{Type: Text, Text: "b"}, {Type: Text, Text: `å\\b`}, {Text: "x"}, {Text: "\x05"}, {Text: "08:00:00"}, number(2025),
		{Null: true},
	} {
		got := r.Rows[0][i]
		same := got.Type == want.Type && got.Null == want.Null && got.Number == want.Number && got.Text == want.Text && got.Time.Equal(want.Time)
		if i == 9 {
			same = got.Type == Text && strings.HasPrefix(got.Text, "å")
		}
		if !same {
			t.Errorf("column %s (%s): %#v, want %#v", r.Columns[i].Name, r.Columns[i].DatabaseType, got, want)
		}
	}
	// The server's own zone and mode do not change what a query means.
	for text, want := range map[string]string{
		"SELECT ts = CAST('2025-07-01 09:00:00' AS DATETIME) AS same FROM v": "1", // +01:00 at :as_of
		`SELECT "it\"s" AS t`: `it"s`,
	} {
		r, err := s.Query(t.Context(), query(t, text), QueryOptions{AsOf: winter})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := r.Rows[0][0].String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}

	// The hour that clocks show twice.
	for _, zone := range []string{"+02:00", "+01:00"} {
		asOf, err := time.Parse(time.RFC3339, "2025-10-26T02:31:00"+zone)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Query(t.Context(), query(t, "SELECT CAST('2025-10-26 02:30:00' AS DATETIME) AS at"), QueryOptions{AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := r.Rows[0][0].String(), "2025-10-26T02:30:00"+zone; got != want {
			t.Errorf("read at %s: %s, want %s", asOf, got, want)
		}
	}

	for table, want := range map[string]string{
		"z": `source warehouse: q.sql: row 2: column d: is not a valid date; use NULL where there is none`,
		"p": `source warehouse: q.sql: row 1: column d: is not a valid date; use NULL where there is none`,
	} {
		_, err := s.Query(t.Context(), query(t, "SELECT d FROM "+table), QueryOptions{AsOf: winter})
		if err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
		if !s.Up() {
			t.Error("a bad value leaves the source down")
		}
	}
}
