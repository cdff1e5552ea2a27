package spc

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// FunnelModel is the distribution that the numerators of a funnel plot follow where only
// chance makes them differ.
type FunnelModel int8

const (
	// Binomial is for proportions: what the numerator counts is counted by the
	// denominator too.
	Binomial FunnelModel = iota
	// Poisson is for rates: events against what they can happen in, such as days.
	Poisson
)

// The limits of a funnel plot hold 95 % and 99.8 % of what chance makes: one place in 40,
// and one in 1,000, is beyond them on each side.
const (
	InnerCoverage = 0.95
	OuterCoverage = 0.998
)

const (
	// winsorised is the share of z-scores at each end that are drawn in to the next
	// before the overdispersion is estimated, so that outliers do not hide themselves.
	winsorised = 0.1

	// exactVariance is the largest variance of a numerator whose probabilities are
	// summed. Above it the normal distribution's limits differ by less than a
	// thousandth of their distance from the common rate.
	exactVariance = 1e6

	// negligible is the probability, as a share of the most likely number's, at which
	// summing ends.
	negligible = 1e-20
)

// ErrNoSpread is that of a funnel plot whose common rate is 0, or is 1 of a proportion:
// chance makes nothing differ then, and there are no limits.
var ErrNoSpread = errors.New("the common rate leaves no room for chance: want some events, and not all")

// Count is a place's numerator and denominator.
type Count struct{ Events, Of float64 }

// Funnel compares places by limits that follow from how large each is, after D. J.
// Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
// Medicine 24 (2005), pp. 1185-1202.
type Funnel struct {
	Model FunnelModel
	// Common is the rate of all places taken together, around which the limits are.
	Common float64
	// Overdispersion is by how much the places differ more than chance makes them, as a
	// factor of the variance; 1 where they do not. Limits are the wider by its root.
	Overdispersion float64
	// Points are the places, in the order of the counts.
	Points []FunnelPoint
}

// FunnelPoint is a place in a funnel plot.
type FunnelPoint struct {
	Count
	// Value is the place's own rate.
	Value float64
	// Z is how far it is from the common rate in standard deviations, which the
	// overdispersion widens. It takes the numerator as normally distributed, so that it
	// may differ a little from what the limits say of small places.
	Z        float64
	Limits   FunnelLimits
	Standing Standing
}

// FunnelLimits are the limits for a place of some size, as rates. None is below 0, nor
// above 1 of a proportion.
type FunnelLimits struct{ OuterLower, InnerLower, InnerUpper, OuterUpper float64 }

// Standing is where a place is in a funnel plot. One on a limit is within it.
type Standing int8

// The standings, from the lowest.
const (
	BelowOuter Standing = iota - 2
	BelowInner
	WithinLimits
	AboveInner
	AboveOuter
)

// String is the standing in plain words.
func (s Standing) String() string {
	switch s {
	case BelowOuter:
		return "below outer limit"
	case BelowInner:
		return "below inner limit"
	case WithinLimits:
		return "within limits"
	case AboveInner:
		return "above inner limit"
	case AboveOuter:
		return "above outer limit"
	}
	return "unknown standing"
}

// NewFunnel compares the places. Numerators are whole numbers from 0, denominators are
// above 0; of a proportion these are whole too, and no less than the numerators.
func NewFunnel(model FunnelModel, places []Count) (*Funnel, error) {
	if len(places) == 0 {
		return nil, errors.New("a funnel plot of no places: want one or more")
	}
	var events, of float64
	for i, c := range places {
		if !c.fits(model) {
			return nil, fmt.Errorf("place %d of a funnel plot has %g of %g: want whole events from 0, of something above 0 that a proportion's are a part of", i, c.Events, c.Of)
		}
		events += c.Events
		of += c.Of
	}
	f := &Funnel{Model: model, Common: events / of, Overdispersion: 1}
	if f.variance() <= 0 {
		return nil, ErrNoSpread
	}
	if !finite(f.Common) {
		return nil, errTooLarge
	}
	scores := make([]float64, len(places))
	for i, c := range places {
		scores[i] = (c.Events/c.Of - f.Common) / math.Sqrt(f.variance()/c.Of)
	}
	f.Overdispersion = max(1, overdispersion(scores))
	for i, c := range places {
		point := FunnelPoint{Count: c, Value: c.Events / c.Of, Z: scores[i] / math.Sqrt(f.Overdispersion), Limits: f.Limits(c.Of)}
		point.Standing = point.Limits.standing(point.Value)
		f.Points = append(f.Points, point)
	}
	return f, nil
}

