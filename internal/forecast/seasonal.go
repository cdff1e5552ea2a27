package forecast

import (
	"math"
	"slices"
	"time"
)

// span is the part of the year that is to come.
type span struct{ from, to float64 }

// past is what the past years did over a span.
type past struct {
	years []shape
	// odd are the numbers of years that did something, but have no growth: they
	// began after the span did, or went down.
	odd []int
	// shares are the parts of all of them that were done at the span's start.
	shares []float64
}

// shape is the course of a year.
type shape struct {
	year
	// growth is the logarithm of what the value is multiplied by over the span.
	growth float64
}

// shapes are those of the years that are known at both ends of the span. A year
// in which nothing happened has none.
func shapes(years []year, s span) past {
	var p past
	for _, y := range years {
		from, to := y.at(s.from), y.at(s.to)
		switch {
		case !y.knownAt(s.from) || !y.knownAt(s.to) || from == 0 && to == 0:
			continue
		case to == 0:
			p.odd = append(p.odd, y.number)
			p.shares = append(p.shares, math.Inf(1))
			continue
		case !(from/to > 0) || !finite(to/from) || !y.accumulates():
			p.odd = append(p.odd, y.number)
		default:
			p.years = append(p.years, shape{y, math.Log(to / from)})
		}
		p.shares = append(p.shares, from/to)
	}
	return p
}

func (s Series) seasonal(p past, span span) (Forecast, Reason) {
	share := median(p.shares)
	switch {
	case share >= 0 && share < MinShare:
		return Forecast{}, TooEarly
	case len(p.odd) > mostSetAside(len(p.shares)):
		return Forecast{}, Unsteady
	}
	kept, unlike := alike(p.years, len(p.odd))
	if slices.ContainsFunc(kept, func(y shape) bool { return (y.at(span.to) > 0) != (s.Now.Value > 0) }) {
		return Forecast{}, Unsteady
	}
	centre, spread := kept.mean(), 0.0
	if len(kept) > 1 {
		spread = kept.spread()
	}
	switch {
	case !slices.ContainsFunc(kept, func(y shape) bool { return math.Abs(y.growth) > 1e-9 }):
		return Forecast{}, AllDone
	case math.Exp(-centre) < MinShare:
		return Forecast{}, TooEarly
	case spread > mostWrong:
		return Forecast{}, Unsteady
	}
	f := Forecast{Value: s.Now.Value * math.Exp(centre), Method: Seasonal, Share: math.Exp(-centre), NoInterval: FewYears}
	for _, y := range kept {
		f.Years = append(f.Years, y.number)
	}
	for _, y := range unlike {
		f.SetAside = append(f.SetAside, y.number)
	}
	f.SetAside = append(f.SetAside, p.odd...)
	slices.Sort(f.SetAside)
	if len(kept) >= MinYears {
		width := student[len(kept)-1] * spread
		low, high := s.Now.Value*math.Exp(centre-width), s.Now.Value*math.Exp(centre+width)
		low, high = min(low, high), max(low, high)
		f.Low, f.High, f.NoInterval = &low, &high, ""
	}
	now := s.Now.At.In(s.Location)
	f.SpentOn = s.spentOn(now, func(at time.Time) float64 { return kept.growth(span.from, position(at, s.Location)) })
	return f, ""
}

// course is the shapes that a forecast is made from.
type course []shape

// mean is that of the logarithms of growth.
func (c course) mean() float64 {
	var sum float64
	for _, y := range c {
		sum += y.growth
	}
	return sum / float64(len(c))
}

// spread is the standard error of a forecast, as a logarithm, by what the
// forecasts of the past years would have been: each is made from all others, as
// this year's is from all of them. The errors are then a little larger than
// this year's, which is made from one more.
func (c course) spread() float64 {
	n := float64(len(c))
	var squares float64
	for _, y := range c {
		others := (c.mean()*n - y.growth) / (n - 1)
		squares += (y.growth - others) * (y.growth - others)
	}
	return math.Sqrt(squares / n * (n*n - 1) / (n * n))
}

// growth is what the value is multiplied by from one position to another, in a
// year like these.
func (c course) growth(from, to float64) float64 {
	var sum float64
	for _, y := range c {
		growth := y.at(to) / y.at(from)
		if !(growth > 0) {
			return 0
		}
		sum += math.Log(growth)
	}
	return math.Exp(sum / float64(len(c)))
}

// student has the 95th percentile of Student's t by degrees of freedom: nine of
// ten values lie between it and its negative.
var student = [MaxYears]float64{0, 6.3138, 2.9200, 2.3534, 2.1318, 2.0150, 1.9432, 1.8946, 1.8595, 1.8331}

// grubbs has, by the number of values, how many standard deviations one of them
// may be from the mean: beyond it are one in a hundred sets that are alike
// (Grubbs' test, both sides).
var grubbs = [MaxYears + 1]float64{5: 1.7637, 6: 1.9728, 7: 2.1391, 8: 2.2744, 9: 2.3868, 10: 2.4821}

// mostSetAside is how many of so many years may be unlike the rest.
func mostSetAside(years int) int { return years / 4 }

// alike sets aside the years whose growth is unlike that of the rest by Grubbs'
// test, the farthest first: at most a fourth of all, with those that are odd
// already, and none of fewer than five, which are too few to tell.
func alike(years []shape, odd int) (kept course, unlike []shape) {
	kept = slices.Clone(years)
	for len(kept) >= 5 && len(unlike)+odd < mostSetAside(len(years)+odd) {
		mean := kept.mean()
		var squares float64
		farthest := 0
		for i, y := range kept {
			squares += (y.growth - mean) * (y.growth - mean)
			if math.Abs(y.growth-mean) > math.Abs(kept[farthest].growth-mean) {
				farthest = i
			}
		}
		deviation := math.Sqrt(squares / float64(len(kept)-1))
		if !(math.Abs(kept[farthest].growth-mean) > grubbs[len(kept)]*deviation) {
			break
		}
		unlike = append(unlike, kept[farthest])
		kept = slices.Delete(kept, farthest, farthest+1)
	}
	return kept, unlike
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return sorted[(n-1)/2]/2 + sorted[n/2]/2
}
