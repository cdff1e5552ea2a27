package evaluator

import (
	"cmp"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// Alert is one alert that is pending or firing. Its JSON is that of
// Prometheus' /api/v1/alerts.
type Alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	// State is "pending" or "firing".
	State string `json:"state"`
	// ActiveAt is when the rule's condition began to hold, by the wall's clock.
	ActiveAt time.Time `json:"activeAt"`
	// Value is the figure that the rule compares.
	Value float64 `json:"value,string"`
}

// Name is the alert's name.
func (a Alert) Name() string { return a.Labels[labels.AlertName] }

// Alerts are those of this moment: firing before pending, and then in order
// of severity, name and labels.
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
			cmp.Compare(rank(a.State, "firing", "pending"), rank(b.State, "firing", "pending")),
			cmp.Compare(rank(a.Labels["severity"], "critical", "warning"), rank(b.Labels["severity"], "critical", "warning")),
			cmp.Compare(a.Name(), b.Name()),
			cmp.Compare(labels.FromMap(a.Labels).String(), labels.FromMap(b.Labels).String()),
		)
	})
	return alerts
}

// rank is the place of value in order, or after its end.
func rank(value string, order ...string) int {
	if i := slices.Index(order, value); i >= 0 {
		return i
	}
	return len(order)
}
