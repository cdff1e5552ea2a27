package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// season is a wave of a disease: cases a week at its peak, with fewer before
// and after.
type season struct {
	peak  time.Time
	cases int
	// weeks from the peak until the wave has passed
	weeks int
}

// diseases are in order of their rows. All cases are made up. As in the report,
// influenza in March 2025 is as a year earlier and the other three are low.
var diseases = []struct {
	name string
	// usual is the cases a week between waves.
	usual int
	// admitted is how many cases in a thousand need hospital care.
	admitted int
	seasons  []season
}{
	{"Covid-19", 9, 210, []season{{date(2023, time.January, 9), 70, 9}, {date(2023, time.December, 11), 125, 11}, {date(2024, time.August, 19), 40, 6}, {date(2024, time.October, 21), 55, 8}}},
	{"Influensa", 3, 120, []season{{date(2022, time.December, 26), 95, 8}, {date(2024, time.February, 5), 92, 9}, {date(2025, time.February, 3), 90, 9}}},
	{"RS", 2, 260, []season{{date(2023, time.January, 2), 52, 8}, {date(2024, time.February, 19), 64, 9}, {date(2025, time.March, 3), 26, 7}}},
	{"Vinterkräksjuka", 3, 90, []season{{date(2023, time.March, 6), 30, 9}, {date(2024, time.March, 4), 38, 9}, {date(2025, time.March, 10), 14, 7}}},
}

// reportingDays are the shares of a week's cases that are reported on each
// day, in hundredths, beginning with Sunday.
var reportingDays = [7]int{4, 21, 20, 18, 17, 15, 5}

func infectionDayTable() table {
	t := table{name: "infection_day", columns: []string{"day", "disease", "cases", "admitted"}}
	random := rand.New(rand.NewPCG(2025, 7))
	// admissions are drawn by themselves, so that the cases stay as they are
	hospital := rand.New(rand.NewPCG(2025, 8))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		for _, d := range diseases {
			week := d.usual * 1000
			for _, s := range d.seasons {
				week += s.at(day)
			}
			cases := week * reportingDays[day.Weekday()] / 100
			cases = (cases*(random.IntN(41)+80)/100 + random.IntN(1000)) / 1000
			admitted := 0
			for range cases {
				if hospital.IntN(1000) < d.admitted {
					admitted++
				}
			}
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), d.name, strconv.Itoa(cases), strconv.Itoa(admitted)})
		}
	}
	return t
}

// at is how many cases a week the wave brings on the day, in thousandths.
func (s season) at(day time.Time) int {
	width := s.weeks * 7
	off := daysBetween(s.peak, day)
	if off <= -width || off >= width {
		return 0
	}
	return s.cases * (1000 - 1000*off*off/(width*width))
}
