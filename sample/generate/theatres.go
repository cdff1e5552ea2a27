package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// theatres are the theatres for planned operations on a weekday, by
// hospital's id: the number of them is made up.
var theatres = []struct{ hospital, open int }{{sunderby, 9}, {pitea, 4}, {kalix, 1}, {gallivare, 3}}

// What has been opened this year, by the report: one theatre more each day in
// Sunderby, one more from Monday to Wednesday in Gällivare, and a second one
// for cataracts. The days from which they are open are made up.
var (
	theatresAdded  = date(2025, time.January, 13)
	cataractSecond = date(2025, time.March, 3)
)

// theatresOpen is how many theatres a hospital has open on the day.
func theatresOpen(hospital, usual int, day time.Time) int {
	if isWeekend(day) || isPublicHoliday(day) {
		return 0
	}
	if isSummer(day) || isChristmas(day) {
		return (usual*6 + 9) / 10
	}
	if day.Before(theatresAdded) {
		return usual
	}
	switch {
	case hospital == sunderby:
		return usual + 1
	case hospital == gallivare && day.Weekday() <= time.Wednesday:
		return usual + 1
	}
	return usual
}

// cataractTheatresOpen is how many theatres the eye clinic has open.
func cataractTheatresOpen(day time.Time) int {
	switch {
	case isWeekend(day) || isPublicHoliday(day):
		return 0
	case day.Before(cataractSecond):
		return 1
	}
	return 2
}

func theatreDayTable() table {
	t := table{name: "theatre_day", columns: []string{"opened_on", "hospital_id", "kind", "theatres"}}
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		for _, h := range theatres {
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(h.hospital), "operation", strconv.Itoa(theatresOpen(h.hospital, h.open, day))})
		}
		t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(sunderby), "katarakt", strconv.Itoa(cataractTheatresOpen(day))})
	}
	return t
}

// operationDayTable makes up operations: planned ones depend on the open
// theatres and cosmicPace, acute ones are done every day.
func operationDayTable() table {
	t := table{name: "operation_day", columns: []string{"operated_on", "clinic_id", "operations", "planned"}}
	random := rand.New(rand.NewPCG(2025, 9))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		for i, c := range clinics {
			if c.planned == 0 {
				continue
			}
			amount := c.planned * 100 * theatreShare(c, day) / 1000 * cosmicPace(day) / 1000
			planned := 0
			if amount > 0 {
				planned = about(random, amount, 900)
			}
			acute := 0
			if c.acute > 0 {
				acute = about(random, c.acute*100, 900)
			}
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(i + 1), strconv.Itoa(planned + acute), strconv.Itoa(planned)})
		}
	}
	return t
}

// theatreShare is how many of the clinic's usual theatres are open, in
// thousandths.
func theatreShare(c clinic, day time.Time) int {
	if c.specialty == "Ögon" {
		// the second theatre is in use half of the time at first
		return cataractTheatresOpen(day)*500 + min(cataractTheatresOpen(day), 1)*500
	}
	for _, h := range theatres {
		if h.hospital == c.hospital {
			return theatresOpen(h.hospital, h.open, day) * 1000 / h.open
		}
	}
	return 0
}
