package plan

import (
	"time"

	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
)

// History gives how a KPI at the assessment's labels went, in any order.
type History func(kpiName string) []forecast.Point

// Foresee sets where the figure ends, from how it went in past years, or without
// whole ones from the share that is due by the plan; history may be nil. Only a figure
// that accumulates over the year, of a target whose value at the period's end is known,
// has a forecast; where it has none, NoForecast says why. What is too early to judge has
// none: an alert would tell of it.
func (a *Assessment) Foresee(history History, location *time.Location) {
	t := a.Target
	if a.KPI.Accumulates != kpi.Year || a.KPI.Forecast == kpi.NoForecast || a.KPI.Ratio != nil || t.Phasing.AtOnce || a.Full == nil || a.Actual == nil || a.Status == TooEarly || a.Reason == Expired {
		return
	}
	if history == nil {
		history = func(string) []forecast.Point { return nil }
	}
	var f forecast.Forecast
	var reason forecast.Reason
	if from := a.KPI.ForecastFrom; from != nil {
		f, reason = a.foreseeDifference(*from, history, location)
	} else {
		f, reason = forecast.Of(a.series(forecast.Point{At: a.DataTime, Value: *a.Actual}, history(a.KPI.Name), *a.Full, location))
	}
	a.Forecast, a.Outlook, a.NoForecast = nil, nil, reason
	a.ForecastWarning, a.ForecastCritical = nil, nil
	if reason != "" {
		return
	}
	a.Forecast, a.Outlook = published(f.Value), &f
	if !t.Warning.Set() && !t.Critical.Set() {
		a.ForecastWarning = a.Full
		return
	}
	a.ForecastWarning, a.ForecastCritical = a.thresholdValue(t.Warning, *a.Full), a.thresholdValue(t.Critical, *a.Full)
}

// series is what a forecast of the figure, or of a part of it, is made from. full is 0
// where the value at the period's end is not known.
func (a *Assessment) series(now forecast.Point, history []forecast.Point, full float64, location *time.Location) forecast.Series {
	end, _ := a.Target.periodEnd(true, a.DataTime, location)
	s := forecast.Series{History: history, Now: now, End: end.Ends(location), Full: full, Location: location}
	if a.Target.Value != nil {
		s.Due = func(at time.Time) float64 { return a.Target.Share(a.KPI, at, location) }
	}
	return s
}

// foreseeDifference is the forecast of a figure that is the difference of two.
func (a *Assessment) foreseeDifference(from kpi.Difference, history History, location *time.Location) (forecast.Forecast, forecast.Reason) {
	var parts [2]forecast.Forecast
	for i, name := range []string{from.Of, from.Less} {
		now, ok := a.parts[name]
		if !ok {
			return forecast.Forecast{}, forecast.NoFigure
		}
		var reason forecast.Reason
		if parts[i], reason = forecast.Of(a.series(now, history(name), 0, location)); reason != "" {
			return forecast.Forecast{}, reason
		}
	}
	return forecast.Difference(parts[0], parts[1]), ""
}

// partsOf are the two figures of which the target's KPI is the difference, by name.
func (r *run) partsOf(t *prepared) map[string]forecast.Point {
	if t.differenceOf == nil {
		return nil
	}
	parts := map[string]forecast.Point{}
	for _, part := range t.differenceOf {
		if f, ok := r.samples.aggregate(t.place, part, &t.period); ok && !f.Withheld {
			parts[part.kpi.Name] = forecast.Point{At: f.AsOf, Value: f.Value}
		}
	}
	return parts
}
