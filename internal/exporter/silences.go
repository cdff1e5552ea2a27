package exporter

import (
	"context"
	"errors"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/silences"
	"planwatch/internal/naming"
)

// errNoAlertmanager is the error of an answer that nobody would hear.
var errNoAlertmanager = errors.New("alerts cannot be answered: planwatch sends none itself, and alerting.alertmanagers names nobody who does")

// Silences is what people have said about alerts, with the running
// configuration's Alertmanager.
type Silences struct{ exporter *Exporter }

// Silences returns what people have said about alerts.
func (e *Exporter) Silences() Silences { return Silences{e} }

// current is that of the running configuration.
func (s Silences) current() (*silences.Silences, error) {
	if current := s.exporter.current.Load().silences; current != nil {
		return current, nil
	}
	return nil, errNoAlertmanager
}

// InForce is silences.Silences.InForce.
func (s Silences) InForce(ctx context.Context) ([]silences.Silence, error) {
	current, err := s.current()
	if err != nil {
		return nil, err
	}
	return current.InForce(ctx)
}

// Acknowledge is silences.Silences.Acknowledge.
func (s Silences) Acknowledge(ctx context.Context, alerts []map[string]string, by, comment string) ([]string, error) {
	current, err := s.current()
	if err != nil {
		return nil, err
	}
	return current.Acknowledge(ctx, alerts, by, comment)
}

// Silence is silences.Silences.Silence.
func (s Silences) Silence(ctx context.Context, alerts []map[string]string, by, comment string, until time.Time) ([]string, error) {
	current, err := s.current()
	if err != nil {
		return nil, err
	}
	return current.Silence(ctx, alerts, by, comment, until)
}

// End is silences.Silences.End.
func (s Silences) End(ctx context.Context, id string) error {
	current, err := s.current()
	if err != nil {
		return err
	}
	return current.End(ctx, id)
}

// elsewhere returns the alerts that an Alertmanager of the site's own knows.
func (g *generation) elsewhere() evaluator.Overview {
	all, err := g.silences.Firing(context.Background()) // which limits itself
	if err != nil {
		return evaluator.Overview{Elsewhere: true, Err: err}
	}
	o := evaluator.Overview{Elsewhere: true, Evaluated: true, AsOf: time.Now()}
	for _, alert := range all {
		o.Alerts = append(o.Alerts, evaluator.Alert{Labels: alert.Labels, Annotations: alert.Annotations, State: naming.StateFiring, ActiveAt: alert.StartsAt})
	}
	evaluator.Sort(o.Alerts)
	return o
}
