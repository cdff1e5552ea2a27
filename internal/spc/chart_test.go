package spc_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/internal/spc"
)

var start = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// series is one point a day.
func series(values ...float64) []spc.Point {
	var points []spc.Point
	for i, v := range values {
		points = append(points, spc.Point{Time: start.AddDate(0, 0, i), Value: v})
	}
	return points
}

func chart(t *testing.T, points []spc.Point, o spc.Options) *spc.Chart {
	t.Helper()
	c, err := spc.XmR(points, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// quiet alternates around 0: the mean is 0, the mean moving range 2, the limits
// ∓5.32, the near limits ∓3.5467, as long as the limits are fixed after it.
func quiet(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(1 - 2*(i%2))
	}
	return values
}

func repeated(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }

func negated(values []float64) []float64 {
	n := slices.Clone(values)
	for i := range n {
		n[i] = -n[i]
	}
	return n
}

func TestRules(t *testing.T) {
	type want struct {
		rule  spc.Rule
		count int // of the last points
	}
	for name, test := range map[string]struct {
		after []float64 // after twelve quiet points
		want  []want    // from the last point backwards
	}{
		"a point outside":                      {[]float64{5.33}, []want{{spc.OutsideLimits, 1}}},
		"a point on the limit is within":       {[]float64{5.32}, []want{{spc.NoRule, 1}}},
		"seven that rise":                      {[]float64{-3, -2, -1, 0, 1, 2, 3}, []want{{spc.Trend, 7}}},
		"six that rise":                        {[]float64{-2, -1, 0, 1, 2, 3}, []want{{spc.NoRule, 6}}},
		"seven with two equal":                 {[]float64{-3, -2, -1, -1, 1, 2, 3}, []want{{spc.NoRule, 7}}},
		"eight that rise":                      {[]float64{-3, -2, -1, 0, 1, 2, 3, 3.5}, []want{{spc.Trend, 8}}},
		"a trend that ends":                    {[]float64{-3, -2, -1, 0, 1, 2, 3, -1}, []want{{spc.NoRule, 1}, {spc.Trend, 7}}},
		"a trend that ends in equal values":    {[]float64{-3, -2, -1, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3}, []want{{spc.Shift, 6}, {spc.Trend, 7}}},
		"two of three close to the limit":      {[]float64{4, 1, 4}, []want{{spc.TwoOfThree, 1}, {spc.NoRule, 1}, {spc.TwoOfThree, 1}}},
		"two close, one of them last":          {[]float64{1, 4, 4}, []want{{spc.TwoOfThree, 2}, {spc.NoRule, 1}}},
		"three close":                          {[]float64{4, 5, 4}, []want{{spc.TwoOfThree, 3}}},
		"two close in four":                    {[]float64{4, 1, 1, 4}, []want{{spc.NoRule, 4}}},
		"two close, the third on the far side": {[]float64{4, -1, 4}, []want{{spc.NoRule, 3}}},
		"two close, on two sides":              {[]float64{-4, 4, 1}, []want{{spc.NoRule, 3}}},
		"close, outside, close":                {[]float64{4, 6, 4}, []want{{spc.TwoOfThree, 1}, {spc.OutsideLimits, 1}, {spc.TwoOfThree, 1}}},
		"close, outside":                       {[]float64{1, 4, 6}, []want{{spc.OutsideLimits, 1}, {spc.NoRule, 2}}},
		"seven on one side":                    {[]float64{-1, 1, 2, 1, 2, 1, 2, 1}, []want{{spc.Shift, 7}, {spc.NoRule, 1}}},
		"six on one side":                      {[]float64{-1, 1, 2, 1, 2, 1, 2}, []want{{spc.NoRule, 7}}},
		"a point on the mean ends a run":       {[]float64{1, 2, 1, 0, 2, 1, 2}, []want{{spc.NoRule, 7}}},
		"nine on one side":                     {[]float64{-1, 1, 2, 1, 2, 1, 2, 1, 2, 1}, []want{{spc.Shift, 9}, {spc.NoRule, 1}}},

		"precedence: outside before trend":        {[]float64{0, 1, 2, 3, 3.2, 3.4, 6}, []want{{spc.OutsideLimits, 1}, {spc.Trend, 6}}},
		"precedence: trend before two of three":   {[]float64{0, 1, 2, 3, 3.2, 4, 5}, []want{{spc.Trend, 7}}},
		"precedence: two of three before a shift": {[]float64{-1, 1, 2, 1, 2, 1, 4, 4}, []want{{spc.TwoOfThree, 2}, {spc.Shift, 5}}},
	} {
		for side, sign := range map[spc.Side]string{spc.High: "high", spc.Low: "low"} {
			t.Run(name+", "+sign, func(t *testing.T) {
				after := test.after
				if side == spc.Low {
					after = negated(after)
				}
				c := chart(t, series(append(quiet(12), after...)...), spc.Options{FixAfter: 12})
				i := len(c.Points)
				for _, w := range test.want {
					for range w.count {
						i--
						rule, got := c.Points[i].Signals.First()
						if rule != w.rule {
							t.Errorf("point %d of value %v: %s, want %s", i+1, c.Points[i].Value, rule, w.rule)
						}
						if rule != spc.NoRule && got != side {
							t.Errorf("point %d of value %v: side %d, want %d", i+1, c.Points[i].Value, got, side)
						}
					}
				}
			})
		}
	}
}

// All rules that hold are told, not only the one that decides.
func TestSignalsTellAllRules(t *testing.T) {
	c := chart(t, series(append(quiet(12), -1, .5, 1, 2, 3, 3.6, 4, 6)...), spc.Options{FixAfter: 12})
	last, before := c.Points[len(c.Points)-1].Signals, c.Points[len(c.Points)-2].Signals
	if want := (spc.Signals{OutsideLimits: spc.High, Trend: spc.High, Shift: spc.High}); last != want {
		t.Errorf("the last point's signals are %+v, want %+v", last, want)
	}
	if want := (spc.Signals{Trend: spc.High, TwoOfThree: spc.High, Shift: spc.High}); before != want {
		t.Errorf("the signals before are %+v, want %+v", before, want)
	}
}

func TestTurningPoints(t *testing.T) {
	for name, test := range map[string]struct {
		after []float64
		want  string
	}{
		// The point on which a trend turns goes with the later one, as in
		// NHSRplotthedots.
		"rises, then falls": {[]float64{-3, -2, -1, 0, 1, 2, 3, 2, 1, 0, -1, -2, -3}, "++++++-------"},
		// NHSRplotthedots 0.2.2 marks the last point of the first trend as
		// decreasing here, though it belongs to no such trend.
		"rises, then rises anew": {[]float64{-3, -2, -1, 0, 1, 2, 3, -3, -2, -1, 0, 1, 2, 3}, "++++++++++++++"},
		// And here, where two trends meet in equal values.
		"rises, stays, falls": {[]float64{-3, -2, -1, 0, 1, 2, 3, 3, 2, 1, 0, -1, -2, -3}, "+++++++-------"},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(append(quiet(12), test.after...)...), spc.Options{FixAfter: 12})
			for i, want := range test.want {
				if got := c.Points[12+i].Signals.Trend; (got == spc.High) != (want == '+') || got == spc.NoSide {
					t.Errorf("point %d of value %v has the trend %d, want %c", i+1, test.after[i], got, want)
				}
			}
		})
	}
}

