package course_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// TestShares shows that a ratio of two figures that accumulate is charted by the share
// of each period itself, and held against what the plan wants of the year's.
func TestShares(t *testing.T) {
	other := kpi.NewLabels(kpi.Label{Name: "division", Value: "Nära"})
	// A tenth of the cost of each month is of agency staff, but half of it in February 2025,
	// and nothing costs anything in July.
	type cost struct{ of, to float64 }
	monthly := func(end time.Time) cost {
		switch {
		case end.Month() == time.July:
			return cost{}
		case end.Year() == 2025 && end.Month() == time.February:
			return cost{40, 80}
		}
		return cost{8 + float64(end.Month()%2), 80}
	}
	for name, c := range map[string]struct {
		without []string // months of which nothing is known
		want    int
	}{
		// From March 2023 to February 2025: the first is not known by itself, nor are the two Julys.
		"the months' own shares":                       {nil, 24 - 1 - 2},
		"what follows a gap is of two":                 {[]string{"2024-04-30"}, 24 - 1 - 2 - 2},
		"but January is by itself":                     {[]string{"2023-12-31"}, 24 - 1 - 2 - 1},
		"without July, August is of July and August":   {[]string{"2024-07-31"}, 24 - 1 - 2 - 1},
		"the newest of a year whose January is missed": {[]string{"2024-01-31"}, 24 - 1 - 2 - 2},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			target := p.region.Targets("bed_occupancy_ratio")[0]
			target.ID, target.KPI, target.From = "share", "agency_cost_ratio", plan.Date{Year: 2023, Month: time.January, Day: 1}
			p.region.Plan.Targets = append(p.region.Plan.Targets, target)
			var sum cost
			for at := time.Date(2023, 4, 1, 6, 0, 0, 0, p.region.Location); !at.After(p.now); at = at.AddDate(0, 1, 0) {
				end := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, p.region.Location).Add(-time.Second)
				if end.Month() == time.January {
					sum = cost{}
				}
				sum.of, sum.to = sum.of+monthly(end).of, sum.to+monthly(end).to
				if slices.Contains(c.without, end.Format(time.DateOnly)) {
					continue
				}
				p.keep("finance", at,
					kpi.Sample{KPI: "agency_cost_sek", Labels: itsLabels, Value: sum.of, AsOf: end},
					kpi.Sample{KPI: "net_cost_sek", Labels: itsLabels, Value: sum.to, AsOf: end},
					// A part without its counterpart is of no share.
					kpi.Sample{KPI: "net_cost_sek", Labels: other, Value: 1000 * sum.to, AsOf: end})
			}
			chart := p.book().Of(course.CellOf("agency_cost_ratio", nil)).Chart
			if len(chart.Points) != c.want {
				t.Errorf("%d points, want %d", len(chart.Points), c.want)
			}
			for _, point := range chart.Points {
				month := monthly(point.Time.In(p.region.Location).AddDate(0, 0, -1))
				if math.Abs(point.Value-month.of/month.to) > 1e-9 || point.Target == nil || *point.Target != 0.9 {
					t.Errorf("%s: %v beside %v, want %v beside 0.9", point.Time, point.Value, point.Target, month.of/month.to)
				}
			}
			if chart.Signal() != course.UnusuallyHigh {
				t.Errorf("%s, though the newest month is: %+v", chart.Signal(), chart.Limits())
			}
		})
	}
}
