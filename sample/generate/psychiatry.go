package main

import (
	"strconv"
	"strings"
	"time"
)

// inpatientDayTable counts the inpatients of psychiatry's wards each day: those
// of the evening's measurement, so that patient-days and beds agree.
func inpatientDayTable(measurements table) table {
	t := table{name: "inpatient_day", columns: []string{"day", "ward_id", "patients"}}
	psychiatric := map[string]bool{}
	for i, w := range wards {
		psychiatric[strconv.Itoa(i+1)] = w.division == psychiatry
	}
	for _, m := range measurements.rows {
		measuredAt, ward, occupied := m[0], m[1], m[3]
		if day, evening := strings.CutSuffix(measuredAt, " 22:00:00"); evening && psychiatric[ward] {
			t.rows = append(t.rows, []string{day, ward, occupied})
		}
	}
	return t
}

// The report of 18 March 2025 counts the patients of the SPOT team in Piteå.
// When the team began is made up.
const (
	spotActive    = 82
	spotCompleted = 78
	// spotContact is how many working days the first contact lasted.
	spotContact = 45
)

var (
	spotBegan    = date(2023, time.October, 2)
	spotReported = date(2025, time.March, 17)
)

// spotDayTable adds patients at an even pace up to the report's figures at the
// end of the day before the report. After that the number is constant.
func spotDayTable() table {
	t := table{name: "spot_day", columns: []string{"day", "hospital", "active", "completed"}}
	whole := workingDays(spotBegan, spotReported)
	for day := spotBegan; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		n := workingDays(spotBegan, day)
		begun := (spotActive + spotCompleted) * n / whole
		completed := spotCompleted * max(0, n-spotContact) / (whole - spotContact)
		t.rows = append(t.rows, []string{day.Format(time.DateOnly), "Piteå", strconv.Itoa(begun - completed), strconv.Itoa(completed)})
	}
	return t
}

// workingDays counts the weekdays that are no holiday, both ends included.
func workingDays(from, to time.Time) int {
	n := 0
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		if !isWeekend(day) && !isPublicHoliday(day) {
			n++
		}
	}
	return n
}
