package main

import (
	"strconv"
	"time"
)

// activities are what the report says is held by a day: two rounds of consultations a year, the first
// one over on 17 February; meetings of the children's rights representatives on 25 February
// and 9 April; trainings on 8 October and 5 November. Until when each round of
// consultations is due is made up: the end of each half-year.
var activities = []struct {
	name      string
	due, held time.Time
}{
	{consultation, date(2024, time.June, 30), date(2024, time.February, 20)},
	{consultation, date(2024, time.December, 31), date(2024, time.October, 15)},
	{consultation, date(2025, time.June, 30), date(2025, time.February, 17)},
	{consultation, date(2025, time.December, 31), time.Time{}},
	{"Nätverksträff i barnrätt", date(2025, time.February, 25), date(2025, time.February, 25)},
	{"Nätverksträff i barnrätt", date(2025, time.April, 9), time.Time{}},
	{"Grundutbildning i barnrätt", date(2025, time.October, 8), time.Time{}},
	{"Grundutbildning i barnrätt", date(2025, time.November, 5), time.Time{}},
}

const consultation = "Samråd med nationella minoriteter och urfolk"

func plannedActivityTable() table {
	t := table{name: "planned_activity", columns: []string{"activity_id", "activity", "due_on", "held_on"}}
	for i, a := range activities {
		held := ""
		if !a.held.IsZero() {
			held = day(a.held)
		}
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), a.name, day(a.due), held})
	}
	return t
}
