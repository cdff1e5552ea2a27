//go:build gms_pure_go

// This tag builds the embedded engine in; package csvfolder says where its name
// comes from.

package warehouse

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/databasetest"
	"planwatch/internal/warehouse/result"
)

const enginesSchema = `CREATE TABLE fact (
  id INT NOT NULL PRIMARY KEY, ward VARCHAR(20) NOT NULL, day DATE, at DATETIME NOT NULL, amount DECIMAL(12,2),
  weight DOUBLE, share FLOAT, big BIGINT UNSIGNED, note TEXT, kind ENUM('a','b')
);
CREATE TABLE ward (name VARCHAR(20) NOT NULL PRIMARY KEY, division VARCHAR(20) NOT NULL);
`

// engines opens a csv source and a source on a server with the same data.
func engines(t *testing.T, engine databasetest.Engine) (embedded, server *Source) {
	t.Helper()
	var facts strings.Builder
	facts.WriteString("id,ward,day,at,amount,weight,share,big,note,kind\n")
	for i := range 600 {
		note, day, amount := "", "", ""
		if i%3 == 0 {
			note = fmt.Sprintf("\"not \"\"%d\"\", åäö\"", i)
		}
		if i%7 != 0 {
			day = fmt.Sprintf("2025-%02d-%02d", i%12+1, i%28+1)
		}
		if i%5 != 0 {
			amount = fmt.Sprintf("%d.%02d", i*37-4000, i%100)
		}
		fmt.Fprintf(&facts, "%d,Vård %d,%s,2025-03-%02d %02d:30:00,%s,%g,0.1,%d,%s,%c\n",
			i, i%9, day, i%28+1, i%24, amount, float64(i)/8, uint64(math.MaxUint64)-uint64(i), note, 'a'+rune(i%2))
	}
	files := fstest.MapFS{
		"fact.csv": {Data: []byte(facts.String())},
		"ward.csv": {Data: []byte("name,division\nVård 0,Närsjukvård\nVård 1,Närsjukvård\nVård 2,Länssjukvård\nVård 3,Länssjukvård\nVård 99,\n")},
	}
	stockholm := location(t)
	database := databasetest.Start(t, databasetest.On(engine))
	database.Load(enginesSchema, files)
	database.CreateReader(testUser, testPassword)
	return open(t, csvConfig(), Options{Name: "embedded", Location: stockholm, Files: files, SchemaSQL: enginesSchema}),
		open(t, mysqlConfig(database.Socket()), Options{Name: "server", Location: stockholm})
}

// format writes a whole result, so that two can be compared.
func format(r *Result) string {
	var b strings.Builder
	for _, c := range r.Columns {
		fmt.Fprintf(&b, "%s (%s)\t", c.Name, c.Type)
	}
	for _, row := range r.Rows {
		b.WriteByte('\n')
		for _, v := range row {
			fmt.Fprintf(&b, "%s\t", v)
		}
	}
	return b.String()
}

// The same text gives the same columns, types and values on both engines.
func TestEnginesAgree(t *testing.T) { databasetest.Each(t, testEnginesAgree) }

