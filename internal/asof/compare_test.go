//go:build gms_pure_go && !race

// The race detector makes the embedded engine ten times slower, and has nothing to
// look at where collectors run one after another; make test runs these without it.
// What runs at once is held by TestNothingIsLearnedInAYear.

package asof_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"planwatch/internal/asof"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// What targets are held against is what was published then, cell by cell, withheld
// cells among them.
func TestCompare(t *testing.T) {
	region := loaded(t, "")
	moment := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	names := []string{"infections", "production", "purchased_care", "waiting"}
	now := compared(t, names, moment)
	withheld := 0
	compared := 0
	for _, r := range []plan.Reference{{At: plan.YearEarlier}, {At: plan.WeeksEarlier}, {Year: 2024}} {
		then := collected(t, names, r.Moment(moment, region.Location))
		for _, name := range names {
			d := region.Collector(name)
			if !slices.Contains(plan.References(region.Plan.Targets, region.KPIs, moment, region.Location, d.Gives), r) {
				continue
			}
			compared++
			for _, k := range d.KPIs {
				if k.Histogram != nil || k.Ratio != nil {
					continue
				}
				for _, s := range then {
					if s.KPI != k.Name {
						continue
					}
					where := map[string]string{}
					for _, label := range d.Labels {
						where[label] = s.Labels.Get(label)
					}
					got, ok := now.Past[r].Aggregate(k, where)
					if s.Withheld {
						withheld++
					}
					if ok == s.Withheld || got.Withheld != s.Withheld || got.Value != s.Value || ok && !got.AsOf.Equal(s.AsOf) {
						t.Errorf("%s %s: %s{%s} is %+v, and was %+v", name, r, s.KPI, s.Labels, got, s)
					}
				}
			}
		}
	}
	if withheld == 0 || compared < 5 {
		t.Errorf("%d collectors were compared, with %d withheld cells", compared, withheld)
	}
}

func compared(t *testing.T, names []string, moment time.Time) asof.Result {
	t.Helper()
	result := opened(t, "", names).Compare(t.Context(), moment)
	for _, failure := range result.Failures {
		t.Error(failure)
	}
	if !reflect.DeepEqual(result.Samples, collected(t, names, moment)) {
		t.Error("other samples than without a comparison")
	}
	return result
}

func collected(t *testing.T, names []string, moment time.Time) []kpi.Sample {
	t.Helper()
	result := opened(t, "", names).Collect(t.Context(), moment)
	for _, failure := range result.Failures {
		t.Error(failure)
	}
	return result.Samples
}
