//go:build gms_pure_go && !race

// The race detector makes the embedded engine ten times slower, and has nothing to
// look at where collectors run one after another; make test runs these without it.
// What runs at once is held by TestNothingIsLearnedInAYear.

package asof_test

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/builtintest"
	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// trial is a figure of the sample, forecast for 2024 from 2023.
type trial struct {
	kpi string
	forecast.Trial
	// off is how far the straight line was off in 2023 and in 2024, as a share of
	// the value at the end, with its sign.
	off [2]float64
}

// seasonal reports whether there is a season: by this date, both years were off
// the straight line on the same side, by more than one in a hundred.
func (t trial) seasonal() bool {
	return min(t.off[0], t.off[1]) > 0.01 || max(t.off[0], t.off[1]) < -0.01
}

// sampleTrials forecasts, on the last day of the month, each figure that
// accumulates and is known through both years: every KPI over all of its
// labels, and every cell of it.
func sampleTrials(points map[place][]forecast.Point, month time.Month, location *time.Location) (kpis, cells []trial) {
	day := time.Date(2024, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	for _, p := range slices.SortedFunc(maps.Keys(points), func(a, b place) int {
		return cmp.Or(strings.Compare(a.kpi, b.kpi), strings.Compare(a.key, b.key))
	}) {
		t := trial{kpi: p.kpi}
		years := 0
		for _, made := range forecast.BackTest(points[p], month, day, location) {
			if year := made.Now.At.Year(); year == 2023 || year == 2024 {
				t.Trial, t.off[year-2023] = made, made.Straight/made.Final-1
				years++
			}
		}
		switch {
		case years < 2:
		case p.key == "":
			kpis = append(kpis, t)
		default:
			cells = append(cells, t)
		}
	}
	return kpis, cells
}

// samplePoints are what the shipped collectors give on the first morning of
// these months, counted from January 2023, by place; a KPI with all of its
// labels added up has no key.
func samplePoints(tb testing.TB, months []int) (map[place][]forecast.Point, *time.Location) {
	tb.Helper()
	region, err := config.Load(builtintest.OverMariaDB(tb), nil)
	if err != nil {
		tb.Fatal(err)
	}
	accumulates := map[string]kpi.KPI{}
	var names []string
	for _, d := range region.Collectors {
		for _, k := range d.KPIs {
			if k.Accumulates != "" && k.Ratio == nil && !strings.HasSuffix(k.Name, "_year_earlier") {
				accumulates[k.Name] = k
				names = append(names, d.Collector)
			}
		}
	}
	c, err := asof.Open(tb.Context(), region, slices.Compact(names))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	}()
	c.Remember(math.MaxInt)
	points := map[place][]forecast.Point{}
	add := func(p place, at time.Time, value float64) {
		points[p] = append(points[p], forecast.Point{At: at.In(region.Location), Value: value})
	}
	for _, month := range months {
		result := c.Collect(tb.Context(), time.Date(2023, time.Month(month), 1, 8, 0, 0, 0, region.Location))
		for _, failure := range result.Failures {
			tb.Fatal(failure)
		}
		for _, s := range result.Samples {
			if _, ok := accumulates[s.KPI]; ok && !s.Withheld && len(s.Labels) > 0 {
				add(place{s.KPI, s.Labels.Key()}, s.AsOf, s.Value)
			}
		}
		samples := plan.NewSamples(result.Samples)
		for _, k := range accumulates {
			if sum, ok := samples.Aggregate(k, nil); ok && !sum.Withheld {
				add(place{k.Name, ""}, sum.AsOf, sum.Value)
			}
		}
	}
	return points, region.Location
}

// At mid-year the course of 2023 forecasts 2024 at least as well as a straight
// line does, for every KPI that has a season, and for all cells taken together.
func TestSampleForecasts(t *testing.T) {
	// The ends of June and of December, as they are known at once and as the books
	// that are closed later say.
	points, location := samplePoints(t, []int{7, 8, 13, 14, 19, 20, 25, 26})
	kpis, cells := sampleTrials(points, time.June, location)
	seasonal := 0
	for _, k := range kpis {
		if k.Reason != "" {
			t.Errorf("%s: no forecast: %s", k.kpi, k.Reason)
			continue
		}
		if k.Forecast.NoInterval != forecast.FewYears {
			t.Errorf("%s: an interval from one year: %v", k.kpi, k.Forecast)
		}
		if !k.seasonal() {
			continue
		}
		seasonal++
		if k.Error() > k.StraightError() {
			t.Errorf("%s: off by %.2f %%, and the straight line by %.2f %%", k.kpi, 100*k.Error(), 100*k.StraightError())
		}
	}
	if seasonal < 8 {
		t.Errorf("%d KPIs with a season", seasonal)
	}
	var own, straight float64
	for _, c := range cells {
		if c.Reason == "" {
			own += c.Error()
			straight += c.StraightError()
		}
	}
	if len(cells) < 100 || own > straight {
		t.Errorf("%d cells are off by %.2f in all, and the straight line by %.2f", len(cells), own, straight)
	}
}

// BenchmarkSampleForecasts forecasts the sample's figures for 2024 from 2023, and
// prints how near that comes.
func BenchmarkSampleForecasts(b *testing.B) {
	var months []int
	for month := 2; month <= 26; month++ {
		months = append(months, month)
	}
	points, location := samplePoints(b, months)
	for _, month := range []time.Month{time.March, time.June, time.September} {
		kpis, cells := sampleTrials(points, month, location)
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(w, "\n2024 from 2023, at the end of %s\tseasonal off by\tstraight line off by\tin 2023 by\tseason\t\n", month)
		for _, t := range kpis {
			season := ""
			if t.seasonal() {
				season = "yes"
			}
			fmt.Fprintf(w, "%s\t%s\t%+.1f %%\t%+.1f %%\t%s\t\n", t.kpi, seasonalError(t), 100*t.off[1], 100*t.off[0], season)
		}
		mean(w, "KPIs, mean", kpis, func(trial) bool { return true })
		mean(w, "with a season", kpis, trial.seasonal)
		mean(w, "cells, mean", cells, func(trial) bool { return true })
		mean(w, "with a season", cells, trial.seasonal)
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for b.Loop() {
		sampleTrials(points, time.June, location)
	}
}

func seasonalError(t trial) string {
	if t.Reason != "" {
		return string(t.Reason)
	}
	return fmt.Sprintf("%.1f %%", 100*t.Error())
}

// mean writes a row of the mean errors of those that have a forecast.
func mean(w io.Writer, name string, trials []trial, counts func(trial) bool) {
	var seasonal, straight, n float64
	for _, t := range trials {
		if t.Reason == "" && counts(t) {
			seasonal += t.Error()
			straight += t.StraightError()
			n++
		}
	}
	fmt.Fprintf(w, "%.0f %s\t%.1f %%\t%.1f %%\t\t\t\n", n, name, 100*seasonal/n, 100*straight/n)
}
