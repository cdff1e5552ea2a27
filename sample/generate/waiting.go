package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// The stages of the care guarantee, in order of their ids, which begin at 1.
// The limits are those of the law.
var guaranteeStages = []struct {
	stage string
	days  int
}{{"kontakt", 0}, {"bedömning", 3}, {"första besök", 90}, {"behandling", 90}}

const (
	stageContact    = 1
	stageAssessment = 2
	stageFirstVisit = 3
	stageTreatment  = 4
)

// waitedDays are the middles of the spans by which the sample counts those
// who wait: up to 30, 60 and 90 days, 180 days, a year, and longer.
var waitedDays = []int{15, 45, 75, 135, 270, 450}

// firstCount is the Monday of the week in which the sample's first day lies.
var firstCount = date(2022, time.December, 26)

func guaranteeStageTable() table {
	t := table{name: "guarantee_stage", columns: []string{"stage_id", "stage", "limit_days"}}
	for i, s := range guaranteeStages {
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), s.stage, strconv.Itoa(s.days)})
	}
	return t
}

// waitingListTable counts the waiting lists each Monday.
func waitingListTable() table {
	t := table{name: "waiting_list", columns: []string{"measured_on", "clinic_id", "stage_id", "self_chosen", "waited_days", "patients"}}
	random := rand.New(rand.NewPCG(2025, 90))
	// psychiatry's lists are drawn by themselves, so that those of the others stay as they are
	psychiatric := rand.New(rand.NewPCG(2025, 91))
	for day := firstCount; !day.After(lastDay); day = day.AddDate(0, 0, 7) {
		for i, c := range clinics {
			for _, list := range []struct{ stage, patients int }{{stageFirstVisit, c.firstVisit}, {stageTreatment, c.treatment}} {
				if list.patients == 0 {
					continue
				}
				source := random
				if c.specialty == childPsychiatry || c.specialty == adultPsychiatry {
					source = psychiatric
				}
				guaranteed, chosen := waiting(c, list.patients, day, source)
				for _, group := range []struct {
					chosen   string
					patients []int
				}{{"0", guaranteed}, {"1", chosen}} {
					for span, patients := range group.patients {
						if patients > 0 {
							t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(i + 1), strconv.Itoa(list.stage),
								group.chosen, strconv.Itoa(waitedDays[span]), strconv.Itoa(patients)})
						}
					}
				}
			}
		}
	}
	return t
}

// waiting is how many of a list have waited for each of the spans: those
// whom the guarantee covers, and those who chose to wait.
func waiting(c clinic, patients int, day time.Time, random *rand.Rand) (guaranteed, chosen []int) {
	size := patients * queueLength(day)
	late := c.late + c.course*daysBetween(firstDay, day)/730 + queueLength(day)/8 - 125
	shares := []int{(1000 - late) * 42 / 100, (1000 - late) * 33 / 100, (1000 - late) * 25 / 100, late * 60 / 100, late * 32 / 100, late * 8 / 100}
	guaranteed = make([]int, len(waitedDays))
	for i, share := range shares {
		amount := size * share / 1000
		guaranteed[i] = about(random, amount, amount/25+300)
	}
	chosen = make([]int, len(waitedDays))
	chosen[3] = about(random, size*5/100, size/100+300)
	chosen[4] = about(random, size*4/100, size/100+300)
	return guaranteed, chosen
}

// queueLength is how long the lists are compared with the beginning of 2023,
// in thousandths: longer after the summer, and after Cosmic's introduction.
func queueLength(day time.Time) int {
	length := 1000
	switch day.Month() {
	case time.July, time.August:
		length += 50
	case time.September, time.October:
		length += 30
	}
	if !day.Before(cosmicIntroduction) {
		// up to 130 within ten weeks, then slowly down again
		days := daysBetween(cosmicIntroduction, day)
		length += min(days*130/70, max(130-(days-70)*2, 40))
	}
	return length
}

// primaryCareContactTable counts the contacts with primary care and the
// medical assessments on weekdays, in time and late.
func primaryCareContactTable() table {
	t := table{name: "primary_care_contact", columns: []string{"contacted_on", "stage_id", "waited_days", "contacts"}}
	random := rand.New(rand.NewPCG(2025, 3))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		if isWeekend(day) || isPublicHoliday(day) {
			continue
		}
		pace := cosmicPace(day)
		if isSummer(day) || isChristmas(day) {
			pace = pace * 70 / 100
		}
		if day.Weekday() == time.Monday {
			pace = pace * 115 / 100
		}
		for _, s := range []struct{ stage, contacts, inTime, waited, waitedLate int }{
			{stageContact, 2350, 880, 0, 1}, {stageAssessment, 1120, 830, 1, 6},
		} {
			contacts := about(random, s.contacts*pace, s.contacts*60)
			inTime := contacts * (s.inTime - (1000-cosmicPace(day))/4 + random.IntN(31) - 15) / 1000
			for _, group := range []struct{ waited, contacts int }{{s.waited, inTime}, {s.waitedLate, contacts - inTime}} {
				t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(s.stage), strconv.Itoa(group.waited), strconv.Itoa(group.contacts)})
			}
		}
	}
	return t
}
