package collectors_test

import (
	"fmt"
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

const careYAML = `collector: care
title: {sv: Vård, en: Care}
source: warehouse
schedule: "0 * * * *"
query: care.sql
labels: [hospital, ward]
max_age: 2h
kpis:
  - name: patients
    title: {sv: Patienter, en: Patients}
    definition: {sv: Alla., en: All.}
    column: patients
    unit: patients
    better: lower
    aggregate: sum
  - name: patients_waiting
    title: {sv: Väntande, en: Waiting}
    definition: {sv: Några av dem., en: Some of them.}
    column: waiting
    unit: patients
    part_of: patients
    better: lower
    aggregate: sum
  - name: cost_sek
    title: {sv: Kostnad, en: Cost}
    definition: {sv: För dem., en: For them.}
    column: cost
    unit: sek
    better: lower
    aggregate: sum
  - name: beds_available
    title: {sv: Platser, en: Beds}
    definition: {sv: Bemannade., en: Staffed.}
    column: beds
    unit: beds
    people: none
    better: higher
    aggregate: sum
  - name: waiting_ratio
    title: {sv: Andel väntande, en: Share waiting}
    definition: {sv: Väntande av alla., en: Waiting of all.}
    ratio: {of: patients_waiting, to: patients}
    unit: ratio
    better: lower
`

// care are rows of hospital, ward, patients, those waiting, cost and beds; "-"
// stands for a label that does not apply and for no figure.
func care(t *testing.T, lines string) *warehouse.Result {
	t.Helper()
	result := &warehouse.Result{Columns: []warehouse.Column{
		{Name: "hospital", Type: warehouse.Text}, {Name: "ward", Type: warehouse.Text}, {Name: "patients", Type: warehouse.Number},
		{Name: "waiting", Type: warehouse.Number}, {Name: "cost", Type: warehouse.Number}, {Name: "beds", Type: warehouse.Number},
	}}
	for line := range strings.SplitSeq(lines, ",") {
		fields := strings.Fields(line)
		row := []warehouse.Value{text(strings.Trim(fields[0], "-")), text(strings.Trim(fields[1], "-"))}
		for _, field := range fields[2:] {
			var n float64
			if field == "-" {
				row = append(row, null)
				continue
			}
			if _, err := fmt.Sscan(field, &n); err != nil {
				t.Fatal(err)
			}
			row = append(row, num(n))
		}
		result.Rows = append(result.Rows, row)
	}
	return result
}

// What is about few people is withheld, and what would give it away.
func TestWithheld(t *testing.T) {
	d := load(t, "care", careYAML)
	tests := []struct {
		name string
		rows string
		want string // what is withheld, as kpi@hospital/ward
	}{
		{"many everywhere", "A x 90 20 100 9, A y 80 20 100 9", ""},
		{
			"money, shares and parts go with a small count, beds do not", "A x 3 0 48300 9, A y 80 20 100 9, A z 90 20 100 9",
			"patients@A/x patients@A/y cost_sek@A/x cost_sek@A/y waiting_ratio@A/x waiting_ratio@A/y",
		},
		{
			"all but a few are some of them", "A x 90 87 100 9, A y 80 20 100 9, A z 95 25 100 9",
			"patients_waiting@A/x patients_waiting@A/y cost_sek@A/x cost_sek@A/y waiting_ratio@A/x waiting_ratio@A/y",
		},
		{
			"a total row gives away what has no row", "- - 163 20 100 9, A x 160 20 100 9",
			"patients@/ cost_sek@/ waiting_ratio@/",
		},
		{
			"a total row and a row that is withheld", "A - 163 40 100 9, A x 160 20 100 9, A y 3 0 100 9",
			"patients@A/x patients@A/y cost_sek@A/x cost_sek@A/y waiting_ratio@A/x waiting_ratio@A/y",
		},
		{
			"one faulty row does not end the protection of the rest", "A x 90 87 100 9, A y 80 20 100 9, A z 95 25 100 9, A w 10 11 100 9",
			"patients_waiting@A/w patients_waiting@A/x cost_sek@A/w cost_sek@A/x waiting_ratio@A/w waiting_ratio@A/x",
		},
		{
			"a total of figures with decimals", "- - 73.5 40 100 9, A x 30.5 20 100 9, B y 2.5 0 100 9, C z 40.5 20 100 9",
			"patients@A/x patients@B/y cost_sek@A/x cost_sek@B/y waiting_ratio@A/x waiting_ratio@B/y",
		},
		{"money about nobody knows how many", "A x - - 48300 9, A y 80 20 100 9", "cost_sek@A/x"},
		{"nobody at all", "A x 0 0 0 9, A y 80 20 100 9", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			samples, err := samplesOf(d, care(t, tt.rows), asOf)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range samples {
				if !s.Withheld {
					continue
				}
				if s.Value != 0 {
					t.Errorf("a withheld figure has its value, %v", s.Value)
				}
				got = append(got, place(s))
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("withheld %s\nwant     %s", got, tt.want)
			}
		})
	}
}

func place(s kpi.Sample) string {
	return s.KPI + "@" + s.Labels.Get("hospital") + "/" + s.Labels.Get("ward")
}

