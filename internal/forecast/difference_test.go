package forecast_test

import (
	"math"
	"slices"
	"testing"

	"planwatch/internal/forecast"
)

func TestDifference(t *testing.T) {
	whole := func(value, low, high float64, years ...int) forecast.Forecast {
		return forecast.Forecast{Value: value, Low: &low, High: &high, Method: forecast.Seasonal, Share: 0.2, Years: years}
	}
	few := forecast.Forecast{Value: 90, NoInterval: forecast.FewYears, Method: forecast.Pace, Share: 0.1}

	got := forecast.Difference(whole(100, 97, 104, 2021, 2022, 2023, 2024), whole(90, 86, 93, 2020, 2021, 2023, 2024))
	if got.Value != 10 || got.Method != forecast.Seasonal || !slices.Equal(got.Years, []int{2021, 2023, 2024}) {
		t.Errorf("got %+v", got)
	}
	// Below, the income falls short and the costs overrun; above, the other way round.
	if math.Abs(*got.Low-(10-math.Hypot(3, 3))) > 1e-9 || math.Abs(*got.High-(10+math.Hypot(4, 4))) > 1e-9 {
		t.Errorf("between %v and %v", *got.Low, *got.High)
	}

	got = forecast.Difference(whole(100, 97, 104, 2024), few)
	if got.Value != 10 || got.Low != nil || got.High != nil || got.NoInterval != forecast.FewYears || got.Method != forecast.Pace || got.Share != 0.1 {
		t.Errorf("with a part of few years: got %+v", got)
	}
}
