package spc_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"planwatch/internal/spc"
)

// column reads a column of a table in testdata, with the first column as keys.
// The head of each file says where it is published.
func column(t *testing.T, file, name string) (keys []string, values []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], name)
	if at < 0 {
		t.Fatalf("%s has no column %s", file, name)
	}
	for _, row := range rows[1:] {
		keys = append(keys, row[0])
		values = append(values, row[at])
	}
	return keys, values
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func numbers(t *testing.T, texts []string) []float64 {
	t.Helper()
	var values []float64
	for _, text := range texts {
		values = append(values, number(t, text))
	}
	return values
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// breaches are the first n months of a trust, all if n is 0.
func breaches(t *testing.T, trust string, n int) []spc.Point {
	t.Helper()
	months, values := column(t, "breaches.csv", trust)
	var points []spc.Point
	for i, month := range months {
		points = append(points, spc.Point{Time: day(t, month), Value: number(t, values[i])})
	}
	if n != 0 {
		points = points[:n]
	}
	return points
}

// shown compares a number with what is published of it, written with the same
// format and number of digits.
func shown(t *testing.T, what string, got float64, format byte, digits int, want string) {
	t.Helper()
	if got := strconv.FormatFloat(got, format, digits, 64); got != want {
		t.Errorf("%s is %s, published %s", what, got, want)
	}
}

// types compares the colours of a published figure: a sign a point, '.' for
// grey, 'i' for improvement, 'c' for concern. A point that the figure hides
// behind its icon is '?', and not compared.
func types(t *testing.T, c *spc.Chart, want string) {
	t.Helper()
	if len(want) != len(c.Points) {
		t.Fatalf("%d points, published %d", len(c.Points), len(want))
	}
	for i, p := range c.Points {
		got := byte('.')
		switch {
		case p.Variation.Improving():
			got = 'i'
		case p.Variation.Concerning():
			got = 'c'
		case p.Variation != spc.VariationCommonCause:
			t.Fatalf("point %d is %s", i+1, p.Variation)
		}
		if want[i] != '?' && got != want[i] {
			t.Errorf("point %d of %s is %q, published %q", i+1, p.Time.Format(time.DateOnly), got, want[i])
		}
	}
}

// NHSRplotthedots 0.2.2, README.md: the chart with label_limits shows the
// numbers and colours, the summary says variation and assurance.
func TestPublishedREADME(t *testing.T) {
	target := 1200.
	c := chart(t, breaches(t, "RQM", 24), spc.Options{Improvement: spc.LowerIsBetter, Target: &target})
	l := c.Parts[0].Limits
	shown(t, "mean", l.Mean, 'f', 0, "1545")
	shown(t, "upper limit", l.Upper, 'f', 0, "2350")
	shown(t, "lower limit", l.Lower, 'f', 0, "740")
	types(t, c, ".ii.....cc..............")
	if c.Variation != spc.VariationCommonCause {
		t.Errorf("variation is %s, published common_cause", c.Variation)
	}
	if c.Assurance != spc.AssuranceHitOrMiss {
		t.Errorf("assurance is %s, published inconsistent", c.Assurance)
	}
}

// NHSRplotthedots 0.2.2, vignette "Introduction", figures stableperiod-1 and
// changepoint-1: a shift of eight, and a rebase on the merger of two trusts.
func TestPublishedRebase(t *testing.T) {
	o := spc.Options{Improvement: spc.LowerIsBetter}
	c := chart(t, breaches(t, "RRK", 24), o)
	types(t, c, ".........ciiiiiiii......")
	if c.Variation != spc.VariationCommonCause {
		t.Errorf("variation is %s, published: the icon of common cause", c.Variation)
	}

	o.Rebases = []time.Time{day(t, "2018-07-01")}
	c = chart(t, breaches(t, "RRK", 0), o)
	types(t, c, ".........ciiiiiiii........."+"iii...c?c")
	if c.Variation != spc.VariationConcerningHigh {
		t.Errorf("variation is %s, published: the icon of concern, high", c.Variation)
	}
	if c.Parts[0].Trial() || !c.Parts[1].Trial() {
		t.Error("published: trial limits, of the part with 9 points")
	}
}

// NHSRplotthedots 0.2.2, reference of ptd_spc, figure ptd_spc-1: three rules at
// once, a trend that begins outside the limits and crosses the mean.
func TestPublishedTrend(t *testing.T) {
	c := chart(t, breaches(t, "RJZ", 0), spc.Options{Improvement: spc.LowerIsBetter})
	types(t, c, "iiiiiii...iiiiiicccccccccc...ccccccc")
	if c.Variation != spc.VariationConcerningHigh {
		t.Errorf("variation is %s, published: the icon of concern, high", c.Variation)
	}
}

// NHSRplotthedots 0.2.2, vignette "Deviations from Excel defaults", with
// screening and without.
func TestPublishedScreening(t *testing.T) {
	points := series(1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
	for name, test := range map[string]struct {
		keep               bool
		upper, mean, lower string
	}{
		"screened": {false, "4.60", "1.94", "-0.72"},
		"kept":     {true, "6.95", "1.94", "-3.06"},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, points, spc.Options{Improvement: spc.HigherIsBetter, KeepOutliers: test.keep})
			l := c.Parts[0].Limits
			shown(t, "upper limit", l.Upper, 'f', 2, test.upper)
			shown(t, "mean", l.Mean, 'f', 2, test.mean)
			shown(t, "lower limit", l.Lower, 'f', 2, test.lower)
			types(t, c, "....i.............")
		})
	}
}

