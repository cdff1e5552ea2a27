package collectors_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// history is what happened at some places over months, and when the warehouse
// was told.
type history struct {
	places []string
	// growth is, by place and month, how many were added on the month's last day.
	growth map[string][]float64
	// late is by how many days the warehouse is told late.
	late map[string][]int
}

const elsewhere = "elsewhere" // counted in the total, and in no row

func randomHistory(random *rand.Rand, months int) history {
	h := history{places: []string{"A", "B", "C", "D", elsewhere}, growth: map[string][]float64{}, late: map[string][]int{}}
	for _, place := range h.places {
		for range months {
			h.growth[place] = append(h.growth[place], []float64{0, 0, 1, 2, 3, 4, 5, 7, 9, 30}[random.IntN(10)])
			h.late[place] = append(h.late[place], max(0, random.IntN(6)-2))
		}
	}
	return h
}

// ask is the warehouse as it is on the day today.
func (h history) ask(today time.Time) collectors.Ask {
	return func(_ context.Context, moment time.Time) (*warehouse.Result, error) {
		result := &warehouse.Result{Columns: []warehouse.Column{
			{Name: "hospital", Type: warehouse.Text}, {Name: "counted_through", Type: warehouse.Time},
			{Name: "operations", Type: warehouse.Number}, {Name: "cost", Type: warehouse.Number},
		}}
		total, totalThrough := 0.0, time.Time{}
		for _, place := range h.places {
			sum, through := 0.0, moment.AddDate(0, 0, -1)
			for month, growth := range h.growth[place] {
				last := time.Date(2025, time.Month(month+2), 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
				told := today.After(last.AddDate(0, 0, 1+h.late[place][month]))
				switch {
				case !last.Before(moment):
				case told:
					sum += growth
				default:
					through = last.AddDate(0, 0, -2)
				}
			}
			through = time.Date(through.Year(), through.Month(), through.Day(), 23, 59, 59, 0, time.UTC)
			total += sum
			if totalThrough.IsZero() || through.Before(totalThrough) {
				totalThrough = through
			}
			if place != elsewhere {
				result.Rows = append(result.Rows, []warehouse.Value{text(place), at(through), num(sum), num(0)})
			}
		}
		result.Rows = append(result.Rows, []warehouse.Value{text(""), at(totalThrough), num(total), num(0)})
		return result, nil
	}
}

// Whoever reads every day knows no step of one to four people: at a place, or in
// what a total counts beside its places; also where rows come late.
func TestReleasesOfRandomHistories(t *testing.T) {
	d := load(t, "operations", operationsYAML)
	const months = 6
	shownEver := 0
	for seed := range uint64(150) {
		h := randomHistory(rand.New(rand.NewPCG(seed, 1)), months)
		known := map[string][]float64{} // by place
		for month := 1; month <= months; month++ {
			for day := 1; day <= 6; day++ {
				today := time.Date(2025, time.Month(month+1), day, 8, 0, 0, 0, time.UTC)
				run, err := d.Collect(t.Context(), h.ask(today), today)
				if err != nil {
					t.Fatal(err)
				}
				for place, value := range learnt(run.Samples) {
					known[place] = append(known[place], value)
					shownEver++
				}
			}
		}
		for place, values := range known {
			slices.Sort(values)
			for i := 1; i < len(values); i++ {
				if step := values[i] - values[i-1]; step > 0 && step < 5 {
					t.Errorf("seed %d: %s: %v and %v were both known, which tells of %v people", seed, place, values[i-1], values[i], step)
				}
			}
		}
	}
	if shownEver == 0 {
		t.Error("nothing was ever shown")
	}
}

// learnt are the counts that are shown, by place, and what the total has beside
// them where it is of the same day.
func learnt(samples []kpi.Sample) map[string]float64 {
	shown := map[string]kpi.Sample{}
	for _, s := range samples {
		if s.KPI == "operations" && !s.Withheld {
			shown[s.Labels.Get("hospital")] = s
		}
	}
	all := map[string]float64{}
	total, whole := shown[""]
	rest := total.Value
	for place, s := range shown {
		all[fmt.Sprintf("place %q", place)] = s.Value
		if place != "" {
			whole = whole && s.AsOf.Equal(total.AsOf)
			rest -= s.Value
		}
	}
	if whole && len(shown) == 5 {
		all["the rest"] = rest
	}
	return all
}
