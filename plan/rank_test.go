package plan_test

import (
	"slices"
	"testing"

	"planwatch/plan"
)

// What a controller and a lead at night look at first.
func TestAttention(t *testing.T) {
	figures := func(status plan.Status, actual, expected, warning, critical, margin float64) plan.Attention {
		return plan.Attention{Status: status, Actual: &actual, Expected: &expected, Warning: &warning, Critical: &critical, Margin: &margin}
	}
	law := figures(plan.Warning, 98, 100, 99, 90, -0.02)
	law.Law = true
	money := figures(plan.Warning, 104, 100, 103, 120, -0.04)
	money.Money = true
	order := []struct {
		name string
		of   plan.Attention
	}{
		{"twice past its critical threshold", figures(plan.Critical, 120, 100, 105, 110, -0.2)},
		{"at its critical threshold, though further from plan", figures(plan.Critical, 150, 100, 120, 150, -0.5)},
		{"a law, a little", law},
		{"money", money},
		{"further past its threshold", figures(plan.Warning, 130, 100, 110, 200, -0.3)},
		{"less past it, though further from plan", figures(plan.Warning, 160, 100, 150, 200, -0.6)},
		{"unknown", plan.Attention{Status: plan.Unknown}},
		{"within tolerance", figures(plan.WithinTolerance, 104, 100, 110, 120, -0.04)},
		{"on plan", figures(plan.OnPlan, 90, 100, 110, 120, 0.1)},
		{"too early", plan.Attention{Status: plan.TooEarly}},
	}
	shuffled := slices.Clone(order)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, func(a, b struct {
		name string
		of   plan.Attention
	},
	) int {
		return a.of.Compare(b.of)
	})
	for i, want := range order {
		if shuffled[i].name != want.name {
			t.Errorf("place %d: got %q, want %q", i+1, shuffled[i].name, want.name)
		}
	}
}
