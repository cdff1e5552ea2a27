package course_test

import (
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/course"
	"planwatch/internal/event"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

// TestRebase shows that the part after an event begins with the first period of which
// all lies after its beginning, whenever the figures of it are booked.
func TestRebase(t *testing.T) {
	money, beds := course.CellOf("net_cost_sek", psychiatry), course.CellOf("beds_available", surgery)
	for name, c := range map[string]struct {
		cell   course.Cell
		late   int // how many months later than the next the figures are booked
		events []string
		begins string // the last day of the first period of the newest part; "" is of the chart
		event  string // the one that is named
	}{
		"what accumulates":                         {money, 0, []string{"2024-06-15"}, "2024-07-31", "2024-06-15"},
		"booked a month late":                      {money, 1, []string{"2024-06-15"}, "2024-07-31", "2024-06-15"},
		"on the first of a month":                  {money, 1, []string{"2024-07-01"}, "2024-07-31", "2024-07-01"},
		"on the second":                            {money, 1, []string{"2024-07-02"}, "2024-08-31", "2024-07-02"},
		"on the last":                              {money, 0, []string{"2024-06-30"}, "2024-07-31", "2024-06-30"},
		"at New Year":                              {money, 0, []string{"2024-01-01"}, "2024-01-31", "2024-01-01"},
		"before the chart":                         {money, 0, []string{"2020-01-01"}, "", "2020-01-01"},
		"in the newest period":                     {money, 0, []string{"2025-02-10"}, "", ""},
		"after it":                                 {money, 0, []string{"2025-03-10"}, "", ""},
		"after it, booked a month late":            {money, 1, []string{"2025-02-10"}, "", ""},
		"two in the same month":                    {money, 1, []string{"2024-06-20", "2024-06-15"}, "2024-07-31", "2024-06-20"},
		"of two the second is too young":           {money, 0, []string{"2024-06-15", "2025-02-10"}, "2024-07-31", "2024-06-15"},
		"a stock":                                  {beds, 0, []string{"2024-06-15"}, "2024-06-30", "2024-06-15"},
		"a stock, booked a month late":             {beds, 1, []string{"2024-06-15"}, "2024-06-30", "2024-06-15"},
		"a stock, the day after":                   {beds, 1, []string{"2024-07-01"}, "2024-07-31", "2024-07-01"},
		"a stock, on the day":                      {beds, 0, []string{"2024-06-30"}, "2024-06-30", "2024-06-30"},
		"a stock, after the newest":                {beds, 0, []string{"2025-03-10"}, "", ""},
		"a stock, after the newest, a month later": {beds, 1, []string{"2025-02-10"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			p.region.Events = &event.Set{}
			for _, on := range c.events {
				p.region.Events.Events = append(p.region.Events.Events, event.Event{On: on, Title: language.Text{"en": "New rules"}})
			}
			collector, sample := "beds", kpi.Sample{KPI: "beds_available", Labels: surgeryBeds}
			if c.cell == money {
				collector, sample = "finance", kpi.Sample{KPI: "net_cost_sek", Labels: itsLabels}
			}
			ends := map[time.Time]string{}
			for _, at := range p.region.Collector(collector).Moments(collectors.EachMonth, p.now.AddDate(0, -24, 0), p.now) {
				s := sample
				s.AsOf = time.Date(at.Year(), at.Month()-time.Month(c.late), 1, 0, 0, 0, 0, p.region.Location).Add(-time.Second)
				s.Value = float64(s.AsOf.YearDay())
				p.keep(collector, at, s)
				ends[at.UTC()] = s.AsOf.Format(time.DateOnly)
			}
			chart := p.book().Of(c.cell).Chart
			last := chart.Parts[len(chart.Parts)-1]
			begins := ""
			if last.First > 0 {
				begins = ends[chart.Points[last.First].Time.UTC()]
			}
			named := ""
			if chart.Rebased != nil {
				named = chart.Rebased.On
			}
			if begins != c.begins || named != c.event {
				t.Errorf("the newest part begins with %q for %q, want %q for %q", begins, named, c.begins, c.event)
			}
		})
	}
}
