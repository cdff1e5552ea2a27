package snapshot

import (
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/naming"
	"planwatch/plan"
)

// PlanGauges are assessments as metrics, in order of family and target. Moments in
// them are converted from the clock's to the system's.
func PlanGauges(targets []plan.Assessment, c clock.Clock) []Gauge {
	metrics := make([][]plan.Metric, len(targets))
	// Each family has its own part of the gauges.
	begins, total := map[string]int{}, 0
	for i := range targets {
		metrics[i] = targets[i].Metrics()
		for _, metric := range metrics[i] {
			begins[metric.Name]++
		}
	}
	helps := map[string]string{}
	for _, family := range plan.Families {
		helps[family.Name] = family.Help
		begins[family.Name], total = total, total+begins[family.Name]
	}
	gauges := make([]Gauge, total)
	for _, of := range metrics {
		for _, metric := range of {
			value := metric.Value
			if metric.Name == naming.PlanCoveredUntil {
				value = c.Timestamp(time.Unix(int64(value), 0))
			}
			gauges[begins[metric.Name]] = Gauge{Name: metric.Name, Help: helps[metric.Name], Labels: metric.Labels, Value: value}
			begins[metric.Name]++
		}
	}
	return gauges
}
