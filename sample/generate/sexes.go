package main

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The sex as registered (juridiskt kön), as the region's documents have it.
const (
	woman = "kvinna"
	man   = "man"
)

var sexes = []string{woman, man}

// womenOfStaff is how many of a thousand full-time equivalents are women's, and
// womensSickLeave how many thousandths of men's sick leave women's is, each year from 2023.
// Both are made up.
var (
	womenOfStaff = map[string]int{
		closeCare: 838, county1: 819, county2: 781, functions: 774, psychiatry: 726, support: 612, regionalUnits: 655,
	}
	womensSickLeave = [3]int{1640, 1590, 1520}
)

// staffSexMonthTable divides each division's month of staff between women and men. The sums
// are those of the professions.
func staffSexMonthTable(staff table) table {
	type divisionMonth struct{ begins, division string }
	type worked struct {
		bookedOn             string
		fte, scheduled, sick int
	}
	sums := map[divisionMonth]worked{}
	for _, row := range staff.rows {
		key := divisionMonth{row[0], row[1]}
		w := sums[key]
		w.bookedOn = row[3]
		w.fte += hundredthsOf(row[6])
		w.scheduled += whole(row[8])
		w.sick += whole(row[9])
		sums[key] = w
	}
	t := table{name: "staff_sex_month", columns: []string{"month_begins", "division", "sex", "booked_on", "own_fte", "scheduled_hours", "sick_leave_hours"}}
	random := rand.New(rand.NewPCG(2025, 294))
	keys := slices.SortedFunc(maps.Keys(sums), func(a, b divisionMonth) int {
		return strings.Compare(a.begins+a.division, b.begins+b.division)
	})
	for _, key := range keys {
		w := sums[key]
		women := womenOfStaff[key.division] + random.IntN(5) - 2
		more := womensSickLeave[whole(key.begins[:4])-firstStaffYear] + random.IntN(81) - 40
		shares := []int{women, 1000 - women}
		fte, scheduled := apportion(w.fte, shares), apportion(w.scheduled, shares)
		sick := apportion(w.sick, []int{women * more / 1000, 1000 - women})
		for i, sex := range sexes {
			t.rows = append(t.rows, []string{key.begins, key.division, sex, w.bookedOn,
				hundredths(fte[i]), strconv.Itoa(scheduled[i]), strconv.Itoa(sick[i])})
		}
	}
	return t
}

// dialogueAges are when the region calls to a health dialogue.
var dialogueAges = []string{"40", "50", "60"}

// healthDialogueDayTable divides each day's health dialogues by age and sex: women come
// somewhat more often, and more come at 60. The sums are those of the areas.
func healthDialogueDayTable(prevention table) table {
	dialogues := map[string]int{}
	for _, row := range prevention.rows {
		dialogues[row[0]] += whole(row[2])
	}
	t := table{name: "health_dialogue_day", columns: []string{"day", "age_group", "sex", "health_dialogues"}}
	random := rand.New(rand.NewPCG(2025, 406))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		held := make([]int, len(dialogueAges)*len(sexes))
		for range dialogues[day.Format(time.DateOnly)] {
			held[drawnOf(random, []int{168, 142, 180, 158, 184, 168})]++
		}
		for i, n := range held {
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), dialogueAges[i/2], sexes[i%2], strconv.Itoa(n)})
		}
	}
	return t
}

// drawnOf is the place of one of the weights, by chance.
func drawnOf(random *rand.Rand, weights []int) int {
	all := 0
	for _, w := range weights {
		all += w
	}
	n := random.IntN(all)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}

// waitingGroups are who waits for a first visit or a treatment, by age and sex: of a thousand
// how many, and how often late compared with the others, in thousandths. All made up.
var waitingGroups = []struct {
	age, sex            string
	waiting             [2]int
	late, lateYearLater int
}{
	{"0–17", woman, [2]int{71, 34}, 1010, 1000},
	{"0–17", man, [2]int{84, 39}, 1000, 1000},
	{"18–64", woman, [2]int{262, 238}, 1085, 1060},
	{"18–64", man, [2]int{188, 201}, 960, 975},
	{"65–79", woman, [2]int{151, 192}, 1055, 1030},
	{"65–79", man, [2]int{133, 171}, 950, 965},
	{"80+", woman, [2]int{62, 71}, 1040, 1020},
	{"80+", man, [2]int{49, 54}, 970, 985},
}

// waitingGroupTable divides the waiting lists of all clinics by age and sex. The sums are those
// of the lists; who chose to wait is not counted.
func waitingGroupTable(lists table) table {
	type list struct{ day, stage string }
	waiting, late := map[list]int{}, map[list]int{}
	for _, row := range lists.rows {
		if row[3] != "0" {
			continue
		}
		key := list{row[0], row[2]}
		waiting[key] += whole(row[5])
		if stage := guaranteeStages[whole(row[2])-1]; whole(row[4]) > stage.days {
			late[key] += whole(row[5])
		}
	}
	t := table{name: "waiting_group", columns: []string{"measured_on", "stage_id", "age_group", "sex", "patients", "in_time"}}
	random := rand.New(rand.NewPCG(2025, 267))
	for _, key := range slices.SortedFunc(maps.Keys(waiting), func(a, b list) int { return strings.Compare(a.day+a.stage, b.day+b.stage) }) {
		patients, lateness := make([]int, len(waitingGroups)), make([]int, len(waitingGroups))
		for i, g := range waitingGroups {
			relative := g.late
			if key.day >= "2024-07" {
				relative = g.lateYearLater
			}
			patients[i] = g.waiting[whole(key.stage)-stageFirstVisit] * (990 + random.IntN(21))
			lateness[i] = patients[i] / 1000 * (relative + random.IntN(9) - 4)
		}
		patients, lateness = apportion(waiting[key], patients), apportion(late[key], lateness)
		for i, g := range waitingGroups {
			t.rows = append(t.rows, []string{key.day, key.stage, g.age, g.sex, strconv.Itoa(patients[i]), strconv.Itoa(patients[i] - lateness[i])})
		}
	}
	return t
}

// whole is the whole number that a cell of a table made here holds.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// hundredthsOf is what a cell with two decimals holds, in hundredths.
func hundredthsOf(text string) int { return whole(strings.Replace(text, ".", "", 1)) }
