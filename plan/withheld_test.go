package plan_test

import (
	"testing"
	"time"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// What rests on a withheld cell has no figure, of its own or as a sum.
func TestWithheldCells(t *testing.T) {
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)
	births := kpi.KPI{Name: "births", Unit: "births", Better: kpi.Higher, Aggregate: kpi.Sum}
	share := kpi.KPI{Name: "labour_induction_ratio", Unit: "ratio", Better: kpi.Lower, Ratio: &kpi.Ratio{Of: "labour_inductions", To: "births"}}
	sample := func(name, hospital string, value float64, withheld bool) kpi.Sample {
		return kpi.Sample{KPI: name, Labels: kpi.NewLabels(kpi.Label{Name: "hospital", Value: hospital}), Value: value, AsOf: at, Withheld: withheld}
	}
	samples := []kpi.Sample{
		sample("births", "Sunderby", 30, false), sample("births", "Gällivare", 0, true), sample("births", "Kalix", 0, true),
		sample("labour_inductions", "Sunderby", 9, false), sample("labour_inductions", "Gällivare", 0, true), sample("labour_inductions", "Kalix", 7, false),
	}
	byKPI := plan.NewSamples(samples)
	tests := []struct {
		name  string
		kpi   kpi.KPI
		where map[string]string
		want  float64
		known bool
	}{
		{"a published cell", births, map[string]string{"hospital": "Sunderby"}, 30, true},
		{"a withheld cell", births, map[string]string{"hospital": "Gällivare"}, 0, false},
		{"a sum with withheld cells", births, nil, 0, false},
		{"a ratio of published parts", share, map[string]string{"hospital": "Sunderby"}, 0.3, true},
		{"a ratio with a withheld part", share, map[string]string{"hospital": "Kalix"}, 0, false},
		{"a ratio over withheld parts", share, nil, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			figure, known := byKPI.Aggregate(tt.kpi, tt.where)
			if known != tt.known || known && figure.Value != tt.want {
				t.Errorf("got %v, %v", figure.Value, known)
			}
		})
	}
}
