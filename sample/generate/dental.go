package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// dentalAreas are where the county's dental clinics lie, with the adults who are due for an
// examination at the end of an ordinary month, and the children who are examined in one.
// All figures are made up.
var dentalAreas = []struct {
	area string
	// overdue is how many of the adults in a thousand are late by more than six months,
	// caries how many of the children have no caries.
	adults, overdue, children, cariesFree int
}{
	{"Malmfälten", 2900, 430, 310, 640},
	{"Luleå-Boden", 5200, 340, 960, 705},
	{"Södra Norrbotten", 3100, 300, 520, 720},
	{"Östra Norrbotten", 2400, 460, 290, 655},
}

// dentalMonthTable counts at each month's end, and reports in the night after.
func dentalMonthTable() table {
	t := table{name: "dental_month", columns: []string{"month_begins", "area", "reported_on", "adults_due", "adults_overdue", "children_examined", "children_caries_free"}}
	random := rand.New(rand.NewPCG(2025, 32))
	for begins := firstDay; !begins.After(lastStaffMonth); begins = begins.AddDate(0, 1, 0) {
		months := 12*(begins.Year()-firstDay.Year()) + int(begins.Month()) - 1
		for _, a := range dentalAreas {
			pace := 1000
			switch begins.Month() {
			case time.July:
				pace = 180
			case time.June, time.August, time.December:
				pace = 720
			}
			due := about(random, a.adults*(1000+4*months), a.adults*15)
			overdue := due * (a.overdue + 2*months + random.IntN(9) - 4) / 1000
			children := about(random, a.children*pace, a.children*40)
			free := children * (a.cariesFree + months/3 + random.IntN(25) - 12) / 1000
			t.rows = append(t.rows, []string{begins.Format(time.DateOnly), a.area, begins.AddDate(0, 1, 0).Format(time.DateOnly),
				strconv.Itoa(due), strconv.Itoa(overdue), strconv.Itoa(children), strconv.Itoa(free)})
		}
	}
	return t
}
