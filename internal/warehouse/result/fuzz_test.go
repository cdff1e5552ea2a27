package result

import (
	"database/sql"
	"math"
	"strconv"
	"testing"
	"time"
	_ "time/tzdata"
)

// FuzzNumber reads any number that a warehouse may write: it is what strconv reads, to
// the last bit, and what strconv refuses is refused.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{
		"", "-", ".", "0", "-0", "-0.00", "007", "1.", ".5", "1.2.3", "+1", " 1", "1e5", "1E-400", "1e400", "NaN", "-Inf", "0x1p-2", "1_0", "999999999999999",
		"9007199254740993", "99999999999999.9", "0.00000000000001", "123456789012.345", "18446744073709551615", "12345678901234.5678", "-48300.50", "1,5", "1 234",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if raw == nil {
			raw = []byte{} // nil is NULL
		}
		want, wantErr := strconv.ParseFloat(string(raw), 64)
		p := newParser(Column{Name: "n", Type: Number}, TimeZones{})
		var v Value
		err := p.parse(sql.RawBytes(raw), &v)
		if tooLong := len(raw) > maxCell; (err != nil) != (wantErr != nil || tooLong) {
			t.Fatalf("%q: %v, and strconv: %v", raw, err, wantErr)
		}
		if err == nil && (v.Null || math.Float64bits(v.Number) != math.Float64bits(want)) {
			t.Errorf("%q is %v, want %v", raw, v.Number, want)
		}
	})
}

// FuzzMoment reads any moment: where clocks show it, it is that which they show, and
// read a second time it is the same.
func FuzzMoment(f *testing.F) {
	for _, text := range []string{
		"", "0000-00-00", "2025-02-30", "2025-10-26", "2025-10-26 02:30:00", "2025-03-30 02:30:00", "2025-03-18 06:00:00.250000", "9999-12-31 23:59:59", "0001-01-01 00:00:00", "1879-01-01 00:13:00",
	} {
		for _, databaseType := range []string{"DATE", "DATETIME", "TIMESTAMP"} {
			f.Add(databaseType, []byte(text), int64(1761438660))
		}
	}
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, databaseType string, raw []byte, asOf int64) {
		if raw == nil {
			raw = []byte{}
		}
		p := newParser(Column{Name: "t", Type: Time, DatabaseType: databaseType}, TimeZones{Local: stockholm, Timestamp: time.UTC, AsOf: time.Unix(asOf, 0)})
		var first, again Value
		if err := p.parse(sql.RawBytes(raw), &first); err != nil {
			return
		}
		if err := p.parse(sql.RawBytes(raw), &again); err != nil || !again.Time.Equal(first.Time) {
			t.Errorf("%q is %s, and then %s: %v", raw, first.Time, again.Time, err)
		}
		layout, location := time.DateTime, stockholm
		switch databaseType {
		case "DATE":
			layout = time.DateOnly
		case "TIMESTAMP":
			location = time.UTC
		}
		wall, err := time.Parse(layout, string(raw))
		if err != nil {
			t.Fatalf("%q was taken: %v", raw, err)
		}
		shows := func(moment time.Time) bool {
			local := moment.In(location)
			return local.Format("2006-01-02 15:04:05.999999999") == wall.Format("2006-01-02 15:04:05.999999999")
		}
		shown := false
		for _, near := range []time.Time{wall.AddDate(0, 0, -1), wall.AddDate(0, 0, 1)} {
			_, offset := near.In(location).Zone()
			shown = shown || shows(wall.Add(-time.Duration(offset)*time.Second))
		}
		if shown && !shows(first.Time) {
			t.Errorf("%q is %s", raw, first.Time)
		}
	})
}
