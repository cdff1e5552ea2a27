package spc_test

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"planwatch/internal/spc"
)

// FuzzXmR holds what is so of every chart, whatever the points.
func FuzzXmR(f *testing.F) {
	f.Add([]byte{}, uint8(0), int8(0), false, uint8(0), 0.)
	f.Add([]byte("seven rise, seven fall, and some lie outside of all limits"), uint8(1), int8(12), true, uint8(40), 1000.)
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), uint8(2), int8(0), false, uint8(9), -1.5)
	f.Fuzz(func(t *testing.T, data []byte, direction uint8, fix int8, keep bool, rebase uint8, target float64) {
		if len(data) > 2000 {
			return
		}
		o := spc.Options{
			Improvement: spc.Direction(int8(direction%3) - 1), FixAfter: int(fix), KeepOutliers: keep,
			Rebases: []time.Time{start.AddDate(0, 0, int(rebase))}, Target: &target,
		}
		points := fuzzed(data)
		c, err := spc.XmR(points, o)
		if err != nil {
			if c != nil {
				t.Fatal("a chart besides the error")
			}
			return
		}
		sound(t, c, points)

		swapped := o
		swapped.Improvement = -o.Improvement
		mirrored(t, c, chart(t, points, swapped))

		// Only where sums of values keep their precision.
		if by := 1024.; largest(points) < 1e6 {
			for i := range points {
				points[i].Value += by
			}
			shifted := chart(t, points, o)
			for i, p := range c.Parts {
				if p.TooShort() != shifted.Parts[i].TooShort() {
					t.Fatal("a part is too short, or not, with its values shifted")
				}
				if p.TooShort() {
					continue
				}
				a, b := p.Limits, shifted.Parts[i].Limits
				if borderline(c, p) {
					continue
				}
				for _, pair := range [][2]float64{{a.Mean, b.Mean}, {a.Lower, b.Lower}, {a.NearLower, b.NearLower}, {a.NearUpper, b.NearUpper}, {a.Upper, b.Upper}} {
					if math.Abs(pair[0]+by-pair[1]) > 1e-6 {
						t.Fatalf("limits %+v, and %+v with values shifted by %v", *a, *b, by)
					}
				}
			}
		}
	})
}

// fuzzed reads a point a byte: small whole values, which repeat and rise, and
// now and then a value of any bits, a ghost or a target.
func fuzzed(data []byte) []spc.Point {
	var points []spc.Point
	for len(data) > 0 {
		p := spc.Point{Time: start.AddDate(0, 0, len(points)), Value: float64(int8(data[0]) / 4)}
		switch data[0] % 64 {
		case 61:
			p.Ghosted = true
		case 62:
			target := p.Value
			p.Target = &target
		case 63:
			if len(data) >= 9 {
				p.Value = math.Float64frombits(binary.LittleEndian.Uint64(data[1:9]))
				data = data[8:]
			}
		}
		data = data[1:]
		points = append(points, p)
	}
	return points
}

func largest(points []spc.Point) float64 {
	var l float64
	for _, p := range points {
		l = max(l, math.Abs(p.Value))
	}
	return l
}

// borderline says that a moving range is so near to the screening limit that
// rounding may decide on which side it is.
func borderline(c *spc.Chart, p spc.Part) bool {
	var sum, n float64
	for _, q := range c.Points[p.First:p.End] {
		if q.MovingRange != nil {
			sum, n = sum+*q.MovingRange, n+1
			limit := 3.267 * p.Limits.MeanMovingRange
			if math.Abs(*q.MovingRange-limit) < 1e-6 {
				return true
			}
		}
	}
	for _, q := range c.Points[p.First:p.End] {
		if q.MovingRange != nil && math.Abs(*q.MovingRange-3.267*sum/n) < 1e-6 {
			return true
		}
	}
	return false
}

