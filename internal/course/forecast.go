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
		b.ForeseeOne(&foreseen[i], location)
	}
	return foreseen
}

// ForeseeOne sets the forecast of one assessment. A nil Book leaves it as it is.
func (b *Book) ForeseeOne(a *plan.Assessment, location *time.Location) {
	if b == nil {
		return
	}
	a.Foresee(func(kpiName string) []forecast.Point { return b.past(CellOf(kpiName, a.Target.Where)) }, location)
}

// past are the figures of a cell, of which there are any.
func (b *Book) past(cell Cell) []forecast.Point {
	var past []forecast.Point
	for _, p := range b.Of(cell).Points {
		if p.Value != nil {
			past = append(past, forecast.Point{At: p.AsOf, Value: *p.Value})
		}
	}
	return past
}