func TestDirection(t *testing.T) {
	for name, test := range map[string]struct {
		direction spc.Direction
		value     float64
		want      spc.Variation
	}{
		"higher is better, high": {spc.HigherIsBetter, 9, spc.VariationImprovingHigh},
		"higher is better, low":  {spc.HigherIsBetter, -9, spc.VariationConcerningLow},
		"lower is better, high":  {spc.LowerIsBetter, 9, spc.VariationConcerningHigh},
		"lower is better, low":   {spc.LowerIsBetter, -9, spc.VariationImprovingLow},
		"neither, high":          {spc.Neither, 9, spc.VariationNeitherHigh},
		"neither, low":           {spc.Neither, -9, spc.VariationNeitherLow},
		"within":                 {spc.HigherIsBetter, 1, spc.VariationCommonCause},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(append(quiet(12), test.value)...), spc.Options{Improvement: test.direction, FixAfter: 12})
			if c.Variation != test.want || c.Points[12].Variation != test.want {
				t.Errorf("variation is %s, the last point's %s, want %s", c.Variation, c.Points[12].Variation, test.want)
			}
		})
	}
}

func TestAssurance(t *testing.T) {
	for name, test := range map[string]struct {
		direction spc.Direction
		target    float64
		want      spc.Assurance
	}{
		"higher is better, target below":        {spc.HigherIsBetter, -6, spc.AssuranceConsistentlyPass},
		"higher is better, target above":        {spc.HigherIsBetter, 6, spc.AssuranceConsistentlyFail},
		"higher is better, target within":       {spc.HigherIsBetter, 2, spc.AssuranceHitOrMiss},
		"higher is better, target on the lower": {spc.HigherIsBetter, -5.32, spc.AssuranceHitOrMiss},
		"higher is better, target on the upper": {spc.HigherIsBetter, 5.32, spc.AssuranceHitOrMiss},
		"lower is better, target below":         {spc.LowerIsBetter, -6, spc.AssuranceConsistentlyFail},
		"lower is better, target above":         {spc.LowerIsBetter, 6, spc.AssuranceConsistentlyPass},
		"lower is better, target within":        {spc.LowerIsBetter, 2, spc.AssuranceHitOrMiss},
		"neither":                               {spc.Neither, 6, spc.AssuranceNoDirection},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(quiet(14)...), spc.Options{Improvement: test.direction, Target: &test.target})
			if c.Assurance != test.want {
				t.Errorf("assurance is %s, want %s", c.Assurance, test.want)
			}
		})
	}
}

