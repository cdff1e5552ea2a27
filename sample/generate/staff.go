package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

const (
	closeCare     = "Nära"
	support       = "Regionstöd"
	regionalUnits = "Regiongemensamt"

	doctor          = "Läkare"
	nurse           = "Sjuksköterska"
	assistantNurse  = "Undersköterska"
	otherProfession = "Övriga"
)

// staffGroup is a profession of a division.
type staffGroup struct {
	division, profession string
	// fte is the group's share of the region's own staff.
	fte int
	// agency is its share of the region's agency staff, each year from 2023.
	agency [3]int
	// sickLeave is the year's sick leave in ten-thousandths of ordinary time, each year from 2023.
	sickLeave [3]int
}

// Every group is large enough that its sick leave does not identify
// individuals.
var staffGroups = []staffGroup{
	{closeCare, doctor, 150, [3]int{190, 55, 16}, [3]int{310, 300, 290}},
	{closeCare, nurse, 330, [3]int{60, 25, 9}, [3]int{590, 570, 555}},
	{closeCare, assistantNurse, 130, [3]int{}, [3]int{720, 700, 690}},
	{closeCare, otherProfession, 780, [3]int{}, [3]int{600, 590, 580}},
	{county1, doctor, 320, [3]int{330, 260, 205}, [3]int{330, 320, 335}},
	{county1, nurse, 750, [3]int{610, 420, 330}, [3]int{640, 620, 640}},
	{county1, assistantNurse, 520, [3]int{}, [3]int{850, 830, 850}},
	{county1, otherProfession, 250, [3]int{}, [3]int{560, 545, 550}},
	{county2, doctor, 205, [3]int{210, 180, 150}, [3]int{320, 310, 305}},
	{county2, nurse, 420, [3]int{260, 180, 140}, [3]int{630, 610, 595}},
	{county2, assistantNurse, 240, [3]int{}, [3]int{830, 810, 790}},
	{county2, otherProfession, 250, [3]int{}, [3]int{550, 535, 520}},
	{functions, doctor, 115, [3]int{160, 120, 95}, [3]int{300, 290, 285}},
	{functions, nurse, 290, [3]int{240, 150, 115}, [3]int{600, 580, 565}},
	{functions, assistantNurse, 75, [3]int{}, [3]int{780, 760, 745}},
	{functions, otherProfession, 200, [3]int{}, [3]int{520, 505, 495}},
	{psychiatry, doctor, 45, [3]int{150, 105, 108}, [3]int{340, 335, 330}},
	{psychiatry, nurse, 150, [3]int{20, 15, 12}, [3]int{690, 670, 650}},
	{psychiatry, assistantNurse, 195, [3]int{}, [3]int{890, 870, 850}},
	{psychiatry, otherProfession, 125, [3]int{}, [3]int{610, 595, 580}},
	{support, otherProfession, 640, [3]int{}, [3]int{610, 600, 580}},
	{regionalUnits, otherProfession, 370, [3]int{}, [3]int{420, 410, 405}},
}

// staffYear is the region's total of a year. The report states how 2024 differs
// from 2023: 230 million SEK and 72 full-time equivalents less of agency staff,
// 292 more of own staff. The levels themselves are made up, such that 230
// million is almost a third.
type staffYear struct {
	ownFTE, agencyFTE int // the year's mean, hundredths
	agencyCost        int // SEK
	pay               int // in thousandths of that of 2024
}

const firstStaffYear = 2023

var staffYears = []staffYear{
	{ownFTE: 6258_00, agencyFTE: 223_00, agencyCost: 711_400_000, pay: 969},
	{ownFTE: 6258_00 + 292_00, agencyFTE: 223_00 - 72_00, agencyCost: 711_400_000 - 230_000_000, pay: 1000},
	{ownFTE: 6610_00, agencyFTE: 122_00, agencyCost: 393_000_000, pay: 1033},
}

// lastStaffMonth is the last month that is closed in the books.
var lastStaffMonth = date(2025, time.February, 1)

// Shares of the year that each month has, January first: time worked by own
// staff, with the summer's holidays; by agency staff, who cover for them; and
// sick leave.
var (
	ownMonths    = [12]int{1040, 1030, 1050, 1040, 1030, 980, 800, 900, 1040, 1060, 1050, 980}
	agencyMonths = [12]int{1010, 1000, 990, 960, 970, 1050, 1160, 1090, 960, 950, 950, 910}
	sickMonths   = [12]int{1090, 1140, 1080, 1000, 960, 900, 740, 820, 1000, 1070, 1100, 1100}
)

