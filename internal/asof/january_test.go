//go:build gms_pure_go && !race

// The race detector makes the embedded engine ten times slower, and has nothing to
// look at where collectors run one after another; make test runs these without it.
// What runs at once is held by TestNothingIsLearnedInAYear.

package asof_test

import (
	"math"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/plan"
)

// Of a year's first weeks, holidays and small numbers made a storm of alerts. There are
// no more than three that are critical, and no figure is judged that is of another year.
// The days are those on which it was worst.
func TestJanuary(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	collecting, err := asof.Open(t.Context(), region, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer collecting.Close()
	collecting.Remember(math.MaxInt)
	judged := 0
	for _, day := range []int{2, 10, 31} {
		at := time.Date(2025, time.January, day, 23, 59, 59, 0, region.Location)
		result := collecting.Compare(t.Context(), at)
		for _, err := range result.Failures {
			t.Fatal(err)
		}
		var critical []string
		for _, a := range plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, at, region.Location) {
			if a.Status == plan.Critical {
				critical = append(critical, a.Target.ID)
			}
			if a.Status < plan.OnPlan {
				continue
			}
			judged++
			if a.DataTime.Before(a.Target.From.Begins(region.Location)) {
				t.Errorf("%s: %s is %s by a figure of %s", at.Format(time.DateOnly), a.Target.ID, a.Status, a.DataTime)
			}
		}
		if len(critical) > 3 {
			t.Errorf("%s: %d are critical: %v", at.Format(time.DateOnly), len(critical), critical)
		}
	}
	if judged < 300 {
		t.Errorf("only %d judgements", judged)
	}
}
