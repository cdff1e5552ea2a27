package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// healthCentres are places with a health centre by area, with the share of the area's
// patients that is listed there. All shares are made up.
var healthCentres = []struct {
	area, centre string
	share        int
	// named is how many of a thousand patients have a named doctor, and same how many of a
	// thousand contacts with a doctor are with that one; both at first.
	named, same int
}{
	{"Primärvård Gällivareområdet", "Gällivare", 690, 310, 265},
	{"Primärvård Gällivareområdet", "Jokkmokk", 310, 280, 240},
	{"Primärvård Kiruna", "Kiruna", 1000, 265, 230},
	{"Primärvård Luleå-Boden", "Björkskatan", 165, 520, 430},
	{"Primärvård Luleå-Boden", "Björknäs", 180, 480, 405},
	{"Primärvård Luleå-Boden", "Gammelstad", 170, 455, 395},
	{"Primärvård Luleå-Boden", "Mjölkudden", 185, 430, 370},
	{"Primärvård Luleå-Boden", "Råneå", 75, 540, 455},
	{"Primärvård Luleå-Boden", "Sanden", 225, 410, 350},
	{"Primärvård Södra Norrbotten", "Arjeplog", 60, 470, 430},
	{"Primärvård Södra Norrbotten", "Arvidsjaur", 125, 395, 340},
	{"Primärvård Södra Norrbotten", "Piteå", 655, 440, 365},
	{"Primärvård Södra Norrbotten", "Älvsbyn", 160, 385, 330},
	{"Primärvård Östra Norrbotten", "Haparanda", 280, 255, 215},
	{"Primärvård Östra Norrbotten", "Kalix", 430, 330, 285},
	{"Primärvård Östra Norrbotten", "Pajala", 120, 240, 225},
	{"Primärvård Östra Norrbotten", "Överkalix", 70, 290, 260},
	{"Primärvård Östra Norrbotten", "Övertorneå", 100, 275, 245},
}

// healthCentreMonthTable divides the last count of each area's listing in a month between its
// health centres, and makes up who has a named doctor and meets that one.
func healthCentreMonthTable(listing table) table {
	type areaMonth struct{ area, month string }
	listed, doctors := map[areaMonth]int{}, map[areaMonth]int{}
	for _, row := range listing.rows {
		key := areaMonth{row[1], row[0][:7]}
		listed[key] = whole(row[2])
		doctors[key] = hundredthsOf(row[3])
	}
	t := table{name: "health_centre_month", columns: []string{"month_begins", "health_centre", "area", "reported_on", "listed_patients", "named_doctor", "gp_fte",
		"doctor_contacts", "same_doctor_contacts"}}
	random := rand.New(rand.NewPCG(2025, 434))
	for begins := firstDay; !begins.After(lastStaffMonth); begins = begins.AddDate(0, 1, 0) {
		months := 12*(begins.Year()-firstDay.Year()) + int(begins.Month()) - 1
		pace := 1000
		switch begins.Month() {
		case time.July:
			pace = 520
		case time.June, time.August, time.December:
			pace = 800
		}
		for _, area := range primaryCareAreas {
			key := areaMonth{area.area, begins.Format("2006-01")}
			var shares []int
			for _, c := range healthCentres {
				if c.area == area.area {
					shares = append(shares, c.share)
				}
			}
			patients, gps := apportion(listed[key], shares), apportion(doctors[key], shares)
			i := 0
			for _, c := range healthCentres {
				if c.area != area.area {
					continue
				}
				named := patients[i] * (c.named + months + random.IntN(7) - 3) / 1000
				contacts := patients[i] * pace * cosmicPace(begins) / 1000 * (72 + random.IntN(9)) / 1_000_000
				same := contacts * (c.same + months*9/10 + random.IntN(25) - 12) / 1000
				t.rows = append(t.rows, []string{begins.Format(time.DateOnly), c.centre, c.area, begins.AddDate(0, 1, 0).Format(time.DateOnly),
					strconv.Itoa(patients[i]), strconv.Itoa(named), hundredths(gps[i]), strconv.Itoa(contacts), strconv.Itoa(same)})
				i++
			}
		}
	}
	return t
}
