package collectors_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/regiontest"
	"planwatch/internal/warehouse"
)

const bedsYAML = `collector: beds
title: {sv: Vårdplatser, en: Beds}
source: warehouse
schedule: "*/5 * * * *"
query: beds.sql
labels: [hospital, ward]
as_of: measured_at
max_age: 2h
kpis:
  - name: beds_available
    title: {sv: Disponibla vårdplatser, en: Available beds}
    definition: {sv: Bemannade., en: Staffed.}
    column: available
    unit: beds
    better: higher
    aggregate: sum
  - name: beds_occupied
    title: {sv: Belagda vårdplatser, en: Occupied beds}
    definition: {sv: Med patient., en: With a patient.}
    column: occupied
    unit: beds
    better: lower
    aggregate: sum
    allow_negative: true
  - name: bed_occupancy_ratio
    title: {sv: Beläggning, en: Occupancy}
    definition: {sv: Belagda av disponibla., en: Occupied of available.}
    ratio: {of: beds_occupied, to: beds_available}
    unit: ratio
    better: lower
`

const waitsYAML = `collector: waits
title: {sv: Väntan, en: Waits}
source: warehouse
schedule: "0 * * * *"
query: waits.sql
labels: [hospital]
max_age: 2h
allow_empty: true
kpis:
  - name: wait_seconds
    title: {sv: Väntetid, en: Waiting time}
    definition: {sv: Tid i kö., en: Time in the queue.}
    histogram: {value: waited, count: patients, buckets: [10, 20]}
    unit: seconds
    better: lower
    min_count_waiver: They are not people but lorries.
`

var asOf = time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)