// NHSRplotthedots 0.2.2, tests/testthat/_snaps/ptd_spc_standard.md. The
// snapshot shows the sides of the first points only.
func TestPublishedSnapshots(t *testing.T) {
	_, texts := column(t, "normal.csv", "value")
	first := numbers(t, texts)
	second := slices.Clone(first)
	second[14] = 10
	for name, test := range map[string]struct {
		values             []float64
		keep               bool
		mean, lower, upper string
		sides              string
	}{
		"r1":                          {first, false, "0.1416238", "-3.01138", "3.294627", "--+--++---+++--"},
		"r2, an outlier":              {second, false, "0.6694159", "-2.383666", "3.722497", "--+--+----+---"},
		"r3, an outlier that is kept": {second, true, "0.6694159", "-4.596625", "5.935457", "--+--+----+---"},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(test.values...), spc.Options{KeepOutliers: test.keep})
			l := c.Parts[0].Limits
			shown(t, "mean", l.Mean, 'g', 7, test.mean)
			shown(t, "lower limit", l.Lower, 'g', 7, test.lower)
			shown(t, "upper limit", l.Upper, 'g', 7, test.upper)
			for i, side := range test.sides {
				if (c.Points[i].Value > l.Mean) != (side == '+') {
					t.Errorf("point %d is on the other side of the mean than published", i+1)
				}
				if c.Points[i].Signals.OutsideLimits != spc.NoSide {
					t.Errorf("point %d is outside the limits, published: within", i+1)
				}
			}
		})
	}
}

// NHSRplotthedots 0.2.2, tests/testthat/_snaps/ptd_spc.md: the summary of all
// 20 points, and of two facets.
func TestPublishedSummaries(t *testing.T) {
	_, texts := column(t, "normal.csv", "value")
	values := numbers(t, texts)
	for name, test := range map[string]struct {
		values             []float64
		mean, lower, upper string
	}{
		"all":     {values, "0.142", "-3.01", "3.29"},
		"facet 0": {values[:10], "0.0746", "-2.6", "2.75"},
		"facet 1": {values[10:], "0.209", "-3.28", "3.7"},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(test.values...), spc.Options{Improvement: spc.HigherIsBetter})
			l := c.Parts[0].Limits
			shown(t, "mean", l.Mean, 'g', 3, test.mean)
			shown(t, "lower limit", l.Lower, 'g', 3, test.lower)
			shown(t, "upper limit", l.Upper, 'g', 3, test.upper)
			for i, p := range c.Points {
				if p.Variation != spc.VariationCommonCause {
					t.Errorf("point %d is %s, published common cause", i+1, p.Variation)
				}
			}
		})
	}
}

