package snapshot

import (
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/event"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// EventGauges are the events as metrics: for each of the collectors, in their order,
// those that changed its figures, the oldest first. The value is the beginning of the
// day in location, converted from the clock's time to the system's, by which
// Prometheus and Grafana go.
func EventGauges(events *event.Set, collectors []string, languages *language.Set, location *time.Location, c clock.Clock) []Gauge {
	var gauges []Gauge
	for _, collector := range collectors {
		for _, e := range events.Of(collector) {
			labels := []kpi.Label{
				{Name: naming.LabelCollector, Value: collector},
				{Name: naming.LabelDay, Value: e.On},
			}
			for _, l := range languages.All() {
				labels = append(labels, kpi.Label{Name: naming.LabelTitle(l.Code()), Value: language.OneLine(l.Of(e.Title))})
			}
			gauges = append(gauges, Gauge{
				Name: naming.KPIEvent, Help: "When what changed how a collector's figures come about happened: the beginning of that day.",
				Labels: kpi.NewLabels(labels...), Value: c.Timestamp(e.Begins(location)),
			})
		}
	}
	return gauges
}
