package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// employer is a division with its employees at the end of 2024. The plan says about how many
// most of them have; the others, who leave and who work full time are made up.
type employer struct {
	division  string
	employees int
	// leaving is how many of ten thousand leave in a year, from 2023.
	leaving [3]int
	// fullTime is how many of a thousand work full time in 2023, and gain how many more
	// each year.
	fullTime, gain int
}

var employers = []employer{
	{closeCare, 1500, [3]int{870, 830, 800}, 716, 6},
	{county1, 2000, [3]int{960, 905, 930}, 652, 5},
	{county2, 1200, [3]int{880, 815, 795}, 688, 6},
	{functions, 730, [3]int{930, 885, 900}, 741, 5},
	{psychiatry, 550, [3]int{1040, 985, 960}, 772, 4},
	{support, 690, [3]int{740, 705, 660}, 858, 4},
	{regionalUnits, 400, [3]int{690, 650, 640}, 884, 3},
}

// employmentMonthTable counts at each month's end, and reports in the night after. More
// people leave after the summer and at New Year.
func employmentMonthTable() table {
	t := table{name: "employment_month", columns: []string{"month_begins", "division", "reported_on", "employees", "full_time", "leavers"}}
	random := rand.New(rand.NewPCG(2025, 519))
	season := [12]int{1500, 850, 800, 850, 900, 1050, 800, 1350, 1200, 950, 850, 900}
	for begins := firstDay; !begins.After(lastStaffMonth); begins = begins.AddDate(0, 1, 0) {
		year, month := begins.Year()-firstDay.Year(), int(begins.Month())-1
		for _, e := range employers {
			// 292 full-time equivalents more in 2024 are some four per cent
			employees := e.employees*(956+44*min(12*year+month, 24)/24)/1000 + random.IntN(7) - 3
			fullTime := employees * (e.fullTime + e.gain*(12*year+month)/12 + random.IntN(5) - 2) / 1000
			leavers := about(random, employees*e.leaving[year]/12*season[month]/10_000, 700)
			t.rows = append(t.rows, []string{begins.Format(time.DateOnly), e.division, begins.AddDate(0, 1, 0).Format(time.DateOnly),
				strconv.Itoa(employees), strconv.Itoa(fullTime), strconv.Itoa(leavers)})
		}
	}
	return t
}
