package forecast_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"planwatch/internal/forecast"
)

// made is a kind of made series: eight years, of which the last is forecast.
type made struct {
	name string
	// season is the rate by month, where 1 is usual.
	season [12]float64
	// every is how often the series is known.
	every every
	// change alters the rate of one year from a day on.
	change change
}

type every int

const (
	daily every = iota
	weekly
	monthly
)

// change is a break.
type change struct {
	// factor of the rate; 0 for no break.
	factor float64
	// days it lasts; 0 for all years to come.
	days int
	// last is whether it may be in the last year as well.
	last bool
}

const firstYear, lastYear = 2017, 2024

var (
	even   = [12]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	summer = [12]float64{1.05, 1.1, 1.1, 1.1, 1.1, 0.95, 0.5, 0.75, 1.1, 1.15, 1.15, 0.95}
	rush   = [12]float64{0.8, 0.9, 0.9, 0.9, 0.9, 1, 0.7, 0.8, 1, 1.1, 1.3, 1.9}
	slow   = [12]float64{0.35, 0.4, 0.5, 0.7, 0.9, 1.1, 0.7, 1, 1.3, 1.5, 1.7, 1.9}
)

var kinds = []made{
	{name: "quiet summer", season: summer},
	{name: "rush at the year's end, by months", season: rush, every: monthly},
	{name: "slow start, by weeks", season: slow, every: weekly},
	{name: "quiet summer, a past year with a standstill", season: summer, change: change{factor: 0.2, days: 100}},
	{name: "quiet summer, a past year with a new level", season: summer, change: change{factor: 0.8}},
	{name: "quiet summer, a new level in any year", season: summer, change: change{factor: 0.8, last: true}},
	{name: "no season", season: even},
}

func (m made) seasonal() bool { return m.season != even }

// series is one of the kind. All have a trend of up to 5 % a year, up or down;
// a season that is stronger in one year than in another; and noise from day to
// day and over weeks.
func (m made) series(r *rand.Rand) []forecast.Point {
	trend := r.Float64()*0.1 - 0.05
	breaks := time.Time{}
	if m.change.factor != 0 {
		years := lastYear - firstYear
		if m.change.last {
			years++
		}
		breaks = time.Date(firstYear+r.IntN(years), 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC)
	}
	var points []forecast.Point
	var sum, drift, strength float64
	for day := time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() <= lastYear; day = day.AddDate(0, 0, 1) {
		if day.YearDay() == 1 {
			sum, strength = 0, 1+0.2*r.NormFloat64()
		}
		drift = 0.97*drift + 0.03*r.NormFloat64()
		rate := math.Exp(trend*day.Sub(time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)).Hours()/24/365 + drift + 0.1*r.NormFloat64())
		rate *= max(0, 1+strength*(m.season[day.Month()-1]-1))
		if !breaks.IsZero() && !day.Before(breaks) && (m.change.days == 0 || day.Before(breaks.AddDate(0, 0, m.change.days))) {
			rate *= m.change.factor
		}
		sum += 1000 * rate
		next := day.AddDate(0, 0, 1)
		known := m.every == daily || m.every == weekly && next.Weekday() == time.Monday || m.every == monthly && next.Day() == 1
		if known || next.YearDay() == 1 {
			points = append(points, forecast.Point{At: next.Add(-time.Second), Value: sum})
		}
	}
	return points
}

// score is how forecasts of one kind did on one day.
type score struct {
	kind            string
	month           time.Month
	day             int
	seasonal        float64 // mean errors
	straight        float64
	trials, none    int
	held, intervals int
	width           float64 // sum of (high − low) / final
}

func (s *score) add(t forecast.Trial) {
	if t.Reason != "" {
		s.none++
		return
	}
	s.trials++
	s.seasonal += t.Error()
	s.straight += t.StraightError()
	if held, ok := t.Held(); ok {
		s.intervals++
		s.width += (*t.Forecast.High - *t.Forecast.Low) / 2 / math.Abs(t.Final)
		if held {
			s.held++
		}
	}
}

// coverage is how many of 100 intervals held the value at the end.
func (s *score) coverage() float64 { return 100 * float64(s.held) / float64(s.intervals) }

var days = []struct {
	month time.Month
	day   int
}{{time.March, 31}, {time.June, 30}, {time.September, 30}}

// madeScores forecasts the last year of so many series of each kind.
func madeScores(tb testing.TB, n int) []score {
	tb.Helper()
	var scores []score
	for i, kind := range kinds {
		r := rand.New(rand.NewPCG(2025, uint64(i))) //nolint:gosec // made series are the same each time
		of := make([]score, len(days))
		for j, d := range days {
			of[j] = score{kind: kind.name, month: d.month, day: d.day}
		}
		for range n {
			series := kind.series(r)
			for j, d := range days {
				trials := forecast.BackTest(series, d.month, d.day, time.UTC)
				last := trials[len(trials)-1]
				of[j].add(last)
			}
		}
		scores = append(scores, of...)
	}
	return scores
}

func scoreTable(scores []score) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "made series of eight years\tby\tseasonal off by\tstraight line off by\tinterval ±\theld of 100\tno forecast\t")
	for _, s := range scores {
		n := float64(s.trials)
		fmt.Fprintf(w, "%s\t%d %s\t%.1f %%\t%.1f %%\t%.1f %%\t%.0f\t%d\t\n", s.kind, s.day, s.month,
			100*s.seasonal/n, 100*s.straight/n, 100*s.width/float64(s.intervals), s.coverage(), s.none)
	}
	w.Flush()
	return b.String()
}

// BenchmarkForecast is one forecast from seven daily years. It prints how near
// forecasts come on made series, and how often their intervals hold.
func BenchmarkForecast(b *testing.B) {
	// A benchmark's log is cut after ten lines.
	fmt.Fprintf(os.Stdout, "\n%s\n", scoreTable(madeScores(b, 400)))
	series := kinds[0].series(rand.New(rand.NewPCG(1, 1))) //nolint:gosec // made series are the same each time
	s := forecast.Series{History: series, Now: series[len(series)-180]}
	b.ResetTimer()
	for b.Loop() {
		if _, reason := forecast.Of(s); reason != "" {
			b.Fatal(reason)
		}
	}
}
