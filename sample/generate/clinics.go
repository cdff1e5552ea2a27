package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// The hospitals, in order of their ids, which begin at 1.
var hospitals = []string{"Sunderby", "Piteå", "Kalix", "Gällivare", "Kiruna"}

const (
	sunderby  = 1
	pitea     = 2
	kalix     = 3
	gallivare = 4
	kiruna    = 5
)

// clinic is a specialty at a hospital. All its figures are made up.
type clinic struct {
	hospital  int
	specialty string
	// firstVisit and treatment are how many wait at the beginning of 2023; 0 is no list.
	firstVisit, treatment int
	// late is how many in a thousand of them have waited for more than 90 days.
	late int
	// course is the change of late in two years, in thousandths.
	course int
	// planned are the operations on a weekday, in tenths, with all theatres
	// open; acute those on any day.
	planned, acute int
}

// clinics are in order of their ids, which begin at 1.
var clinics = []clinic{
	{sunderby, "Gynekologi", 310, 150, 240, -40, 40, 12},
	{sunderby, "Hjärta", 420, 0, 260, 50, 0, 0},
	{sunderby, "Hud", 640, 0, 330, 40, 0, 0},
	{sunderby, "Kirurgi", 520, 330, 290, -60, 62, 32},
	{sunderby, "Ortopedi", 610, 540, 390, -30, 60, 41},
	{sunderby, "Urologi", 300, 210, 350, 60, 41, 8},
	{sunderby, "Ögon", 1150, 720, 420, -90, 180, 3},
	{sunderby, "ÖNH", 560, 260, 380, 70, 38, 6},
	{pitea, "Ortopedi", 190, 380, 340, -50, 94, 0},
	{pitea, "Ögon", 170, 0, 350, 20, 0, 0},
	{kalix, "Kirurgi", 120, 110, 230, -20, 31, 0},
	{kalix, "Ortopedi", 90, 95, 290, 30, 22, 0},
	{kalix, "Ögon", 110, 0, 320, 20, 0, 0},
	{gallivare, "Gynekologi", 130, 60, 250, 20, 22, 4},
	{gallivare, "Kirurgi", 210, 140, 280, -40, 40, 13},
	{gallivare, "Ortopedi", 230, 190, 360, -70, 33, 9},
	{gallivare, "Ögon", 140, 0, 340, 30, 0, 0},
	{kiruna, "Gynekologi", 45, 0, 240, 20, 0, 0},
	{kiruna, "Kirurgi", 38, 0, 260, 20, 0, 0},
	{kiruna, "ÖNH", 27, 0, 250, 0, 0, 0},
	{sunderby, childPsychiatry, 340, 0, 420, 90, 0, 0},
	{gallivare, childPsychiatry, 96, 0, 380, 60, 0, 0},
	{sunderby, adultPsychiatry, 290, 0, 310, 50, 0, 0},
	{pitea, adultPsychiatry, 118, 0, 260, -30, 0, 0},
	{gallivare, adultPsychiatry, 104, 0, 290, 20, 0, 0},
}

const (
	childPsychiatry = "Barn- och ungdomspsykiatri"
	adultPsychiatry = "Vuxenpsykiatri"
)

func hospitalTable() table {
	t := table{name: "hospital", columns: []string{"hospital_id", "hospital"}}
	for i, name := range hospitals {
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), name})
	}
	return t
}

func clinicTable() table {
	t := table{name: "clinic", columns: []string{"clinic_id", "hospital", "specialty"}}
	for i, c := range clinics {
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), hospitals[c.hospital-1], c.specialty})
	}
	return t
}

// about is the whole number nearest to amount thousandths, or now and then a
// neighbour of it: amount is first moved by up to spread thousandths either way.
func about(random *rand.Rand, amount, spread int) int {
	return max(0, (amount+random.IntN(2*spread+1)-spread+500)/1000)
}

// cosmicPace is the share of usual production after the introduction of Cosmic,
// in thousandths: three quarters at first, all from March 2025.
func cosmicPace(day time.Time) int {
	switch {
	case day.Before(cosmicIntroduction):
		return 1000
	case day.Before(date(2024, time.December, 1)):
		return 740
	case day.Before(date(2025, time.January, 1)):
		return 850
	case day.Before(date(2025, time.February, 1)):
		return 930
	case day.Before(date(2025, time.March, 1)):
		return 970
	}
	return 1000
}