func testEnginesAgree(t *testing.T, engine databasetest.Engine) {
	embedded, server := engines(t, engine)
	options := QueryOptions{AsOf: time.Date(2025, 3, 18, 8, 0, 0, 0, location(t))}
	for name, text := range map[string]string{
		"every type":      "SELECT id, ward, day, at, amount, weight, share, big, note, kind FROM fact ORDER BY id",
		"null":            "SELECT id, day IS NULL AS d, COALESCE(amount, 0) AS a, NULLIF(kind, 'a') AS k, IFNULL(note, '') AS n FROM fact ORDER BY id",
		"null comparison": "SELECT COUNT(*) AS c, COUNT(day) AS d, COUNT(DISTINCT day) AS e FROM fact WHERE NOT (day > '2025-06-01')",
		"only nulls":      "SELECT NULL AS n, MAX(day) AS d, SUM(amount) AS a, MIN(ward) AS w FROM fact WHERE id < 0",
		"aggregates":      "SELECT ward, COUNT(*) AS c, SUM(id) AS s, CAST(SUM(amount) AS DECIMAL(20,2)) AS a, MAX(at) AS m, MIN(day) AS d, MAX(amount) AS x FROM fact GROUP BY ward ORDER BY ward",
		"averages":        "SELECT ward, AVG(CAST(id AS DOUBLE)) AS i, ROUND(AVG(amount), 4) AS a FROM fact GROUP BY ward ORDER BY ward",
		"having":          "SELECT kind, day, COUNT(*) AS c FROM fact GROUP BY kind, day HAVING COUNT(*) > 3 ORDER BY kind, day",
		"conditional":     "SELECT SUM(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS p, COUNT(CASE WHEN amount < 0 THEN 1 END) AS n, SUM(amount > 0) AS b FROM fact",
		"joins":           "SELECT w.division, f.ward, COUNT(f.id) AS c FROM ward AS w LEFT JOIN fact AS f ON f.ward = w.name GROUP BY w.division, f.ward ORDER BY 1, 2",
		"latest":          "SELECT f.ward, f.at, f.id FROM fact AS f JOIN (SELECT ward, MAX(at) AS at FROM fact WHERE at <= :as_of GROUP BY ward) AS l ON l.ward = f.ward AND l.at = f.at ORDER BY f.id",
		"with":            "WITH w AS (SELECT ward, SUM(id) AS s FROM fact GROUP BY ward), t AS (SELECT SUM(s) AS t FROM w) SELECT w.ward, w.s, t.t FROM w, t ORDER BY w.ward",
		"recursive":       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n ORDER BY i",
		"windows":         "SELECT id, ROW_NUMBER() OVER (PARTITION BY ward ORDER BY at, id) AS r, LAG(id) OVER (ORDER BY id) AS l, SUM(id) OVER (PARTITION BY ward ORDER BY id) AS s, RANK() OVER (ORDER BY kind) AS k FROM fact ORDER BY id",
		"window average":  "SELECT id, AVG(CAST(id AS DOUBLE)) OVER (ORDER BY id ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS a FROM fact ORDER BY id",
		"spread":          "SELECT ROUND(STDDEV_SAMP(CAST(id AS DOUBLE)), 6) AS s, ROUND(VAR_POP(CAST(amount AS DOUBLE)), 4) AS v FROM fact",
		"union":           "SELECT ward FROM fact WHERE id < 3 UNION SELECT name FROM ward ORDER BY 1",
		"in and exists":   "SELECT name FROM ward WHERE name IN (SELECT ward FROM fact) AND EXISTS (SELECT 1 FROM fact WHERE fact.ward = ward.name AND amount > 0) ORDER BY name",
		"as_of":           "SELECT :as_of AS m, DATE(:as_of) AS d, :as_of - INTERVAL 1 MONTH AS e, DATE_ADD(:as_of, INTERVAL 2 WEEK) AS f, YEAR(:as_of) AS y",
		"calendar":        "SELECT DATEDIFF('2025-03-01', '2024-02-28') AS a, TIMESTAMPDIFF(MONTH, '2025-01-31', '2025-02-28') AS b, TIMESTAMPDIFF(SECOND, at, :as_of) AS c, LAST_DAY(day) AS d, DATE_FORMAT(at, '%Y-%m-%d %H:%i') AS e, WEEKOFYEAR(day) AS w, YEARWEEK(day, 3) AS y, DAYOFWEEK(day) AS k, QUARTER(day) AS q FROM fact ORDER BY id",
		"unix time":       "SELECT UNIX_TIMESTAMP(:as_of) AS u, FROM_UNIXTIME(1742281200) AS f",
		"arithmetic":      "SELECT 7 DIV 2 AS a, 7 % 3 AS b, 7 / 2 AS c, ROUND(2.5) AS d, ROUND(-2.5) AS e, id / 3 AS f, amount * 2 AS g, FLOOR(amount) AS h, ABS(amount) AS i FROM fact ORDER BY id",
		"texts":           "SELECT CONCAT(ward, '/', id) AS a, UPPER(ward) AS b, LENGTH(ward) AS c, CHAR_LENGTH(ward) AS d, SUBSTRING(ward, 1, 3) AS e, LPAD(id, 4, '0') AS f, TRIM('  x ') AS g FROM fact ORDER BY id",
		"casts":           "SELECT CAST(amount AS SIGNED) AS a, CAST(id AS CHAR) AS b, CAST('2025-03-18' AS DATE) AS c, CAST(weight AS DECIMAL(10,3)) AS d FROM fact ORDER BY id",
		"greatest":        "SELECT GREATEST(CAST(id AS DOUBLE), CAST(300 AS DOUBLE)) AS g, LEAST(CAST(weight AS DOUBLE), CAST(10 AS DOUBLE)) AS l, GREATEST(CAST(id AS SIGNED), CAST(7 AS SIGNED)) AS s FROM fact ORDER BY id",
	} {
		t.Run(name, func(t *testing.T) {
			q := query(t, text)
			got, err := embedded.Query(t.Context(), q, options)
			if err != nil {
				t.Fatal(err)
			}
			want, err := server.Query(t.Context(), q, options)
			if err != nil {
				t.Fatal(err)
			}
			if g, w := format(got), format(want); g != w {
				t.Errorf("embedded\n%s\nserver\n%s", g, w)
			}
			for _, s := range []*Source{embedded, server} {
				columns, err := s.Prepare(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for i, c := range columns {
					if c.Name != want.Columns[i].Name || c.Type != want.Columns[i].Type {
						t.Errorf("%s prepares column %v, gives %v", s.Name(), c, want.Columns[i])
					}
				}
			}
		})
	}
}

// What CheckQuery refuses is computed wrongly, and what it says to write instead
// is computed right.
func TestCSVMiscomputed(t *testing.T) { databasetest.Each(t, testCSVMiscomputed) }

func testCSVMiscomputed(t *testing.T, engine databasetest.Engine) {
	embedded, server := engines(t, engine)
	options := QueryOptions{AsOf: time.Date(2025, 3, 18, 8, 0, 0, 0, location(t))}
	unchecked := func(s *Source, text string) string {
		t.Helper()
		rows, err := s.db.QueryContext(t.Context(), query(t, text).SQL(options.AsOf, s.location)) //nolint:rowserrcheck // result.Read checks it
		if err != nil {
			return err.Error()
		}
		defer rows.Close()
		r, err := result.Read(rows, result.TimeZones{Local: s.location, Timestamp: s.location}, result.Limits{})
		if err != nil {
			return err.Error()
		}
		return format(r)
	}
	for name, test := range map[string]struct {
		text, want, instead string
	}{
		"avg over": {
			"SELECT id,\n  AVG(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a FROM fact",
			"q.sql:2: a csv source computes AVG() OVER of whole numbers wrongly; write AVG(CAST(... AS DOUBLE)) OVER (...)",
			"SELECT id, AVG(CAST(id AS DOUBLE)) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a FROM fact",
		},
		"avg over within": {
			"WITH w AS (SELECT id, (SELECT MAX(x) FROM (SELECT AVG((id)) OVER (ORDER BY id) AS x FROM fact) AS y) AS a FROM fact) SELECT id, a FROM w",
			"q.sql:1: a csv source computes AVG() OVER of whole numbers wrongly; write AVG(CAST(... AS DOUBLE)) OVER (...)",
			"",
		},
		"stddev": {
			"SELECT STDDEV(id) AS a FROM fact WHERE id < 6",
			"q.sql:1: a csv source computes STDDEV() of whole numbers and of decimals wrongly; write STDDEV(CAST(... AS DOUBLE))",
			"SELECT ROUND(STDDEV(CAST(id AS DOUBLE)), 8) AS a FROM fact WHERE id < 7",
		},
		"var_samp of decimals": {
			"SELECT VAR_SAMP(amount) AS a FROM fact WHERE id < 100 AND id > 3",
			"q.sql:1: a csv source computes VAR_SAMP() of whole numbers and of decimals wrongly; write VAR_SAMP(CAST(... AS DOUBLE))",
			"SELECT ROUND(VAR_SAMP(CAST(amount AS DOUBLE)), 4) AS a FROM fact WHERE id < 100 AND id > 3",
		},
		"stddev of a decimal cast": {
			"SELECT STDDEV_POP(CAST(id AS DECIMAL(10,2))) AS a FROM fact WHERE id < 7 AND id <> 3",
			"q.sql:1: a csv source computes STDDEV_POP() of whole numbers and of decimals wrongly; write STDDEV_POP(CAST(... AS DOUBLE))",
			"",
		},
		"week": {
			"SELECT WEEK('2024-12-30', 3) AS w",
			"q.sql:1: a csv source computes WEEK() with the modes 2, 3, 6 and 7 wrongly; for the week by ISO 8601 write WEEKOFYEAR(...)",
			"SELECT WEEKOFYEAR(day) AS w, WEEK(day) AS v, WEEK(day, 1) AS u FROM fact ORDER BY id",
		},
		"literal texts": {
			"SELECT 'A' = 'a' AS x",
			"q.sql:1: a csv source computes a comparison of two literal texts (it ignores case) wrongly; compare a column with a text",
			"SELECT kind = 'a' AS x FROM fact ORDER BY id",
		},
		"literal texts in a list": {
			"SELECT 'A' IN ('b', 'a') AS x",
			"q.sql:1: a csv source computes a comparison of two literal texts (it ignores case) wrongly; compare a column with a text",
			"SELECT kind IN ('b', 'c') AS x FROM fact ORDER BY id",
		},
		"literal texts in a case": {
			"SELECT CASE 'A' WHEN 'a' THEN 1 ELSE 0 END AS x",
			"q.sql:1: a csv source computes a comparison of two literal texts (it ignores case) wrongly; compare a column with a text",
			"SELECT CASE kind WHEN 'a' THEN 1 ELSE 0 END AS x FROM fact ORDER BY id",
		},
		"json_value": {
			`SELECT JSON_VALUE('{"a":"x"}', '$.a') AS x`,
			"q.sql:1: a csv source computes JSON_VALUE() (it leaves the quotes) wrongly; write JSON_UNQUOTE(JSON_EXTRACT(...))",
			`SELECT JSON_UNQUOTE(JSON_EXTRACT('{"a":"x"}', '$.a')) AS x`,
		},
		"str_to_date": {
			"SELECT STR_TO_DATE('2025-02-30', '%Y-%m-%d') AS x",
			"q.sql:1: a csv source computes STR_TO_DATE() of dates that do not exist wrongly; make the column a DATE or DATETIME in the schema",
			"",
		},
		"greatest of dates": {
			"SELECT GREATEST(day, DATE(:as_of)) AS x FROM fact WHERE id = 1",
			"q.sql:1: a csv source computes GREATEST() of dates, and of whole numbers beside others wrongly; write CASE WHEN ... THEN ... ELSE ... END, or CAST each argument AS DOUBLE",
			"SELECT CASE WHEN day > DATE(:as_of) THEN day ELSE DATE(:as_of) END AS x FROM fact ORDER BY id",
		},
		"least of unlike numbers": {
			"SELECT LEAST(weight, 10) AS x FROM fact ORDER BY id",
			"q.sql:1: a csv source computes LEAST() of dates, and of whole numbers beside others wrongly; write CASE WHEN ... THEN ... ELSE ... END, or CAST each argument AS DOUBLE",
			"SELECT LEAST(CAST(weight AS DOUBLE), CAST(10 AS DOUBLE)) AS x FROM fact ORDER BY id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, prepareErr := embedded.Prepare(t.Context(), query(t, test.text))
			_, queryErr := embedded.Query(t.Context(), query(t, test.text), options)
			for what, err := range map[string]error{"Prepare": prepareErr, "Query": queryErr} {
				if err == nil || err.Error() != test.want {
					t.Errorf("%s: %v\nwant %s", what, err, test.want)
				}
				if errors.Is(err, ErrUnavailable) {
					t.Errorf("%s: ErrUnavailable", what)
				}
			}
			if g, w := unchecked(embedded, test.text), unchecked(server, test.text); g == w {
				t.Errorf("the engines agree, so there is nothing to refuse: %s", g)
			}
			if test.instead == "" {
				return
			}
			got, err := embedded.Query(t.Context(), query(t, test.instead), options)
			if err != nil {
				t.Fatal(err)
			}
			want, err := server.Query(t.Context(), query(t, test.instead), options)
			if err != nil {
				t.Fatal(err)
			}
			if g, w := format(got), format(want); g != w {
				t.Errorf("what to write instead: embedded\n%s\nserver\n%s", g, w)
			}
		})
	}
}