// A histogram is withheld where one of its classes is about few people, and with
// it another, since the sums of each class may be known.
func TestHistogramWithheld(t *testing.T) {
	d := load(t, "waits", strings.Replace(waitsYAML, "min_count_waiver: They are not people but lorries.", "min_count: 5", 1))
	var rows [][]warehouse.Value
	for _, r := range []struct {
		hospital string
		classes  [3]float64
	}{{"Gällivare", [3]float64{20, 30, 3}}, {"Kalix", [3]float64{20, 30, 40}}, {"Piteå", [3]float64{60, 70, 80}}} {
		for i, n := range r.classes {
			rows = append(rows, []warehouse.Value{text(r.hospital), num(float64(i)*10 + 5), num(n)})
		}
	}
	samples, err := samplesOf(d, &warehouse.Result{Columns: waitsColumns, Rows: rows}, asOf)
	if err != nil {
		t.Fatal(err)
	}
	want := `wait_seconds{hospital="Gällivare"} [] 0 0; wait_seconds{hospital="Kalix"} [] 0 0; wait_seconds{hospital="Piteå"} [60 130] 210 3750`
	if got := printed(samples); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A total is tied to all rows below it, also where these have different labels; so
// is a whole to parts that have more labels than it.
func TestRowsOfDifferentLabels(t *testing.T) {
	d := load(t, "care", strings.Replace(careYAML, "labels: [hospital, ward]", "labels: [hospital, ward, stage]", 1))
	row := func(hospital, ward, stage string, patients, waiting warehouse.Value) []warehouse.Value {
		return []warehouse.Value{text(hospital), text(ward), text(stage), patients, waiting, null, null}
	}
	for _, tt := range []struct {
		name string
		rows [][]warehouse.Value
		kpi  string
		want string // the values of the KPI that are shown
	}{
		{"a total", [][]warehouse.Value{
			row("A", "x", "visit", num(3), null), row("B", "y", "visit", num(60), null), row("B", "z", "visit", num(37), null),
			row("", "w", "visit", num(200), null), row("", "", "visit", num(300), null),
		}, "patients", "37 60"},
		{"a whole", [][]warehouse.Value{
			row("A", "", "", num(90), null), row("A", "x", "", null, num(47)), row("A", "y", "", null, num(40)), row("B", "", "", num(80), num(20)),
		}, "patients_waiting", "20"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			samples, err := samplesOf(d, &warehouse.Result{Columns: slices.Insert(care(t, "A x 1 1 1 1").Columns, 2, warehouse.Column{Name: "stage", Type: warehouse.Text}), Rows: tt.rows}, asOf)
			if err != nil {
				t.Fatal(err)
			}
			var shown []float64
			for _, s := range samples {
				if s.KPI == tt.kpi && !s.Withheld {
					shown = append(shown, s.Value)
				}
			}
			slices.Sort(shown)
			if got := strings.Trim(fmt.Sprint(shown), "[]"); got != tt.want {
				t.Errorf("shown are %s, want %s", got, tt.want)
			}
		})
	}
}

// What is waived is shown, except beside a count that is withheld: it would tell
// how large that can be.
func TestWaivedBesideWithheld(t *testing.T) {
	d := load(t, "care", strings.Replace(careYAML, "    people: none\n", "    min_count_waiver: How many have no bed is known to all.\n", 1))
	samples, err := samplesOf(d, care(t, "A x 4 0 100 0, A y 80 20 100 3, A z 90 20 100 0"), asOf)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range samples {
		if s.KPI == "beds_available" && s.Withheld {
			got = append(got, s.Labels.Get("ward"))
		}
	}
	if want := "x y"; strings.Join(got, " ") != want {
		t.Errorf("withheld at %v, want %s", got, want)
	}
}

// What is counted in people cannot be said not to be about people.
func TestPeopleAreNotNone(t *testing.T) {
	definition := strings.Replace(careYAML, "column: patients\n", "column: patients\n    people: none\n", 1)
	_, err := collectors.Load(fstest.MapFS{
		"collectors/care.yaml": {Data: []byte(definition)}, "collectors/care.sql": {Data: []byte("SELECT 1")},
	}, "collectors/care.yaml", collectors.Scope{Location: time.UTC, Units: regiontest.Units(t), Languages: regiontest.Languages(t)})
	want := "collectors/care.yaml:13: kpi patients: people: none, but patients are people; leave it out, or say in min_count_waiver why they are not protected"
	if err == nil || !strings.HasPrefix(err.Error(), want+"\n") {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// A figure that is not about people tells one that is withheld, and so does the sum
// of a histogram.
func TestWhatIsShownBesidePeople(t *testing.T) {
	d := load(t, "care", careYAML)
	// Beds are always patients less those waiting, where anybody waits.
	samples, err := samplesOf(d, care(t, "A x 30 3 - 27, A y 40 20 - 20, A z 50 0 - 9, A u 60 30 - 30"), asOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if at := place(s); (at == "patients@A/x" || at == "patients_waiting@A/x") && !s.Withheld {
			t.Errorf("%s is shown beside the beds that give who is waiting", at)
		}
	}
}
