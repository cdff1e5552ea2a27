package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

const specialistNurse = "Specialistsjuksköterska"

// vacancies are the posts that are usually vacant. The report states a great
// shortage of specialist nurses in intensive care and theatres in Gällivare
// and in theatres in Sunderbyn; all numbers are made up.
var vacancies = []struct {
	hospital, area, profession string
	posts                      int
}{
	{"Gällivare", "Förlossning", "Barnmorska", 2},
	{"Gällivare", "IVA", specialistNurse, 9},
	{"Gällivare", "Internmedicin", nurse, 4},
	{"Gällivare", "Operation", specialistNurse, 10},
	{"Kalix", "Internmedicin", nurse, 3},
	{"Kalix", "Operation", specialistNurse, 2},
	{"Kiruna", "Akutvård", nurse, 2},
	{"Kiruna", "Internmedicin", nurse, 3},
	{"Piteå", "Internmedicin", nurse, 3},
	{"Piteå", "Operation", specialistNurse, 2},
	{"Piteå", "Psykiatri", "Specialistläkare", 2},
	{"Sunderby", "Anestesi", "Specialistläkare", 3},
	{"Sunderby", "Förlossning", "Barnmorska", 3},
	{"Sunderby", "Hjärtintensiv", specialistNurse, 4},
	{"Sunderby", "IVA", specialistNurse, 4},
	{"Sunderby", "Kirurgi", nurse, 5},
	{"Sunderby", "Operation", specialistNurse, 14},
	{"Sunderby", "Psykiatri", "Specialistläkare", 4},
}

func vacancyTable() table {
	t := table{name: "vacancy", columns: []string{"counted_on", "hospital", "area", "profession", "vacant_posts"}}
	random := rand.New(rand.NewPCG(2025, 125))
	departure := make([]int, len(vacancies))
	for day := firstMonday; !day.After(lastMonday); day = day.AddDate(0, 0, 7) {
		for i, v := range vacancies {
			// posts are filled and left a few times a year
			if random.IntN(9) == 0 {
				departure[i] = min(max(departure[i]+random.IntN(3)-1, -1), 2)
			}
			t.rows = append(t.rows, []string{day.Format(time.DateOnly), v.hospital, v.area, v.profession, strconv.Itoa(v.posts + departure[i])})
		}
	}
	return t
}