// nhspy-plotthedots (github.com/nhs-pycom/nhspy-plotthedots),
// tests/unittests/test_limits_calculations.py 0.0.1, whose near limits are
// published too. It does not screen.
func TestPublishedNearLimits(t *testing.T) {
	var large []float64
	for i := range 20 {
		large = append(large, float64(i))
	}
	for name, test := range map[string]struct {
		values                              []float64
		mean, lower, upper, nearLow, nearUp float64
	}{
		"increasing": {[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5.5, 2.84, 8.16, 3.7266666666666666, 7.273333333333333},
		"decreasing": {[]float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 5.5, 2.84, 8.16, 3.7266666666666666, 7.273333333333333},
		"no trend":   {[]float64{1, 2, 3, 4, 5, 4, 3, 2, 1, 2}, 2.7, 0.040000000000000036, 5.36, 0.9266666666666667, 4.473333333333334},
		"small":      {[]float64{1, 2, 3}, 2, -0.6600000000000001, 4.66, 0.22666666666666657, 3.7733333333333334},
		"large":      {large, 9.5, 6.84, 12.16, 7.726666666666667, 11.273333333333333},
		"seven":      {[]float64{3, 1, 4, 1, 5, 9, 2}, 3.5714285714285716, -6.625238095238096, 13.768095238095238, -3.2263492063492065, 10.36920634920635},
		"mixed":      {[]float64{1, 2, 3, 2, 1, 2, 3, 4, 5, 6, 7, 4, 3, 2, 1, 2}, 3, -0.014666666666666828, 6.014666666666667, 0.9902222222222221, 5.009777777777778},
		"negative":   {[]float64{-1, -2, -3, -2, -1, -2, -3, -4, -5, -6, -7, -4, -3, -2, -1, -2}, -3, -6.014666666666667, 0.014666666666666828, -5.009777777777778, -0.9902222222222221},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(test.values...), spc.Options{KeepOutliers: true, MinimumPoints: 3})
			l := c.Parts[0].Limits
			for what, pair := range map[string][2]float64{
				"mean": {l.Mean, test.mean}, "lower limit": {l.Lower, test.lower}, "upper limit": {l.Upper, test.upper},
				"near lower limit": {l.NearLower, test.nearLow}, "near upper limit": {l.NearUpper, test.nearUp},
			} {
				// All are sums of a few numbers below 16: 14 decimals are
				// beyond what the order of the sums may change.
				shown(t, what, pair[0], 'f', 14, strconv.FormatFloat(pair[1], 'f', 14, 64))
			}
		})
	}
}

// Montgomery, Introduction to Statistical Quality Control, Example 6.5, as in
// testdata/mortgage.csv: limits of the first 20 weeks, with all 39 moving
// ranges. The limits are compared with two decimals, since the book computes
// with 3/1.128 where Wheeler and NHSRplotthedots have 2.66.
func TestPublishedFixedLimits(t *testing.T) {
	_, costs := column(t, "mortgage.csv", "cost")
	_, ranges := column(t, "mortgage.csv", "moving_range")
	c := chart(t, series(numbers(t, costs)...), spc.Options{Improvement: spc.LowerIsBetter, FixAfter: 20})
	l := c.Parts[0].Limits
	shown(t, "mean", l.Mean, 'f', 1, "300.5")
	shown(t, "mean moving range", l.MeanMovingRange, 'g', 15, "7.78947368421053")
	shown(t, "lower limit", l.Lower, 'f', 2, "279.78")
	shown(t, "upper limit", l.Upper, 'f', 2, "321.22")
	for i, p := range c.Points {
		switch {
		case p.MovingRange == nil:
			if ranges[i] != "" {
				t.Errorf("week %d has no moving range, published %s", i+1, ranges[i])
			}
		case ranges[i] == "":
			t.Errorf("week %d has the moving range %v, published none", i+1, *p.MovingRange)
		default:
			shown(t, "moving range", *p.MovingRange, 'f', 0, ranges[i])
		}
		if outside, published := p.Signals.OutsideLimits == spc.High, i >= 38; outside != published {
			t.Errorf("week %d is outside: %v, published: weeks 39 and 40", i+1, outside)
		}
	}
}
