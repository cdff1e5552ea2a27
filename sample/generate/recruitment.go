package main

import (
	"strconv"
	"time"
)

// summerCounts are the counts of summer recruitment. The report states that
// of 28 February 2025; all others are made up.
var summerCounts = []struct {
	on                    time.Time
	applicants, contacted int
}{
	{date(2023, time.January, 31), 121, 18},
	{date(2023, time.February, 28), 243, 84},
	{date(2023, time.March, 31), 388, 212},
	{date(2023, time.April, 30), 471, 349},
	{date(2023, time.May, 31), 512, 486},
	{date(2023, time.June, 30), 520, 520},
	{date(2024, time.January, 31), 148, 29},
	{date(2024, time.February, 29), 291, 117},
	{date(2024, time.March, 31), 436, 268},
	{date(2024, time.April, 30), 518, 410},
	{date(2024, time.May, 31), 557, 541},
	{date(2024, time.June, 30), 563, 563},
	{date(2025, time.January, 31), 187, 41},
	{date(2025, time.February, 28), 350, 150},
	{date(2025, time.March, 24), 447, 263},
}

func summerRecruitmentTable() table {
	t := table{name: "summer_recruitment", columns: []string{"counted_on", "season", "applicants", "contacted"}}
	for _, c := range summerCounts {
		t.rows = append(t.rows, []string{c.on.Format(time.DateOnly), strconv.Itoa(c.on.Year()), strconv.Itoa(c.applicants), strconv.Itoa(c.contacted)})
	}
	return t
}

// trainings are the occasions of training in the agreement on cooperation.
// The report states that there are 21, in March and April 2025, at every
// hospital and in Regionhuset; days and places are made up.
var trainings = []struct {
	month time.Month
	day   int
	place string
}{
	{time.March, 4, "Sunderby"}, {time.March, 5, "Regionhuset"}, {time.March, 6, "Piteå"}, {time.March, 10, "Sunderby"},
	{time.March, 11, "Gällivare"}, {time.March, 12, "Kiruna"}, {time.March, 13, "Kalix"}, {time.March, 17, "Sunderby"},
	{time.March, 18, "Piteå"}, {time.March, 20, "Regionhuset"}, {time.March, 24, "Sunderby"}, {time.March, 26, "Kalix"},
	{time.March, 31, "Sunderby"}, {time.April, 2, "Piteå"}, {time.April, 3, "Gällivare"}, {time.April, 8, "Kiruna"},
	{time.April, 9, "Kalix"}, {time.April, 10, "Regionhuset"}, {time.April, 15, "Gällivare"}, {time.April, 23, "Piteå"},
	{time.April, 28, "Sunderby"},
}

func agreementTrainingTable() table {
	t := table{name: "agreement_training", columns: []string{"training_id", "begins_at", "place"}}
	for i, v := range trainings {
		begins := date(2025, v.month, v.day).Add(13 * time.Hour)
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), begins.Format(time.DateTime), v.place})
	}
	return t
}
