package plan_test

import (
	"testing"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// TestParts shows that a ratio's parts are of the same samples as its value.
func TestParts(t *testing.T) {
	ratio := kpi.KPI{Name: "share", Ratio: &kpi.Ratio{Of: "part", To: "whole"}}
	at := func(name, ward string, value float64) kpi.Sample {
		return kpi.Sample{KPI: name, Labels: kpi.NewLabels(kpi.Label{Name: "ward", Value: ward}), Value: value}
	}
	withheld := at("whole", "b", 0)
	withheld.Withheld = true
	for name, c := range map[string]struct {
		kpi     kpi.KPI
		samples []kpi.Sample
		where   map[string]string
		of, to  float64
		ok      bool
	}{
		"sums":                         {ratio, []kpi.Sample{at("part", "a", 1), at("whole", "a", 4), at("part", "b", 2), at("whole", "b", 6)}, nil, 3, 10, true},
		"of one ward":                  {ratio, []kpi.Sample{at("part", "a", 1), at("whole", "a", 4), at("part", "b", 2), at("whole", "b", 6)}, map[string]string{"ward": "b"}, 2, 6, true},
		"a part without a counterpart": {ratio, []kpi.Sample{at("part", "a", 1), at("whole", "a", 4), at("whole", "b", 6)}, nil, 1, 4, true},
		"over nothing":                 {ratio, []kpi.Sample{at("part", "a", 1), at("whole", "a", 0)}, nil, 1, 0, true},
		"none":                         {ratio, []kpi.Sample{at("whole", "b", 6)}, nil, 0, 0, false},
		"withheld":                     {ratio, []kpi.Sample{at("part", "b", 1), withheld}, nil, 1, 0, false},
		"no ratio":                     {kpi.KPI{Name: "part"}, []kpi.Sample{at("part", "b", 1)}, nil, 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			if of, to, ok := plan.NewSamples(c.samples).Parts(c.kpi, c.where); of != c.of || to != c.to || ok != c.ok {
				t.Errorf("%v of %v, %v, want %v of %v, %v", of, to, ok, c.of, c.to, c.ok)
			}
		})
	}
}