func TestTargets(t *testing.T) {
	low, high := -6., 6.
	for name, test := range map[string]struct {
		all   *float64
		own   map[int]*float64 // by index of 14 points
		short bool
		want  spc.Assurance
	}{
		"none":                             {nil, nil, false, spc.AssuranceNoTarget},
		"none, of a short series":          {nil, nil, true, spc.AssuranceNoTarget},
		"of a short series":                {&low, nil, true, spc.AssuranceTooShort},
		"of all":                           {&low, nil, false, spc.AssuranceConsistentlyPass},
		"phased: the latest counts":        {nil, map[int]*float64{0: &low, 12: &low, 13: &high}, false, spc.AssuranceConsistentlyFail},
		"phased: absent for the latest":    {nil, map[int]*float64{0: &low, 12: &low}, false, spc.AssuranceNoTarget},
		"a point's own before that of all": {&low, map[int]*float64{13: &high}, false, spc.AssuranceConsistentlyFail},
		"own of an earlier point":          {&low, map[int]*float64{12: &high}, false, spc.AssuranceConsistentlyPass},
	} {
		t.Run(name, func(t *testing.T) {
			points := series(quiet(14)...)
			for i, target := range test.own {
				points[i].Target = target
			}
			if test.short {
				points = points[:4]
			}
			c := chart(t, points, spc.Options{Improvement: spc.HigherIsBetter, Target: test.all})
			if c.Assurance != test.want {
				t.Errorf("assurance is %s, want %s", c.Assurance, test.want)
			}
		})
	}
}

