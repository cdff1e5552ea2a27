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
	byName := map[string][]plan.Metric{}
	total := 0
	for _, target := range targets {
		for _, metric := range target.Metrics() {
			byName[metric.Name] = append(byName[metric.Name], metric)
			total++
		}
	}
	gauges := make([]Gauge, 0, total)
	for _, family := range plan.Families {
		for _, metric := range byName[family.Name] {
			value := metric.Value
			if family.Name == naming.PlanCoveredUntil {
				value = c.Timestamp(time.Unix(int64(value), 0))
			}
			gauges = append(gauges, Gauge{Name: family.Name, Help: family.Help, Labels: metric.Labels, Value: value})
		}
	}
	return gauges
}
