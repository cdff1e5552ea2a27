package forecast

import (
	"math"
	"slices"
)

// Difference is the forecast of one figure less another, from theirs. Its interval takes
// them to be wrong independently of one another: the widths are added as squares.
func Difference(of, less Forecast) Forecast {
	f := Forecast{Value: of.Value - less.Value, Method: Seasonal, Share: min(of.Share, less.Share)}
	if of.Method == Pace || less.Method == Pace {
		f.Method = Pace
	}
	for _, year := range of.Years {
		if slices.Contains(less.Years, year) {
			f.Years = append(f.Years, year)
		}
	}
	f.SetAside = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(of.SetAside), less.SetAside...))))
	switch {
	case of.NoInterval != "":
		f.NoInterval = of.NoInterval
	case less.NoInterval != "":
		f.NoInterval = less.NoInterval
	default:
		f.Low = new(f.Value - math.Hypot(of.Value-*of.Low, *less.High-less.Value))
		f.High = new(f.Value + math.Hypot(*of.High-of.Value, less.Value-*less.Low))
	}
	return f
}