// The last part alone is assured, and what comes later changes nothing before.
func TestRebase(t *testing.T) {
	target := 10.
	worse, better := quiet(14), quiet(14)
	for i := range better {
		better[i] += 20
	}
	o := spc.Options{Improvement: spc.HigherIsBetter, Target: &target}
	before := chart(t, series(worse...), o)
	if before.Assurance != spc.AssuranceConsistentlyFail {
		t.Fatalf("before the rebase, assurance is %s", before.Assurance)
	}

	all := series(append(slices.Clone(worse), better...)...)
	undivided := chart(t, all, o)
	if undivided.Assurance != spc.AssuranceHitOrMiss || undivided.Variation != spc.VariationImprovingHigh {
		t.Errorf("without a rebase: %s, %s", undivided.Assurance, undivided.Variation)
	}

	o.Rebases = []time.Time{all[14].Time}
	rebased := chart(t, all, o)
	if len(rebased.Parts) != 2 {
		t.Fatalf("%d parts", len(rebased.Parts))
	}
	if rebased.Assurance != spc.AssuranceConsistentlyPass || rebased.Variation != spc.VariationCommonCause {
		t.Errorf("rebased: %s, %s", rebased.Assurance, rebased.Variation)
	}
	if *rebased.Parts[0].Limits != *before.Parts[0].Limits {
		t.Errorf("limits before the rebase are %+v, they were %+v", *rebased.Parts[0].Limits, *before.Parts[0].Limits)
	}
	if p := rebased.Points[14]; p.Part != 1 || p.MovingRange != nil {
		t.Errorf("the first rebased point is of part %d with moving range %v", p.Part, p.MovingRange)
	}

	// A part that has only begun is judged by itself, not by the one before.
	young := chart(t, all[:16], o)
	if young.Assurance != spc.AssuranceTooShort || young.Variation != spc.VariationTooShort || !young.Parts[1].TooShort() {
		t.Errorf("two points after a rebase: %s, %s", young.Assurance, young.Variation)
	}
	if young.Parts[0].TooShort() || young.Points[0].Variation != spc.VariationCommonCause {
		t.Error("the part before is not judged any more")
	}
}

func TestRunsEndAtARebase(t *testing.T) {
	values := append(quiet(12), 1, 2, 1, 2) // four high points, and three after the rebase
	values = append(values, 1.5, 1, 2, -1, 0, -1, 0, -1)
	points := series(values...)
	c := chart(t, points, spc.Options{FixAfter: 12, Rebases: []time.Time{points[16].Time}})
	for i, p := range c.Points {
		if p.Signals.Shift != spc.NoSide {
			t.Errorf("point %d is in a shift", i+1)
		}
	}
}

func TestRebases(t *testing.T) {
	at := func(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }
	for name, test := range map[string]struct {
		rebases []time.Time
		firsts  []int
	}{
		"none":                          {nil, []int{0}},
		"on a point":                    {[]time.Time{at(24 * 10)}, []int{0, 10}},
		"between points":                {[]time.Time{at(24*10 - 5)}, []int{0, 10}},
		"out of order":                  {[]time.Time{at(24 * 20), at(24 * 10)}, []int{0, 10, 20}},
		"twice":                         {[]time.Time{at(24 * 10), at(24 * 10)}, []int{0, 10}},
		"two without a point between":   {[]time.Time{at(24*10 - 5), at(24 * 10)}, []int{0, 10}},
		"on the first point":            {[]time.Time{at(0)}, []int{0}},
		"before the first point":        {[]time.Time{at(-24)}, []int{0}},
		"after the last, still to come": {[]time.Time{at(24 * 99)}, []int{0}},
		"in another zone":               {[]time.Time{at(24 * 10).In(time.FixedZone("", 7200))}, []int{0, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(quiet(30)...), spc.Options{Rebases: test.rebases})
			var firsts []int
			end := 0
			for _, p := range c.Parts {
				firsts = append(firsts, p.First)
				if p.First != end {
					t.Errorf("a part starts with point %d, the one before ends at %d", p.First, end)
				}
				end = p.End
			}
			if end != 30 || !slices.Equal(firsts, test.firsts) {
				t.Errorf("parts start at %v and end at %d, want %v and 30", firsts, end, test.firsts)
			}
		})
	}
}

