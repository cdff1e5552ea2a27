package warehouse

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// What a query makes of a TIMESTAMP in the other half of the year is in local
// time, where the server knows the zone; where it does not, check says so.
func TestMySQLTimestampsInTheOtherHalfOfTheYear(t *testing.T) {
	databasetest.Each(t, testMySQLTimestampsInTheOtherHalfOfTheYear)
}

func testMySQLTimestampsInTheOtherHalfOfTheYear(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	stockholm := location(t)
	winter := time.Date(2025, 1, 15, 8, 0, 0, 0, stockholm)
	summer := time.Date(2025, 7, 15, 8, 0, 0, 0, stockholm)
	for name, test := range map[string]struct {
		zone  string // that the server knows
		asOf  time.Time
		want  map[string]string
		warns bool
	}{
		"known, in summer": {"Europe/Stockholm", summer, map[string]string{
			// New Year's Eve in Stockholm, half past eleven at night.
			"SELECT YEAR(ts) AS y FROM moment WHERE id = 1":                                        "2024",
			"SELECT DATE(ts) AS d FROM moment WHERE id = 1":                                        "2024-12-31T00:00:00+01:00",
			"SELECT ts FROM moment WHERE id = 1":                                                   "2024-12-31T23:30:00+01:00",
			"SELECT HOUR(ts) AS h FROM moment WHERE id = 2":                                        "10",
			"SELECT FROM_UNIXTIME(1735684200) AS f":                                                "2024-12-31T23:30:00+01:00",
			"SELECT COUNT(*) AS n FROM moment WHERE ts <= CAST('2024-12-31 23:30:00' AS DATETIME)": "1",
		}, false},
		"known, in winter": {"Europe/Stockholm", winter, map[string]string{
			"SELECT HOUR(ts) AS h FROM moment WHERE id = 2": "10",
			"SELECT ts FROM moment WHERE id = 2":            "2025-07-01T10:00:00+02:00",
			"SELECT DATE(ts) AS d FROM moment WHERE id = 3": "2025-07-02T00:00:00+02:00",
		}, false},
		"not known": {"Europe/Helsinki", summer, map[string]string{
			"SELECT ts FROM moment WHERE id = 1": "2024-12-31T23:30:00+01:00",
			"SELECT ts FROM moment WHERE id = 2": "2025-07-01T10:00:00+02:00",
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := databasetest.Start(t, databasetest.On(engine))
			server.Load("CREATE TABLE moment (id INT NOT NULL PRIMARY KEY, ts TIMESTAMP NULL)", nil)
			server.LoadTimeZone(test.zone)
			if _, err := server.Root().ExecContext(t.Context(), `SET time_zone='+00:00';
				INSERT INTO warehouse.moment VALUES (1, '2024-12-31 22:30:00'), (2, '2025-07-01 08:00:00'), (3, '2025-07-01 22:30:00')`); err != nil {
				t.Fatal(err)
			}
			server.CreateReader(testUser, testPassword)
			s := open(t, mysqlConfig(server.Socket()), Options{Location: stockholm})
			for text, want := range test.want {
				r, err := s.Query(t.Context(), query(t, text), QueryOptions{AsOf: test.asOf})
				if err != nil {
					t.Errorf("%s: %v", text, err)
				} else if got := r.Rows[0][0].String(); got != want {
					t.Errorf("%s: %s, want %s", text, got, want)
				}
			}
			warnings, err := s.Inspect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Join(warnings, "\n")
			if got := strings.Contains(said, "source warehouse: the server does not know the time zone Europe/Stockholm"); got != test.warns {
				t.Errorf("warns %t, want %t: %q", got, test.warns, said)
			}
		})
	}
}

// The user's rights beyond SELECT are named, and no password's hash.
func TestMySQLRightsBeyondSelect(t *testing.T) { databasetest.Each(t, testMySQLRightsBeyondSelect) }

func testMySQLRightsBeyondSelect(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := databasetest.Start(t, databasetest.On(engine))
	server.Load("CREATE TABLE ward (id INT NOT NULL PRIMARY KEY, name VARCHAR(40))", nil)
	everything := "ALL PRIVILEGES, GRANT OPTION on *.*"
	if engine.IsMySQL() {
		everything = "INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD and N more on *.*; ALLOW_NONEXISTENT_DEFINER, APPLICATION_PASSWORD_ADMIN, AUDIT_ABORT_EXEMPT, AUDIT_ADMIN, AUTHENTICATION_POLICY_ADMIN, BACKUP_ADMIN and N more on *.*"
	}
	for name, test := range map[string]struct {
		grants []string // to ACCOUNT
		want   string
	}{
		"select":           {[]string{"GRANT SELECT ON warehouse.* TO ACCOUNT"}, ""},
		"select a column":  {[]string{"GRANT SELECT (id, name) ON warehouse.ward TO ACCOUNT"}, ""},
		"a role to select": {[]string{"CREATE ROLE may_read", "GRANT SELECT ON warehouse.* TO may_read", "GRANT SELECT ON warehouse.* TO ACCOUNT", "GRANT may_read TO ACCOUNT"}, ""},
		"write":            {[]string{"GRANT SELECT, INSERT ON warehouse.* TO ACCOUNT", "GRANT UPDATE (name), SELECT ON warehouse.ward TO ACCOUNT"}, "INSERT on `warehouse`.*; UPDATE on `warehouse`.`ward`"},
		"everything":       {[]string{"GRANT ALL ON *.* TO ACCOUNT WITH GRANT OPTION"}, everything},
		"a role to write":  {[]string{"GRANT SELECT ON warehouse.* TO ACCOUNT", "CREATE ROLE may_write", "GRANT DELETE ON warehouse.* TO may_write", "GRANT may_write TO ACCOUNT"}, "DELETE on `warehouse`.*"},
	} {
		t.Run(name, func(t *testing.T) {
			user := "u" + strings.ReplaceAll(name, " ", "_")
			for _, statement := range append([]string{"CREATE USER ACCOUNT IDENTIFIED BY '" + testPassword + "'"}, test.grants...) {
				if _, err := server.Root().ExecContext(t.Context(), strings.ReplaceAll(statement, "ACCOUNT", "'"+user+"'@'%'")); err != nil {
					t.Fatal(statement, err)
				}
			}
			c := mysqlConfig(server.Socket())
			c.User = user
			s := open(t, c, Options{})
			warnings, err := s.Inspect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if test.want != "" {
				want = `source warehouse: user "` + user + `" may do more than SELECT: ` + test.want + "; planwatch needs SELECT and nothing else"
			}
			// How many privileges there are is the version's.
			if got := regexp.MustCompile(`\d+ more`).ReplaceAllString(strings.Join(warnings, "\n"), "N more"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}
