package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// adultNightsOfYear is how many nights adults spend on the children's wards
// in each year from 2023. The report says over 450 for 2024; the exact
// number and the other years are made up.
var adultNightsOfYear = []int{384, 463, 560}

func adultNightTable() table {
	t := table{name: "adult_night", columns: []string{"counted_at", "ward_id", "adults"}}
	random := rand.New(rand.NewPCG(2025, 450))
	var children []int
	for i, w := range wards {
		if w.name == "Barn" {
			children = append(children, i)
		}
	}
	for i, nights := range adultNightsOfYear {
		newYear := date(firstDay.Year()+i, time.January, 1)
		var weights []int
		for day := newYear; day.Year() == newYear.Year(); day = day.AddDate(0, 0, 1) {
			for _, ward := range children {
				weights = append(weights, adultWeight(wards[ward].hospital, day, random))
			}
		}
		for j, adults := range apportion(nights, weights) {
			day := newYear.AddDate(0, 0, j/len(children))
			if day.After(lastDay) {
				break
			}
			counted := day.Add(23*time.Hour + 59*time.Minute)
			t.rows = append(t.rows, []string{counted.Format(time.DateTime), strconv.Itoa(children[j%len(children)] + 1), strconv.Itoa(adults)})
		}
	}
	return t
}

// adultWeight is how likely adults are on the hospital's children's ward that
// night. In Gällivare the ward has cared for orthopaedics' patients since
// September 2024.
func adultWeight(hospital string, day time.Time, random *rand.Rand) int {
	often := 45
	if hospital == "Gällivare" {
		often = 25
		if !day.Before(date(2024, time.September, 1)) {
			often = 50
		}
	}
	if random.IntN(100) >= often {
		return 0
	}
	return 1 + random.IntN(3)
}
