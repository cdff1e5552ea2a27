package evaluator

import (
	"cmp"
	"slices"
	"time"

	"planwatch/internal/naming"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// Alert is a pending or firing alert. Its JSON has the form of Prometheus'
// /api/v1/alerts.
type Alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	// State is "pending" or "firing".
	State string `json:"state"`
	// ActiveAt is when the rule's condition began to hold, by the system's
	// clock.
	ActiveAt time.Time `json:"activeAt"`
	// Value is the figure that the rule compares.
	Value float64 `json:"value,string"`
}

// Name returns the alert's name.
func (a Alert) Name() string { return a.Labels[labels.AlertName] }

// Alerts returns the current alerts: firing before pending, then in order of
// severity, name and labels.
func (e *Evaluator) Alerts() []Alert {
	alerts := []Alert{}
	for _, rule := range e.rules.AlertingRules() {
		for _, active := range rule.ActiveAlerts() {
			if active.State == rules.StateInactive {
				continue
			}
			alerts = append(alerts, Alert{
				Labels: active.Labels.Map(), Annotations: active.Annotations.Map(), State: active.State.String(),
				ActiveAt: active.ActiveAt, Value: active.Value,
			})
		}
	}
	slices.SortFunc(alerts, func(a, b Alert) int {
		return cmp.Or(
			cmp.Compare(rank(a.State, naming.StateFiring, naming.StatePending), rank(b.State, naming.StateFiring, naming.StatePending)),
			cmp.Compare(rank(a.Labels[naming.LabelSeverity], naming.SeverityCritical, naming.SeverityWarning), rank(b.Labels[naming.LabelSeverity], naming.SeverityCritical, naming.SeverityWarning)),
			cmp.Compare(a.Name(), b.Name()),
			cmp.Compare(labels.FromMap(a.Labels).String(), labels.FromMap(b.Labels).String()),
		)
	})
	return alerts
}

// rank returns the index of value in order, or the length of order.
func rank(value string, order ...string) int {
	if i := slices.Index(order, value); i >= 0 {
		return i
	}
	return len(order)
}
