package forecast_test

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
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
	// in says which year it begins in.
	in in
}

type in int

const (
	pastYear in = iota
	anyYear
	thisYear
)

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
	{name: "quiet summer, a new level in any year", season: summer, change: change{factor: 0.8, in: anyYear}},
	{name: "quiet summer, a new level in this year", season: summer, change: change{factor: 0.8, in: thisYear}},
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
		year := firstYear + r.IntN(lastYear-firstYear)
		if m.change.in == thisYear || m.change.in == anyYear && r.IntN(lastYear-firstYear+1) == 0 {
			year = lastYear
		}
		breaks = time.Date(year, 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC)
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
	kind            made
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

// madeScores forecasts the last year of so many series of each kind. byYears are
// the forecasts at mid-year of all years of those with a season and no break, by
// how many years there are before.
func madeScores(n int) (scores, byYears []score) {
	byYears = make([]score, lastYear-firstYear+1)
	for i, kind := range kinds {
		r := rand.New(rand.NewPCG(2025, uint64(i)))
		of := make([]score, len(days))
		for j, d := range days {
			of[j] = score{kind: kind, month: d.month, day: d.day}
		}
		for range n {
			series := kind.series(r)
			for j, d := range days {
				trials := forecast.BackTest(series, d.month, d.day, time.UTC)
				of[j].add(trials[len(trials)-1])
				if d.month != time.June || !kind.seasonal() || kind.change.factor != 0 {
					continue
				}
				for years, t := range trials[1:] {
					byYears[years+1].add(t)
				}
			}
		}
		scores = append(scores, of...)
	}
	return scores, byYears[1:]
}

func writeScores(out io.Writer, scores, byYears []score) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	const columns = "seasonal off by\tstraight line off by\tinterval ±\theld of 100\tno forecast\t\n"
	fmt.Fprint(w, "\nthe last of eight made years\tat the end of\t"+columns)
	for _, s := range scores {
		fmt.Fprintf(w, "%s\t%s\t%s", s.kind.name, s.month, s.columns())
	}
	fmt.Fprint(w, "\nwith a season, at mid-year\tyears before\t"+columns)
	for i, s := range byYears {
		fmt.Fprintf(w, "\t%d\t%s", i+1, s.columns())
	}
	fmt.Fprintln(w)
	return w.Flush()
}

func (s *score) columns() string {
	n := float64(s.trials)
	width, held := "–", "–"
	if s.intervals > 0 {
		width, held = fmt.Sprintf("%.1f %%", 100*s.width/float64(s.intervals)), fmt.Sprintf("%.0f", s.coverage())
	}
	return fmt.Sprintf("%.1f %%\t%.1f %%\t%s\t%s\t%d\t\n", 100*s.seasonal/n, 100*s.straight/n, width, held, s.none)
}

// At mid-year, and on the other days, the seasonal forecast is nearer than the
// straight line for each kind of series with a season, and its intervals hold
// about nine of ten values. This is so for the years after a break, and for
// breaks that may be in any year. Where the break is known to be in the year
// itself, the past cannot tell of it.
func TestMadeSeries(t *testing.T) {
	scores, byYears := madeScores(150)
	held, intervals := map[string]int{}, map[string]int{}
	for _, s := range scores {
		if s.kind.change.in != thisYear {
			held[s.kind.name] += s.held
			intervals[s.kind.name] += s.intervals
		}
		// A break in autumn may happen to make good what the straight line leaves out.
		byChance := s.kind.change.in == thisYear && s.month == time.September
		if s.kind.seasonal() && s.seasonal > s.straight && !byChance {
			t.Errorf("%s, at the end of %s: off by %.2f, the straight line by %.2f", s.kind.name, s.month, s.seasonal, s.straight)
		}
		// A year of chance is all that the seasonal one may lose without a season.
		if !s.kind.seasonal() && s.seasonal > 1.2*s.straight {
			t.Errorf("%s, at the end of %s: off by %.2f, the straight line by %.2f", s.kind.name, s.month, s.seasonal, s.straight)
		}
	}
	all, of := 0, 0
	for name := range held {
		if coverage := 100 * held[name] / intervals[name]; coverage < 85 || coverage > 95 {
			t.Errorf("%s: %d of 100 intervals hold", name, coverage)
		}
		all += held[name]
		of += intervals[name]
	}
	if coverage := 100 * float64(all) / float64(of); coverage < 88 || coverage > 92 {
		t.Errorf("%.1f of 100 intervals hold", coverage)
	}
	for i, s := range byYears {
		years := i + 1
		switch {
		case years < forecast.MinYears:
			if s.intervals > 0 {
				t.Errorf("%d intervals from %d years", s.intervals, years)
			}
		case s.intervals != s.trials:
			t.Errorf("%d years: %d forecasts, %d intervals", years, s.trials, s.intervals)
		case s.coverage() < 85 || s.coverage() > 95:
			t.Errorf("%d years: %.1f of 100 intervals hold", years, s.coverage())
		}
		if s.seasonal > s.straight {
			t.Errorf("%d years: off by %.2f, the straight line by %.2f", years, s.seasonal, s.straight)
		}
	}
}

// BenchmarkForecast is one forecast from seven daily years. It prints how near
// forecasts come on made series, and how often their intervals hold.
func BenchmarkForecast(b *testing.B) {
	scores, byYears := madeScores(400)
	// A benchmark's log is cut after ten lines.
	if err := writeScores(os.Stdout, scores, byYears); err != nil {
		b.Fatal(err)
	}
	series := kinds[0].series(rand.New(rand.NewPCG(1, 1)))
	s := forecast.Series{History: series, Now: series[len(series)-180]}
	b.ResetTimer()
	for b.Loop() {
		if _, reason := forecast.Of(s); reason != "" {
			b.Fatal(reason)
		}
	}
}