func (c Count) fits(model FunnelModel) bool {
	fits := c.Events >= 0 && c.Events == math.Trunc(c.Events) && c.Of > 0 && finite(c.Events) && finite(c.Of)
	if model == Binomial {
		fits = fits && c.Of == math.Trunc(c.Of) && c.Events <= c.Of
	}
	return fits
}

// variance is that of the rate of a place whose denominator is 1.
func (f *Funnel) variance() float64 {
	if f.Model == Binomial {
		return f.Common * (1 - f.Common)
	}
	return f.Common
}

// overdispersion is the mean of the squares of the winsorised z-scores, which is about 1,
// or somewhat less, where only chance makes places differ.
func overdispersion(scores []float64) float64 {
	sorted := slices.Sorted(slices.Values(scores))
	low, high := quantile(sorted, winsorised), quantile(sorted, 1-winsorised)
	var sum float64
	for _, z := range sorted {
		z = min(max(z, low), high)
		sum += z * z
	}
	return sum / float64(len(sorted))
}

// quantile is that of sorted values, interpolated between the two nearest.
func quantile(sorted []float64, share float64) float64 {
	whole, part := math.Modf(share * float64(len(sorted)-1))
	i := int(whole)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + part*(sorted[i+1]-sorted[i])
}

// Limits are those for a place of that denominator, which is above 0. That of a
// proportion is taken to be the nearest whole number.
func (f *Funnel) Limits(of float64) FunnelLimits {
	if f.Model == Binomial {
		of = max(1, math.Round(of))
	}
	shares := [4]float64{(1 - OuterCoverage) / 2, (1 - InnerCoverage) / 2, (1 + InnerCoverage) / 2, (1 + OuterCoverage) / 2}
	var limits [4]float64
	if of*f.variance() > exactVariance {
		for i, share := range shares {
			limits[i] = f.Common + math.Sqrt2*math.Erfinv(2*share-1)*math.Sqrt(f.variance()/of)
		}
	} else {
		limits = f.exact(of, shares)
	}
	most := math.Inf(1)
	if f.Model == Binomial {
		most = 1
	}
	widened := func(limit float64) float64 { return f.Common + math.Sqrt(f.Overdispersion)*(limit-f.Common) }
	// Where an event is hardly to be expected at all, the interpolated upper limits are
	// below the common rate. There, any event is beyond them.
	lower := func(limit float64) float64 { return max(0, widened(min(limit, f.Common))) }
	upper := func(limit float64) float64 { return min(most, widened(max(limit, f.Common))) }
	return FunnelLimits{lower(limits[0]), lower(limits[1]), upper(limits[2]), upper(limits[3])}
}

// exact are the limits below which those shares of the distribution are. A numerator is a
// whole number: r is the first with at least the share at or below it, and the limit is
// interpolated between it and the one before (Spiegelhalter, appendix A.1).
func (f *Funnel) exact(of float64, shares [4]float64) (limits [4]float64) {
	first, likely := f.distribution(of)
	var total float64
	for _, p := range likely {
		total += p
	}
	next, below := 0, 0.0
	for i, p := range likely {
		below += p
		for next < len(shares) && (below >= shares[next]*total || i == len(likely)-1) {
			limits[next] = (first + float64(i) - max(0, below-shares[next]*total)/p) / of
			next++
		}
	}
	return limits
}

// distribution is how likely each number of events is, from the first on, as a multiple of
// the most likely one.
func (f *Funnel) distribution(of float64) (first float64, likely []float64) {
	up := func(k float64) float64 { return f.Common * of / (k + 1) }
	mode := math.Floor(f.Common * of)
	if f.Model == Binomial {
		odds := f.Common / (1 - f.Common)
		up = func(k float64) float64 { return odds * (of - k) / (k + 1) }
		mode = min(math.Floor(f.Common*(of+1)), of)
	}
	first, likely = mode, []float64{1}
	for p := 1.0; first > 0; first-- {
		if p /= up(first - 1); p <= negligible {
			break
		}
		likely = append(likely, p)
	}
	slices.Reverse(likely)
	for k, p := mode, 1.0; ; k++ {
		if p *= up(k); p <= negligible {
			return first, likely
		}
		likely = append(likely, p)
	}
}

func (l FunnelLimits) standing(value float64) Standing {
	switch {
	case value < l.OuterLower:
		return BelowOuter
	case value < l.InnerLower:
		return BelowInner
	case value > l.OuterUpper:
		return AboveOuter
	case value > l.InnerUpper:
		return AboveInner
	}
	return WithinLimits
}
