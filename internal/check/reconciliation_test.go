package check_test

import (
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/check"
	"planwatch/internal/decimal"
	"planwatch/internal/language"
	"planwatch/internal/regiontest"
	"planwatch/plan"
)

func TestReconciliationWrite(t *testing.T) {
	amount := func(text string) decimal.Decimal {
		d, err := decimal.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	difference := plan.Difference{
		Table: "plan/frames.csv", Line: 2, Row: "Nära", Column: "closing",
		Stated: amount("-309.9"), Computed: amount("-309.8"), Difference: amount("-0.1"), Unit: "mnkr",
	}
	noted := difference
	noted.Cite, noted.Note = "The plan, page 9", language.Text{"sv": "Avrundat.", "en": "Rounded."}
	tests := []struct {
		name           string
		reconciliation check.Reconciliation
		want           string
	}{
		{"a plan without checks", check.Reconciliation{}, ""},
		{"a plan that adds up", check.Reconciliation{Checked: 3}, "plan: 3 stated figures recomputed, 0 differ\n"},
		{"one figure", check.Reconciliation{Checked: 1}, "plan: 1 stated figure recomputed, 0 differ\n"},
		{"a difference", check.Reconciliation{Checked: 3, Differences: []plan.Difference{difference}},
			"plan: 3 stated figures recomputed, 1 differs\n  plan/frames.csv:2: Nära, closing: stated -309.9, computed -309.8, difference -0.1 mnkr\n"},
		{"a difference with its place and a note", check.Reconciliation{Checked: 3, Differences: []plan.Difference{noted}},
			"plan: 3 stated figures recomputed, 1 differs\n  plan/frames.csv:2: Nära, closing: stated -309.9, computed -309.8, difference -0.1 mnkr\n    The plan, page 9\n    Rounded.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			if err := tt.reconciliation.Write(&out, regiontest.Languages(t).English()); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.want {
				t.Errorf("got\n%swant\n%s", out.String(), tt.want)
			}
		})
	}
}

func TestReconcileBuiltinRegion(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := check.Reconcile(region)
	if err != nil {
		t.Fatal(err)
	}
	if found.Checked == 0 || len(found.Differences) == 0 {
		t.Errorf("%d figures, %d differences", found.Checked, len(found.Differences))
	}
}
