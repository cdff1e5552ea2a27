package sample_test

import (
	"slices"
	"testing"
	"time"
)

// between adds up a column of the rows whose day, in the column on, lies from
// first to last, both included, and whose other columns have the given values.
func between(t *testing.T, table []map[string]string, on, first, last, column string, where map[string]string) int {
	t.Helper()
	sum := 0
	for _, row := range table {
		if day := row[on][:len(time.DateOnly)]; day < first || day > last {
			continue
		}
		fits := true
		for name, value := range where {
			fits = fits && row[name] == value
		}
		if fits {
			sum += number(t, row[column])
		}
	}
	return sum
}

// idOf is a hospital's id.
func idOf(t *testing.T, hospital string) string {
	t.Helper()
	for _, row := range rows(t, "hospital") {
		if row["hospital"] == hospital {
			return row["hospital_id"]
		}
	}
	t.Fatalf("no hospital %s", hospital)
	return ""
}

func TestFollowedExamsOfTheReport(t *testing.T) {
	exams := rows(t, "followed_exam")
	tests := []struct {
		name, hospital, kind, first, last string
		want                              int
	}{
		{"coronary CT by 26 February", "Sunderby", "dt kranskärl", "2024-11-27", "2025-02-26", 47},
		{"coronary CT by the day before as well", "Sunderby", "dt kranskärl", "2024-11-27", "2025-02-25", 47},
		{"angiographies by 26 February", "Sunderby", "angiografi", "2024-11-27", "2025-02-26", 6},
		{"no coronary CT before it began", "Sunderby", "dt kranskärl", "2023-01-01", "2024-11-26", 0},
		{"no mobile MR before it began", "Kiruna", "mobil mr", "2023-01-01", "2025-02-10", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			where := map[string]string{"hospital_id": idOf(t, tt.hospital), "kind": tt.kind}
			if got := between(t, exams, "performed_on", tt.first, tt.last, "exams", where); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
	mobile := map[string]string{"hospital_id": idOf(t, "Kiruna"), "kind": "mobil mr"}
	if between(t, exams, "performed_on", "2025-02-11", "2025-02-11", "exams", mobile) == 0 {
		t.Error("no mobile MR on 11 February 2025, its first day")
	}
	// five weeks at 700 a year are 67
	if got := between(t, exams, "performed_on", "2025-02-11", "2025-03-17", "exams", mobile); got < 60 || got > 75 {
		t.Errorf("%d mobile MR in five weeks; about 700 a year are planned", got)
	}
}

func TestFirstCTScannerOfTheReport(t *testing.T) {
	scanners := rows(t, "ct_scanner")
	if len(scanners) != 1 || scanners[0]["hospital_id"] != idOf(t, "Gällivare") || scanners[0]["installed_on"] > "2025-03-18" {
		t.Errorf("%v; the report has one new scanner, in Gällivare", scanners)
	}
}

// In the four weeks before the report, compared with the same weekdays a year
// earlier.
func TestTheatresOfTheReport(t *testing.T) {
	days := rows(t, "theatre_day")
	for hospital, want := range map[string]int{"Sunderby": 20, "Gällivare": 12, "Kalix": 0, "Piteå": 0} {
		where := map[string]string{"hospital_id": idOf(t, hospital), "kind": "operation"}
		now := between(t, days, "opened_on", "2025-02-18", "2025-03-17", "theatres", where)
		before := between(t, days, "opened_on", "2024-02-20", "2024-03-18", "theatres", where)
		if now-before != want {
			t.Errorf("%s: %d sessions, %d a year earlier; want %d more", hospital, now, before, want)
		}
	}
	for _, row := range days {
		day, err := time.Parse(time.DateOnly, row["opened_on"])
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case row["opened_on"] < "2025-03-03" || row["opened_on"] > "2025-03-18" || day.Weekday() == time.Saturday || day.Weekday() == time.Sunday:
		case row["kind"] == "katarakt" && row["theatres"] != "2":
			t.Errorf("%s: %s theatres for cataracts, want 2", row["opened_on"], row["theatres"])
		case row["hospital_id"] == idOf(t, "Kalix") && row["theatres"] != "1":
			t.Errorf("%s: %s theatres in Kalix; the second is not started", row["opened_on"], row["theatres"])
		}
	}
}

// The report names the emergency departments whose inflow has risen markedly
// since Cosmic, and the one whose has not.
func TestEmergencyInflowOfTheReport(t *testing.T) {
	measurements := rows(t, "ed_measurement")
	for _, tt := range []struct {
		hospital    string
		least, most int // per cent of a year earlier
	}{
		{"Kiruna", 110, 150}, {"Gällivare", 110, 150}, {"Kalix", 110, 150}, {"Piteå", 110, 150}, {"Sunderby", 90, 105},
	} {
		where := map[string]string{"hospital_id": idOf(t, tt.hospital)}
		now := between(t, measurements, "measured_at", "2025-02-18", "2025-03-17", "arrivals", where)
		before := between(t, measurements, "measured_at", "2024-02-20", "2024-03-18", "arrivals", where)
		if now*100 < before*tt.least || now*100 > before*tt.most {
			t.Errorf("%s: %d arrivals in four weeks, %d a year earlier; want %d to %d %%", tt.hospital, now, before, tt.least, tt.most)
		}
	}
}

func TestPurchasedCareFundOfThePlan(t *testing.T) {
	want := map[string]int{"2024": 60_000_000_00, "2025": 0}
	for _, row := range rows(t, "purchased_care_fund") {
		if amount, ok := want[row["year"]]; ok && sek(t, row["amount_sek"]) != amount {
			t.Errorf("%s: %s SEK, want %d öre", row["year"], row["amount_sek"], amount)
		}
		delete(want, row["year"])
	}
	if len(want) != 0 {
		t.Errorf("years missing: %v", want)
	}
}

// The limits are those of the law, in its order.
func TestGuaranteeStagesAreTheLaws(t *testing.T) {
	var got []string
	for _, row := range rows(t, "guarantee_stage") {
		got = append(got, row["stage_id"]+" "+row["stage"]+" "+row["limit_days"])
	}
	if want := []string{"1 kontakt 0", "2 bedömning 3", "3 första besök 90", "4 behandling 90"}; !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestAccessTablesAreConsistent(t *testing.T) {
	clinics := map[string]map[string]string{}
	hospitals := []string{"Sunderby", "Piteå", "Kalix", "Gällivare", "Kiruna"}
	for _, c := range rows(t, "clinic") {
		if !slices.Contains(hospitals, c["hospital"]) || c["specialty"] == "" {
			t.Errorf("%v: not a specialty at a hospital of the region", c)
		}
		clinics[c["clinic_id"]] = c
	}
	counts := map[string]bool{}
	for i, row := range rows(t, "waiting_list") {
		counts[row["measured_on"]] = true
		if clinics[row["clinic_id"]] == nil || !slices.Contains([]string{"3", "4"}, row["stage_id"]) ||
			!slices.Contains([]string{"0", "1"}, row["self_chosen"]) || number(t, row["patients"]) <= 0 {
			t.Errorf("waiting_list row %d: %v", i+1, row)
		}
	}
	// every Monday from 26 December 2022 to 24 March 2025
	if len(counts) != 118 {
		t.Errorf("waiting lists are counted on %d days, want 118", len(counts))
	}
	specialties := map[string]bool{}
	for i, row := range rows(t, "operation_day") {
		clinic := clinics[row["clinic_id"]]
		if clinic == nil {
			t.Fatalf("operation_day row %d: no clinic %s", i+1, row["clinic_id"])
		}
		specialties[clinic["specialty"]] = true
		if number(t, row["planned"]) > number(t, row["operations"]) {
			t.Errorf("operation_day row %d: %v", i+1, row)
		}
	}
	for i, row := range rows(t, "purchased_care") {
		if !specialties[row["specialty"]] || row["division"] != "Länssjukvård 2" || (row["cases"] == "0") != (row["cost_sek"] == "0.00") {
			t.Errorf("purchased_care row %d: %v", i+1, row)
		}
	}
	for i, row := range rows(t, "dental_month") {
		if number(t, row["adults_overdue"]) > number(t, row["adults_due"]) || number(t, row["children_caries_free"]) > number(t, row["children_examined"]) ||
			row["reported_on"] <= row["month_begins"] {
			t.Errorf("dental_month row %d: %v", i+1, row)
		}
	}
	months := map[string]bool{}
	for i, row := range rows(t, "purchased_inpatient_month") {
		months[row["month_begins"]] = true
		if row["division"] != "Psykiatri" || row["booked_on"][:7] <= row["month_begins"][:7] || (row["patient_days"] == "0") != (row["cost_sek"] == "0.00") {
			t.Errorf("purchased_inpatient_month row %d: %v", i+1, row)
		}
	}
	if len(months) != 26 {
		t.Errorf("%d months of purchased inpatient care; want January 2023 to February 2025", len(months))
	}
	for i, row := range rows(t, "ed_measurement") {
		for column, value := range row {
			if column != "measured_at" && number(t, value) < 0 {
				t.Errorf("ed_measurement row %d: %s is %s", i+1, column, value)
			}
		}
	}
}

// Cosmic's introduction in November 2024 shows in the operations.
func TestOperationsDipWithCosmic(t *testing.T) {
	days := rows(t, "operation_day")
	november := func(year string) int {
		return between(t, days, "operated_on", year+"-11-11", year+"-11-30", "planned", nil)
	}
	if now, before := november("2024"), november("2023"); now*100 > before*85 {
		t.Errorf("%d planned operations after Cosmic, %d a year earlier; they are to dip", now, before)
	}
}