func TestGhosted(t *testing.T) {
	values := append(quiet(14), 500, 1, -1)
	with := series(values...)
	with[14].Ghosted = true
	c := chart(t, with, spc.Options{Improvement: spc.LowerIsBetter})
	l := c.Parts[0].Limits
	if math.Abs(l.Mean) > 1e-12 || l.MeanMovingRange != 2 {
		t.Errorf("mean %v and mean moving range %v, want 0 and 2", l.Mean, l.MeanMovingRange)
	}
	if p := c.Points[14]; p.Variation != spc.VariationGhosted || p.Signals != (spc.Signals{}) || p.MovingRange != nil {
		t.Errorf("the ghosted point is %s, %+v", p.Variation, p.Signals)
	}
	if c.Points[15].MovingRange != nil {
		t.Error("a moving range from a ghosted point")
	}
	if c.Parts[0].Counted != 16 {
		t.Errorf("%d points are counted, want 16", c.Parts[0].Counted)
	}

	t.Run("the latest", func(t *testing.T) {
		points := series(append(quiet(12), 9, 500)...)
		points[13].Ghosted = true
		c := chart(t, points, spc.Options{Improvement: spc.LowerIsBetter, FixAfter: 12})
		if c.Variation != spc.VariationConcerningHigh {
			t.Errorf("variation is %s, want that of the point before", c.Variation)
		}
	})
	t.Run("within a run", func(t *testing.T) {
		points := series(append(quiet(12), 1, 2, 1, -500, 2, 1, 2, 1)...)
		points[15].Ghosted = true
		c := chart(t, points, spc.Options{FixAfter: 12})
		if c.Points[19].Signals.Shift != spc.High || c.Points[15].Signals.Shift != spc.NoSide {
			t.Error("a ghosted point ends the run, or is part of it")
		}
	})
	t.Run("among the first that limits are fixed after", func(t *testing.T) {
		points := series(append([]float64{500}, append(quiet(12), 100)...)...)
		points[0].Ghosted = true
		c := chart(t, points, spc.Options{FixAfter: 12})
		if l := c.Parts[0].Limits; l.Mean != 0 || l.MeanMovingRange != 2 {
			t.Errorf("mean %v and mean moving range %v, want 0 and 2", l.Mean, l.MeanMovingRange)
		}
	})
	t.Run("all", func(t *testing.T) {
		points := series(quiet(14)...)
		for i := range points {
			points[i].Ghosted = true
		}
		c := chart(t, points, spc.Options{})
		if !c.Parts[0].TooShort() || c.Variation != spc.VariationTooShort {
			t.Errorf("variation is %s", c.Variation)
		}
	})
	t.Run("five points, but three moving ranges", func(t *testing.T) {
		points := series(quiet(6)...)
		points[3].Ghosted = true
		if c := chart(t, points, spc.Options{}); !c.Parts[0].TooShort() {
			t.Errorf("limits %+v", *c.Parts[0].Limits)
		}
	})
	t.Run("so many that no moving range is left", func(t *testing.T) {
		points := series(quiet(14)...)
		for i := range points {
			points[i].Ghosted = i%2 == 1
		}
		if c := chart(t, points, spc.Options{}); !c.Parts[0].TooShort() {
			t.Errorf("limits %+v of no moving range", *c.Parts[0].Limits)
		}
	})
}

