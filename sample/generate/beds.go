package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// Measurements run over these days, both included, at these hours.
var (
	firstDay      = date(2023, time.January, 1)
	lastDay       = date(2025, time.March, 25)
	measuredHours = []int{6, 14, 22}
)

// A ward's patients are always between these bounds, in thousandths of its
// beds. The others are placed on another ward.
const (
	leastOccupied = 800
	mostOccupied  = 1050
)

// beds is a ward at one measurement.
type beds struct {
	available, occupied, outlying int
}

func (b beds) overcrowded() int { return max(0, b.occupied-b.available) }

// room is how many more patients the ward can take without overcrowding.
func (b beds) room() int { return max(0, b.available-b.occupied) }

func bedMeasurementTable() table {
	t := table{name: "bed_measurement", columns: []string{"measured_at", "ward_id", "available", "occupied", "overcrowded", "outlying"}}
	random := rand.New(rand.NewPCG(2025, 318))
	// drift is each ward's slow deviation from its usual pressure, in
	// thousandths.
	drift := make([]int, len(wards))
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		available := make([]int, len(wards))
		for i, w := range wards {
			available[i] = availableBeds(w, day, random)
		}
		for _, hour := range measuredHours {
			measured := make([]beds, len(wards))
			for i, w := range wards {
				drift[i] = drift[i]*97/100 + random.IntN(31) - 15
				pressure := w.at(day).pressure + drift[i] + random.IntN(81) - 40 + seasonalPressure(day, hour)
				measured[i] = beds{available: available[i], occupied: max((available[i]*pressure+500)/1000, fewest(available[i]))}
			}
			placeOutlying(measured)
			moment := day.Add(time.Duration(hour) * time.Hour).Format(time.DateTime)
			for i, b := range measured {
				t.rows = append(t.rows, []string{moment, strconv.Itoa(i + 1), strconv.Itoa(b.available),
					strconv.Itoa(b.occupied), strconv.Itoa(b.overcrowded()), strconv.Itoa(b.outlying)})
			}
		}
	}
	return t
}

// availableBeds is how many of the ward's beds are staffed on the day.
func availableBeds(w ward, day time.Time, random *rand.Rand) int {
	size := w.at(day).beds
	if w.constant {
		return size
	}
	closed := 0
	switch {
	case isSummer(day):
		closed = size * 200 / 1000
	case isChristmas(day):
		closed = size * 120 / 1000
	}
	if w.elective && isWeekend(day) {
		closed = max(closed, size*300/1000)
	}
	// now and then a bed cannot be staffed
	if size >= 12 && random.IntN(5) == 0 {
		closed++
	}
	return size - closed
}

// seasonalPressure is how the need for beds departs from the usual, in
// thousandths of the beds: winter infections, quieter weekends, discharges
// during the day.
func seasonalPressure(day time.Time, hour int) int {
	pressure := 0
	switch day.Month() {
	case time.January, time.February:
		pressure += 25
	case time.March, time.December:
		pressure += 10
	}
	if isWeekend(day) {
		pressure -= 25
	}
	switch hour {
	case 14:
		pressure -= 15
	case 22:
		pressure += 10
	}
	return pressure
}

// fewest is how many patients a ward of that many beds has at least.
func fewest(available int) int { return (available*leastOccupied + 999) / 1000 }

// placeOutlying moves the patients that a ward cannot take to wards of the same
// hospital that have room. If there is no room, they are discharged or moved to
// another hospital and not counted.
func placeOutlying(measured []beds) {
	for i := range measured {
		own := &measured[i]
		most := own.available * mostOccupied / 1000
		for own.occupied > most {
			own.occupied--
			if host := roomiest(measured, wards[i].hospital, i); host >= 0 {
				measured[host].occupied++
				own.outlying++
			}
		}
	}
}

// roomiest is the ward with most room for an outlying patient of ward except in
// the hospital, or -1.
func roomiest(measured []beds, hospital string, except int) int {
	best := -1
	for i, b := range measured {
		if i == except || wards[i].hospital != hospital || !wards[i].hosts || b.room() == 0 {
			continue
		}
		if best < 0 || b.room() > measured[best].room() {
			best = i
		}
	}
	return best
}
