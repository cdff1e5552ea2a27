package snapshot_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// The plan's metrics come family by family, each in order of target, and a
// timestamp is by the clock that Prometheus goes by.
func TestPlanGauges(t *testing.T) {
	covered := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	behind := clock.StartingAt(time.Now().Add(-240 * time.Hour))
	assessment := func(target string, status plan.Status, actual float64) plan.Assessment {
		return plan.Assessment{
			KPI: &kpi.KPI{Name: "beds", Unit: "beds"}, Target: &plan.Target{ID: target},
			Status: status, Actual: &actual, CoveredUntil: covered,
		}
	}
	var got []string
	for _, g := range snapshot.PlanGauges([]plan.Assessment{assessment("a", plan.Critical, 30), assessment("b", plan.OnPlan, 38)}, behind) {
		if g.Help == "" {
			t.Errorf("%s: no help", g.Name)
		}
		if g.Name == naming.PlanCoveredUntil {
			if want := float64(behind.Wall(covered).UnixMilli()) / 1000; g.Value != want {
				t.Errorf("%s is %v, want %v", g.Name, g.Value, want)
			}
			g.Value = 0
		}
		got = append(got, fmt.Sprintf("%s of %s: %v", g.Name, g.Labels.Get(naming.LabelTarget), g.Value))
	}
	want := []string{
		"plan_status of a: 3", "plan_status of b: 0",
		"plan_actual of a: 30", "plan_actual of b: 38",
		"plan_target_info of a: 1", "plan_target_info of b: 1",
		"plan_covered_until_timestamp_seconds of a: 0", "plan_covered_until_timestamp_seconds of b: 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