func load(t testing.TB, name, definition string) *collectors.Definition {
	t.Helper()
	d, err := collectors.Load(fstest.MapFS{
		"collectors/" + name + ".yaml": {Data: []byte(definition)},
		"collectors/" + name + ".sql":  {Data: []byte("SELECT 1")},
	}, "collectors/"+name+".yaml", collectors.Scope{Location: time.UTC, Units: regiontest.Units(t), Languages: regiontest.Languages(t)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func text(s string) warehouse.Value  { return warehouse.Value{Type: warehouse.Text, Text: s} }
func num(f float64) warehouse.Value  { return warehouse.Value{Type: warehouse.Number, Number: f} }
func at(t time.Time) warehouse.Value { return warehouse.Value{Type: warehouse.Time, Time: t} }

var null = warehouse.Value{Null: true}

var bedColumns = []warehouse.Column{
	{Name: "hospital", Type: warehouse.Text, DatabaseType: "VARCHAR"},
	{Name: "ward", Type: warehouse.Text, DatabaseType: "VARCHAR"},
	{Name: "measured_at", Type: warehouse.Time, DatabaseType: "DATETIME"},
	{Name: "available", Type: warehouse.Number, DatabaseType: "INT"},
	{Name: "occupied", Type: warehouse.Number, DatabaseType: "DECIMAL"},
}

func TestSamples(t *testing.T) {
	six := at(asOf.Add(-2 * time.Hour))
	tests := []struct {
		name    string
		columns []warehouse.Column
		rows    [][]warehouse.Value
		want    string
		err     string
	}{
		{
			name: "a ward", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, num(38), num(19)}},
			want: `beds_available{hospital="Sunderby",ward="Kirurgi"} 38; beds_occupied{hospital="Sunderby",ward="Kirurgi"} 19; bed_occupancy_ratio{hospital="Sunderby",ward="Kirurgi"} 0.5`,
		},
		{
			name: "samples come in order of labels", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("B"), six, num(1), null}, {text("Kalix"), text("C"), six, num(2), null}, {text("Sunderby"), text("A"), six, num(3), null}},
			want: `beds_available{hospital="Kalix",ward="C"} 2; beds_available{hospital="Sunderby",ward="A"} 3; beds_available{hospital="Sunderby",ward="B"} 1`,
		},
		{
			name: "NULL is no figure, and so no ratio", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, num(38), null}},
			want: `beds_available{hospital="Sunderby",ward="Kirurgi"} 38`,
		},
		{
			name: "nothing is divided by zero", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, num(0), num(0)}},
			want: `beds_available{hospital="Sunderby",ward="Kirurgi"} 0; beds_occupied{hospital="Sunderby",ward="Kirurgi"} 0`,
		},
		{
			name: "a quotient that is no number any more", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, num(1e-300), num(1e300)}},
			err:  `collectors/beds.sql: row 1: kpi bed_occupancy_ratio: the value is too large`,
		},
		{
			name: "an empty label is none", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text(""), six, num(38), null}},
			want: `beds_available{hospital="Sunderby"} 38`,
		},
		{
			name: "a negative value where it is allowed", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, null, num(-1)}},
			want: `beds_occupied{hospital="Sunderby",ward="Kirurgi"} -1`,
		},
		{
			name: "a negative value where it is not", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Medicin"), six, num(3), null}, {text("Sunderby"), text("Kirurgi"), six, num(-1), null}},
			err:  "collectors/beds.sql: row 2: column available: is negative; set allow_negative on kpi beds_available where that is right",
		},
		{
			name: "a text column", columns: replace(bedColumns, 3, warehouse.Column{Name: "available", Type: warehouse.Text, DatabaseType: "VARCHAR"}),
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, text("38"), null}},
			err:  "collectors/beds.sql: column available: is VARCHAR, not a number; use CAST if its values are numbers",
		},
		{
			name: "NaN", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, num(math.NaN()), null}},
			err:  "collectors/beds.sql: row 1: column available: is not a finite number",
		},
		{
			name: "infinite", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, num(math.Inf(1)), null}},
			err:  "collectors/beds.sql: row 1: column available: is not a finite number",
		},
		{
			name: "a duplicate", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), six, num(38), null}, {text("Sunderby"), text("Kirurgi"), six, num(38), null}},
			err:  `collectors/beds.sql: row 2: column available: a second figure for the labels of row 1; group by the labels`,
		},
		{
			name: "a label that is NULL", columns: bedColumns,
			rows: [][]warehouse.Value{{null, text("Kirurgi"), six, num(38), null}},
			err:  "collectors/beds.sql: row 1: column hospital: a label is NULL; use COALESCE to give a name, or '' where the label does not apply",
		},
		{
			name: "a label that is prose", columns: bedColumns,
			rows: [][]warehouse.Value{{text(strings.Repeat("x", 257)), text("Kirurgi"), six, num(38), null}},
			err:  "collectors/beds.sql: row 1: column hospital: the text has 257 bytes; a label has at most 256",
		},
		{
			name: "a label that is not UTF-8", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Pite\xe5"), text("Kirurgi"), six, num(38), null}},
			err:  "collectors/beds.sql: row 1: column hospital: the text is not UTF-8",
		},
		{
			name: "a moment that is NULL", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), null, num(38), null}},
			err:  "collectors/beds.sql: row 1: column measured_at: NULL; every row needs its moment",
		},
		{
			name: "a moment that is still to come", columns: bedColumns,
			rows: [][]warehouse.Value{{text("Sunderby"), text("Kirurgi"), at(asOf.Add(time.Hour)), num(38), null}},
			err:  "collectors/beds.sql: row 1: column measured_at: later than the moment of the run; select only rows at or before :as_of",
		},
		{
			name: "a moment that is a text", columns: replace(bedColumns, 2, warehouse.Column{Name: "measured_at", Type: warehouse.Text, DatabaseType: "VARCHAR"}),
			err: "collectors/beds.sql: column measured_at: is VARCHAR, not a date or a time",
		},
		{
			name: "a column that is missing", columns: bedColumns[:4],
			err: "collectors/beds.sql: column occupied: not in the result, which has hospital, ward, measured_at, available",
		},
		{
			name: "a column that is given twice", columns: append(bedColumns[:5:5], bedColumns[4]),
			err: "collectors/beds.sql: column occupied: two columns of the result have this name; give each its own with AS",
		},
		{
			name: "no rows", columns: bedColumns,
			err: "collectors/beds.sql: no rows; set allow_empty where that is right",
		},
	}
	d := load(t, "beds", bedsYAML)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			samples, err := samplesOf(d, &warehouse.Result{Columns: tt.columns, Rows: tt.rows}, asOf)
			if message := fmt.Sprint(err); err != nil && message != tt.err || err == nil && tt.err != "" {
				t.Fatalf("got  %v\nwant %s", err, tt.err)
			}
			if got := printed(samples); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

var waitsColumns = []warehouse.Column{
	{Name: "hospital", Type: warehouse.Text, DatabaseType: "VARCHAR"},
	{Name: "waited", Type: warehouse.Number, DatabaseType: "BIGINT"},
	{Name: "patients", Type: warehouse.Number, DatabaseType: "BIGINT"},
}

