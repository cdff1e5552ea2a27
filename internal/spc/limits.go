package spc

import "errors"

const (
	// scaling turns the mean moving range into the distance from the mean to a
	// process limit: three sigma, 3/1.128 rounded, in Wheeler as in
	// NHSRplotthedots.
	scaling = 2.66

	// screening is the upper limit of moving ranges, as a multiple of their
	// mean. What lies there or above is an outlier (Nelson, Journal of Quality
	// Technology 14(3), 1982, pp. 172-173, and NHSRplotthedots).
	screening = 3.267
)

var errTooLarge = errors.New("values are too large to be computed with: want sums and moving ranges below 1.8e308")

// Limits are what a process stays within by itself, in the figure's unit.
type Limits struct {
	Mean float64

	// MeanMovingRange is of the moving ranges that are not screened.
	MeanMovingRange float64

	// Lower and Upper are the natural process limits, the mean ∓ 2.66 mean
	// moving ranges. They may be less than a figure can be, such as a count
	// below 0, as in NHSRplotthedots.
	Lower, Upper float64

	// NearLower and NearUpper are two thirds of the way to the limits. What
	// lies beyond is close to a limit.
	NearLower, NearUpper float64
}

// limitsOf computes the limits of the points that they are made from, and marks
// the moving ranges that are screened. It returns nil for too few points, or
// too few moving ranges, which ghosted points take away.
func limitsOf(baseline []*Judged, o Options) (*Limits, error) {
	if len(baseline) < o.MinimumPoints {
		return nil, nil
	}
	values := make([]float64, 0, len(baseline))
	var ranges []float64
	for _, p := range baseline {
		values = append(values, p.Value)
		if p.MovingRange != nil {
			ranges = append(ranges, *p.MovingRange)
		}
	}
	if len(ranges) < o.MinimumPoints-1 {
		return nil, nil
	}

	average := mean(values)
	movingRange := mean(ranges)
	if !o.KeepOutliers {
		// Ranges are screened once, not again by the new mean.
		limit := screening * movingRange
		var kept []float64
		for _, r := range ranges {
			if r < limit {
				kept = append(kept, r)
			}
		}
		// Where only ranges of 0 would be kept, the limits would be the mean
		// itself, and each point outside of them. So none is screened.
		if screened := mean(kept); screened > 0 {
			movingRange = screened
			for _, p := range baseline {
				p.Screened = p.MovingRange != nil && *p.MovingRange >= limit
			}
		}
	}

	near := 2 * (scaling / 3)
	l := &Limits{
		Mean:            average,
		MeanMovingRange: movingRange,
		Lower:           average - scaling*movingRange,
		NearLower:       average - near*movingRange,
		NearUpper:       average + near*movingRange,
		Upper:           average + scaling*movingRange,
	}
	if !finite(l.Mean) || !finite(l.Lower) || !finite(l.Upper) {
		return nil, errTooLarge
	}
	return l, nil
}

// mean adds what the first pass lost in rounding, so that the mean of equal
// values is that value and none of them lies off it. It is NaN of no values.
func mean(values []float64) float64 {
	n := float64(len(values))
	var sum float64
	for _, v := range values {
		sum += v
	}
	first := sum / n
	var lost float64
	for _, v := range values {
		lost += v - first
	}
	return first + lost/n
}

// side is where a value lies from the mean; a value on it is on no side.
func (l Limits) side(value float64) Side {
	switch {
	case value > l.Mean:
		return High
	case value < l.Mean:
		return Low
	}
	return NoSide
}

// outside says whether a value is beyond a process limit; on it is within.
func (l Limits) outside(value float64) bool { return value > l.Upper || value < l.Lower }

// near says whether a value is beyond a near limit and not outside.
func (l Limits) near(value float64) bool {
	return !l.outside(value) && (value > l.NearUpper || value < l.NearLower)
}
