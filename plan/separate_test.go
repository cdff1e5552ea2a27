package plan_test

import (
	"testing"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Over a label that a KPI says it does not add up over, there is no figure.
func TestSeparate(t *testing.T) {
	at := moment(t, "2025-03-18 08:00:00")
	beds := kpi.KPI{Name: "beds_available", Aggregate: kpi.Sum, SeparateBy: []string{"hospital"}}
	ratio := kpi.KPI{Name: "bed_occupancy_ratio", Ratio: &kpi.Ratio{Of: "beds_occupied", To: "beds_available"}, SeparateBy: []string{"hospital"}}
	histogram := kpi.KPI{Name: "wait_seconds", Histogram: &kpi.Buckets{Bounds: []float64{1}}, SeparateBy: []string{"hospital"}}
	var samples []kpi.Sample
	for _, place := range [][2]string{{"Kalix", "Medicin"}, {"Sunderby", "Kirurgi"}, {"Sunderby", "Ortopedi"}} {
		for _, name := range []string{"beds_available", "beds_occupied"} {
			samples = append(samples, sample(name, 10, at, "hospital", place[0], "ward", place[1]))
		}
		waits := sample("wait_seconds", 0, at, "hospital", place[0], "ward", place[1])
		waits.Histogram = &kpi.Histogram{Bounds: []float64{1}, Counts: []uint64{1}, Count: 1, Sum: 10}
		samples = append(samples, waits)
	}
	x := plan.NewSamples(samples)
	tests := []struct {
		name  string
		kpi   kpi.KPI
		where map[string]string
		want  float64
		ok    bool
	}{
		{"over hospitals", beds, nil, 0, false},
		{"over a hospital's wards", beds, map[string]string{"hospital": "Sunderby"}, 20, true},
		{"at a ward, which is of one hospital", beds, map[string]string{"ward": "Kirurgi"}, 10, true},
		{"a ratio over hospitals", ratio, nil, 0, false},
		{"a ratio of one", ratio, map[string]string{"hospital": "Sunderby"}, 1, true},
		{"a mean over hospitals", histogram, nil, 0, false},
		{"a mean of one", histogram, map[string]string{"hospital": "Sunderby"}, 10, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := x.Aggregate(tt.kpi, tt.where)
			if ok != tt.ok || ok && got.Value != tt.want {
				t.Errorf("got %v, %t", got.Value, ok)
			}
			places := x.Separate(tt.kpi)
			if len(places) != 2 || places[0].Get("hospital") != "Kalix" || places[1].Get("hospital") != "Sunderby" || len(places[1]) != 1 {
				t.Errorf("separate at %v", places)
			}
		})
	}
	if places := x.Separate(kpi.KPI{Name: "beds_available"}); len(places) != 1 || len(places[0]) != 0 {
		t.Errorf("what adds up is at %v", places)
	}
}