func TestHistogram(t *testing.T) {
	d := load(t, "waits", waitsYAML)
	tests := []struct {
		name string
		rows [][]warehouse.Value
		want string
		err  string
	}{
		{
			name: "observations fall in their buckets, a bound belonging to the bucket below",
			rows: [][]warehouse.Value{{text("Kalix"), num(5), num(2)}, {text("Kalix"), num(10), num(1)}, {text("Kalix"), num(15), num(4)}, {text("Kalix"), num(99), num(3)}},
			want: `wait_seconds{hospital="Kalix"} [3 7] 10 377`,
		},
		{
			name: "NULL is no observation",
			rows: [][]warehouse.Value{{text("Kalix"), num(5), null}, {text("Kalix"), null, num(5)}},
		},
		{name: "none at all, where that is allowed"},
		{
			name: "half a patient",
			rows: [][]warehouse.Value{{text("Kalix"), num(5), num(0.5)}},
			err:  "collectors/waits.sql: row 1: column patients: is not a count of observations",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			samples, err := samplesOf(d, &warehouse.Result{Columns: waitsColumns, Rows: tt.rows}, asOf)
			if message := fmt.Sprint(err); err != nil && message != tt.err || err == nil && tt.err != "" {
				t.Fatalf("got  %v\nwant %s", err, tt.err)
			}
			if got := printed(samples); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func replace(columns []warehouse.Column, i int, column warehouse.Column) []warehouse.Column {
	replaced := append([]warehouse.Column(nil), columns...)
	replaced[i] = column
	return replaced
}

func printed(samples []kpi.Sample) string {
	parts := make([]string, len(samples))
	for i, s := range samples {
		parts[i] = fmt.Sprintf("%s{%s} %v", s.KPI, s.Labels, s.Value)
		if h := s.Histogram; h != nil {
			parts[i] = fmt.Sprintf("%s{%s} %v %d %v", s.KPI, s.Labels, h.Counts, h.Count, h.Sum)
		}
	}
	return strings.Join(parts, "; ")
}

// samplesOf are the samples of one result, whenever the collector asks.
func samplesOf(d *collectors.Definition, result *warehouse.Result, asOf time.Time) ([]kpi.Sample, error) {
	ask := func(context.Context, time.Time) (*warehouse.Result, error) { return result, nil }
	run, err := d.Collect(context.Background(), ask, asOf)
	return run.Samples, err
}

// Rows in whatever order give the same samples; a second row of the same labels is told
// with the first, whether the rows before came in order or not.
func TestOrderOfRows(t *testing.T) {
	var rows [][]warehouse.Value
	for _, hospital := range []string{"", "Kalix", "Sunderby"} {
		for _, ward := range []string{"", "Kirurgi", "Medicin", "Ortopedi"} {
			rows = append(rows, []warehouse.Value{text(hospital), text(ward), at(asOf), num(float64(1 + len(rows))), num(1)})
		}
	}
	d := load(t, "beds", bedsYAML)
	collected := func(rows [][]warehouse.Value) (collectors.Run, error) {
		return d.Collect(t.Context(), func(context.Context, time.Time) (*warehouse.Result, error) {
			return &warehouse.Result{Columns: bedColumns, Rows: rows}, nil
		}, asOf)
	}
	want, err := collected(rows)
	if err != nil || len(want.Samples) != 3*len(rows) {
		t.Fatalf("%d samples, %v", len(want.Samples), err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		// From none to all of the rows are elsewhere.
		mixed := slices.Clone(rows)
		part := mixed[random.IntN(len(mixed)):]
		random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
		got, err := collected(mixed)
		if err != nil || !reflect.DeepEqual(got.Samples, want.Samples) {
			t.Fatalf("got %+v, %v\nwant %+v", got.Samples, err, want.Samples)
		}
		first := random.IntN(len(mixed))
		second := first + 1 + random.IntN(len(mixed)-first)
		_, err = collected(slices.Insert(slices.Clone(mixed), second, mixed[first]))
		if told := fmt.Sprintf("row %d: column available: a second figure for the labels of row %d;", second+1, first+1); err == nil || !strings.Contains(err.Error(), told) {
			t.Fatalf("got %v, want %s", err, told)
		}
	}
}
