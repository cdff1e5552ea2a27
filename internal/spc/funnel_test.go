package spc_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"planwatch/internal/spc"
)

// probabilities are those of 0, 1, 2, … events, in exact arithmetic for the binomial and
// with 400 bits for the Poisson distribution: term by term out of their definitions.
func probabilities(model spc.FunnelModel, events, of, n int64) []*big.Float {
	precise := func() *big.Float { return new(big.Float).SetPrec(400) }
	var all []*big.Float
	if model == spc.Binomial {
		// C(n, k) e^k (o-e)^(n-k) / o^n
		divisor := new(big.Int).Exp(big.NewInt(of), big.NewInt(n), nil)
		for k := range n + 1 {
			term := new(big.Int).Binomial(n, k)
			term.Mul(term, new(big.Int).Exp(big.NewInt(events), big.NewInt(k), nil))
			term.Mul(term, new(big.Int).Exp(big.NewInt(of-events), big.NewInt(n-k), nil))
			all = append(all, precise().Quo(precise().SetInt(term), precise().SetInt(divisor)))
		}
		return all
	}
	// λ^k / k! / Σ λ^j / j!, whose terms beyond 12 λ + 200 are below 1e-60 of the sum.
	expected := precise().Quo(precise().SetInt64(events*n), precise().SetInt64(of))
	whole, _ := expected.Int64()
	term, sum := precise().SetInt64(1), precise()
	for k := int64(1); k < 12*whole+200; k++ {
		all = append(all, term)
		sum.Add(sum, term)
		term = precise().Quo(precise().Mul(term, expected), precise().SetInt64(k))
	}
	for i := range all {
		all[i] = precise().Quo(all[i], sum)
	}
	return all
}

// limitAt is the interpolated limit below which that share of the distribution is.
func limitAt(all []*big.Float, share float64, n int64) float64 {
	below := new(big.Float).SetPrec(400)
	for r, p := range all {
		below.Add(below, p)
		if want := big.NewFloat(share); below.Cmp(want) >= 0 {
			part, _ := new(big.Float).Quo(new(big.Float).Sub(below, want), p).Float64()
			return (float64(r) - part) / float64(n)
		}
	}
	return math.NaN()
}

func TestFunnelLimits(t *testing.T) {
	tests := []struct {
		name          string
		model         spc.FunnelModel
		events, of, n int64
	}{
		{"a proportion", spc.Binomial, 1, 10, 200},
		{"a small place", spc.Binomial, 1, 10, 12},
		{"one", spc.Binomial, 3, 10, 1},
		{"most", spc.Binomial, 19, 20, 300},
		{"few of many", spc.Binomial, 1, 500, 3000},
		{"a large place", spc.Binomial, 2, 5, 4000},
		{"a rate", spc.Poisson, 1, 10, 200},
		{"a rate above one", spc.Poisson, 7, 2, 40},
		{"a rate of few", spc.Poisson, 3, 1000, 800},
		{"a rate of many", spc.Poisson, 2, 5, 1500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := spc.NewFunnel(tt.model, []spc.Count{{Events: float64(tt.events), Of: float64(tt.of)}})
			if err != nil {
				t.Fatal(err)
			}
			all := probabilities(tt.model, tt.events, tt.of, tt.n)
			got, common := f.Limits(float64(tt.n)), float64(tt.events)/float64(tt.of)
			for _, limit := range []struct {
				name  string
				share float64
				got   float64
			}{{"0.1 %", 0.001, got.OuterLower}, {"2.5 %", 0.025, got.InnerLower}, {"97.5 %", 0.975, got.InnerUpper}, {"99.9 %", 0.999, got.OuterUpper}} {
				want := limitAt(all, limit.share, tt.n)
				if limit.share < 0.5 {
					want = max(0, min(want, common))
				} else {
					want = max(want, common)
				}
				if math.Abs(limit.got-want) > 1e-10 {
					t.Errorf("%s: %.12f, want %.12f", limit.name, limit.got, want)
				}
			}
		})
	}
}