// sound holds what is so of one chart.
func sound(t *testing.T, c *spc.Chart, points []spc.Point) {
	t.Helper()
	if len(c.Points) != len(points) {
		t.Fatalf("%d points are judged of %d", len(c.Points), len(points))
	}
	end := 0
	for i, part := range c.Parts {
		if part.First != end || part.End <= part.First {
			t.Fatalf("part %d is of points %d to %d, the one before ends at %d", i, part.First, part.End, end)
		}
		end = part.End
		if l := part.Limits; l != nil {
			if !(l.Lower <= l.NearLower && l.NearLower <= l.Mean && l.Mean <= l.NearUpper && l.NearUpper <= l.Upper) {
				t.Fatalf("limits are out of order: %+v", *l)
			}
			if math.IsNaN(l.Lower+l.Upper) || math.IsInf(l.Lower, 0) || math.IsInf(l.Upper, 0) {
				t.Fatalf("limits are no numbers: %+v", *l)
			}
		}
		for j, p := range c.Points[part.First:part.End] {
			if p.Part != i {
				t.Fatalf("point %d of part %d says that it is of part %d", j, i, p.Part)
			}
			classified(t, p, part)
		}
	}
	if end != len(points) {
		t.Fatalf("the parts end at %d of %d points", end, len(points))
	}
}

// classified holds that a point is of one kind, and of the one that its signals
// and limits say.
func classified(t *testing.T, p spc.Judged, part spc.Part) {
	t.Helper()
	rule, side := p.Signals.First()
	special := p.Variation >= spc.VariationImprovingHigh
	switch {
	case p.Ghosted:
		if p.Variation != spc.VariationGhosted || rule != spc.NoRule || p.MovingRange != nil || p.Screened {
			t.Fatalf("a ghosted point is judged: %+v", p)
		}
	case part.TooShort():
		if p.Variation != spc.VariationTooShort || rule != spc.NoRule {
			t.Fatalf("a point without limits is judged: %+v", p)
		}
	case special != (rule != spc.NoRule) || special != (side != spc.NoSide) || special == (p.Variation == spc.VariationCommonCause):
		t.Fatalf("%s by %s, side %d", p.Variation, rule, side)
	case (p.Value > part.Limits.Upper) != (p.Signals.OutsideLimits == spc.High) || (p.Value < part.Limits.Lower) != (p.Signals.OutsideLimits == spc.Low):
		t.Fatalf("value %v of limits %+v: %+v", p.Value, *part.Limits, p.Signals)
	case p.Signals.TwoOfThree != spc.NoSide && p.Signals.OutsideLimits != spc.NoSide:
		t.Fatalf("value %v is outside the limits, and close to one", p.Value)
	}
}

// mirrored holds that the other direction swaps improving and concerning, pass
// and fail, and nothing else.
func mirrored(t *testing.T, a, b *spc.Chart) {
	t.Helper()
	variation := map[spc.Variation]spc.Variation{
		spc.VariationImprovingHigh: spc.VariationConcerningHigh, spc.VariationConcerningHigh: spc.VariationImprovingHigh,
		spc.VariationImprovingLow: spc.VariationConcerningLow, spc.VariationConcerningLow: spc.VariationImprovingLow,
	}
	other := func(v spc.Variation) spc.Variation {
		if o, ok := variation[v]; ok {
			return o
		}
		return v
	}
	for i := range a.Points {
		if b.Points[i].Variation != other(a.Points[i].Variation) || a.Points[i].Signals != b.Points[i].Signals {
			t.Fatalf("point %d is %s, and %s in the other direction", i, a.Points[i].Variation, b.Points[i].Variation)
		}
	}
	if b.Variation != other(a.Variation) {
		t.Fatalf("variation is %s, and %s in the other direction", a.Variation, b.Variation)
	}
	want := a.Assurance
	switch a.Assurance {
	case spc.AssuranceConsistentlyPass:
		want = spc.AssuranceConsistentlyFail
	case spc.AssuranceConsistentlyFail:
		want = spc.AssuranceConsistentlyPass
	}
	if b.Assurance != want {
		t.Fatalf("assurance is %s, and %s in the other direction", a.Assurance, b.Assurance)
	}
}
