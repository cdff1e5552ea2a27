package plan

import (
	"time"

	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
)

// Foresee sets where the figure ends, from how it went in past years, or without
// whole ones from the share that is due by the plan. Only a figure that accumulates
// over the year, of a target whose value at the period's end is known, has a forecast;
// where it has none, NoForecast says why. What is too early to judge has none: an alert
// would tell of it.
func (a *Assessment) Foresee(history []forecast.Point, location *time.Location) {
	t := a.Target
	if a.KPI.Accumulates != kpi.Year || a.KPI.Ratio != nil || t.Phasing.AtOnce || a.Full == nil || a.Actual == nil || a.Status == TooEarly || a.Reason == Expired {
		return
	}
	end, _ := t.periodEnd(true, a.DataTime, location)
	series := forecast.Series{History: history, Now: forecast.Point{At: a.DataTime, Value: *a.Actual}, End: end.Ends(location), Full: *a.Full, Location: location}
	if t.Value != nil {
		series.Due = func(at time.Time) float64 { return t.Share(a.KPI, at, location) }
	}
	f, reason := forecast.Of(series)
	a.Forecast, a.Outlook, a.NoForecast = nil, nil, reason
	if reason != "" {
		return
	}
	a.Forecast, a.Outlook = published(f.Value), &f
}
