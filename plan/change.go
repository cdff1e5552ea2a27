package plan

import (
	"math"
	"strconv"
)

// Change is a figure less a former one, to as many digits as the larger of the two is
// published with: what is left of figures that are equal but for rounding errors is
// zero.
func Change(now, then float64) float64 {
	d, largest := now-then, max(math.Abs(now), math.Abs(then))
	switch {
	case d == 0:
		return 0 // not minus zero
	case math.IsNaN(d) || math.IsInf(d, 0):
		return d
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(largest)))
	if decimals < 0 {
		unit := math.Pow10(-decimals)
		return math.Round(d/unit) * unit
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(d, 'f', decimals, 64), 64)
	if err != nil || rounded == 0 {
		return 0 // not minus zero
	}
	return rounded
}