// Ten of a hundred: the probabilities of the binomial distribution with n = 20 and p = 0.1
// as tables have them are P(R ≤ 0) = 0.1216, P(R ≤ 4) = 0.9568, P(R ≤ 5) = 0.9887,
// P(R ≤ 6) = 0.9976, P(R ≤ 7) = 0.9996.
func TestFunnelLimitsByTable(t *testing.T) {
	f, err := spc.NewFunnel(spc.Binomial, []spc.Count{{Events: 10, Of: 100}})
	if err != nil {
		t.Fatal(err)
	}
	got := f.Limits(20)
	want := spc.FunnelLimits{
		InnerUpper: (5 - (0.9887-0.975)/(0.9887-0.9568)) / 20,
		OuterUpper: (7 - (0.9996-0.999)/(0.9996-0.9976)) / 20,
	}
	if got.OuterLower != 0 || got.InnerLower != 0 || math.Abs(got.InnerUpper-want.InnerUpper) > 3e-4 || math.Abs(got.OuterUpper-want.OuterUpper) > 3e-3 {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Where numerators are too many to be summed, the limits go on as they were.
func TestFunnelLimitsOfManyGoOn(t *testing.T) {
	for _, model := range []spc.FunnelModel{spc.Binomial, spc.Poisson} {
		f, err := spc.NewFunnel(model, []spc.Count{{Events: 1, Of: 2}})
		if err != nil {
			t.Fatal(err)
		}
		variance := map[spc.FunnelModel]float64{spc.Binomial: 0.25, spc.Poisson: 0.5}[model]
		below, above := f.Limits(0.9995e6/variance), f.Limits(1.0005e6/variance)
		for _, pair := range [][2]float64{
			{below.OuterLower, above.OuterLower}, {below.InnerLower, above.InnerLower}, {below.InnerUpper, above.InnerUpper}, {below.OuterUpper, above.OuterUpper},
		} {
			if a, b := math.Abs(pair[0]-f.Common), math.Abs(pair[1]-f.Common); a == 0 || math.Abs(b/a-1) > 0.002 {
				t.Errorf("%d: %g from the common rate, and then %g", model, a, b)
			}
		}
	}
}

func TestFunnelStandings(t *testing.T) {
	// With 100 of 1,000 in all, 200 have 95 % limits of about 11.5 and 28.2 events, and
	// 99.8 % limits of about 7.6 and 33.7.
	f, err := spc.NewFunnel(spc.Binomial, []spc.Count{
		{Events: 20, Of: 200}, {Events: 20, Of: 200}, {Events: 20, Of: 200}, {Events: 20, Of: 200}, {Events: 20, Of: 200},
		{Events: 20, Of: 200}, {Events: 20, Of: 200}, {Events: 29, Of: 200}, {Events: 11, Of: 200}, {Events: 20, Of: 200},
		{Events: 37, Of: 200}, {Events: 5, Of: 200}, {Events: 18, Of: 200}, {Events: 20, Of: 200}, {Events: 20, Of: 200},
		{Events: 20, Of: 200}, {Events: 20, Of: 200}, {Events: 20, Of: 200}, {Events: 20, Of: 200}, {Events: 20, Of: 200},
	})
	if err != nil {
		t.Fatal(err)
	}
	if f.Common != 0.1 || f.Overdispersion != 1 {
		t.Fatalf("%g, %g", f.Common, f.Overdispersion)
	}
	want := map[int]spc.Standing{7: spc.AboveInner, 8: spc.BelowInner, 10: spc.AboveOuter, 11: spc.BelowOuter}
	for i, p := range f.Points {
		if p.Standing != want[i] {
			t.Errorf("%g of %g: %s, want %s: %+v", p.Events, p.Of, p.Standing, want[i], p.Limits)
		}
		if z := (p.Events - 20) / math.Sqrt(200*0.1*0.9); math.Abs(p.Z-z) > 1e-12 {
			t.Errorf("%g of %g: z %g, want %g", p.Events, p.Of, p.Z, z)
		}
	}
}

// The factor is the mean of the squared z-scores, of which those at each end are drawn in
// to the quantiles of a tenth: of five, 0.4 of the way from the last to the one before.
func TestFunnelOverdispersion(t *testing.T) {
	places := []spc.Count{{Events: 60, Of: 1000}, {Events: 80, Of: 1000}, {Events: 100, Of: 1000}, {Events: 120, Of: 1000}, {Events: 140, Of: 1000}}
	for _, tt := range []struct {
		name     string
		model    spc.FunnelModel
		variance float64 // of a numerator
	}{{"a proportion", spc.Binomial, 90}, {"a rate", spc.Poisson, 100}} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := spc.NewFunnel(tt.model, places)
			if err != nil {
				t.Fatal(err)
			}
			// ±40 are drawn in to ±(20 + 0.6 × 20) = ±32.
			if want := 2 * (32*32 + 20*20) / tt.variance / 5; math.Abs(f.Overdispersion-want) > 1e-9 {
				t.Errorf("factor %g, want %g", f.Overdispersion, want)
			}
			plain, err := spc.NewFunnel(tt.model, []spc.Count{{Events: 500, Of: 5000}})
			if err != nil {
				t.Fatal(err)
			}
			wide, narrow := f.Points[0].Limits, plain.Limits(1000)
			root := math.Sqrt(f.Overdispersion)
			for _, pair := range [][2]float64{
				{wide.OuterLower, narrow.OuterLower}, {wide.InnerLower, narrow.InnerLower}, {wide.InnerUpper, narrow.InnerUpper}, {wide.OuterUpper, narrow.OuterUpper},
			} {
				if want := max(0, 0.1+root*(pair[1]-0.1)); math.Abs(pair[0]-want) > 1e-12 {
					t.Errorf("a limit of %g, want %g", pair[0], want)
				}
			}
			if want := -40 / math.Sqrt(tt.variance) / root; math.Abs(f.Points[0].Z-want) > 1e-9 {
				t.Errorf("z %g, want %g", f.Points[0].Z, want)
			}
		})
	}
}

