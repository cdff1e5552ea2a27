package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// Emergency departments are measured at these hours. All of them exist on the
// day when summer time begins.
var edHours = []int{0, 6, 12, 18}

// edShares are the shares of a day's patients that arrived since the previous
// measurement, in thousandths.
var edShares = []int{240, 100, 300, 360}

// emergencyDepartments are in order of the hospitals' ids. Patients a day and
// lengths of stay are made up. The report states that the inflow has risen
// markedly since Cosmic at all but Sunderby.
var emergencyDepartments = []struct {
	patients int
	// cosmic is the inflow since Cosmic compared with before, in thousandths.
	cosmic int
	// stays are the shares of visits of up to 2, 4 and 8 hours, in thousandths.
	stays [3]int
}{
	{112, 1000, [3]int{150, 360, 340}},
	{46, 1210, [3]int{280, 420, 230}},
	{30, 1230, [3]int{300, 430, 220}},
	{38, 1190, [3]int{260, 410, 250}},
	{31, 1260, [3]int{330, 420, 200}},
}

func edMeasurementTable() table {
	t := table{name: "ed_measurement", columns: []string{"measured_at", "hospital_id", "arrivals", "present", "stays_brief", "stays_short", "stays_long", "stays_longer"}}
	random := rand.New(rand.NewPCG(2025, 112))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		for i, hour := range edHours {
			moment := day.Add(time.Duration(hour) * time.Hour)
			for id, d := range emergencyDepartments {
				amount := d.patients * edShares[i] * edPressure(moment) / 1000
				if !moment.Before(cosmicIntroduction) {
					amount = amount * d.cosmic / 1000
				}
				arrivals := about(random, amount, amount/4+900)
				row := []string{moment.Format(time.DateTime), strconv.Itoa(id + 1), strconv.Itoa(arrivals), strconv.Itoa(about(random, amount*55/100, amount/8+900))}
				left := about(random, amount, amount/5+500)
				rest := left
				for _, share := range d.stays {
					part := min(rest, about(random, left*share, 400))
					rest -= part
					row = append(row, strconv.Itoa(part))
				}
				t.rows = append(t.rows, append(row, strconv.Itoa(rest)))
			}
		}
	}
	return t
}

// edPressure is how the inflow at the moment departs from the usual, in
// thousandths.
func edPressure(moment time.Time) int {
	pressure := 1000
	switch moment.Weekday() {
	case time.Monday:
		pressure += 80
	case time.Saturday, time.Sunday:
		pressure -= 40
	}
	switch moment.Month() {
	case time.January, time.February:
		pressure += 30
	case time.July:
		pressure += 60
	}
	return pressure
}
