package course_test

import (
	"slices"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/course"
	"planwatch/internal/kpi"
)

// TestIncreasesOfOnePeriod shows that what was added in several periods is no point:
// each month and each week adds as much here, and some were not read.
func TestIncreasesOfOnePeriod(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		every   collectors.Interval
		now     string
		without []string // the last days of the periods that were not read
		points  int
		newest  string // the last day of the newest point's period
	}{
		"all months":         {collectors.EachMonth, "2025-04-18", nil, 24, "2025-03-31"},
		"without a month":    {collectors.EachMonth, "2025-05-18", []string{"2025-02-28"}, 22, "2025-04-30"},
		"without two months": {collectors.EachMonth, "2025-07-18", []string{"2025-03-31", "2025-04-30"}, 21, "2025-06-30"},
		// January begins at zero: it needs no December, and without it February is of two.
		"without December": {collectors.EachMonth, "2025-02-18", []string{"2024-12-31"}, 22, "2025-01-31"},
		"without January":  {collectors.EachMonth, "2025-04-18", []string{"2025-01-31"}, 22, "2025-03-31"},
		"weeks":            {collectors.EachWeek, "2024-12-20", nil, 0, "2024-12-15"},
		"without a week":   {collectors.EachWeek, "2024-12-20", []string{"2024-12-01"}, -2, "2024-12-15"},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			d := p.region.Collector("finance")
			d.HistorySettings.Chart = c.every
			from := time.Date(2023, 2, 1, 12, 0, 0, 0, p.region.Location)
			if c.every == collectors.EachWeek {
				from = time.Date(2024, 1, 1, 12, 0, 0, 0, p.region.Location)
			}
			p.now = p.at(c.now + " 08:00:00")
			weeks := 0
			for _, at := range d.Moments(c.every, from, p.now) {
				end := p.at(at.Format(time.DateOnly) + " 00:00:00").Add(-time.Second)
				weeks++
				if slices.Contains(c.without, end.Format(time.DateOnly)) {
					continue
				}
				// As much each day.
				days := 1 + end.Sub(time.Date(end.Year(), 1, 1, 0, 0, 0, 0, p.region.Location)).Truncate(day)/day
				p.keep("finance", at, kpi.Sample{KPI: "net_cost_sek", Labels: itsLabels, Value: float64(days), AsOf: end})
			}
			points := p.book().Of(course.CellOf("net_cost_sek", psychiatry)).Chart.Points
			if c.every == collectors.EachWeek {
				c.points += weeks
			}
			if newest := points[len(points)-1].Time.AddDate(0, 0, -1).In(p.region.Location).Format(time.DateOnly); newest != c.newest || len(points) != c.points {
				t.Errorf("%d points up to %s, want %d up to %s", len(points), newest, c.points, c.newest)
			}
			for _, point := range points {
				if point.Value < 6.9 || point.Value > 31.1 || c.every == collectors.EachWeek && point.Value > 7.1 {
					t.Errorf("%v in the period before %s", point.Value, point.Time)
				}
			}
		})
	}
}