// One place that is far off hides itself in no wider limits, not even of five.
func TestFunnelOutlierStaysOutside(t *testing.T) {
	f, err := spc.NewFunnel(spc.Binomial, []spc.Count{
		{Events: 1000, Of: 10000}, {Events: 1005, Of: 10000}, {Events: 995, Of: 10000}, {Events: 1000, Of: 10000}, {Events: 400, Of: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Points[4].Standing; got != spc.AboveOuter {
		t.Errorf("%s, factor %g", got, f.Overdispersion)
	}
}

func TestFunnelRefuses(t *testing.T) {
	tests := []struct {
		name   string
		model  spc.FunnelModel
		places []spc.Count
		spread bool
	}{
		{"no places", spc.Binomial, nil, false},
		{"none of all", spc.Binomial, []spc.Count{{0, 10}, {0, 20}}, true},
		{"all of all", spc.Binomial, []spc.Count{{10, 10}, {20, 20}}, true},
		{"no events", spc.Poisson, []spc.Count{{0, 10}}, true},
		{"part of an event", spc.Poisson, []spc.Count{{1.5, 10}}, false},
		{"fewer than no events", spc.Poisson, []spc.Count{{-1, 10}}, false},
		{"of nothing", spc.Poisson, []spc.Count{{1, 0}}, false},
		{"more than there are", spc.Binomial, []spc.Count{{11, 10}}, false},
		{"of part of one", spc.Binomial, []spc.Count{{1, 10.5}}, false},
		{"no number", spc.Poisson, []spc.Count{{math.NaN(), 10}}, false},
		{"without end", spc.Poisson, []spc.Count{{math.Inf(1), 10}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := spc.NewFunnel(tt.model, tt.places); err == nil || errors.Is(err, spc.ErrNoSpread) != tt.spread {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := spc.NewFunnel(spc.Poisson, []spc.Count{{Events: 11, Of: 10.5}}); err != nil {
		t.Error(err)
	}
}
