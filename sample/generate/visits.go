package main

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// visited is a division and its visits on an ordinary weekday.
type visited struct {
	division string
	visits   int
	// weekend is the share of an ordinary weekday, in thousandths, that a
	// Saturday, Sunday or public holiday has.
	weekend int
	// recovery is the share of the usual visits, in thousandths, that the
	// division has regained at the sample's end after Cosmic's introduction.
	recovery int
	// digital are, at first, the digital visits for a thousand others.
	digital int
}

// visitedDivisions are those that patients visit. All figures are made up.
var visitedDivisions = []visited{
	{division: "Nära", visits: 3180, weekend: 40, recovery: 955, digital: 88},
	{division: county1, visits: 810, weekend: 130, recovery: 985, digital: 31},
	{division: county2, visits: 1040, weekend: 70, recovery: 970, digital: 34},
	{division: psychiatry, visits: 335, weekend: 30, recovery: 990, digital: 96},
}

// weekdayActivity is how Monday to Friday compare with their mean, in
// thousandths, beginning with Sunday, which counts as weekend.
var weekdayActivity = [7]int{0, 1070, 1060, 1030, 1010, 830, 0}

func visitDayTable() table {
	t := table{name: "visit_day", columns: []string{"day", "division", "visits", "digital_visits"}}
	random := rand.New(rand.NewPCG(2025, 301))
	// digital visits are drawn by themselves, so that the others stay as they are
	digital := rand.New(rand.NewPCG(2025, 302))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		for _, v := range visitedDivisions {
			visits := v.visits * outpatientActivity(day, v.weekend) / 1000
			// a little more each year
			visits += visits * (day.Year() - 2023) / 100
			visits = visits * sinceCosmic(day, v.recovery) / 1000
			visits += visits * (random.IntN(61) - 30) / 1000
			// ever more of the meetings are digital
			share := v.digital + v.digital*daysBetween(firstDay, day)/3650 + digital.IntN(9) - 4
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), v.division, strconv.Itoa(visits), strconv.Itoa(visits * share / 1000)})
		}
	}
	return t
}

// outpatientActivity is the activity in outpatient care on the day, in
// thousandths of an ordinary weekday.
func outpatientActivity(day time.Time, weekend int) int {
	if isWeekend(day) || isPublicHoliday(day) {
		return weekend
	}
	activity := weekdayActivity[day.Weekday()]
	switch {
	case isSummer(day):
		activity = activity * 640 / 1000
	case isChristmas(day):
		activity = activity * 720 / 1000
	}
	return activity
}

// cosmicIntroduction is a Monday of the November in which Cosmic came; the
// report names the month only.
var cosmicIntroduction = date(2024, time.November, 11)

// sinceCosmic is the share of the usual activity, in thousandths, that is
// left after Cosmic's introduction: seven tenths at first, and recovery at the
// sample's end.
func sinceCosmic(day time.Time, recovery int) int {
	if day.Before(cosmicIntroduction) {
		return 1000
	}
	const lowest = 700
	days := daysBetween(cosmicIntroduction, day)
	// two thirds of the loss are regained in the first month, the rest evenly after
	const month = 30
	early := (recovery - lowest) * 2 / 3
	if days < month {
		return lowest + early*days/month
	}
	return lowest + early + (recovery-lowest-early)*(days-month)/(daysBetween(cosmicIntroduction, lastDay)-month)
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }

// movingHolidays are the public holidays on weekdays that have no fixed date,
// and Midsummer Eve, which is kept like one.
var movingHolidays = []time.Time{
	date(2023, time.April, 7), date(2023, time.April, 10), date(2023, time.May, 18), date(2023, time.June, 23),
	date(2024, time.March, 29), date(2024, time.April, 1), date(2024, time.May, 9), date(2024, time.June, 21),
}

func isPublicHoliday(day time.Time) bool {
	switch [2]int{int(day.Month()), day.Day()} {
	case [2]int{1, 1}, [2]int{1, 6}, [2]int{5, 1}, [2]int{6, 6}, [2]int{12, 24}, [2]int{12, 25}, [2]int{12, 26}, [2]int{12, 31}:
		return true
	}
	return slices.ContainsFunc(movingHolidays, day.Equal)
}
