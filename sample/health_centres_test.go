package sample_test

import "testing"

// An area's health centres have the patients and doctors of its last count in the month.
func TestHealthCentresAddUp(t *testing.T) {
	type areaMonth struct{ area, month string }
	type listed struct{ patients, doctors int }
	counted, added := map[areaMonth]listed{}, map[areaMonth]listed{}
	for _, row := range rows(t, "primary_care_listing") {
		counted[areaMonth{row["area"], row["counted_on"][:7]}] = listed{number(t, row["listed_patients"]), sek(t, row["gp_fte"])}
	}
	for _, row := range rows(t, "health_centre_month") {
		key := areaMonth{row["area"], row["month_begins"][:7]}
		l := added[key]
		l.patients += number(t, row["listed_patients"])
		l.doctors += sek(t, row["gp_fte"])
		added[key] = l
		if named, same := number(t, row["named_doctor"]), number(t, row["same_doctor_contacts"]); named > number(t, row["listed_patients"]) || same > number(t, row["doctor_contacts"]) {
			t.Errorf("%s %s: %d of %s patients, %d of %s contacts", row["health_centre"], row["month_begins"], named, row["listed_patients"], same, row["doctor_contacts"])
		}
	}
	if len(added) == 0 {
		t.Fatal("no health centres")
	}
	for key, l := range added {
		if counted[key] != l {
			t.Errorf("%v: %v, want %v", key, l, counted[key])
		}
	}
}
