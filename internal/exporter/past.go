package exporter

import (
	"maps"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/past"
	"planwatch/internal/naming"
)

// openPast opens the alerts that have ended. Without it everything else goes on.
func (e *Exporter) openPast() {
	if e.directory.Hold() != nil {
		return // which has been logged
	}
	kept, err := past.Open(e.directory.Path(), e.logger)
	if err != nil {
		e.logger.Error("alerts that have ended are not kept", "err", err)
		return
	}
	e.past = kept
}

func (e *Exporter) closePast() error {
	if e.past == nil {
		return nil
	}
	return e.past.Close()
}

// PastAlerts are the alerts that have ended, in the order in which they did; ok is false
// where they are not known, since they are not kept or others evaluate the rules.
func (e *Exporter) PastAlerts() (ended []past.Alert, ok bool) {
	if a := e.current.Load().alerting; e.past == nil || a == nil || a.evaluator == nil {
		return nil, false
	}
	return e.past.All(), true
}

// keepPast keeps alerts that have ended and that needed action, so not the watchdog. Where
// they lead is in the configuration.
func (e *Exporter) keepPast(ended []evaluator.Sent) {
	var kept []past.Alert
	for _, s := range ended {
		if s.Labels[naming.LabelSeverity] == naming.SeverityNone {
			continue
		}
		annotations := maps.Clone(s.Annotations)
		delete(annotations, naming.AnnotationRunbook)
		delete(annotations, naming.AnnotationDashboard)
		kept = append(kept, past.Alert{Labels: s.Labels, Annotations: annotations, StartsAt: s.StartsAt.UTC(), EndsAt: s.EndsAt.UTC()})
	}
	if e.past != nil {
		e.past.Add(kept...)
	}
}
