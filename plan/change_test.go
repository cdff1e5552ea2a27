package plan_test

import (
	"math"
	"testing"

	"planwatch/plan"
)

func TestChange(t *testing.T) {
	tenth := 0.1
	for name, c := range map[string]struct{ a, b, want float64 }{
		"of equals":                           {0.769, 0.769, 0},
		"of equals but for rounding":          {tenth + 2*tenth, 0.3, 0},
		"and the other way":                   {0.3, tenth + 2*tenth, 0},
		"without rounding errors":             {0.769, 0.772, -0.003},
		"of a share of one hundredth":         {0.012, 0.011, 0.001},
		"of billions, to hundredths":          {5_123_456_789.01, 5_123_456_788.99, 0.02},
		"of billions, to less than these":     {5_123_456_789.001, 5_123_456_789, 0},
		"of more than twelve digits":          {2_512_345_678_901_234, 2_512_345_678_900_000, 0},
		"of more than twelve digits, by more": {2_512_345_678_911_234, 2_512_345_678_900_000, 10_000},
		"from zero":                           {0, 2.5, -2.5},
		"of zeros":                            {0, 0, 0},
		"of a tiny figure":                    {3e-300, 1e-300, 2e-300},
	} {
		t.Run(name, func(t *testing.T) {
			if got := plan.Change(c.a, c.b); got != c.want || math.Signbit(got) != math.Signbit(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
