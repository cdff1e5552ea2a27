package plan_test

import (
	"testing"

	"planwatch/internal/kpi"
	"planwatch/internal/regiontest"
	"planwatch/plan"
)

func TestReadIn(t *testing.T) {
	base, err := regiontest.Units(t).Get("seconds")
	if err != nil {
		t.Fatal(err)
	}
	in := func(measures ...string) []plan.Target {
		targets := make([]plan.Target, len(measures))
		for i, measure := range measures {
			targets[i].Unit = measure
		}
		return targets
	}
	usual := base.Usual().Name
	tests := []struct {
		name, own string
		targets   []plan.Target
		want      string
	}{
		{"no targets", "", nil, usual},
		{"one target", "", in("minutes"), "minutes"},
		{"targets that agree", "", in("weeks", "weeks"), "weeks"},
		{"targets that do not", "", in("weeks", "minutes"), usual},
		{"targets of which one names none", "", in("weeks", ""), usual},
		{"targets in the base unit", "", in("", ""), usual},
		{"the KPI's own", "hours", in("weeks", "weeks"), "hours"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entry := kpi.Entry{KPI: kpi.KPI{Unit: base.Name, Measure: tt.own}, Base: base}
			if got := plan.ReadIn(entry, tt.targets).Name; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