func TestScreening(t *testing.T) {
	// The moving ranges are 2, and from and to 15: 14 and 16. Their mean is 3.9.
	values := append(append(quiet(8), 15), quiet(6)...)
	for name, test := range map[string]struct {
		keep     bool
		mean     float64
		screened []int
	}{
		"screened": {false, 2, []int{8, 9}},
		"kept":     {true, (12*2 + 16 + 14) / 14., nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := chart(t, series(values...), spc.Options{KeepOutliers: test.keep})
			var screened []int
			for i, p := range c.Points {
				if p.Screened {
					screened = append(screened, i)
				}
			}
			if !slices.Equal(screened, test.screened) {
				t.Errorf("screened are %v, want %v", screened, test.screened)
			}
			if l := c.Parts[0].Limits; math.Abs(l.MeanMovingRange-test.mean) > 1e-12 || l.Mean != 1 {
				t.Errorf("mean moving range %v, want %v; mean %v, want 1, that of all points", l.MeanMovingRange, test.mean, l.Mean)
			}
		})
	}

	// By the new mean of moving ranges, 40 would be one to screen as well.
	t.Run("once", func(t *testing.T) {
		values := append(quiet(12), 41, 1, 201, 1, 0, 1, 0, 1)
		c := chart(t, series(values...), spc.Options{})
		if c.Points[12].Screened || !c.Points[14].Screened {
			t.Errorf("a range of %v is screened: %v; of %v: %v", *c.Points[12].MovingRange, c.Points[12].Screened, *c.Points[14].MovingRange, c.Points[14].Screened)
		}
		if 42 < 3.267*c.Parts[0].Limits.MeanMovingRange {
			t.Error("the example shows nothing")
		}
	})

	// The moving ranges are 3267, eight of 748 and one of 749: their mean is 1000.
	t.Run("a range on the limit", func(t *testing.T) {
		values := []float64{0, 3267, 3267 - 749}
		for i := range 8 {
			values = append(values, values[2]-748*float64(1-i%2))
		}
		c := chart(t, series(values...), spc.Options{})
		if !c.Points[1].Screened {
			t.Error("it is kept")
		}
		if l := c.Parts[0].Limits; l.MeanMovingRange != 6733./9 {
			t.Errorf("mean moving range is %v, want 6733/9", l.MeanMovingRange)
		}
	})

	// NHSRplotthedots puts all these points outside of limits without width.
	t.Run("rare events", func(t *testing.T) {
		c := chart(t, series(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), spc.Options{})
		if l := c.Parts[0].Limits; l.MeanMovingRange != 2./13 {
			t.Errorf("mean moving range is %v, want 2/13: none screened", l.MeanMovingRange)
		}
		for i, p := range c.Points {
			if p.Screened || (p.Signals.OutsideLimits != spc.NoSide) != (i == 4) {
				t.Errorf("point %d: %+v, screened %v", i+1, p.Signals, p.Screened)
			}
		}
	})
}

func TestTooShort(t *testing.T) {
	for name, test := range map[string]struct {
		points, minimum int
		short, trial    bool
	}{
		"none":                         {0, 0, true, false},
		"one":                          {1, 0, true, false},
		"four":                         {4, 0, true, false},
		"five: trial limits":           {5, 0, false, true},
		"twelve: trial limits":         {12, 0, false, true},
		"thirteen":                     {13, 0, false, false},
		"nine where ten are wanted":    {9, 10, true, false},
		"ten where ten are wanted":     {10, 10, false, true},
		"two, where these are enough":  {2, 2, false, true},
		"fourteen where 15 are wanted": {14, 15, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := 0.
			c := chart(t, series(quiet(test.points)...), spc.Options{Improvement: spc.HigherIsBetter, Target: &target, MinimumPoints: test.minimum})
			if test.points == 0 {
				if len(c.Parts) != 0 || len(c.Points) != 0 {
					t.Errorf("%d parts of no points", len(c.Parts))
				}
			} else if p := c.Parts[0]; p.TooShort() != test.short || p.Trial() != test.trial || (p.Limits == nil) != test.short {
				t.Errorf("too short: %v, trial: %v", p.TooShort(), p.Trial())
			}
			if (c.Variation == spc.VariationTooShort) != test.short || (c.Assurance == spc.AssuranceTooShort) != test.short {
				t.Errorf("variation is %s, assurance %s", c.Variation, c.Assurance)
			}
			for i, p := range c.Points {
				if (p.Variation == spc.VariationTooShort) != test.short {
					t.Errorf("point %d is %s", i+1, p.Variation)
				}
			}
		})
	}
}