func staffMonthTable() table {
	t := table{name: "staff_month", columns: []string{"month_begins", "division", "profession", "booked_on", "staff_cost_sek", "agency_cost_sek",
		"own_fte", "agency_fte", "scheduled_hours", "sick_leave_hours", "overtime_hours"}}
	random := rand.New(rand.NewPCG(2025, 292))
	for i, y := range staffYears {
		own := groupMonths(y.ownFTE, func(g staffGroup) int { return g.fte }, ownMonths, 10, random)
		agency := groupMonths(y.agencyFTE, func(g staffGroup) int { return g.agency[i] }, agencyMonths, 80, random)
		cost := agencyCosts(y.agencyCost, agency)
		means := apportion(y.ownFTE, groupWeights(func(g staffGroup) int { return g.fte }))
		for month := range 12 {
			begins := date(firstStaffYear+i, time.Month(month+1), 1)
			for j, g := range staffGroups {
				// the number employed does not depend on the holidays
				scheduled := means[j] * (1640 + random.IntN(20)) / 1000
				sick := scheduled * g.sickLeave[i] / 10000 * sickMonths[month] / 1000 * (970 + random.IntN(61)) / 1000
				staffCost := means[j] * monthlyPay(g.profession) / 100 * y.pay / 1000 * (990 + random.IntN(21)) / 1000
				overtime := means[j] * overtimeHours(g, begins) / 10000 * (950 + random.IntN(101)) / 1000
				if begins.After(lastStaffMonth) {
					continue
				}
				t.rows = append(t.rows, []string{begins.Format(time.DateOnly), g.division, g.profession, closedOn(begins).Format(time.DateOnly),
					hundredths(staffCost * 100), hundredths(cost[j][month] * 100), hundredths(own[j][month]), hundredths(agency[j][month]),
					strconv.Itoa(scheduled), strconv.Itoa(sick), strconv.Itoa(overtime)})
			}
		}
	}
	return t
}

func groupWeights(share func(staffGroup) int) []int {
	weights := make([]int, len(staffGroups))
	for i, g := range staffGroups {
		weights[i] = share(g)
	}
	return weights
}

// groupMonths divides a yearly mean over groups and months, by group and then
// month, such that each group's mean over the twelve months is in whole units
// and the groups' means add up to the whole.
func groupMonths(mean int, share func(staffGroup) int, season [12]int, noise int, random *rand.Rand) [][]int {
	months := make([][]int, len(staffGroups))
	for i, part := range apportion(mean, groupWeights(share)) {
		weights := make([]int, len(season))
		for j, s := range season {
			weights[j] = s + random.IntN(2*noise+1) - noise
		}
		months[i] = apportion(12*part, weights)
	}
	return months
}

// agencyCosts divides the year's cost of agency staff by what it hired: an
// hour of a doctor costs almost twice that of a nurse.
func agencyCosts(total int, agency [][]int) [][]int {
	var weights []int
	for i, months := range agency {
		price := 100
		if staffGroups[i].profession == doctor {
			price = 185
		}
		for _, fte := range months {
			weights = append(weights, fte*price)
		}
	}
	parts := apportion(total, weights)
	costs := make([][]int, len(agency))
	for i := range agency {
		costs[i] = parts[12*i : 12*i+12]
	}
	return costs
}

// monthlyPay is a full-time equivalent's pay with social contributions in
// 2024, SEK.
func monthlyPay(profession string) int {
	switch profession {
	case doctor:
		return 115_000
	case nurse:
		return 63_000
	case assistantNurse:
		return 49_000
	}
	return 58_000
}

// overtimeHours is the overtime of a hundred full-time equivalents in the
// month, in hours. The record system Cosmic was introduced in November 2024 and
// took time from care for some months.
func overtimeHours(g staffGroup, month time.Time) int {
	hours := 90
	switch g.profession {
	case doctor:
		hours = 460
	case nurse:
		hours = 410
	case assistantNurse:
		hours = 320
	}
	if isSummer(month) {
		hours = hours * 13 / 10
	}
	switch {
	case g.division == support || g.division == regionalUnits:
	case !month.Before(date(2024, time.November, 1)):
		hours = hours * 112 / 100
	case month.Year() == 2023:
		hours = hours * 105 / 100
	}
	return hours
}

// closedOn is the day on which a month is closed in the books: the 12th of the
// next, and for December the 24th.
func closedOn(month time.Time) time.Time {
	if month.Month() == time.December {
		return date(month.Year()+1, time.January, 24)
	}
	return date(month.Year(), month.Month()+1, 12)
}
