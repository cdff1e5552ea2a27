package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// preventing is an area of primary care with its prevention in ten ordinary
// weekdays, made up.
type preventing struct {
	area                     string
	dialogues, prescriptions int
}

// preventingAreas are spelled as in the plan's list of investments.
var preventingAreas = []preventing{
	{"Primärvård Gällivareområdet", 17, 7},
	{"Primärvård Kiruna", 15, 6},
	{"Primärvård Luleå-Boden", 66, 28},
	{"Primärvård Södra Norrbotten", 39, 17},
	{"Primärvård Östra Norrbotten", 23, 11},
}

// Both recover from Cosmic's introduction, in thousandths of the usual at the
// sample's end: dialogues to a little less, prescriptions to a little more.
const (
	dialoguesRecovery     = 960
	prescriptionsRecovery = 1060
)

func preventionDayTable() table {
	t := table{name: "prevention_day", columns: []string{"day", "area", "health_dialogues", "activity_prescriptions"}}
	random := rand.New(rand.NewPCG(2025, 405060))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		// health centres hold neither at weekends
		activity := outpatientActivity(day, 0)
		for _, p := range preventingAreas {
			dialogues := p.dialogues * activity * sinceCosmic(day, dialoguesRecovery) / 10_000
			prescriptions := p.prescriptions * activity * sinceCosmic(day, prescriptionsRecovery) / 10_000
			// prescriptions grow by four per cent a year
			prescriptions += prescriptions * (day.Year() - 2023) * 4 / 100
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), p.area,
				strconv.Itoa(drawn(dialogues, random)), strconv.Itoa(drawn(prescriptions, random))})
		}
	}
	return t
}

// drawn is a random whole number near a usual one, which is in thousandths.
func drawn(usual int, random *rand.Rand) int {
	return (usual*(random.IntN(81)+60)/100 + random.IntN(1000)) / 1000
}
