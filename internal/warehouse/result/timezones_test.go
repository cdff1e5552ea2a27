package result

import (
	"database/sql"
	"testing"
	"time"
)

// A time that clocks show twice or never is read according to AsOf.
func TestMoments(t *testing.T) {
	for name, test := range map[string]struct{ zone, databaseType, text, asOf, want string }{
		"summer":                         {"Europe/Stockholm", "DATETIME", "2025-07-01 08:00:00", "2025-07-01T08:00:00+02:00", "2025-07-01T08:00:00+02:00"},
		"winter, seen from summer":       {"Europe/Stockholm", "DATETIME", "2025-03-18 08:00:00", "2025-07-01T08:00:00+02:00", "2025-03-18T08:00:00+01:00"},
		"still to come":                  {"Europe/Stockholm", "DATETIME", "2026-02-01 08:00:00", "2025-07-01T08:00:00+02:00", "2026-02-01T08:00:00+01:00"},
		"a fraction":                     {"Europe/Stockholm", "DATETIME", "2025-07-01 08:00:00.250000", "2025-07-01T09:00:00+02:00", "2025-07-01T08:00:00.25+02:00"},
		"date":                           {"Europe/Stockholm", "DATE", "2025-10-26", "2025-10-26T02:31:00+02:00", "2025-10-26T00:00:00+02:00"},
		"before autumn's hours":          {"Europe/Stockholm", "DATETIME", "2025-10-26 01:59:59", "2025-10-26T12:00:00+01:00", "2025-10-26T01:59:59+02:00"},
		"written in the first, read too": {"Europe/Stockholm", "DATETIME", "2025-10-26 02:30:00", "2025-10-26T02:31:00+02:00", "2025-10-26T02:30:00+02:00"},
		"first, read at once":            {"Europe/Stockholm", "DATETIME", "2025-10-26 02:30:00", "2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+02:00"},
		"first, read in the second":      {"Europe/Stockholm", "DATETIME", "2025-10-26 02:30:00", "2025-10-26T02:05:00+01:00", "2025-10-26T02:30:00+02:00"},
		"second, read at once":           {"Europe/Stockholm", "DATETIME", "2025-10-26 02:30:00", "2025-10-26T02:30:00+01:00", "2025-10-26T02:30:00+01:00"},
		"second, read in the second":     {"Europe/Stockholm", "DATETIME", "2025-10-26 02:30:00", "2025-10-26T02:31:00+01:00", "2025-10-26T02:30:00+01:00"},
		"second, read later":             {"Europe/Stockholm", "DATETIME", "2025-10-26 02:30:00", "2025-11-01T08:00:00+01:00", "2025-10-26T02:30:00+01:00"},
		"either, still to come":          {"Europe/Stockholm", "DATETIME", "2025-10-26 02:30:00", "2025-10-01T08:00:00+02:00", "2025-10-26T02:30:00+02:00"},
		"the first's first second":       {"Europe/Stockholm", "DATETIME", "2025-10-26 02:00:00", "2025-10-26T02:59:59+02:00", "2025-10-26T02:00:00+02:00"},
		"the second's first second":      {"Europe/Stockholm", "DATETIME", "2025-10-26 02:00:00", "2025-10-26T02:00:00+01:00", "2025-10-26T02:00:00+01:00"},
		"the first's last second":        {"Europe/Stockholm", "DATETIME", "2025-10-26 02:59:59", "2025-10-26T02:00:00+01:00", "2025-10-26T02:59:59+02:00"},
		"after autumn's hours":           {"Europe/Stockholm", "DATETIME", "2025-10-26 03:00:00", "2025-10-26T03:00:00+01:00", "2025-10-26T03:00:00+01:00"},
		"before spring's gap":            {"Europe/Stockholm", "DATETIME", "2025-03-30 01:59:59", "2025-03-30T03:10:00+02:00", "2025-03-30T01:59:59+01:00"},
		"in the gap":                     {"Europe/Stockholm", "DATETIME", "2025-03-30 02:30:00", "2025-03-30T12:00:00+02:00", "2025-03-30T03:30:00+02:00"},
		"in the gap, read at once":       {"Europe/Stockholm", "DATETIME", "2025-03-30 02:30:00", "2025-03-30T03:10:00+02:00", "2025-03-30T01:30:00+01:00"},
		"after spring's gap":             {"Europe/Stockholm", "DATETIME", "2025-03-30 03:00:00", "2025-03-30T03:00:00+02:00", "2025-03-30T03:00:00+02:00"},
		"timestamp of a csv source":      {"Europe/Stockholm", "TIMESTAMP", "2025-10-26 02:30:00", "2025-10-26T02:31:00+02:00", "2025-10-26T02:30:00+02:00"},
		"west of Greenwich, first":       {"America/New_York", "DATETIME", "2025-11-02 01:30:00", "2025-11-02T01:31:00-04:00", "2025-11-02T01:30:00-04:00"},
		"west of Greenwich, second":      {"America/New_York", "DATETIME", "2025-11-02 01:30:00", "2025-11-02T01:31:00-05:00", "2025-11-02T01:30:00-05:00"},
		"west of Greenwich, gap":         {"America/New_York", "DATETIME", "2025-03-09 02:30:00", "2025-03-09T12:00:00-04:00", "2025-03-09T03:30:00-04:00"},
		"clocks never change":            {"UTC", "DATETIME", "2025-10-26 02:30:00", "2025-10-26T02:31:00+02:00", "2025-10-26T02:30:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			local, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			asOf, err := time.Parse(time.RFC3339, test.asOf)
			if err != nil {
				t.Fatal(err)
			}
			zones := TimeZones{Local: local, Timestamp: local, AsOf: asOf}
			column := newParser(Column{Name: "at", Type: Time, DatabaseType: test.databaseType}, zones)
			for range 2 { // the second time it is known
				var v Value
				if err := column.parse(sql.RawBytes(test.text), &v); err != nil {
					t.Fatal(err)
				}
				if got := v.Time.Format(time.RFC3339Nano); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			}
		})
	}
}

// At any time of a year in which clocks are changed, a time that is written and
// read at once is the moment that it was.
func TestMomentsReadAtOnce(t *testing.T) {
	local, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2026, 1, 1, 0, 0, 0, 0, local)
	for at := time.Date(2025, 1, 1, 0, 0, 0, 0, local); at.Before(end); at = at.Add(7 * time.Minute) {
		zones := TimeZones{Local: local, AsOf: at}
		var v Value
		column := newParser(Column{Type: Time, DatabaseType: "DATETIME"}, zones)
		if err := column.parse(sql.RawBytes(at.Format(time.DateTime)), &v); err != nil {
			t.Fatal(err)
		}
		if !v.Time.Equal(at) {
			t.Fatalf("%s is read as %s", at, v.Time)
		}
	}
}
