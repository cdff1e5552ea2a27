package sample_test

import (
	"maps"
	"strings"
	"testing"
)

// What is counted by sex and age is what is counted without them.
func TestSexesAddUp(t *testing.T) {
	limit := map[string]int{}
	for _, row := range rows(t, "guarantee_stage") {
		limit[row["stage_id"]] = number(t, row["limit_days"])
	}
	all := func(map[string]string) bool { return true }
	hundredths := func(column string) func(map[string]string) int {
		return func(row map[string]string) int { return sek(t, row[column]) }
	}
	units := func(column string) func(map[string]string) int {
		return func(row map[string]string) int { return number(t, row[column]) }
	}
	type counted struct {
		table  string
		value  func(map[string]string) int
		counts func(map[string]string) bool
	}
	tests := []struct {
		name         string
		by           []string
		whole, parts counted
	}{
		{"full-time equivalents", []string{"month_begins", "division", "booked_on"}, counted{"staff_month", hundredths("own_fte"), all}, counted{"staff_sex_month", hundredths("own_fte"), all}},
		{"sick leave", []string{"month_begins", "division"}, counted{"staff_month", units("sick_leave_hours"), all}, counted{"staff_sex_month", units("sick_leave_hours"), all}},
		{"ordinary time", []string{"month_begins", "division"}, counted{"staff_month", units("scheduled_hours"), all}, counted{"staff_sex_month", units("scheduled_hours"), all}},
		{"health dialogues", []string{"day"}, counted{"prevention_day", units("health_dialogues"), all}, counted{"health_dialogue_day", units("health_dialogues"), all}},
		{"patients waiting", []string{"measured_on", "stage_id"},
			counted{"waiting_list", units("patients"), func(row map[string]string) bool { return row["self_chosen"] == "0" }},
			counted{"waiting_group", units("patients"), all}},
		{"patients waiting in time", []string{"measured_on", "stage_id"},
			counted{"waiting_list", units("patients"), func(row map[string]string) bool {
				return row["self_chosen"] == "0" && number(t, row["waited_days"]) <= limit[row["stage_id"]]
			}},
			counted{"waiting_group", units("in_time"), all}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sums := func(c counted) map[string]int {
				by := map[string]int{}
				for _, row := range rows(t, c.table) {
					if c.counts(row) {
						var key []string
						for _, column := range tt.by {
							key = append(key, row[column])
						}
						by[strings.Join(key, "/")] += c.value(row)
					}
				}
				return by
			}
			if whole, parts := sums(tt.whole), sums(tt.parts); len(whole) == 0 || !maps.Equal(whole, parts) {
				t.Errorf("%d sums of %s are not those of %s, %d", len(parts), tt.parts.table, tt.whole.table, len(whole))
			}
		})
	}
	for _, row := range rows(t, "waiting_group") {
		if in, patients := number(t, row["in_time"]), number(t, row["patients"]); in < 0 || in > patients {
			t.Errorf("%v: %d of %d in time", row, in, patients)
		}
	}
}
