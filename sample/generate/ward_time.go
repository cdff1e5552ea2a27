package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// usualMinutes is the time worked for each bed and day in the region, in
// minutes, that wards depart from.
const usualMinutes = 560

// bedMinutes is the time worked for each bed and day on a ward of the
// specialty, in minutes.
var bedMinutes = map[string]int{
	"Akutvård": 480, "Barn": 540, "BB": 440, "Gynekologi": 420, "Hjärta": 450, "Hjärtintensiv": 1150, "Infektion": 440,
	"Internmedicin": 415, "IVA": 1720, "Kirurgi": 425, "Lunga": 435, "Neonatal": 980, "Ortopedi": 410, "Psykiatri": 530,
	"Rehabilitering": 340, "Rättspsykiatri": 630, "Stroke": 460,
}

func wardWorkedTimeTable() table {
	t := table{name: "ward_worked_time", columns: []string{"worked_on", "ward_id", "worked_minutes"}}
	random := rand.New(rand.NewPCG(2025, 985))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		for i, w := range wards {
			minutes := w.at(day).beds * minutesPerBed(w, day) * staffing(w, day) / 1000 * (960 + random.IntN(81)) / 1000
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(i + 1), strconv.Itoa(minutes)})
		}
	}
	return t
}

// minutesPerBed is the ward's time per bed on the day. In Länssjukvård 1 the
// differences between wards fall by a twelfth in two years.
func minutesPerBed(w ward, day time.Time) int {
	departure := bedMinutes[w.name] - usualMinutes
	if w.division == county1 {
		passed := int(day.Sub(firstDay).Hours()) / 24
		departure = departure * (730*12 - passed) / (730 * 12)
	}
	return usualMinutes + departure
}

// staffing is how much of the usual staff is at work, in thousandths.
func staffing(w ward, day time.Time) int {
	share := 1020
	switch {
	case isSummer(day):
		share -= 170
	case isChristmas(day):
		share -= 100
	}
	if isWeekend(day) {
		share -= 90
		if w.elective {
			share -= 180
		}
	}
	return share
}
