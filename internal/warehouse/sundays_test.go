//go:build gms_pure_go

package warehouse

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/databasetest"
)

// sundays are both Sundays of 2025 on which the clocks change, with a visit begun in
// every quarter of an hour that passes, from the noon before to the noon after, and
// how many quarters the day has.
var sundays = []struct {
	day      string
	quarters int
}{{"2025-03-30", 92}, {"2025-10-26", 100}}

const visits = "CREATE TABLE visit (id INT NOT NULL PRIMARY KEY, began DATETIME NOT NULL, seen DATETIME);\n"

// On the Sundays on which the clocks change, both engines give the same of a day,
// of the day before and of what is waited for, at moments around the change; and the
// day has as many visits as quarters of an hour.
func TestSundaysOfTheClocks(t *testing.T) { databasetest.Each(t, testSundaysOfTheClocks) }

func testSundaysOfTheClocks(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	stockholm := location(t)
	var rows strings.Builder
	rows.WriteString("id,began,seen\n")
	id := 0
	for _, sunday := range sundays {
		midnight, err := time.ParseInLocation(time.DateOnly, sunday.day, stockholm)
		if err != nil {
			t.Fatal(err)
		}
		noon := midnight.AddDate(0, 0, 1).Add(12 * time.Hour)
		for began := midnight.Add(-12 * time.Hour); began.Before(noon); began = began.Add(15 * time.Minute) {
			id++
			fmt.Fprintf(&rows, "%d,%s,%s\n", id, began.Format(time.DateTime), began.Add(100*time.Minute).Format(time.DateTime))
		}
	}
	files := fstest.MapFS{"visit.csv": {Data: []byte(rows.String())}}
	database := databasetest.Start(t, databasetest.On(engine))
	database.Load(visits, files)
	database.LoadTimeZone("Europe/Stockholm")
	database.CreateReader(testUser, testPassword)
	embedded := open(t, csvConfig(), Options{Name: "embedded", Location: stockholm, Files: files, SchemaSQL: visits})
	server := open(t, mysqlConfig(database.Socket()), Options{Name: "server", Location: stockholm})
	ask := func(s *Source, text string, asOf time.Time) string {
		t.Helper()
		r, err := s.Query(t.Context(), query(t, text), QueryOptions{AsOf: asOf})
		if err != nil {
			t.Fatalf("%s: %s: %v", s.Name(), text, err)
		}
		return format(r)
	}
	for _, sunday := range sundays {
		midnight, err := time.ParseInLocation(time.DateOnly, sunday.day, stockholm)
		if err != nil {
			t.Fatal(err)
		}
		end := midnight.AddDate(0, 0, 1).Add(-time.Second)
		for name, text := range map[string]string{
			"the moment":            "SELECT :as_of AS m, DATE(:as_of) AS d, :as_of - INTERVAL 24 HOUR AS h, :as_of - INTERVAL 1 DAY AS y, DATE(:as_of) - INTERVAL 1 DAY AS z, HOUR(:as_of) AS k",
			"the day":               "SELECT COUNT(*) AS n, MIN(began) AS a, MAX(began) AS z FROM visit WHERE began >= DATE(:as_of) AND began < DATE(:as_of) + INTERVAL 1 DAY AND began <= :as_of",
			"the day before":        "SELECT COUNT(*) AS n, MIN(began) AS a, MAX(began) AS z FROM visit WHERE began >= DATE(:as_of) - INTERVAL 1 DAY AND began < DATE(:as_of)",
			"a day of 24 hours":     "SELECT COUNT(*) AS n, MIN(began) AS a FROM visit WHERE began > :as_of - INTERVAL 24 HOUR AND began <= :as_of",
			"waits":                 "SELECT id, TIMESTAMPDIFF(MINUTE, began, seen) AS m, TIMESTAMPDIFF(HOUR, began, :as_of) AS h, TIMESTAMPDIFF(SECOND, began, :as_of) / 3600 AS f FROM visit WHERE began <= :as_of ORDER BY id",
			"days that lie between": "SELECT id, DATEDIFF(:as_of, began) AS d FROM visit WHERE began <= :as_of ORDER BY id",
			"hours of the day":      "SELECT HOUR(began) AS h, COUNT(*) AS n FROM visit WHERE DATE(began) = DATE(:as_of) GROUP BY HOUR(began) ORDER BY h",
			"seconds":               "SELECT UNIX_TIMESTAMP(:as_of) AS u",
			"the newest":            "SELECT id, began FROM visit WHERE began <= :as_of ORDER BY began DESC, id DESC LIMIT 3",
		} {
			for _, asOf := range []time.Time{
				midnight, midnight.Add(119 * time.Minute), midnight.Add(2 * time.Hour), midnight.Add(150 * time.Minute), midnight.Add(3 * time.Hour), midnight.Add(210 * time.Minute),
				midnight.Add(4 * time.Hour), end, end.Add(8 * time.Hour),
			} {
				got, want := ask(embedded, text, asOf), ask(server, text, asOf)
				if name == "seconds" {
					// Of the doubled hour, servers take the earlier, and the engine that is
					// for trying the later.
					earlier := clock.FirstShowing(clock.Shown(asOf.In(stockholm)), stockholm).Unix()
					got = strings.Replace(got, fmt.Sprint(earlier+3600), fmt.Sprint(earlier), 1)
				}
				if got != want {
					t.Errorf("%s, %s:\nembedded\n%s\nserver\n%s", name, asOf.In(stockholm), got, want)
				}
			}
		}
		for _, s := range []*Source{embedded, server} {
			// Of what spring's change lies in, the time that passes is known all the same.
			waits := ask(s, "SELECT DISTINCT (UNIX_TIMESTAMP(seen) - UNIX_TIMESTAMP(began)) DIV 60 AS m FROM visit WHERE DATE(began) = '2025-03-30'", end)
			if _, rows, _ := strings.Cut(waits, "\n"); strings.TrimSpace(rows) != "100" {
				t.Errorf("%s: minutes that pass: %s", s.Name(), waits)
			}
			r, err := s.Query(t.Context(), query(t, "SELECT COUNT(*) AS n FROM visit WHERE DATE(began) = DATE(:as_of) - INTERVAL 1 DAY"), QueryOptions{AsOf: end.Add(8 * time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := r.Rows[0][0].String(), fmt.Sprint(sunday.quarters); got != want {
				t.Errorf("%s: %s has %s visits, want %s", s.Name(), sunday.day, got, want)
			}
		}
	}
}
