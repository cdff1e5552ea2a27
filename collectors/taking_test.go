package collectors_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/collectors"
	"planwatch/internal/databasetest"
	"planwatch/internal/regiontest"
	"planwatch/internal/warehouse"
)

// Rows that are mapped as they are read give the figures, and the errors, of rows that are
// mapped once all are there.
func TestCollectFromAgreesWithCollect(t *testing.T) {
	server := databasetest.Start(t)
	server.Load("CREATE TABLE ward (hospital VARCHAR(20) NOT NULL PRIMARY KEY)", nil)
	server.CreateReader("reader", "not-to-be-logged")
	cfg := warehouse.Default()
	cfg.Driver, cfg.Address, cfg.Database, cfg.User, cfg.Password = warehouse.MySQL, server.Socket(), databasetest.Database, "reader", "not-to-be-logged"
	source, err := warehouse.Open(t.Context(), cfg, warehouse.Options{Name: "warehouse", Location: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := source.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	rows := func(more ...string) string {
		all := append([]string{"SELECT 'Kalix' AS hospital, '' AS ward, '2025-03-18 06:00:00' AS measured_at, 8 AS available, 4 AS occupied"}, more...)
		return "SELECT hospital, ward, CAST(measured_at AS DATETIME) AS measured_at, available, occupied FROM (" + strings.Join(all, " UNION ALL SELECT ") + ") AS bed"
	}
	for name, test := range map[string]struct{ sql, err string }{
		"figures": {rows(
			"'Sunderby', 'Ortopedi', '2025-03-18 06:00:00', 24, -5.25", "'Sunderby', 'Kirurgi', '2025-03-18 07:30:00', 38, NULL", "'Sunderby', 'Medicin', '2025-03-18 07:30:00', 0, 0"), ""},
		"another row of the same labels": {rows("'Piteå', '', '2025-03-18 06:00:00', 1, 1", "'Kalix', '', '2025-03-18 06:00:00', 1, 1"), "row 3: column available: a second figure for the labels of row 1; group by the labels"},
		"a label that is NULL":           {rows("NULL, '', '2025-03-18 06:00:00', 1, 1"), "row 2: column hospital: a label is NULL"},
		"the first of two faults":        {rows("'Piteå', '', '2025-03-18 06:00:00', -1, 1", "NULL, '', '2025-03-18 06:00:00', 1, 1"), "row 2: column available: is negative"},
		"a fault, and then one of the query": {
			rows("'Piteå', '', '2025-03-18 06:00:00', -1, 1", "'Gällivare', '', '0000-00-00 00:00:00', 1, 1"), "row 3: column measured_at: is not a valid date"},
		"a fault, and then too many":      {rows("NULL, '', '2025-03-18 06:00:00', 1, 1", "'b', '', '2025-03-18 06:00:00', 1, 1", "'c', '', '2025-03-18 06:00:00', 1, 1", "'d', '', '2025-03-18 06:00:00', 1, 1"), "too many rows: more than 4 rows"},
		"a column that is not there":      {"SELECT hospital, hospital AS ward, 1 AS available, 1 AS occupied FROM ward", "column measured_at: not in the result"},
		"a column of another type":        {strings.Replace(rows(), "8 AS", "'8' AS", 1), "column available: is VARCHAR, not a number"},
		"no rows":                         {"SELECT hospital, hospital AS ward, CAST('2025-03-18' AS DATETIME) AS measured_at, 1 AS available, 1 AS occupied FROM ward", "no rows; set allow_empty where that is right"},
		"a query that the server refuses": {"SELECT nothing FROM ward", "Unknown column"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := collectors.Load(fstest.MapFS{
				"collectors/beds.yaml": {Data: []byte(strings.Replace(bedsYAML, "query:", "max_series: 4\nquery:", 1))},
				"collectors/beds.sql":  {Data: []byte(test.sql)},
			}, "collectors/beds.yaml", collectors.Scope{Location: time.UTC, Units: regiontest.Units(t), Languages: regiontest.Languages(t)})
			if err != nil {
				t.Fatal(err)
			}
			want, wantErr := d.Collect(t.Context(), d.Asking(source), asOf)
			got, gotErr := d.CollectFrom(t.Context(), source, asOf)
			if !reflect.DeepEqual(got, want) || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Errorf("got  %+v, %v\nwant %+v, %v", got, gotErr, want, wantErr)
			}
			if test.err == "" && (gotErr != nil || got.Rows != 4 || len(got.Samples) != 9) || test.err != "" && (gotErr == nil || !strings.Contains(gotErr.Error(), test.err)) {
				t.Errorf("got %d samples of %d rows, %v; want the error %q", len(got.Samples), got.Rows, gotErr, test.err)
			}
			if err := source.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