// NHSRplotthedots has no limits here, with screening; without it, and for
// planwatch, they are the mean.
func TestEqualValues(t *testing.T) {
	for name, v := range map[string]float64{"whole": 7, "a fraction that binary lacks": 0.1, "zero": 0, "negative": -3.3, "large": 1e300} {
		t.Run(name, func(t *testing.T) {
			target := v
			for _, keep := range []bool{false, true} {
				c := chart(t, series(repeated(v, 23)...), spc.Options{Improvement: spc.HigherIsBetter, Target: &target, KeepOutliers: keep})
				if l := *c.Parts[0].Limits; l != (spc.Limits{Mean: v, Lower: v, NearLower: v, NearUpper: v, Upper: v}) {
					t.Errorf("limits are %+v, want %v", l, v)
				}
				for i, p := range c.Points {
					if p.Variation != spc.VariationCommonCause {
						t.Errorf("point %d is %s", i+1, p.Variation)
					}
				}
				if c.Assurance != spc.AssuranceHitOrMiss {
					t.Errorf("assurance is %s", c.Assurance)
				}
			}
			c := chart(t, series(append(repeated(v, 12), v+math.Abs(v)+1)...), spc.Options{Improvement: spc.HigherIsBetter, FixAfter: 12})
			if c.Variation != spc.VariationImprovingHigh {
				t.Errorf("the first other value is %s", c.Variation)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	with := func(change func(p []spc.Point)) []spc.Point {
		p := series(quiet(14)...)
		change(p)
		return p
	}
	nan, inf := math.NaN(), math.Inf(1)
	for name, test := range map[string]struct {
		points []spc.Point
		o      spc.Options
		want   string
	}{
		"a value that is no number":                        {with(func(p []spc.Point) { p[3].Value = nan }), spc.Options{}, "value of 2025-01-04T00:00:00Z is NaN"},
		"an infinite value":                                {with(func(p []spc.Point) { p[3].Value = -inf }), spc.Options{}, "value of 2025-01-04T00:00:00Z is -Inf"},
		"of a ghosted point":                               {with(func(p []spc.Point) { p[3].Value, p[3].Ghosted = nan, true }), spc.Options{}, "is NaN"},
		"a target that is no number":                       {with(func(p []spc.Point) { p[3].Target = &nan }), spc.Options{}, "target of 2025-01-04T00:00:00Z is NaN"},
		"an infinite target of all":                        {series(1), spc.Options{Target: &inf}, "target is +Inf"},
		"a time twice":                                     {with(func(p []spc.Point) { p[3].Time = p[2].Time }), spc.Options{}, "2025-01-03T00:00:00Z comes after 2025-01-03T00:00:00Z"},
		"a time twice, in two zones":                       {with(func(p []spc.Point) { p[3].Time = p[2].Time.In(time.FixedZone("", 3600)) }), spc.Options{}, "comes after"},
		"times out of order":                               {with(func(p []spc.Point) { p[3].Time = start }), spc.Options{}, "2025-01-01T00:00:00Z comes after 2025-01-03T00:00:00Z"},
		"limits fixed after too few":                       {nil, spc.Options{FixAfter: 11}, "limits fixed after 11 points"},
		"limits fixed after less than 0":                   {nil, spc.Options{FixAfter: -1}, "limits fixed after -1 points"},
		"a minimum of one":                                 {nil, spc.Options{MinimumPoints: 1}, "minimum of 1 points"},
		"a minimum below 0":                                {nil, spc.Options{MinimumPoints: -5}, "minimum of -5 points"},
		"a minimum that is never met":                      {nil, spc.Options{MinimumPoints: 20, FixAfter: 12}, "minimum of 20 points"},
		"no direction that there is":                       {nil, spc.Options{Improvement: 2}, "direction 2"},
		"values too far apart":                             {with(func(p []spc.Point) { p[3].Value, p[4].Value = 1e308, -1e308 }), spc.Options{}, "too large"},
		"values too far apart, after the limits are fixed": {with(func(p []spc.Point) { p[12].Value, p[13].Value = 1e308, -1e308 }), spc.Options{FixAfter: 12}, "too large"},
		"a sum that is too large":                          {series(repeated(1e308, 14)...), spc.Options{}, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := spc.XmR(test.points, test.o)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %v, want one line with %q", err, test.want)
			}
			if c != nil {
				t.Error("a chart besides the error")
			}
		})
	}
}

// What the caller holds is neither changed nor kept.
func TestPointsAreTheCallers(t *testing.T) {
	points := series(quiet(14)...)
	rebases := []time.Time{points[10].Time, points[5].Time}
	before := slices.Clone(rebases)
	c := chart(t, points, spc.Options{Rebases: rebases})
	if !slices.Equal(rebases, before) {
		t.Error("the rebases are sorted in place")
	}
	points[3].Value = 99
	if c.Points[3].Value == 99 {
		t.Error("the chart changes with the points")
	}
}
