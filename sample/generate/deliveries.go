package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// deliveredYear is a hospital's deliveries in a year.
type deliveredYear struct {
	year, deliveries int
	// induced is how many of a hundred deliveries are induced.
	induced int
}

// maternities are the hospitals where children are born. The report states the
// deliveries of 2024, and that deliveries fall and inductions rise each year.
// All other figures are made up. 2025 is a whole year, of which the sample has
// the beginning.
var maternities = []struct {
	hospital string
	years    []deliveredYear
}{
	{"Gällivare", []deliveredYear{{2023, 396, 25}, {2024, 381, 28}, {2025, 345, 30}}},
	{"Sunderby", []deliveredYear{{2023, 1588, 24}, {2024, 1531, 27}, {2025, 1420, 29}}},
}

func deliveryDayTable() table {
	t := table{name: "delivery_day", columns: []string{"day", "hospital", "deliveries", "inductions"}}
	random := rand.New(rand.NewPCG(2025, 1912))
	type day struct{ deliveries, inductions int }
	counts := make([]map[time.Time]day, len(maternities))
	for i, m := range maternities {
		counts[i] = map[time.Time]day{}
		for _, y := range m.years {
			for range y.deliveries {
				on := deliveryDay(y.year, random)
				n := counts[i][on]
				n.deliveries++
				if random.IntN(100) < y.induced {
					n.inductions++
				}
				counts[i][on] = n
			}
		}
	}
	for on := firstDay; !on.After(lastDay); on = on.AddDate(0, 0, 1) {
		for i, m := range maternities {
			n := counts[i][on]
			t.rows = append(t.rows, []string{on.Format(time.DateOnly), m.hospital, strconv.Itoa(n.deliveries), strconv.Itoa(n.inductions)})
		}
	}
	return t
}

// deliveryDay draws the day of a delivery. Weekends have a fifth fewer, since
// planned ones are on weekdays. Late spring and summer have more.
func deliveryDay(year int, random *rand.Rand) time.Time {
	first := date(year, time.January, 1)
	days := daysBetween(first, date(year+1, time.January, 1))
	for {
		day := first.AddDate(0, 0, random.IntN(days))
		likely := 90
		if isWeekend(day) {
			likely -= 18
		}
		if m := day.Month(); m >= time.April && m <= time.August {
			likely += 10
		}
		if random.IntN(100) < likely {
			return day
		}
	}
}
