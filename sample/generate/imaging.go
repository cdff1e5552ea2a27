package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// examWaitedDays are the middles of the spans by which the sample counts the
// examinations waited for: up to a week, two weeks, 30, 60 and 90 days, and longer.
var examWaitedDays = []int{3, 10, 21, 45, 75, 120}

// examShares are the spans' shares, in thousandths.
var examShares = []int{210, 180, 220, 210, 110, 70}

// examQueues are the lists of imaging, made up.
var examQueues = []struct {
	hospital int
	modality string
	exams    int
}{
	{sunderby, "DT", 620}, {sunderby, "MR", 480}, {pitea, "DT", 210}, {pitea, "MR", 160},
	{kalix, "DT", 130}, {gallivare, "DT", 190}, {gallivare, "MR", 170}, {kiruna, "DT", 110},
}

// examWaitingTable counts the lists of imaging each Monday.
func examWaitingTable() table {
	t := table{name: "exam_waiting", columns: []string{"measured_on", "hospital_id", "modality", "waited_days", "exams"}}
	random := rand.New(rand.NewPCG(2025, 6))
	for day := firstCount; !day.After(lastDay); day = day.AddDate(0, 0, 7) {
		for _, q := range examQueues {
			size := q.exams * queueLength(day)
			if q.modality == "DT" {
				// the report calls computed tomography challenging
				size += q.exams * daysBetween(firstDay, day) / 4
			}
			for i, share := range examShares {
				amount := size * share / 1000
				t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(q.hospital), q.modality,
					strconv.Itoa(examWaitedDays[i]), strconv.Itoa(about(random, amount, amount/15+300))})
			}
		}
	}
	return t
}

// The new examinations in the report: CT of the coronary arteries begins on 27
// November 2024, 47 are done by 26 February 2025 and six of them led on to
// angiography; the mobile MR scanner begins on 11 February 2025 and is to do
// about 700 a year.
var (
	coronaryBegins   = date(2024, time.November, 27)
	coronaryReported = date(2025, time.February, 26)
	mobileBegins     = date(2025, time.February, 11)
)

const (
	coronaryExams         = 47
	coronaryAngiographies = 6
)

// followedExamTable has every day of the new examinations.
func followedExamTable() table {
	t := table{name: "followed_exam", columns: []string{"performed_on", "hospital_id", "kind", "exams"}}
	add := func(day time.Time, hospital int, kind string, exams int) {
		t.rows = append(t.rows, []string{day.Format(time.DateOnly), strconv.Itoa(hospital), kind, strconv.Itoa(exams)})
	}
	random := rand.New(rand.NewPCG(2025, 47))
	coronary := coronaryDays()
	for day := coronaryBegins; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		done := coronary[day]
		add(day, sunderby, "dt kranskärl", done.exams)
		add(day, sunderby, "angiografi", done.angiographies)
		if day.Before(mobileBegins) {
			continue
		}
		exams := 0
		if !isWeekend(day) {
			// 700 a year are nearly three a weekday
			exams = 2 + random.IntN(2)
		}
		add(day, kiruna, "mobil mr", exams)
	}
	return t
}

type coronaryDay struct{ exams, angiographies int }

// coronaryDays spreads the reported examinations evenly over their days,
// Mondays, Tuesdays and Thursdays but for the first, and goes on at the same
// pace after the report.
func coronaryDays() map[time.Time]coronaryDay {
	var days, later []time.Time
	for day := coronaryBegins; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		switch day.Weekday() {
		case time.Monday, time.Tuesday, time.Thursday:
		default:
			if day != coronaryBegins {
				continue
			}
		}
		if day.After(coronaryReported) {
			later = append(later, day)
		} else {
			days = append(days, day)
		}
	}
	done := make(map[time.Time]coronaryDay, len(days)+len(later))
	share := func(total, i, of int) int { return total*(i+1)/of - total*i/of }
	for i, day := range days {
		done[day] = coronaryDay{share(coronaryExams, i, len(days)), share(coronaryAngiographies, i, len(days))}
	}
	for i, day := range later {
		done[day] = coronaryDay{exams: share(coronaryExams, i, len(days))}
	}
	return done
}

// ctScannerTable has the first of the six new CT scanners. The report gives
// the hospital; the day is made up.
func ctScannerTable() table {
	return table{name: "ct_scanner", columns: []string{"scanner_id", "hospital_id", "installed_on"},
		rows: [][]string{{"1", strconv.Itoa(gallivare), "2025-02-24"}}}
}
