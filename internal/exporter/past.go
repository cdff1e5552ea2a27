package exporter

import (
	"maps"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/past"
	"planwatch/internal/naming"
)

// openPast opens the alerts that have ended, unless it is open. Without it everything else
// goes on, and a reload tries again.
func (e *Exporter) openPast() {
	if e.past.Load() != nil || e.directory.Hold() != nil {
		return // which has been logged
	}
	kept, err := past.Open(e.directory.Path(), e.logger)
	if err != nil {
		e.logger.Error("alerts that have ended are not kept", "err", err)
		return
	}
	e.past.Store(kept)
}

func (e *Exporter) closePast() error {
	if kept := e.past.Load(); kept != nil {
		return kept.Close()
	}
	return nil
}

// PastAlerts are the alerts that have ended, in the order in which they did; ok is false
// where they are not known, since they are not kept or others evaluate the rules.
func (e *Exporter) PastAlerts() (ended []past.Alert, ok bool) {
	kept := e.past.Load()
	if a := e.current.Load().alerting; kept == nil || a == nil || a.evaluator == nil {
		return nil, false
	}
	return kept.All(), true
}

// keepPast keeps alerts that have ended and that needed action, so not the watchdog. Where
// they lead is in the configuration.
func (e *Exporter) keepPast(ended []evaluator.Sent) {
	log := e.past.Load()
	if log == nil {
		return
	}
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
	log.Add(kept...)
}
