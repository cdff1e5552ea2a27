package report_test

import (
	"slices"
	"testing"
	"time"

	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
	"planwatch/internal/regiontest"
	"planwatch/internal/report"
	"planwatch/plan"
)

func whole(n int) *decimal.Decimal { return new(decimal.Whole(n)) }

// What a target wants ahead goes up as it falls due, to the value at the period's end.
func TestAhead(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	day := func(month time.Month, day int) time.Time { return time.Date(2025, month, day, 0, 0, 0, 0, zone) }
	year := plan.Terms{From: plan.Date{Year: 2025, Month: 1, Day: 1}, To: plan.Date{Year: 2025, Month: 12, Day: 31}}
	steps := year
	steps.Phasing = plan.Phasing{Milestones: []plan.Milestone{{On: plan.Date{Year: 2025, Month: 10, Day: 15}, Value: whole(100)}}, Shape: plan.Steps, Start: whole(40)}
	endless := plan.Terms{From: year.From}
	tests := []struct {
		name   string
		target plan.Target
		k      kpi.KPI
		want   []float64
		ends   time.Time
	}{
		{"a level", plan.Target{Value: whole(365), Terms: year}, kpi.KPI{}, []float64{365, 365, 365, 365, 365}, day(12, 32)},
		{"what accumulates", plan.Target{Value: whole(365), Terms: year}, kpi.KPI{Accumulates: kpi.Year}, []float64{258, 273, 304, 334, 365}, day(12, 32)},
		{"steps", plan.Target{Value: whole(365), Terms: steps}, kpi.KPI{}, []float64{40, 40, 40, 100, 100, 100, 365}, day(12, 32)},
		{"without an end", plan.Target{Value: whole(7), Terms: endless}, kpi.KPI{}, []float64{7, 7, 7, 7, 7}, time.Time{}},
		{"against another figure", plan.Target{ValueFrom: &plan.ValueFrom{At: plan.YearEarlier}, Terms: year}, kpi.KPI{Accumulates: kpi.Year}, nil, day(12, 32)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := report.Row{KPI: kpi.Entry{KPI: tt.k}, Target: &tt.target, DataTime: day(9, 15)}
			var got []float64
			for _, due := range row.Ahead(day(9, 16), day(12, 32)) {
				got = append(got, float64(int(due.Value+0.5)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
			if ends := row.Ends(zone); !ends.Equal(tt.ends) {
				t.Errorf("ends %s, want %s", ends, tt.ends)
			}
		})
	}
	t.Run("no target", func(t *testing.T) {
		row := report.Row{}
		if row.Ahead(day(9, 16), day(12, 32)) != nil || !row.Ends(zone).IsZero() {
			t.Error("something ahead")
		}
	})
	t.Run("a figure of years ends with its own", func(t *testing.T) {
		years := plan.Target{Value: whole(365), Terms: plan.Terms{From: year.From, To: plan.Date{Year: 2027, Month: 12, Day: 31}}}
		row := report.Row{KPI: kpi.Entry{KPI: kpi.KPI{Accumulates: kpi.Year}}, Target: &years, DataTime: day(9, 15)}
		if ends := row.Ends(zone); !ends.Equal(day(12, 32)) {
			t.Errorf("ends %s", ends)
		}
	})
}

// The ends of a band are in the KPI's unit.
func TestBand(t *testing.T) {
	base, err := regiontest.Units(t).Get("ratio")
	if err != nil {
		t.Fatal(err)
	}
	target := plan.Target{Between: &plan.Between{Low: whole(85), High: whole(95)}, Terms: plan.Terms{Unit: "percent"}}
	row := report.Row{KPI: kpi.Entry{Base: base}, Target: &target}
	if low, high, ok := row.Band(); !ok || low != 0.85 || high != 0.95 {
		t.Errorf("%v to %v, %v", low, high, ok)
	}
	target.Between = nil
	if _, _, ok := row.Band(); ok {
		t.Error("a band of one value")
	}
}
