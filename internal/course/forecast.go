package course

import (
	"slices"
	"time"

	"planwatch/internal/forecast"
	"planwatch/plan"
)

// Foresee returns the assessments with forecasts from how their figures went. A nil
// Book changes none.
func (b *Book) Foresee(assessments []plan.Assessment, location *time.Location) []plan.Assessment {
	if b == nil {
		return assessments
	}
	foreseen := slices.Clone(assessments)
	for i := range foreseen {
		a := &foreseen[i]
		var past []forecast.Point
		for _, p := range b.Of(CellOf(a.KPI.Name, a.Target.Where)).Points {
			if p.Value != nil {
				past = append(past, forecast.Point{At: p.AsOf, Value: *p.Value})
			}
		}
		a.Foresee(past, location)
	}
	return foreseen
}
