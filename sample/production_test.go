package sample_test

import (
	"slices"
	"testing"
	"time"
)

// sumOf adds up a column over the rows of the days from first to last whose
// columns have the given values.
func sumOf(t *testing.T, table []map[string]string, column, first, last string, where map[string]string) int {
	t.Helper()
	sum := 0
	for _, row := range table {
		if row["day"] < first || row["day"] > last {
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

func TestDeliveriesOfTheReport(t *testing.T) {
	deliveries := rows(t, "delivery_day")
	year := func(year, column, hospital string) int {
		return sumOf(t, deliveries, column, year+"-01-01", year+"-12-31", map[string]string{"hospital": hospital})
	}
	for hospital, want := range map[string]int{"Sunderby": 1531, "Gällivare": 381} {
		if got := year("2024", "deliveries", hospital); got != want {
			t.Errorf("%s in 2024: %d deliveries, want %d", hospital, got, want)
		}
		if before := year("2023", "deliveries", hospital); before <= want {
			t.Errorf("%s: %d deliveries in 2023; the report says that they become fewer", hospital, before)
		}
		inductions := year("2024", "inductions", hospital)
		if before := year("2023", "inductions", hospital); before >= inductions {
			t.Errorf("%s: %d inductions in 2023, %d in 2024; the report says that they become more", hospital, before, inductions)
		}
	}
	now := sumOf(t, deliveries, "deliveries", "2025-01-01", "2025-03-17", nil)
	before := sumOf(t, deliveries, "deliveries", "2024-01-01", "2024-03-17", nil)
	if now >= before {
		t.Errorf("%d deliveries to 17 March 2025, %d a year earlier; the report says that they become fewer", now, before)
	}
	for _, row := range deliveries {
		if number(t, row["inductions"]) > number(t, row["deliveries"]) {
			t.Errorf("%v: more inductions than deliveries", row)
		}
	}
}

func TestSpotPatientsOfTheReport(t *testing.T) {
	last := map[string]string{"active": "0", "completed": "0"}
	for _, row := range rows(t, "spot_day") {
		if row["hospital"] != "Piteå" {
			t.Errorf("%v: the report's team is in Piteå", row)
		}
		if number(t, row["active"]) < 0 || number(t, row["completed"]) < number(t, last["completed"]) {
			t.Errorf("%v after %v", row, last)
		}
		// the report of the 18th tells what there was when it was written
		if row["day"] == "2025-03-17" && (row["active"] != "82" || row["completed"] != "78") {
			t.Errorf("%v; the report has 82 active and near 80 completed", row)
		}
		last = row
	}
	if last["day"] != "2025-03-25" {
		t.Errorf("the last day is %s", last["day"])
	}
}

// Patient-days are the patients that the evening's measurement finds.
func TestInpatientsAgreeWithBeds(t *testing.T) {
	evening := map[string]string{}
	for _, m := range rows(t, "bed_measurement") {
		if m["measured_at"][11:] == "22:00:00" {
			evening[m["measured_at"][:10]+"/"+m["ward_id"]] = m["occupied"]
		}
	}
	psychiatric := map[string]bool{}
	for _, w := range rows(t, "ward") {
		psychiatric[w["ward_id"]] = w["division"] == "Psykiatri"
	}
	inpatients := rows(t, "inpatient_day")
	if len(inpatients) != 3*815 {
		t.Errorf("%d rows, want %d: three wards from 2023-01-01 to 2025-03-25", len(inpatients), 3*815)
	}
	for _, i := range inpatients {
		if !psychiatric[i["ward_id"]] || i["patients"] != evening[i["day"]+"/"+i["ward_id"]] {
			t.Errorf("%v; the evening's measurement has %q", i, evening[i["day"]+"/"+i["ward_id"]])
		}
	}
}

func TestDeviationsOfTheReport(t *testing.T) {
	deviations := rows(t, "deviation_day")
	tests := []struct {
		name, column, first, last string
		want                      int
	}{
		{"lex Maria in January and February 2025", "lex_maria", "2025-01-01", "2025-02-28", 5},
		{"none after them up to the report", "lex_maria", "2025-03-01", "2025-03-17", 0},
		{"personal data incidents since Cosmic", "privacy", "2024-11-01", "2025-03-17", 21},
		{"and in the twelve months to the report", "privacy", "2024-03-18", "2025-03-17", 21},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sumOf(t, deviations, tt.column, tt.first, tt.last, nil); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
	// what min_count would withhold could not be shown
	for _, division := range []string{"Nära", "Länssjukvård 1", "Länssjukvård 2"} {
		if got := sumOf(t, deviations, "privacy", "2024-03-18", "2025-03-17", map[string]string{"division": division}); got < 5 {
			t.Errorf("%s: %d personal data incidents are too few to be shown", division, got)
		}
	}
	for _, d := range deviations {
		if number(t, d["privacy"]) > number(t, d["reported"]) || number(t, d["unresolved"]) < 0 {
			t.Errorf("%v: more incidents than deviations, or fewer than none open", d)
		}
	}
}

// Influenza is what it was a year earlier; the other three are below it or
// few.
func TestInfectionsOfTheReport(t *testing.T) {
	infections := rows(t, "infection_day")
	week := func(disease, first, last string) int {
		return sumOf(t, infections, "cases", first, last, map[string]string{"disease": disease})
	}
	if now, before := week("Influensa", "2025-03-11", "2025-03-17"), week("Influensa", "2024-03-12", "2024-03-18"); now < before*3/4 || now > before*5/4 {
		t.Errorf("influenza: %d cases, %d a year earlier; the report calls it normal for the season", now, before)
	}
	for _, disease := range []string{"RS", "Vinterkräksjuka"} {
		if now, before := week(disease, "2025-03-11", "2025-03-17"), week(disease, "2024-03-12", "2024-03-18"); now*4 > before*3 {
			t.Errorf("%s: %d cases, %d a year earlier; the report calls it low", disease, now, before)
		}
	}
	if now := week("Covid-19", "2025-03-11", "2025-03-17"); now > 15 {
		t.Errorf("covid-19: %d cases; the report calls it low", now)
	}
}

// Cosmic's introduction in November 2024 is felt, and production on its way
// back.
func TestVisitsDipWithCosmic(t *testing.T) {
	visits := rows(t, "visit_day")
	for _, division := range []string{"Nära", "Länssjukvård 1", "Länssjukvård 2", "Psykiatri"} {
		share := func(first, last, firstBefore, lastBefore string) int {
			where := map[string]string{"division": division}
			return 100 * sumOf(t, visits, "visits", first, last, where) / sumOf(t, visits, "visits", firstBefore, lastBefore, where)
		}
		// the same days of the week in either year
		dip := share("2024-11-11", "2024-11-24", "2023-11-13", "2023-11-26")
		recovered := share("2025-03-03", "2025-03-16", "2024-03-04", "2024-03-17")
		if dip > 85 || recovered < dip+10 || recovered >= 100 {
			t.Errorf("%s: %d %% of the year before after the introduction, %d %% in March", division, dip, recovered)
		}
	}
}

// Every day of the sample has a row for each label, so that a missing one
// means a load that failed.
func TestDaysAreComplete(t *testing.T) {
	tests := []struct {
		table, label, first string
		values              []string
	}{
		{"visit_day", "division", "2023-01-01", []string{"Nära", "Länssjukvård 1", "Länssjukvård 2", "Psykiatri"}},
		{"delivery_day", "hospital", "2023-01-01", []string{"Gällivare", "Sunderby"}},
		{"spot_day", "hospital", "2023-10-02", []string{"Piteå"}},
		{"deviation_day", "division", "2023-01-01", []string{"Nära", "Länssjukvård 1", "Länssjukvård 2", "Psykiatri", "Funktion"}},
		{"infection_day", "disease", "2023-01-01", []string{"Covid-19", "Influensa", "RS", "Vinterkräksjuka"}},
		{"prevention_day", "area", "2023-01-01", []string{"Primärvård Gällivareområdet", "Primärvård Kiruna", "Primärvård Luleå-Boden", "Primärvård Södra Norrbotten", "Primärvård Östra Norrbotten"}},
	}
	for _, tt := range tests {
		t.Run(tt.table, func(t *testing.T) {
			day, err := time.Parse(time.DateOnly, tt.first)
			if err != nil {
				t.Fatal(err)
			}
			table := rows(t, tt.table)
			for len(table) > 0 {
				var got []string
				for i := range min(len(table), len(tt.values)) {
					if table[i]["day"] == day.Format(time.DateOnly) {
						got = append(got, table[i][tt.label])
					}
				}
				if !slices.Equal(got, tt.values) {
					t.Fatalf("%s: got %v, want %v", day.Format(time.DateOnly), got, tt.values)
				}
				table, day = table[len(tt.values):], day.AddDate(0, 0, 1)
			}
			if end := day.Format(time.DateOnly); end != "2025-03-26" {
				t.Errorf("the sample ends before %s, not with 25 March 2025", end)
			}
		})
	}
}
