package forecast_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"

	"planwatch/internal/forecast"
)

var stockholm = func() *time.Location {
	location, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return location
}()

// end is the last second of a day.
func end(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day+1, 0, 0, 0, 0, stockholm).Add(-time.Second)
}

// months are a year's points at the ends of its months, from the months' own
// values; the first of them is of the month first.
func months(year int, first time.Month, values ...float64) []forecast.Point {
	var points []forecast.Point
	var sum float64
	for i, v := range values {
		sum += v
		points = append(points, forecast.Point{At: end(year, first+time.Month(i)+1, 0), Value: sum})
	}
	return points
}

func evenly(each float64) []float64 { return slices.Repeat([]float64{each}, 12) }

// half has a fourth of the year by the end of June.
var half = []float64{5, 5, 5, 5, 5, 5, 15, 15, 15, 15, 15, 15}

func TestOf(t *testing.T) {
	june := func(v float64) forecast.Point { return forecast.Point{At: end(2025, time.June, 30), Value: v} }
	byDay := func(at time.Time) float64 { return float64(at.In(stockholm).YearDay()) / 365 }
	share := func(v float64) func(time.Time) float64 { return func(time.Time) float64 { return v } }
	scaled := func(factor float64, of []float64) []float64 {
		values := slices.Clone(of)
		for i := range values {
			values[i] *= factor
		}
		return values
	}
	several := func(first int, years ...[]float64) []forecast.Point {
		var points []forecast.Point
		for i, values := range years {
			points = append(points, months(first+i, time.January, values...)...)
		}
		return points
	}
	cases := []struct {
		name   string
		series forecast.Series
		value  float64
		reason forecast.Reason
		// method is Seasonal if empty.
		method   forecast.Method
		years    []int
		setAside []int
		interval bool
		spentOn  string
	}{
		{
			name:   "one year: its share, and no interval",
			series: forecast.Series{History: several(2024, half), Now: june(50)},
			value:  200, years: []int{2024},
		},
		{
			name:   "three years: too few for an interval",
			series: forecast.Series{History: several(2022, half, scaled(2, half), half), Now: june(50)},
			value:  200, years: []int{2022, 2023, 2024},
		},
		{
			name:   "four years have an interval",
			series: forecast.Series{History: several(2021, half, half, scaled(3, half), half), Now: june(50)},
			value:  200, years: []int{2021, 2022, 2023, 2024}, interval: true,
		},
		{
			name: "a year unlike the others is set aside",
			series: forecast.Series{
				History: several(2019, half, half, scaled(1.01, half), []float64{5, 5, 5, 5, 5, 6, 15, 15, 15, 15, 15, 15}, []float64{60, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1}, half),
				Now:     june(50),
			},
			value: 199.0228, years: []int{2019, 2020, 2021, 2022, 2024}, setAside: []int{2023}, interval: true,
		},
		{
			name:   "a year in which nothing happened tells nothing",
			series: forecast.Series{History: several(2023, half, evenly(0)), Now: june(50)},
			value:  200, years: []int{2023},
		},
		{
			name:   "a year that is not over in the books tells nothing",
			series: forecast.Series{History: append(several(2023, half), months(2024, time.January, evenly(7)[:11]...)...), Now: june(50)},
			value:  200, years: []int{2023},
		},
		{
			name: "a year that is known to the middle of December tells nothing",
			series: forecast.Series{
				History: append(several(2023, half), append(months(2024, time.January, evenly(7)[:11]...), forecast.Point{At: end(2024, time.December, 20), Value: 80})...),
				Now:     june(50),
			},
			value: 200, years: []int{2023},
		},
		{
			name: "a year that is not known around the date tells nothing",
			series: forecast.Series{
				History: append(several(2023, half), forecast.Point{At: end(2024, time.March, 31), Value: 15}, forecast.Point{At: end(2024, time.December, 31), Value: 30}),
				Now:     june(50),
			},
			value: 200, years: []int{2023},
		},
		{
			name:   "a year that was begun to be counted in autumn tells nothing",
			series: forecast.Series{History: append(several(2022, half), months(2024, time.August, 0.1, 15, 15, 15, 15)...), Now: forecast.Point{At: end(2025, time.September, 30), Value: 75}},
			value:  120, years: []int{2022},
		},
		{
			name:   "a year that is known from May on, with all that was before",
			series: forecast.Series{History: months(2024, time.May, 25, 5, 15, 15, 15, 15, 15, 15), Now: june(50)},
			value:  200, years: []int{2024},
		},
		{
			name:   "between two points",
			series: forecast.Series{History: several(2023, half), Now: forecast.Point{At: time.Date(2025, 7, 16, 12, 0, 0, 0, stockholm), Value: 75}},
			value:  240, years: []int{2023},
		},
		{
			name:   "29 February is a part of February",
			series: forecast.Series{History: several(2024, evenly(10)), Now: forecast.Point{At: end(2025, time.February, 28), Value: 20}},
			value:  120, years: []int{2024},
		},
		{
			name:   "on 29 February",
			series: forecast.Series{History: several(2023, evenly(10)), Now: forecast.Point{At: end(2024, time.February, 29), Value: 20}},
			value:  120, years: []int{2023},
		},
		{
			name:   "values below zero",
			series: forecast.Series{History: several(2021, scaled(-1, half), scaled(-1, half), scaled(-1, half), scaled(-1, half)), Now: june(-50), Full: -125},
			value:  -200, years: []int{2021, 2022, 2023, 2024}, interval: true, spentOn: "2025-09-30",
		},
		{
			name:   "a correction late in the year",
			series: forecast.Series{History: several(2024, []float64{10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, -10}), Now: june(30)},
			value:  50, years: []int{2024},
		},
		{
			name:   "a budget is spent along the season",
			series: forecast.Series{History: several(2024, half), Now: june(50), Full: 110},
			value:  200, years: []int{2024}, spentOn: "2025-09-12",
		},
		{
			name:   "a budget that lasts",
			series: forecast.Series{History: several(2024, half), Now: june(50), Full: 201},
			value:  200, years: []int{2024},
		},
		{
			name:   "a budget that lasts just to the end",
			series: forecast.Series{History: several(2024, half), Now: june(50), Full: 200},
			value:  200, years: []int{2024}, spentOn: "2025-12-31",
		},
		{
			name:   "a budget that is spent already",
			series: forecast.Series{History: append(several(2024, half), months(2025, time.January, 10, 10, 10, 10, 10)...), Now: june(60), Full: 30},
			value:  240, years: []int{2024}, spentOn: "2025-03-31",
		},
		{
			name:   "a period that ends before the year",
			series: forecast.Series{History: several(2024, half), Now: june(50), End: time.Date(2025, 10, 1, 0, 0, 0, 0, stockholm)},
			value:  125, years: []int{2024},
		},
		{
			name:   "without past, the pace against the plan",
			series: forecast.Series{Now: june(50), Due: byDay, Full: 75},
			value:  100.83, method: forecast.Pace, spentOn: "2025-09-29",
		},
		{
			name:   "over years, the pace against the plan",
			series: forecast.Series{History: several(2024, half), Now: june(50), Due: share(0.2), End: time.Date(2027, 1, 1, 0, 0, 0, 0, stockholm)},
			value:  250, method: forecast.Pace,
		},
		{
			name: "a value that stands over the summer, by pace",
			series: forecast.Series{
				History: months(2025, time.January, 10, 10, 10, 10, 10, 10, 0, 0),
				Now:     forecast.Point{At: end(2025, time.September, 5), Value: 60}, Due: share(0.5),
			},
			value: 120, method: forecast.Pace,
		},
		{
			name: "a value that is booked monthly stands until the next booking",
			series: forecast.Series{
				History: []forecast.Point{{At: end(2025, time.January, 10), Value: 60}},
				Now:     forecast.Point{At: end(2025, time.February, 20), Value: 60}, Due: share(0.125),
			},
			value: 480, method: forecast.Pace,
		},
		{name: "no number", series: forecast.Series{Now: june(math.NaN())}, reason: forecast.NoFigure},
		{name: "neither past nor plan", series: forecast.Series{Now: june(5)}, reason: forecast.NoPast},
		{name: "nothing due", series: forecast.Series{Now: june(5), Due: share(0)}, reason: forecast.NothingDue},
		{name: "all due in January", series: forecast.Series{Now: june(5), Due: share(1)}, reason: forecast.AllDue},
		{name: "hardly anything due", series: forecast.Series{Now: june(5), Due: share(0.08)}, reason: forecast.TooEarly},
		{name: "zero, by pace", series: forecast.Series{Now: june(0), Due: byDay}, reason: forecast.NothingYet},
		{name: "zero, by season", series: forecast.Series{History: several(2024, half), Now: june(0)}, reason: forecast.NothingYet},
		{
			name:   "a budget that was set in January is a stock",
			series: forecast.Series{History: several(2023, []float64{9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, []float64{8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), Now: june(7)},
			reason: forecast.AllDone,
		},
		{
			name:   "a value that stands since January",
			series: forecast.Series{History: months(2025, time.January, 5, 0, 0, 0, 0), Now: june(5), Due: byDay},
			reason: forecast.Standing,
		},
		{
			name:   "January is too early for a figure that starts slowly",
			series: forecast.Series{History: several(2024, half), Now: forecast.Point{At: end(2025, time.January, 31), Value: 5}},
			reason: forecast.TooEarly,
		},
		{
			name:   "years that begin after this date",
			series: forecast.Series{History: several(2024, []float64{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}), Now: june(5)},
			reason: forecast.TooEarly,
		},
		{
			name:   "years that differ wildly",
			series: forecast.Series{History: several(2022, half, []float64{50, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1}, []float64{1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 5}), Now: june(5)},
			reason: forecast.Unsteady,
		},
		{
			name:   "a result that goes up and down",
			series: forecast.Series{History: several(2024, []float64{9, -7, 9, -9, 9, -7, 9, -9, 9, -7, 9, -2}), Now: june(5)},
			reason: forecast.Unsteady,
		},
		{
			name:   "a loss after a year with a gain",
			series: forecast.Series{History: several(2024, half), Now: june(-5)},
			reason: forecast.Unsteady,
		},
		{
			name:   "the last day",
			series: forecast.Series{History: several(2024, half), Now: forecast.Point{At: end(2025, time.December, 31), Value: 99}},
			reason: forecast.Ended,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.series.Location = stockholm
			f, reason := forecast.Of(c.series)
			if reason != c.reason {
				t.Fatalf("reason %q, not %q: %+v", reason, c.reason, f)
			}
			if reason != "" {
				return
			}
			if c.method == "" {
				c.method = forecast.Seasonal
			}
			if math.Abs(f.Value/c.value-1) > 1e-4 {
				t.Errorf("the forecast is %v, not %v", f.Value, c.value)
			}
			if f.Method != c.method || !slices.Equal(f.Years, c.years) || !slices.Equal(f.SetAside, c.setAside) {
				t.Errorf("%s from %v without %v, not %s from %v without %v", f.Method, f.Years, f.SetAside, c.method, c.years, c.setAside)
			}
			switch {
			case c.interval && (f.Low == nil || f.High == nil || f.NoInterval != ""):
				t.Errorf("no interval: %s", f.NoInterval)
			case !c.interval && (f.Low != nil || f.High != nil || f.NoInterval != forecast.FewYears):
				t.Errorf("an interval, %v to %v, or the reason %q", f.Low, f.High, f.NoInterval)
			}
			spent := ""
			if !f.SpentOn.IsZero() {
				spent = f.SpentOn.Format(time.DateOnly)
			}
			if spent != c.spentOn {
				t.Errorf("spent on %q, not %q", spent, c.spentOn)
			}
		})
	}
}

// The interval is Student's for a new value beside those of the past years.
func TestInterval(t *testing.T) {
	// By the end of June a half, times these.
	var history []forecast.Point
	logs := []float64{-0.02, 0.01, 0.03, -0.01, 0.04}
	for i, x := range logs {
		done := 100 * math.Exp(-x)
		history = append(history,
			forecast.Point{At: end(2020+i, time.June, 30), Value: done / 2},
			forecast.Point{At: end(2020+i, time.December, 31), Value: 100})
	}
	f, reason := forecast.Of(forecast.Series{History: history, Now: forecast.Point{At: end(2025, time.June, 30), Value: 50}, Location: stockholm})
	if reason != "" || f.Low == nil {
		t.Fatal(reason, f.NoInterval)
	}
	// Mean 0.01, standard deviation 0.025495, t with four degrees of freedom 2.1318.
	width := 2.1318 * 0.0254951 * math.Sqrt(1+1.0/5)
	for name, pair := range map[string][2]float64{
		"value": {f.Value, 100 * math.Exp(0.01)},
		"low":   {*f.Low, 100 * math.Exp(0.01-width)},
		"high":  {*f.High, 100 * math.Exp(0.01+width)},
	} {
		if math.Abs(pair[0]-pair[1]) > 0.001 {
			t.Errorf("%s is %v, not %v", name, pair[0], pair[1])
		}
	}
}

// What is known later does not change a forecast that was made before.
func TestBackTestKnowsNoFuture(t *testing.T) {
	var history []forecast.Point
	for year := 2019; year <= 2024; year++ {
		history = append(history, months(year, time.January, half...)...)
	}
	history = append(history, months(2025, time.January, evenly(100)...)...)
	trials := forecast.BackTest(history, time.June, 30, stockholm)
	if len(trials) != 7 || trials[0].Reason != forecast.NoPast {
		t.Fatalf("%d trials, the first with %q", len(trials), trials[0].Reason)
	}
	for i, trial := range trials[1:6] {
		if trial.Error() > 1e-9 || len(trial.Forecast.Years) != i+1 {
			t.Errorf("%s: off by %v from %v", trial.Now.At, trial.Error(), trial.Forecast.Years)
		}
		if held, ok := trial.Held(); held != ok || ok != (i+1 >= forecast.MinYears) {
			t.Errorf("%s: held %v, %v", trial.Now.At, held, ok)
		}
	}
	last := trials[6]
	if math.Abs(last.Error()-1) > 1e-9 || last.StraightError() > 0.01 {
		t.Errorf("off by %v, the straight line by %v", last.Error(), last.StraightError())
	}
	if held, ok := last.Held(); held || !ok {
		t.Errorf("held %v, %v", held, ok)
	}
}

// fuzzed makes a series of bytes: each four are the hours after the one before,
// and a value.
func fuzzed(data []byte, value, full, due float64) forecast.Series {
	at := time.Date(2015, 1, 1, 0, 0, 0, 0, stockholm)
	var history []forecast.Point
	for ; len(data) >= 4 && len(history) < 500; data = data[4:] {
		at = at.Add(time.Duration(binary.LittleEndian.Uint16(data)%2000) * time.Hour)
		v := float64(int16(binary.LittleEndian.Uint16(data[2:])))
		history = append(history, forecast.Point{At: at, Value: v})
	}
	return forecast.Series{
		History: history, Now: forecast.Point{At: at.Add(time.Hour), Value: value}, Full: full,
		Due: func(time.Time) float64 { return due }, Location: stockholm,
	}
}

// No series makes it panic or return what is no number; the value lies in its
// interval, and ten times the series is ten times the forecast.
func FuzzOf(f *testing.F) {
	seed := func(points []forecast.Point, value, full, due float64) {
		var data []byte
		before := time.Date(2015, 1, 1, 0, 0, 0, 0, stockholm)
		for _, p := range points {
			hours := int(p.At.Sub(before).Hours())
			data = binary.LittleEndian.AppendUint16(data, uint16(hours))
			data = binary.LittleEndian.AppendUint16(data, uint16(int16(p.Value)))
			before = before.Add(time.Duration(hours) * time.Hour)
		}
		f.Add(data, value, full, due)
	}
	var points []forecast.Point
	for year := 2015; year <= 2021; year++ {
		points = append(points, months(year, time.January, half...)...)
	}
	points = append(points, months(2022, time.January, half[:6]...)...)
	seed(points, 40, 90, 0.5)
	seed(points, -40, -90, 0.5)
	seed(nil, 40, 90, 0.5)
	seed(nil, math.NaN(), math.Inf(1), math.NaN())
	seed(points[:20], math.MaxFloat64, 1, 1e-300)
	f.Fuzz(func(t *testing.T, data []byte, value, full, due float64) {
		series := fuzzed(data, value, full, due)
		made, reason := forecast.Of(series)
		if (reason == "") != (made.Method != "") {
			t.Fatalf("%+v and %q", made, reason)
		}
		if reason != "" {
			return
		}
		numbers := []float64{made.Value, made.Share}
		if made.Low != nil {
			numbers = append(numbers, *made.Low, *made.High)
			if *made.Low > made.Value || made.Value > *made.High {
				t.Errorf("%v is not in %v to %v", made.Value, *made.Low, *made.High)
			}
		}
		for _, v := range numbers {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("no number: %+v", made)
			}
		}
		if (made.Low == nil) != (made.High == nil) || (made.Low == nil) != (made.NoInterval != "") {
			t.Errorf("half an interval: %+v", made)
		}
		if !made.SpentOn.IsZero() && made.SpentOn.Year() != series.Now.At.Year() {
			t.Errorf("spent on %s", made.SpentOn)
		}
		if size := math.Abs(value); size < 1e-100 || size > 1e100 || math.Abs(made.Value) > 1e100 {
			return
		}
		for _, factor := range []float64{10, -0.25} {
			scaled := fuzzed(data, value*factor, full*factor, due)
			for i := range scaled.History {
				scaled.History[i].Value *= factor
			}
			again, reason := forecast.Of(scaled)
			if reason != "" || math.Abs(again.Value-made.Value*factor) > 1e-6*math.Abs(made.Value*factor) {
				t.Errorf("times %v: %v and %q, not %v", factor, again.Value, reason, made.Value*factor)
			}
		}
	})
}

// Points in another order, and points of later years, change nothing.
func TestOrderOfHistory(t *testing.T) {
	history := slices.Concat(months(2023, time.January, half...), months(2024, time.January, 5, 5, 5, 5, 5, 10, 15, 15, 15, 15, 15, 15))
	now := forecast.Point{At: end(2025, time.June, 30), Value: 40}
	want, reason := forecast.Of(forecast.Series{History: history, Now: now, Full: 30, Location: stockholm})
	if reason != "" {
		t.Fatal(reason)
	}
	slices.Reverse(history)
	history = append(history, months(2025, time.July, 500, 500)...)
	history = append(history, months(2026, time.January, half...)...)
	got, reason := forecast.Of(forecast.Series{History: history, Now: now, Full: 30, Location: stockholm})
	if reason != "" || math.Abs(got.Value-want.Value) > 1e-9 || !got.SpentOn.Equal(want.SpentOn) {
		t.Errorf("%v and %q, spent on %s; not %v, %s", got.Value, reason, got.SpentOn, want.Value, want.SpentOn)
	}
}
