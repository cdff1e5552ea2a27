package main

import (
	"strconv"
	"time"
)

// ward is a ward with its beds.
type ward struct {
	division, hospital, name string
	// stages are the ward's sizes over the years, the first from the beginning.
	stages []stage
	// constant is true if the region's report states the number of beds: it is
	// then the same at every measurement.
	constant bool
	// elective wards close beds at weekends.
	elective bool
	// hosts is true if the ward takes patients that other wards have no room
	// for.
	hosts bool
}

// stage is a ward's size from a day on.
type stage struct {
	from time.Time
	beds int
	// pressure is the usual share of the beds that are needed, in thousandths.
	pressure int
}

// at is the stage that holds on the day.
func (w ward) at(day time.Time) stage {
	current := w.stages[0]
	for _, s := range w.stages[1:] {
		if !day.Before(s.from) {
			current = s
		}
	}
	return current
}

func always(beds, pressure int) []stage { return []stage{{beds: beds, pressure: pressure}} }

const (
	county1    = "Länssjukvård 1"
	county2    = "Länssjukvård 2"
	psychiatry = "Psykiatri"
	functions  = "Funktion"
)

// wards are in order of their ids, which begin at 1. The beds of surgery and
// orthopaedics in Sunderby are from the report; all other sizes are made up.
var wards = []ward{
	{division: county1, hospital: "Sunderby", name: "Akutvård", stages: always(16, 1000), hosts: true},
	{division: county1, hospital: "Sunderby", name: "Barn", stages: always(14, 850), hosts: true},
	{division: county1, hospital: "Sunderby", name: "Hjärta", stages: always(22, 990), hosts: true},
	{division: county1, hospital: "Sunderby", name: "Hjärtintensiv", stages: always(8, 900)},
	{division: county1, hospital: "Sunderby", name: "Internmedicin", stages: always(26, 1040), hosts: true},
	{division: county1, hospital: "Sunderby", name: "Neonatal", stages: always(12, 860)},
	{division: county1, hospital: "Sunderby", name: "Stroke", stages: always(20, 990), hosts: true},
	{division: county2, hospital: "Sunderby", name: "BB", stages: always(16, 850)},
	{division: county2, hospital: "Sunderby", name: "Gynekologi", stages: always(8, 880), elective: true, hosts: true},
	{division: county2, hospital: "Sunderby", name: "Infektion", stages: always(18, 980), hosts: true},
	{division: county2, hospital: "Sunderby", name: "Kirurgi", constant: true, hosts: true,
		stages: []stage{{beds: 26, pressure: 1030}, {from: date(2024, time.December, 1), beds: 38, pressure: 970}}},
	{division: county2, hospital: "Sunderby", name: "Lunga", stages: always(16, 990), hosts: true},
	{division: county2, hospital: "Sunderby", name: "Ortopedi", constant: true, hosts: true,
		stages: []stage{{beds: 18, pressure: 1020}, {from: date(2025, time.February, 24), beds: 24, pressure: 980}}},
	{division: functions, hospital: "Sunderby", name: "IVA", stages: always(10, 880)},
	{division: psychiatry, hospital: "Sunderby", name: "Psykiatri", stages: always(30, 990)},
	{division: county1, hospital: "Piteå", name: "Internmedicin", stages: always(24, 1000), hosts: true},
	{division: county2, hospital: "Piteå", name: "Ortopedi", stages: always(14, 890), elective: true, hosts: true},
	{division: psychiatry, hospital: "Piteå", name: "Rättspsykiatri", stages: always(24, 990)},
	{division: county1, hospital: "Kalix", name: "Internmedicin", stages: always(22, 1000), hosts: true},
	{division: county1, hospital: "Kalix", name: "Rehabilitering", stages: always(12, 900), elective: true, hosts: true},
	{division: county1, hospital: "Gällivare", name: "Barn", stages: always(8, 880), hosts: true},
	{division: county1, hospital: "Gällivare", name: "Internmedicin", stages: always(24, 1010), hosts: true},
	{division: county2, hospital: "Gällivare", name: "BB", stages: always(8, 860)},
	{division: county2, hospital: "Gällivare", name: "Kirurgi", stages: always(16, 980), hosts: true},
	{division: functions, hospital: "Gällivare", name: "IVA", stages: always(6, 880)},
	{division: psychiatry, hospital: "Gällivare", name: "Psykiatri", stages: always(12, 960)},
	{division: county1, hospital: "Kiruna", name: "Akutvård", stages: always(8, 960), hosts: true},
	{division: county1, hospital: "Kiruna", name: "Internmedicin", stages: always(18, 1000), hosts: true},
}

func wardTable() table {
	t := table{name: "ward", columns: []string{"ward_id", "division", "hospital", "ward", "kind"}}
	for i, w := range wards {
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), w.division, w.hospital, w.name, w.kind()})
	}
	return t
}

// kind tells wards apart that cannot have the same staff for a bed.
func (w ward) kind() string {
	switch w.name {
	case "IVA", "Hjärtintensiv", "Neonatal":
		return "intensive"
	case "Rehabilitering":
		return "rehabilitation"
	}
	return "ordinary"
}
