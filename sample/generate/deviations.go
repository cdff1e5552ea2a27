package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// divisionDeviations is a division and its deviations, made up.
type divisionDeviations struct {
	division string
	// reported on an ordinary weekday
	reported int
	// unresolved when the sample begins
	unresolved int
}

var allDeviations = []divisionDeviations{
	{"Nära", 9, 240},
	{county1, 10, 270},
	{county2, 8, 205},
	{psychiatry, 4, 90},
	{functions, 3, 75},
}

// lexMaria are the days, by division, on which a lex Maria case was sent in.
// The report states that there were five in January and February 2025; all else
// is made up.
var lexMaria = map[string][]time.Time{
	"Nära": {
		date(2023, time.February, 14), date(2023, time.May, 9), date(2023, time.September, 21), date(2023, time.November, 28),
		date(2024, time.January, 23), date(2024, time.April, 16), date(2024, time.August, 29), date(2024, time.November, 5),
		date(2025, time.January, 21),
	},
	county1: {
		date(2023, time.January, 31), date(2023, time.March, 7), date(2023, time.April, 25), date(2023, time.June, 13), date(2023, time.August, 22),
		date(2023, time.October, 17), date(2023, time.December, 5),
		date(2024, time.January, 16), date(2024, time.February, 27), date(2024, time.May, 14), date(2024, time.June, 18), date(2024, time.September, 10),
		date(2024, time.October, 22), date(2024, time.December, 3),
		date(2025, time.January, 14), date(2025, time.February, 18), date(2025, time.March, 20),
	},
	county2: {
		date(2023, time.January, 17), date(2023, time.March, 28), date(2023, time.June, 1), date(2023, time.September, 5), date(2023, time.October, 31),
		date(2023, time.December, 12),
		date(2024, time.February, 6), date(2024, time.March, 12), date(2024, time.May, 28), date(2024, time.September, 24), date(2024, time.October, 15),
		date(2024, time.December, 10),
		date(2025, time.February, 4),
	},
	psychiatry: {
		date(2023, time.February, 21), date(2023, time.May, 23), date(2023, time.November, 7),
		date(2024, time.February, 20), date(2024, time.June, 4), date(2024, time.October, 1), date(2024, time.November, 19),
		date(2025, time.February, 11),
	},
	functions: {date(2023, time.April, 18), date(2024, time.September, 3)},
}

// lexMariaSupplements are the days, by division, on which a case was supplemented: one in
// January and February 2025, says the report. All else is made up.
var lexMariaSupplements = map[string][]time.Time{
	county1: {date(2023, time.May, 16), date(2024, time.March, 5), date(2025, time.February, 13)},
	county2: {date(2023, time.October, 3), date(2024, time.November, 12)},
}

// privacyDays are the days, by division, on which a deviation with a personal
// data incident was reported. The report states that 21 came with Cosmic's
// introduction; the days, the divisions and those of the years before are made
// up.
var privacyDays = map[string][]time.Time{
	"Nära": {
		date(2023, time.February, 8), date(2023, time.June, 14), date(2023, time.October, 4), date(2024, time.February, 7),
		date(2024, time.November, 12), date(2024, time.November, 14), date(2024, time.November, 20), date(2024, time.November, 28),
		date(2024, time.December, 5), date(2024, time.December, 17), date(2025, time.January, 15), date(2025, time.February, 5),
	},
	county1: {
		date(2023, time.March, 22), date(2023, time.September, 13), date(2024, time.January, 17),
		date(2024, time.November, 13), date(2024, time.November, 18), date(2024, time.November, 25), date(2024, time.December, 4),
		date(2024, time.December, 11), date(2025, time.January, 9), date(2025, time.January, 29),
	},
	county2: {
		date(2023, time.May, 10), date(2023, time.November, 15),
		date(2024, time.November, 12), date(2024, time.November, 19), date(2024, time.November, 27), date(2024, time.December, 10),
		date(2025, time.January, 22), date(2025, time.February, 12),
	},
}

// From this day, an error in the deviation system keeps some deviations from
// being closed, as the report states. The day is made up.
var deviationsLocked = date(2025, time.January, 13)

func deviationDayTable() table {
	t := table{name: "deviation_day", columns: []string{"day", "division", "reported", "unresolved", "privacy", "lex_maria", "lex_maria_supplements", "injuries"}}
	random := rand.New(rand.NewPCG(2025, 21))
	// injuries are drawn by themselves, so that the deviations stay as they are
	injured := rand.New(rand.NewPCG(2025, 22))
	unresolved := make([]int, len(allDeviations))
	for i, d := range allDeviations {
		unresolved[i] = d.unresolved
	}
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		for i, d := range allDeviations {
			privacy := onDay(privacyDays[d.division], day)
			reported := max(privacy, reportedDeviations(d, day, random))
			// a deviation is handled in some five weeks; what is handled varies
			closed := 0
			if !isWeekend(day) && !isPublicHoliday(day) {
				closed = (unresolved[i]*(random.IntN(31)+40) + random.IntN(1000)) / 1000
				if isSummer(day) {
					closed = closed * 2 / 3
				}
				if !day.Before(deviationsLocked) {
					closed = closed * 4 / 5
				}
			}
			unresolved[i] += reported - closed
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), d.division, strconv.Itoa(reported), strconv.Itoa(unresolved[i]),
				strconv.Itoa(privacy), strconv.Itoa(onDay(lexMaria[d.division], day)), strconv.Itoa(onDay(lexMariaSupplements[d.division], day)),
				strconv.Itoa(injuries(reported, day, injured))})
		}
	}
	return t
}

// reportedDeviations is how many the division reports on the day: few at
// weekends, and half as many again in the two months after Cosmic came.
func reportedDeviations(d divisionDeviations, day time.Time, random *rand.Rand) int {
	usual := d.reported * 1000
	switch {
	case isWeekend(day) || isPublicHoliday(day):
		usual = usual * 30 / 100
	case isSummer(day):
		usual = usual * 75 / 100
	}
	if since := daysBetween(cosmicIntroduction, day); since >= 0 && since < 60 {
		usual = usual * 150 / 100
	}
	return (usual*(random.IntN(101)+50)/100 + random.IntN(1000)) / 1000
}

// injuries is in how many of the day's deviations a patient was injured: made up, one in
// twenty in 2023 and somewhat fewer each year.
func injuries(reported int, day time.Time, random *rand.Rand) int {
	n := 0
	for range reported {
		if random.IntN(1000) < 50-3*(day.Year()-firstDay.Year()) {
			n++
		}
	}
	return n
}

// onDay counts how often the day is among days.
func onDay(days []time.Time, day time.Time) int {
	n := 0
	for _, d := range days {
		if d.Equal(day) {
			n++
		}
	}
	return n
}
