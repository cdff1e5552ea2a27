package sample_test

import (
	"slices"
	"strings"
	"testing"
)

// The report states how the staff of 2024 differs from that of 2023.
func TestStaffOfTheReport(t *testing.T) {
	type year struct {
		months                                   map[string]bool
		agencyCost, staffCost, ownFTE, agencyFTE int
	}
	years := map[string]*year{}
	for _, r := range rows(t, "staff_month") {
		y := years[r["month_begins"][:4]]
		if y == nil {
			y = &year{months: map[string]bool{}}
			years[r["month_begins"][:4]] = y
		}
		y.months[r["month_begins"]] = true
		y.agencyCost += sek(t, r["agency_cost_sek"])
		y.staffCost += sek(t, r["staff_cost_sek"])
		y.ownFTE += sek(t, r["own_fte"])
		y.agencyFTE += sek(t, r["agency_fte"])
	}
	before, last := years["2023"], years["2024"]
	if before == nil || last == nil || len(before.months) != 12 || len(last.months) != 12 {
		t.Fatalf("not twelve months of 2023 and of 2024")
	}
	tests := []struct {
		name             string
		got, least, most int
	}{
		{"agency cost, change in öre", last.agencyCost - before.agencyCost, -230_000_000_00, -230_000_000_00},
		{"agency cost, almost a third less, per mille", 1000 * (before.agencyCost - last.agencyCost) / before.agencyCost, 300, 333},
		{"agency staff, change of the twelve months in hundredths", last.agencyFTE - before.agencyFTE, -72_00 * 12, -72_00 * 12},
		{"own staff, change of the twelve months in hundredths", last.ownFTE - before.ownFTE, 292_00 * 12, 292_00 * 12},
	}
	for _, tt := range tests {
		if tt.got < tt.least || tt.got > tt.most {
			t.Errorf("%s: got %d, want %d to %d", tt.name, tt.got, tt.least, tt.most)
		}
	}
}

// Every month has the same groups, none so small that its sick leave would
// speak of individuals, and is closed in the books after its end.
func TestStaffMonthsAreWhole(t *testing.T) {
	groups := map[string]int{}
	for _, r := range rows(t, "staff_month") {
		groups[r["division"]+"/"+r["profession"]]++
		if sek(t, r["own_fte"]) < 20_00 {
			t.Errorf("%s %s %s: %s full-time equivalents; want 20 or more", r["month_begins"], r["division"], r["profession"], r["own_fte"])
		}
		if number(t, r["sick_leave_hours"]) > number(t, r["scheduled_hours"])/5 {
			t.Errorf("%s %s %s: %s hours of sick leave of %s", r["month_begins"], r["division"], r["profession"], r["sick_leave_hours"], r["scheduled_hours"])
		}
		if r["booked_on"][:7] <= r["month_begins"][:7] {
			t.Errorf("%s: closed on %s, before its end", r["month_begins"], r["booked_on"])
		}
	}
	for group, months := range groups {
		if months != 26 {
			t.Errorf("%s: %d months; want January 2023 to February 2025", group, months)
		}
	}
}

// Every month has every division, and nobody who works full time or leaves without
// being employed.
func TestEmploymentMonthsAreWhole(t *testing.T) {
	divisions := map[string]int{}
	for _, r := range rows(t, "employment_month") {
		divisions[r["division"]]++
		employees := number(t, r["employees"])
		if number(t, r["full_time"]) > employees || number(t, r["leavers"]) > employees/20 || r["reported_on"] <= r["month_begins"] {
			t.Errorf("%s %s: %v", r["month_begins"], r["division"], r)
		}
	}
	for division, months := range divisions {
		if months != 26 {
			t.Errorf("%s: %d months; want January 2023 to February 2025", division, months)
		}
	}
	if len(divisions) != 7 {
		t.Errorf("%d divisions, want 7", len(divisions))
	}
}

// The report: over 450 patient-days of adults on children's wards in 2024.
func TestAdultNightsOfTheReport(t *testing.T) {
	children := map[string]bool{}
	for _, w := range rows(t, "ward") {
		children[w["ward_id"]] = w["ward"] == "Barn"
	}
	nights := 0
	for _, r := range rows(t, "adult_night") {
		if !children[r["ward_id"]] {
			t.Errorf("%s: ward %s is no children's ward", r["counted_at"], r["ward_id"])
		}
		if strings.HasPrefix(r["counted_at"], "2024-") {
			nights += number(t, r["adults"])
		}
	}
	if nights <= 450 || nights >= 500 {
		t.Errorf("got %d in 2024, want over 450 and below 500", nights)
	}
}

// The report: great shortage of specialist nurses in intensive care and
// theatres in Gällivare and in theatres in Sunderbyn, which is to say that
// nowhere else are there as many vacant posts.
func TestVacanciesOfTheReport(t *testing.T) {
	short := []string{"Gällivare/IVA/Specialistsjuksköterska", "Gällivare/Operation/Specialistsjuksköterska", "Sunderby/Operation/Specialistsjuksköterska"}
	found := 0
	least, most := 1<<30, 0
	for _, r := range rows(t, "vacancy") {
		if r["counted_on"] != "2025-03-17" {
			continue
		}
		posts := number(t, r["vacant_posts"])
		if slices.Contains(short, r["hospital"]+"/"+r["area"]+"/"+r["profession"]) {
			found++
			least = min(least, posts)
		} else {
			most = max(most, posts)
		}
	}
	if found != len(short) || least <= most {
		t.Errorf("%d of the %d cells, with at least %d vacant posts; elsewhere up to %d", found, len(short), least, most)
	}
}

// The report: 350 applicants through February, some 150 of them interviewed.
func TestSummerRecruitmentOfTheReport(t *testing.T) {
	last := map[string]string{}
	for _, r := range rows(t, "summer_recruitment") {
		if number(t, r["contacted"]) > number(t, r["applicants"]) {
			t.Errorf("%s: %s of %s contacted", r["counted_on"], r["contacted"], r["applicants"])
		}
		if r["counted_on"] <= "2025-03-18" {
			last = r
		}
	}
	if last["counted_on"] != "2025-02-28" || last["applicants"] != "350" || last["contacted"] != "150" {
		t.Errorf("on 18 March 2025: %v", last)
	}
}

// The report: 21 trainings in March and April 2025, at every hospital and in
// Regionhuset.
func TestTrainingsOfTheReport(t *testing.T) {
	places := map[string]bool{}
	trainings := rows(t, "agreement_training")
	for _, r := range trainings {
		places[r["place"]] = true
		if month := r["begins_at"][:7]; month != "2025-03" && month != "2025-04" {
			t.Errorf("%s: not in March or April 2025", r["begins_at"])
		}
	}
	for _, place := range []string{"Sunderby", "Piteå", "Kalix", "Gällivare", "Kiruna", "Regionhuset"} {
		if !places[place] {
			t.Errorf("none in %s", place)
		}
	}
	if len(trainings) != 21 || len(places) != 6 {
		t.Errorf("%d trainings in %d places, want 21 in 6", len(trainings), len(places))
	}
}
