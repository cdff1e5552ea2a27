package course_test

import (
	"math"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/course"
	"planwatch/internal/kpi"
	"planwatch/internal/spc"
)

// TestOfLongAgo shows that a chart whose newest period is of long ago says nothing of
// now: no signal, no assurance and no series.
func TestOfLongAgo(t *testing.T) {
	for name, c := range map[string]struct {
		withheld, stands int // how many months at the end are withheld, or say the same as before
		want             course.Signal
	}{
		"as always":                               {0, 0, course.UnusuallyHigh},
		"the newest month is withheld":            {1, 0, course.UnusuallyHigh},
		"the two newest are":                      {2, 0, course.TooShort},
		"the five newest are":                     {5, 0, course.TooShort},
		"the newest month has not been booked":    {0, 1, course.UnusuallyHigh},
		"nothing has been booked for five months": {0, 5, course.TooShort},
	} {
		t.Run(name, func(t *testing.T) {
			const months = 24
			p := begin(t)
			p.months("beds", "beds_available", surgeryBeds, months, func(i int, _ time.Time) float64 {
				switch {
				case i >= months-c.withheld:
					return math.NaN()
				case i >= months-c.stands-c.withheld-1:
					return 90
				}
				return 30 + wobble(i)
			})
			if c.stands > 0 {
				all := p.region.Collector("beds").Moments(collectors.EachMonth, p.now.AddDate(0, -c.stands-1, 0), p.now)
				for _, at := range all {
					p.keep("beds", at, kpi.Sample{KPI: "beds_available", Labels: surgeryBeds, Value: 90, AsOf: all[len(all)-1].Add(-time.Hour)})
				}
			}
			book := p.book()
			got := book.Of(course.CellOf("beds_available", surgery))
			if got.Chart.Signal() != c.want || len(got.Points) != months {
				t.Errorf("%s of %d points, want %s of %d", got.Chart.Signal(), len(got.Points), c.want, months)
			}
			if c.want == course.TooShort && (got.Chart.Assured() != spc.AssuranceNoTarget || got.Chart.Limits() != nil || len(book.Metrics()) > 0) {
				t.Errorf("%s, limits %v, %d series", got.Chart.Assured(), got.Chart.Limits(), len(book.Metrics()))
			}
		})
	}
}
